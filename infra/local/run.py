"""Starts everything, says where to click, and stops everything."""

import contextlib
import errno
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from infra.local import engine, server
from infra.local.demo_terms import PIN
from infra.local.house import announce, database, furnish, held
from infra.local.issuer import ROLES
from infra.local.links import of_this_run
from infra.local.pages import Pages
from infra.local.places import DATA, ROOT, Places, StartError, version
from infra.local.sealing import sealing

if TYPE_CHECKING:
    from chalicelib.wiring import House
    from infra.local.demo import DemoCard
    from infra.local.demo_kred import KredDemo

_STOP_SECONDS: Final = 5


class _Stop:
    """Ctrl-C and SIGTERM. While it starts they are heeded between its steps: an exception could come anywhere.

    A second one does not wait.
    """

    def __init__(self) -> None:
        self.asked = False
        self.serving: server.Server | None = None
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._heed)

    def check(self) -> None:
        """Go no further once a stop has been asked for."""
        if self.asked:
            raise KeyboardInterrupt

    def _heed(self, *_: object) -> None:
        self.check()
        self.asked = True
        if self.serving is not None:
            self.serving.stop()


def run(places: Places) -> None:
    """Serve until Ctrl-C or SIGTERM; nothing that was started here is left behind."""
    stop = _Stop()
    try:
        with ExitStack() as stack, contextlib.suppress(KeyboardInterrupt):
            _serve(places, stack, stop)
    except (StartError, engine.EngineError):
        if not stop.asked:
            raise


def _serve(places: Places, stack: ExitStack, stop: _Stop) -> None:
    stack.enter_context(held(places))
    listener = stack.enter_context(closing(_listen(places)))
    address = places.address(int(listener.getsockname()[1]))
    print("Starting ...", flush=True)
    engine_address = stack.enter_context(database(places))
    stop.check()
    house = furnish(places, engine_address=engine_address, host=address)
    stop.check()
    lines = _demo_lines(house, places, stop) if places.demo else _bare_lines(places)
    note = server.print_line if places.verbose else None
    serving = server.Server(listener, server.the_app(), Pages(ROOT / "scanner_web"), note=note, links=of_this_run())
    for _ in range(places.workers - 1):
        stack.enter_context(_worker(listener))
    announce(places, engine_address=engine_address, address=address)
    stack.enter_context(sealing(house))
    stop.serving = serving
    stop.check()
    print("\n".join(_greeting(places, address, lines)), flush=True)
    serving.serve()
    print("Stopping ...", flush=True)


def _listen(places: Places) -> socket.socket:
    try:
        return server.listen(places.bind, places.port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            message = f"Port {places.port} is taken. Stop what uses it, or choose another: OPPLEV_PORT={_next(places)}"
        else:
            message = f"{places.bind} port {places.port} cannot be used: {error.strerror or error}."
        raise StartError(message) from error


def _next(places: Places) -> int:
    return places.port + 1 if places.port < 65_535 else 8000  # noqa: PLR2004  the last port


@contextmanager
def _worker(listener: socket.socket) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603  our own words only
        [sys.executable, "-m", "infra.local.server", str(listener.fileno())],
        cwd=ROOT,
        pass_fds=[listener.fileno()],
        stdin=subprocess.PIPE,  # it stops when this end closes, so also when we are killed outright
    )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def _demo_lines(house: "House", places: Places, stop: _Stop) -> list[str]:
    from chalicelib.access.rules import Right  # noqa: PLC0415  a run without the demo does not need it
    from infra.local import demo_terms  # noqa: PLC0415  a run without the demo does not need it
    from infra.local.demo import enrolment_url, load  # noqa: PLC0415

    command = _command(places)
    demo = load(house, places, between=stop.check)
    host = house.config.host
    venue = demo_terms.SCANNER_VENUE
    scanner = enrolment_url(house, tenant=demo.tenant, venue=venue, label="Kasse 1", rights=frozenset({Right.SCAN}))
    owner = enrolment_url(house, tenant=demo.tenant, venue=venue, label="Kontoret", rights=frozenset(Right))
    token = f"$({command} token --tenant {demo.tenant} --role finance)"
    other = f"$({command} token --tenant {demo.tenant} --role finance --who second)"
    month = f"{host}/v1/settlements/{demo.month}"
    return [
        "",
        "  Scan       open this where the tickets are checked (works once, within 24 hours):",
        f"             {scanner}",
        "             another phone or venue:",
        f"             {command} enrol --tenant {demo.tenant} --venue svommehall",
        "  Owner      who runs the venue scans too, lets phones in, and sees what it is paid (works once):",
        f"             {owner}",
        "  Cards      print this, or hold the screen up to the scanner:",
        f"             {_near(places.demo_cards)}",
        *(line for each in demo.cards[:1] for line in _card_lines(each)),
        f"  Finance    close {demo.month} and read its lines:",
        f'             T="Authorization: Bearer {token}"',
        f'             curl -X POST -H "$T" {month}/close',
        f'             curl -H "$T" {month}/files/lines.csv',
        "             another person approves it (a token of their own: --who second), then the payment file is there:",
        f'             curl -X POST -H "Authorization: Bearer {other}" {month}/approve',
        *_kred_lines(demo.kred),
        "  Tokens     for everything else in the contract:",
        f"             {command} token --tenant {demo.tenant} --role {'|'.join(ROLES)}",
    ]


def _kred_lines(kred: "KredDemo | None") -> list[str]:
    if kred is None:
        return ["  TimeKred   a district begins with time: docs/timekred.md"]
    return [
        f"  TimeKred   a member's own page, with 3 Kred to spend (PIN {PIN}); the scanner above takes its code:",
        f"             {kred.member}",
        "             the poster of today's clean-up, to join by:",
        f"             {_near(kred.printed)}  {kred.poster}",
        "             notes to print, and an attestation whose code anybody may check:",
        f"             {_near(kred.notes)}  {_near(kred.attestation)}",
        f"             {kred.attested}",
        "             run a district of your own: docs/timekred.md",
    ]


def _card_lines(demo: "DemoCard") -> list[str]:
    born, number = demo.card.birth_year, _spaced(demo.card.number)
    return [f"  Holder     one card's own page (number {number}, born {born}):", f"             {demo.url}"]


def _bare_lines(places: Places) -> list[str]:
    command = _command(places)
    return [
        "",
        "  A town     add yours:",
        f"             {command} tenant put --id eksempel --number 9999 --name 'Eksempel kommune'",
        "  Tokens     for everything in the contract:",
        f"             {command} token --tenant eksempel --role {'|'.join(ROLES)}",
    ]


def _greeting(places: Places, address: str, lines: list[str]) -> list[str]:
    contract = [f"  Contract   {address}/docs"]
    camera = [
        "",
        "  A phone beside this machine needs https: browsers give the camera, and the keys that an enrolment is made",
        "  with, to https and localhost only. Put https in front, and start with OPPLEV_BIND=0.0.0.0 and",
        "  OPPLEV_HOST=https://the.address.it.has",
    ]
    end = ["", f"  Ctrl-C stops it. What you did is kept in {_near(places.data)} for the next time.", ""]
    return ["", f"Opplev {version()} runs at {address}", *lines, *contract, *camera, *end]


def _command(places: Places) -> str:
    """Give the beginning of a command that finds this run's data."""
    elsewhere = f"OPPLEV_DATA={shlex.quote(str(places.data))} " if places.data != DATA else ""
    return f"{elsewhere}{_near(Path(sys.executable))} -m infra.local"


def _near(path: Path) -> str:
    """Write a path as seen from where the command was given, where it is below."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _spaced(number: str) -> str:
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))
