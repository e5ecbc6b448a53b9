"""The product on one port: a thread for each connection, and more processes where they are asked for."""

import gc
import importlib
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast

from chalice.app import Chalice

from chalicelib.files import LINKS
from infra.local.gateway import Gateway, problem
from infra.local.links import Links, of_this_run
from infra.local.pages import Pages
from infra.local.wire import Answer, Line, Patience, Request, WireError

ROOT: Final = Path(__file__).resolve().parent.parent.parent
_CONNECTIONS: Final = 256
_GLANCE_SECONDS: Final = 0.2  # how long a stop may go unnoticed
_FINISH_SECONDS: Final = 3
_WORDS: Final = {
    400: "The request could not be read.",
    408: "The request took too long to arrive.",
    413: "The body is larger than 6 MB.",
    431: "The headers are too large.",
    501: "This transfer encoding is not understood.",
    505: "Only HTTP/1.0 and HTTP/1.1 are spoken here.",
}
Note = Callable[[str, str, int, float], None]  # method, route, status, milliseconds


def listen(host: str, port: int) -> socket.socket:
    """Take a port; OSError when it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(128)
    except OSError:
        listener.close()
        raise
    # Several processes may wait on one socket: whoever comes second must not hang in accept.
    listener.settimeout(_GLANCE_SECONDS)
    return listener


class Server:
    """Answers requests on a listening socket until it is told to stop."""

    def __init__(  # noqa: PLR0913  a server is put together from these
        self,
        listener: socket.socket,
        app: Chalice,
        pages: Pages,
        *,
        patience: Patience | None = None,
        note: Note | None = None,
        links: Links | None = None,
    ) -> None:
        self._listener = listener
        self._gateway = Gateway(app)
        self._pages = pages
        self._patience = patience or Patience()
        self._note = note
        self._links = links
        self._stopping = threading.Event()
        self._open: dict[socket.socket, bool] = {}  # the connection, and whether it is in the middle of a request
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Take connections until `stop`; then let requests under way finish, and close."""
        while not self._stopping.is_set():
            try:
                connection, peer = self._listener.accept()
            except TimeoutError:
                continue
            except OSError:
                # Out of files, or a client that left before it was let in.
                time.sleep(0.01)
                continue
            with self._lock:
                full = len(self._open) >= _CONNECTIONS
                if not full:
                    self._open[connection] = False
            if full:
                connection.close()
                continue
            threading.Thread(target=self._talk, args=(connection, peer[0]), daemon=True).start()
        self._finish()

    def stop(self) -> None:
        """Ask `serve` to end; safe in a signal handler."""
        self._stopping.set()

    def _finish(self) -> None:
        deadline = time.monotonic() + _FINISH_SECONDS
        while time.monotonic() < deadline:
            with self._lock:
                idle = [connection for connection, busy in self._open.items() if not busy]
                busy = len(self._open) - len(idle)
            for connection in idle:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            if not busy:
                return
            time.sleep(0.02)

    def _talk(self, connection: socket.socket, peer: str) -> None:
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line = Line(connection, peer, self._patience)
            while not self._stopping.is_set() and self._once(connection, line):
                pass
        except OSError:
            pass  # the client went away in the middle; there is nobody to tell
        finally:
            with self._lock:
                self._open.pop(connection, None)
            connection.close()

    def _once(self, connection: socket.socket, line: Line) -> bool:
        """Serve one request; say whether the connection goes on."""
        try:
            request = line.read()
        except WireError as error:
            words = _WORDS.get(error.status, "The request could not be read.")
            line.send(problem(error.status, error.code, words), keep_alive=False)
            # The rest of what it sends is read away for a moment, or the answer would be lost in a reset.
            _drain(connection)
            return False
        if request is None:
            return False
        self._open[connection] = True
        try:
            started = time.perf_counter()
            route, answer = self._answer(request)
            line.send(answer, keep_alive=request.keep_alive, bodiless=request.method == "HEAD")
            if self._note is not None:
                self._note(request.method, route, answer.status, (time.perf_counter() - started) * 1000)
        finally:
            self._open[connection] = False
        return request.keep_alive

    def _answer(self, request: Request) -> tuple[str, Answer]:
        found = self._gateway.resource(request.path)
        if found is not None:
            return found[0], self._gateway.call(request, *found)
        if request.path == "/v1" or request.path.startswith("/v1/"):
            return "/v1/…", problem(404, "unknown_path", "There is nothing at this path.")
        linked = None if self._links is None else self._links.answer(request)
        if linked is not None:
            return LINKS, linked  # the signature stands in no log
        page = self._pages.answer(request)
        if page is None:
            return "page", problem(404, "unknown_path", "There is nothing at this path.")
        if request.method not in {"GET", "HEAD"}:
            refused = problem(405, "method_not_allowed", "A page can only be read.")
            return "page", Answer(405, [*refused.headers, ("Allow", "GET, HEAD")], refused.body)
        return "page", page


def _drain(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(0.5)
        for _ in range(256):
            if not connection.recv(65_536):
                return


@contextmanager
def serving(
    app: Chalice, *, pages: Path = ROOT / "scanner_web", patience: Patience | None = None, note: Note | None = None,
    links: Links | None = None,
) -> Iterator[str]:  # fmt: skip
    """Serve an app on a free port of loopback in this process, for as long as the block runs; gives its address."""
    listener = listen("127.0.0.1", 0)
    server = Server(listener, app, Pages(pages), patience=patience, note=note, links=links)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.stop()
        thread.join()
        listener.close()


def print_line(method: str, route: str, status: int, milliseconds: float) -> None:
    """Print what was asked by its route alone: a path or a query may hold a card number."""
    print(f"{method:6} {route} {status} {milliseconds:.1f} ms", flush=True)


def the_app() -> Chalice:
    """Load the product's own app, as Lambda would, and ask it how it is, so that nobody waits for the first answer."""
    if not os.environ.get("OPPLEV_VERBOSE"):
        logging.getLogger("opplev.metrics").setLevel(logging.WARNING)  # lines for CloudWatch, not for a terminal
    app = cast("Chalice", importlib.import_module("app").app)  # late: its environment must be set first
    from infra.local.calm import OncePerMinute  # noqa: PLC0415  after the app, for the same reason

    told = logging.getLogger("opplev")
    if not any(isinstance(each, OncePerMinute) for each in told.filters):
        told.addFilter(OncePerMinute())
    health = Request("GET", "/v1/health", "", [], b"", keep_alive=False, peer="127.0.0.1")
    Gateway(app).call(health, health.path, {})
    gc.collect()
    gc.freeze()  # what is here now stays: the collector need not look at it again
    return app


def worker(descriptor: int) -> None:
    """Be one more process on a shared socket, until the one that started it says stop or is gone."""
    listener = socket.socket(fileno=descriptor)
    listener.settimeout(_GLANCE_SECONDS)
    note = print_line if os.environ.get("OPPLEV_VERBOSE") else None
    server = Server(listener, the_app(), Pages(ROOT / "scanner_web"), note=note, links=of_this_run())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process of the terminal; the first one decides
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    threading.Thread(target=_when_left_alone, args=(server.stop,), daemon=True).start()
    server.serve()


def _when_left_alone(stop: Callable[[], None]) -> None:
    sys.stdin.read()  # ends when the process at the other end of the pipe does
    stop()


if __name__ == "__main__":
    worker(int(sys.argv[1]))
