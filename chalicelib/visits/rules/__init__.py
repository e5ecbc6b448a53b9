"""Who may come in, decided from facts alone."""

from chalicelib.visits.rules.counting import Fall, Mark, Spend, Unmark, quota_of, unmark
from chalicelib.visits.rules.deciding import (
    MOST_PERSONS,
    NO_COMPANION,
    children,
    company,
    decide,
    left_after,
    marks,
    reasons,
)
from chalicelib.visits.rules.doubts import Doubt, Suspect, doubt_of, is_noted
from chalicelib.visits.rules.facts import Admitted, Because, Facts, Refused
from chalicelib.visits.rules.offline import AHEAD, LATE, Flag, day_of, flags_of, nearest, over_and_done
from chalicelib.visits.rules.sheets import STAFF_LANGUAGES, StaffLine, StaffSheet, insist_on_staff_language, staff_sheet
from chalicelib.visits.rules.verdicts import ToPay, Verdict, minutes_since_use, verdict_of, verdict_on
from chalicelib.visits.rules.visits import Changed, Day, Flagged, Listed, Seen, Visit, Void, Written

__all__ = [
    "AHEAD",
    "LATE",
    "MOST_PERSONS",
    "NO_COMPANION",
    "STAFF_LANGUAGES",
    "Admitted",
    "Because",
    "Changed",
    "Day",
    "Doubt",
    "Facts",
    "Fall",
    "Flag",
    "Flagged",
    "Listed",
    "Mark",
    "Refused",
    "Seen",
    "Spend",
    "StaffLine",
    "StaffSheet",
    "Suspect",
    "ToPay",
    "Unmark",
    "Verdict",
    "Visit",
    "Void",
    "Written",
    "children",
    "company",
    "day_of",
    "decide",
    "doubt_of",
    "flags_of",
    "insist_on_staff_language",
    "is_noted",
    "left_after",
    "marks",
    "minutes_since_use",
    "nearest",
    "over_and_done",
    "quota_of",
    "reasons",
    "staff_sheet",
    "unmark",
    "verdict_of",
    "verdict_on",
]
