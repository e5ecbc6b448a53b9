"""The product's database and its rooms on this machine: started, locked against a second run, and furnished."""

import fcntl
import json
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Final

from infra.local import engine
from infra.local.issuer import ensure_card_secret, open_issuer
from infra.local.places import ENGINE_FOLDER, Places, StartError, read_json, settings_of, write_private

if TYPE_CHECKING:
    from chalicelib.wiring import House

_WARNING: Final = """
  ####################################################################################
  #  {why}
  #  Moto's server stands in for it, in memory: NOTHING IS KEPT when this stops, it is
  #  slow, and it counts wrongly when two tills write at once. For trying out only.
  ####################################################################################
"""


@contextmanager
def held(places: Places) -> Iterator[None]:
    """Hold the data folder for one run; StartError where another holds it."""
    try:
        places.data.mkdir(parents=True, exist_ok=True)
        lock = os.open(places.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        message = f"The data folder {places.data} cannot be used: {error.strerror}. Choose another: OPPLEV_DATA=…"
        raise StartError(message) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        where = read_json(places.run).get("address", "its address is not known yet")
        message = f"Another run holds {places.data} ({where}). Stop it, or choose another folder: OPPLEV_DATA=…"
        raise StartError(message) from error
    places.run.unlink(missing_ok=True)  # of a run that was killed
    try:
        yield
    finally:
        places.run.unlink(missing_ok=True)
        os.close(lock)


@contextmanager
def database(places: Places) -> Iterator[str]:
    """Run the embedded DynamoDB on the data folder, or moto's server with a loud warning; give its address."""
    with ExitStack() as stack:
        try:
            binary = engine.install(ENGINE_FOLDER)
            address = stack.enter_context(engine.running(binary, data=places.database))
        except engine.EngineUnavailableError as missing:
            try:
                address = stack.enter_context(engine.standing_in())
            except engine.EngineError as neither:
                message = f"{missing} {neither}"
                raise StartError(message) from neither
            print(_WARNING.format(why=missing), file=sys.stderr, flush=True)
        except engine.EngineError as error:
            raise StartError(str(error)) from error
        yield address


def furnish(places: Places, *, engine_address: str, host: str) -> "House":
    """Set the environment as a deployment would, make the secrets and the table where absent, build the house."""
    ensure_card_secret(places)
    os.environ.update(settings_of(places, engine=engine_address, host=host, issuers=open_issuer(places).settings()))
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE"):
        os.environ.pop(name, None)
    # Late: what these import takes a second, and must not be read before the environment is set.
    from chalicelib import table, wiring  # noqa: PLC0415

    wiring.use(None)
    built = wiring.house()
    table.Row.create_table(wait=True)  # which it does only where there is none
    return built


def announce(places: Places, *, engine_address: str, address: str) -> None:
    """Leave word in the data folder of where this run answers, for commands given beside it."""
    said = {"engine": engine_address, "address": address, "pid": os.getpid()}
    write_private(places.run, json.dumps(said).encode())


@contextmanager
def at_home(places: Places) -> Iterator["House"]:
    """Give the house to a command: on the database of the run that is up, else on one of its own."""
    with ExitStack() as stack:
        try:
            stack.enter_context(held(places))
        except StartError:
            run = read_json(places.run)
            if "engine" not in run:
                raise
            yield furnish(places, engine_address=run["engine"], host=run["address"])
            return
        address = stack.enter_context(database(places))
        yield furnish(places, engine_address=address, host=places.address(places.port))
