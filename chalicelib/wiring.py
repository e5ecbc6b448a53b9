"""Builds everything once, on first use; the clock and new ids come from here."""

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib import table
from chalicelib.access.actions import Gate
from chalicelib.access.rules import issuers_from
from chalicelib.access.store import AccessStore, IssuerKeys
from chalicelib.cards.actions import CardDesk
from chalicelib.cards.store import CardStore
from chalicelib.config import Config, from_environment
from chalicelib.credentials.actions import Mint
from chalicelib.credentials.store import KeyRing
from chalicelib.files import Files, open_files
from chalicelib.settlement import paper as settlement_paper
from chalicelib.settlement.actions import Closing
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.ids import CardKey, Tenant
from chalicelib.venues.actions import Terms
from chalicelib.venues.store import TermsStore
from chalicelib.visits.actions import Window
from chalicelib.visits.store import VisitStore


@dataclass(frozen=True, slots=True)
class House:
    """Every desk of the town hall, furnished."""

    config: Config
    clock: Callable[[], datetime]
    terms: Terms
    gate: Gate
    mint: Mint
    cards: CardDesk
    window: Window
    closing: Closing
    files: Files


_LOCK = threading.Lock()
_STANDING: list[House] = []


def house() -> House:
    """Give the house, built from the environment when first asked for."""
    if _STANDING:
        return _STANDING[0]
    with _LOCK:
        if not _STANDING:
            _STANDING.append(build(from_environment()))
    return _STANDING[0]


def use(furnished: House | None) -> None:
    """Let this house stand from now on; None tears it down, so that the next request builds anew."""
    with _LOCK:
        _STANDING.clear()
        if furnished is not None:
            _STANDING.append(furnished)


def now() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)  # noqa: TID251  the one place that reads the clock


def table_answers() -> bool:
    """Say whether the table can be read."""
    try:
        table.connection().describe_table(table.Row.Meta.table_name)
    except Exception:  # noqa: BLE001  whatever is wrong, the answer is no
        return False
    return True


def build(config: Config, *, clock: Callable[[], datetime] = now) -> House:
    """Build the house for a deployment. Nothing is fetched yet: keys and clients come with their first use."""
    table.bind(name=config.table, region=config.region, engine=config.engine)
    files = open_files(config.files, config.region)
    terms = Terms(store=TermsStore(time.monotonic))
    mint = Mint(keys=KeyRing(config.secret, config.region))
    gate = Gate(
        store=AccessStore(time.monotonic),
        issuers=issuers_from(config.issuers),
        keys=IssuerKeys(time.monotonic),
        host=config.host,
        new_code=lambda: secrets.token_bytes(10),
        new_device=lambda: secrets.token_hex(12),
    )
    cards = CardDesk(
        store=CardStore(),
        terms=terms.configuration,
        mint=mint,
        host=config.host,
        new_number=lambda: mint.new_number(f"{secrets.randbelow(10**10):010d}"),
        new_key=lambda: CardKey(secrets.token_urlsafe(12)),
        tenants=terms.tenant_of,
    )

    def signing_keys(tenant: Tenant) -> dict[str, list[dict[str, str]]]:
        return mint.jwks(tenant, range(1, terms.configuration(tenant).municipality.signing_key + 1))

    window = Window(
        store=VisitStore(clock), configuration=terms.configuration, read_card=mint.read, keys=signing_keys
    )
    closing = Closing(store=SettlementStore(), files=files, configuration=terms.configuration, paper=settlement_paper)
    return House(config, clock, terms, gate, mint, cards, window, closing, files)


