// What can go wrong between this page and the world, in words the wiring can act on.

/** No answer: no network, or none in time. */
export class NetworkError extends Error {
  name = "NetworkError";
}

/** The server was too busy to do anything; the same call may be sent again. */
export class BusyError extends Error {
  name = "BusyError";
}

/** The municipality has disconnected this phone. */
export class RevokedError extends Error {
  name = "RevokedError";
}

/** The server answered with a problem (RFC 9457). `code` is stable. */
export class ProblemError extends Error {
  name = "ProblemError";

  /**
   * @param {number} status
   * @param {string} code
   */
  constructor(status, code) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

/** The camera cannot be had; `reason` is one of the words that the screen explains. */
export class CameraError extends Error {
  name = "CameraError";

  /**
   * @param {"refused" | "none" | "busy" | "broken"} reason
   * @param {ErrorOptions} [options]
   */
  constructor(reason, options) {
    super(reason, options);
    this.reason = reason;
  }
}

/** The browser will not keep anything for us. */
export class StorageError extends Error {
  name = "StorageError";
}
