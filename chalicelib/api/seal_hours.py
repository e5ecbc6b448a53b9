"""What the clock asks for sixteen minutes past every hour."""

from chalicelib import wiring
from chalicelib.api.answering import LOG
from chalicelib.shared.ids import Tenant


class HoursNotSealedError(Exception):
    """At least one municipality's hours were not sealed; the next hour seals them too."""


def run(event: dict[str, object], context: object) -> dict[str, int]:
    """Seal every hour that is due, for every municipality, or for `tenants` in the event; give how many seals each."""
    del context
    house = wiring.house()
    named = event.get("tenants")
    tenants = [Tenant(str(each)) for each in named] if isinstance(named, list) else house.terms.tenants()
    outcomes = house.audit.seal_all_due(tenants, now=house.clock())
    for tenant, outcome in outcomes:
        if isinstance(outcome, Exception):
            LOG.error("hours_not_sealed tenant=%s fault=%s", tenant, type(outcome).__name__)
    if any(isinstance(outcome, Exception) for _, outcome in outcomes):
        raise HoursNotSealedError
    return {str(tenant): outcome for tenant, outcome in outcomes if not isinstance(outcome, Exception)}
