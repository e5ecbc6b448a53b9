"""The book of changes on one machine: sealed by the hour while it runs, and verified by a command."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from infra.local.places import StartError

if TYPE_CHECKING:
    from chalicelib.audit.actions import Verified
    from chalicelib.wiring import House

_EVERY: Final = 600.0  # seconds; sealing what is sealed already costs one question


@contextmanager
def sealing(house: "House") -> Iterator[None]:
    """Seal what is due now and every ten minutes, as the cloud's schedule does by the hour."""
    stopped = threading.Event()

    def seal() -> None:
        while True:
            with suppress(Exception):  # a database that is busy, or on its way down: the next time seals it too
                house.audit.seal_all_due(house.terms.tenants(), now=house.clock())
                house.keeper.keep_all(house.terms.tenants(), now=house.clock())
            if stopped.wait(_EVERY):
                return

    thread = threading.Thread(target=seal, name="sealing", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=2)


def verified(house: "House", *, tenant: str, kept: str | None = None) -> str:
    """Check the whole chain and say so in a line; StartError names the first thing that does not fit."""
    from chalicelib.audit.rules import fault_sentence  # noqa: PLC0415  a token is given without loading all this
    from chalicelib.shared.answers import OpplevError  # noqa: PLC0415
    from chalicelib.shared.ids import Tenant  # noqa: PLC0415

    name, _, digest = (kept or "").partition(":")
    try:
        house.terms.configuration(Tenant(tenant))
        found = house.audit.verify_all(
            Tenant(tenant), kept=(name, digest) if kept is not None else None, now=house.clock()
        )
    except OpplevError as error:
        raise StartError(error.detail) from error
    if found.finding is not None:
        wrong = found.finding
        message = f"{fault_sentence(wrong)} Seal {wrong.seal}" + (f", entry {wrong.entry}." if wrong.entry else ".")
        raise StartError(message)
    return _all_fits(found, house.clock())


def _all_fits(found: "Verified", now: datetime) -> str:
    from chalicelib.audit.rules import next_seal  # noqa: PLC0415  a token is given without loading all this

    if found.head is None:
        first = f"the first seal comes after {next_seal(found.waiting_since, now):%Y-%m-%d %H:%M} UTC"
        return f"Nothing is sealed yet, so nothing is proven: {found.waiting} entries wait, {first}."
    lines = [f"All of it fits: {found.entries} entries under {found.seals} seals."]
    if found.waiting:
        lines.append(f"{found.waiting} entries wait for the next seal, since {found.waiting_since:%Y-%m-%d %H:%M} UTC.")
    if found.unkeyed:
        lines.append(f"Of {found.unkeyed} seals only the chain could be checked: their key is not in the secret.")
    if found.head is not None:
        lines.append(f"Keep this elsewhere: {found.head.name}:{found.head.digest}")
    return "\n".join(lines)
