// Finding a QR code in a picture, away from the screen's own thread.

import { prepareZXingModule, readBarcodes } from "../vendor/zxing-wasm/reader/index.js";

const WASM = new URL("../vendor/zxing-wasm/reader/zxing_reader.wasm", import.meta.url).href;

// The library would fetch its wasm from somebody else's server; ours stands beside this page.
const ready = prepareZXingModule({ overrides: { locateFile: () => WASM }, fireImmediately: true });
ready.then(
  () => postMessage({ ready: true }),
  () => postMessage({ ready: false }),
);

/** @param {MessageEvent<ImageData>} message */
self.onmessage = async ({ data }) => {
  let text = null;
  try {
    // The usual QR only: camera noise reads as bar codes, and the corner of a code as a micro one.
    const [code] = await readBarcodes(data, { formats: ["QRCodeModel2"], maxNumberOfSymbols: 1, tryDownscale: true });
    text = code?.isValid ? code.text : null;
  } finally {
    // A picture that breaks the reader must not stop the next one.
    postMessage({ text });
  }
};
