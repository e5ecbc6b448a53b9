"""What the clock asks for: months closed on the first, and what was begun and not ended carried on."""

from typing import Final

from chalicelib import wiring
from chalicelib.api.answering import LOG
from chalicelib.settlement.rules import TIMER
from chalicelib.shared.acting import Actor, acting
from chalicelib.shared.ids import Tenant

_ALL_OF_IT: Final = 600.0
_SPARED: Final = 30.0  # seconds that the last venue begun may still take


class MonthsNotClosedError(Exception):
    """At least one municipality's month did not close; the schedule tries again and an alarm rings."""


def run(event: dict[str, object], context: object) -> dict[str, str]:
    """Close last month for every municipality, or for `tenants` in the event; one failure does not stop the others.

    With `carry_on` in the event nothing is begun: what is `closing` since time ran out is brought to its end.
    """
    house = wiring.house()
    left = getattr(context, "get_remaining_time_in_millis", None)
    pace = house.pace(_ALL_OF_IT if left is None else left() / 1000 - _SPARED)
    named = event.get("tenants")
    tenants = [Tenant(str(each)) for each in named] if isinstance(named, list) else house.terms.tenants()
    work = house.closing.carry_on if event.get("carry_on") else house.closing.close_all_due
    with acting(Actor(TIMER, "timer")):
        outcomes = work(tenants, now=house.clock(), time_for=pace)
    for tenant, outcome in outcomes:
        if isinstance(outcome, Exception):
            LOG.error("month_not_closed tenant=%s fault=%s", tenant, type(outcome).__name__)
        for alarm in [] if isinstance(outcome, Exception) else outcome.alarms:
            LOG.error("settlement_alarm tenant=%s code=%s month=%s", tenant, alarm.code, alarm.month)
    if any(isinstance(outcome, Exception) for _, outcome in outcomes):
        raise MonthsNotClosedError
    return {str(tenant): outcome.state for tenant, outcome in outcomes if not isinstance(outcome, Exception)}
