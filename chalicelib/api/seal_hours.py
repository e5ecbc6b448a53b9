"""What the clock asks for sixteen minutes past every hour."""

from chalicelib import wiring
from chalicelib.api.answering import LOG
from chalicelib.shared.ids import Tenant


class HoursNotSealedError(Exception):
    """At least one municipality's hours were not sealed, of its book or its ledger; the next hour seals them too."""


def run(event: dict[str, object], context: object) -> dict[str, int]:
    """Seal every hour that is due, for every municipality, or for `tenants` in the event; give how many seals each.

    The ledger of TimeKred is sealed with the book of changes, and what was on hold there for too long is given back.
    """
    del context
    house = wiring.house()
    named = event.get("tenants")
    tenants = [Tenant(str(each)) for each in named] if isinstance(named, list) else house.terms.tenants()
    outcomes = house.audit.seal_all_due(tenants, now=house.clock())
    for tenant, outcome in outcomes:
        if isinstance(outcome, Exception):
            LOG.error("hours_not_sealed tenant=%s fault=%s", tenant, type(outcome).__name__)
    ledgers = house.keeper.keep_all(tenants, now=house.clock())
    for tenant, outcome in ledgers:
        if isinstance(outcome, Exception):
            LOG.error("ledger_not_sealed tenant=%s fault=%s", tenant, type(outcome).__name__)
    made: dict[str, int] = {}
    for tenant, outcome in (*outcomes, *ledgers):
        if isinstance(outcome, Exception):
            raise HoursNotSealedError
        made[tenant] = made.get(tenant, 0) + outcome
    return made
