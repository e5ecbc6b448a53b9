"""What the clock asks for on the first of the month."""

from chalicelib import wiring
from chalicelib.api.answering import LOG
from chalicelib.shared.ids import Tenant


class MonthsNotClosedError(Exception):
    """At least one municipality's month did not close; the schedule tries again and an alarm rings."""


def run(event: dict[str, object], context: object) -> dict[str, str]:
    """Close last month for every municipality, or for `tenants` in the event; one failure does not stop the others."""
    del context
    house = wiring.house()
    named = event.get("tenants")
    tenants = [Tenant(str(each)) for each in named] if isinstance(named, list) else house.terms.tenants()
    outcomes = house.closing.close_all_due(tenants, now=house.clock())
    for tenant, outcome in outcomes:
        if isinstance(outcome, Exception):
            LOG.error("month_not_closed tenant=%s fault=%s", tenant, type(outcome).__name__)
        for alarm in [] if isinstance(outcome, Exception) else outcome.alarms:
            LOG.error("settlement_alarm tenant=%s code=%s month=%s", tenant, alarm.code, alarm.month)
    if any(isinstance(outcome, Exception) for _, outcome in outcomes):
        raise MonthsNotClosedError
    return {str(tenant): outcome.state for tenant, outcome in outcomes if not isinstance(outcome, Exception)}
