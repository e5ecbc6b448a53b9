"""How a year of visits is counted, and what of it may be told."""

from chalicelib.reports.rules.counting import (
    AGES,
    BANDS,
    NO_FUNDING,
    OLDER,
    PLACES,
    Counted,
    Holder,
    age_band,
    breakdowns,
    columns_of,
    count,
    held_in,
    months_between,
    reach,
    universe,
)
from chalicelib.reports.rules.hiding import (
    ROUNDINGS,
    SMALL,
    TOTAL,
    Cell,
    Part,
    Told,
    amount_of,
    rounded,
    tell,
    visits_of,
)
from chalicelib.reports.rules.releasing import (
    ALL,
    TABLES,
    Division,
    Reached,
    Release,
    Row,
    Statement,
    check_order,
    check_until,
    divide,
    funding_name,
    last_day,
    names_of,
    new_months,
    reached,
    statement_of,
)

__all__ = [
    "AGES", "ALL", "BANDS", "NO_FUNDING", "OLDER", "PLACES", "ROUNDINGS", "SMALL", "TABLES", "TOTAL", "Cell", "Counted",
    "Division", "Holder", "Part", "Reached", "Release", "Row", "Statement", "Told", "age_band", "amount_of",
    "breakdowns", "check_order", "check_until", "columns_of", "count", "divide", "funding_name", "held_in", "last_day",
    "months_between", "names_of", "new_months", "reach", "reached", "rounded", "statement_of", "tell", "universe",
    "visits_of",
]  # fmt: skip
