"""What a member has taken part in, told from awards alone."""

from dataclasses import replace
from datetime import date

from chalicelib.kred.rules.activities import Activity
from chalicelib.kred.rules.awards import Award
from chalicelib.kred.rules.deeds import deeds_of
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId, OperatorId

KRED = CurrencyId("lundkred")
HAGE = Activity(ActivityId("hage"), KRED, OperatorId("lund"), {"nb": "Hage"}, tasks="Graver og vanner")
AWARD = Award(
    "a-1", KRED, HAGE.id, "tunet", MemberId("m-1"), 60, 90, date(2026, 3, 1), CallerId("local/tor"),
)  # fmt: skip
NAMES = {"tunet": "Gårdsstyret i Tunet"}


def test_what_one_did_is_added_up_by_activity_with_its_tasks_and_days() -> None:
    later = replace(AWARD, id="a-2", minutes=30, present=45, on=date(2026, 5, 9))
    (deed,) = deeds_of([later, AWARD], [HAGE], NAMES)
    assert (deed.title, deed.tasks, deed.organisation) == (HAGE.title, "Graver og vanner", "Gårdsstyret i Tunet")
    assert (deed.times, deed.present, deed.earned) == (2, 135, 90)
    assert (deed.first, deed.last) == (date(2026, 3, 1), date(2026, 5, 9))


def test_hours_that_earn_nothing_are_told_of_too() -> None:
    (deed,) = deeds_of([replace(AWARD, minutes=0, present=120)], [HAGE], NAMES)
    assert (deed.present, deed.earned) == (120, 0)


def test_what_was_taken_back_is_not_told_of() -> None:
    assert deeds_of([replace(AWARD, reversed_on=date(2026, 3, 2))], [HAGE], NAMES) == []


def test_the_latest_comes_first_and_what_was_done_elsewhere_stands_by_itself() -> None:
    ryddet = replace(AWARD, id="a-3", activity=ActivityId("rydding"), organisation="lund", on=date(2026, 4, 1))
    told = deeds_of([AWARD, ryddet], [HAGE], NAMES)
    assert [each.activity for each in told] == ["rydding", "hage"]
    assert (told[0].title, told[0].organisation) == ({}, "lund")  # the form has gone; what was done has not
