"""What holds for currencies, activities and grants, decided from facts alone."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.kred.rules.activities import (
    ADDITIONALITY,
    Activity,
    ActivityState,
    Effect,
    Grant,
    Pay,
    Review,
    Statement,
    Taper,
    approved,
    due_for_renewal,
    edited,
    held_back,
    with_grant,
    worth,
)
from chalicelib.kred.rules.currencies import (
    AskedPrice,
    Currency,
    Partner,
    PartnerState,
    asked_again,
    contrast,
    faults_of_currency,
    faults_of_prices,
    with_code,
)
from chalicelib.kred.rules.sums import EffectLine, GrantLine, by_effect, in_public
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.ids import ActivityId, CurrencyId, OfferId, OperatorId, VenueId

KRED = Currency(CurrencyId("lundkred"), {"nb": "LundKred"}, step=30)
REVIEW = Review("Test Leser", "local/nora", date(2026, 3, 1))
FORM = Activity(
    ActivityId("hage"), KRED.id, OperatorId("lund"), {"nb": "Hage"}, responsible="Styret", benefits="Naboene",
    effects=(Effect.NETWORK,), statement=Statement(holds=True, reason="Ingen gjør det ellers."),
)  # fmt: skip
OPEN = approved(FORM, REVIEW)
SPRING = Grant("g-1", 180, date(2026, 3, 1), date(2026, 5, 31))


def steps(*given: tuple[date, int]) -> Grant:
    return replace(SPRING, taper=tuple(Taper(*each) for each in given))


def test_the_sentence_that_timekred_is_limited_by_stands_word_for_word() -> None:
    assert ADDITIONALITY == "TimeKred kan benyttes der innsatsen eller bevegelsen ellers ikke hadde skjedd"


@pytest.mark.parametrize(
    ("pay", "minutes", "present", "earned"),
    [
        (Pay.HOURLY, 60, 90, 90),
        (Pay.HOURLY, 30, 90, 45),  # half an hour for an hour
        (Pay.FIXED, 120, 30, 120),  # however long it took
        (Pay.NONE, 0, 300, 0),  # hours only count
    ],
)
def test_what_taking_part_is_worth(pay: Pay, minutes: int, present: int, earned: int) -> None:
    assert worth(replace(FORM, pay=pay, minutes=minutes), present) == earned


@pytest.mark.parametrize("missing", ["benefits", "responsible", "effects", "statement"])
def test_no_form_is_approved_that_lacks_an_answer(missing: str) -> None:
    empty: object = {"effects": (), "statement": None}.get(missing, " ")
    with pytest.raises(RuleError) as fault:
        approved(replace(FORM, **{missing: empty}), REVIEW)  # type: ignore[arg-type]  # the field of each case
    assert [each.path for each in fault.value.fields] == [missing]


def test_a_no_a_missing_reason_and_a_missing_reviewer_are_no_approval() -> None:
    anyway = replace(FORM, statement=Statement(holds=False, reason="Det skjer av seg selv."))
    with pytest.raises(RuleError) as fault:
        approved(anyway, REVIEW)
    assert fault.value.code == "would_happen_anyway"
    with pytest.raises(RuleError):
        approved(replace(FORM, statement=Statement(holds=True, reason=" ")), REVIEW)
    with pytest.raises(RuleError):
        approved(FORM, replace(REVIEW, reviewer=" "))


def test_an_approved_form_that_says_something_else_waits_for_review_again_and_keeps_its_grants() -> None:
    granted = with_grant(OPEN, SPRING, KRED)
    assert edited(granted, FORM) == granted  # the same words change nothing
    changed = edited(granted, replace(FORM, benefits="Bare oss"))
    assert (changed.state, changed.review, changed.grants) == (ActivityState.DRAFT, None, (SPRING,))
    with pytest.raises(ConflictError):
        edited(granted, replace(FORM, operator=OperatorId("andre")))
    with pytest.raises(RuleError):
        edited(granted, replace(FORM, pay=Pay.NONE, minutes=0))


@pytest.mark.parametrize(
    ("grant", "code"),
    [
        (replace(SPRING, minutes=100), "out_of_step"),
        (replace(SPRING, ends=date(2026, 2, 1)), "before_from"),
        (steps((date(2026, 3, 1), 60), (date(2026, 4, 1), 120)), "not_less"),  # it would grow
        (steps((date(2026, 3, 1), 90), (date(2026, 4, 1), 60)), "other_sum"),
        (steps((date(2026, 3, 2), 120), (date(2026, 4, 1), 60)), "outside"),  # nothing on the first day
        (steps((date(2026, 3, 1), 120), (date(2026, 6, 1), 60)), "outside"),
    ],
)
def test_a_grant_that_does_not_hold_together_is_refused(grant: Grant, code: str) -> None:
    with pytest.raises(RuleError) as fault:
        with_grant(OPEN, grant, KRED)
    assert code in {each.code for each in fault.value.fields}


def test_grants_do_not_overlap_and_a_draft_gets_none() -> None:
    granted = with_grant(OPEN, SPRING, KRED)
    with pytest.raises(RuleError):
        with_grant(granted, replace(SPRING, id="g-2", starts=date(2026, 5, 31), ends=date(2026, 8, 1)), KRED)
    with pytest.raises(ConflictError):
        with_grant(FORM, SPRING, KRED)


def test_what_is_not_free_yet_are_the_later_steps_and_the_grants_to_come() -> None:
    granted = with_grant(OPEN, steps((date(2026, 3, 1), 120), (date(2026, 4, 1), 60)), KRED)
    autumn = Grant("g-2", 90, date(2026, 9, 1), date(2026, 11, 30))
    both = with_grant(granted, autumn, KRED)
    days = [date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 1)]
    assert [held_back(both, day) for day in days] == [150, 90, 0]


def test_a_long_term_activity_is_due_for_renewal_two_months_before_its_year_is_over() -> None:
    choir = with_grant(replace(OPEN, long_term="Stor sosial effekt"), replace(SPRING, ends=date(2026, 12, 31)), KRED)
    assert due_for_renewal([choir], date(2026, 10, 30)) == []
    assert due_for_renewal([choir], date(2026, 10, 31)) == [choir]
    assert due_for_renewal([replace(choir, long_term=None)], date(2027, 1, 1)) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"step": 20}, "step"),
        ({"most": 100}, "most"),
        ({"offline_floor": 45}, "offline_floor"),
        ({"expires_after": 0}, "expires_after"),
        ({"colour": "green"}, "colour"),
        ({"colour": "#777777", "text_colour": "#888888"}, "text_colour"),
        ({"name": {}}, "name"),
    ],
)
def test_a_currency_against_a_rule_is_refused_by_its_field(changes: dict[str, object], path: str) -> None:
    sent = replace(KRED, **changes)  # type: ignore[arg-type]  # the fields of each case
    assert [each.path for each in faults_of_currency(sent)] == [path]


def test_a_currency_keeps_its_code_and_a_new_one_gets_the_lowest_free() -> None:
    others = [replace(KRED, id=CurrencyId(f"k{code}"), code=code) for code in (0, 1, 3)]
    assert with_code(None, KRED, others).code == 2
    assert with_code(replace(KRED, code=7), replace(KRED, code=0), others).code == 7
    with pytest.raises(ConflictError):
        with_code(None, KRED, [replace(KRED, id=CurrencyId(f"k{code}"), code=code) for code in range(256)])


def test_contrast_is_as_the_guidelines_count_it() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_a_venue_that_takes_the_currency_goes_on_while_its_new_prices_wait() -> None:
    asked = Partner(KRED.id, VenueId("kino"), PartnerState.ASKED, "Film", asks=(AskedPrice(OfferId("film"), 60),))
    takes = replace(asked, state=PartnerState.APPROVED, asks=(), note="Takk")
    assert asked_again(None, asked) == asked
    assert asked_again(replace(takes, state=PartnerState.ENDED), asked) == asked
    assert asked_again(takes, replace(asked, offers="Noe annet")) == replace(takes, asks=asked.asks)


@pytest.mark.parametrize(
    ("adult", "child", "code"),
    [(20, 0, "out_of_step"), (60, 45, "out_of_step"), (0, 0, "nothing"), (-30, 0, "out_of_range")],
)
def test_a_price_that_the_currency_cannot_have_is_refused(adult: int, child: int, code: str) -> None:
    assert code in [each.code for each in faults_of_prices([AskedPrice(OfferId("film"), adult, child)], KRED)]


def test_each_offer_has_one_price_and_children_may_come_for_nothing() -> None:
    price = AskedPrice(OfferId("film"), 60)
    assert list(faults_of_prices([price], KRED)) == []
    assert [each.code for each in faults_of_prices([price, price], KRED)] == ["twice"]


def test_effects_are_set_beside_each_other_and_an_activity_with_two_stands_in_both() -> None:
    garden = replace(OPEN, effects=(Effect.NETWORK, Effect.HEALTH), grants=(SPRING,))
    walk = replace(OPEN, id=ActivityId("tur"), effects=(Effect.HEALTH,), grants=(replace(SPRING, minutes=60),))
    told = by_effect([GrantLine(garden, "Lund", None, 150, 30), GrantLine(walk, "Lund", None, 0, 60)])
    assert told == [EffectLine(Effect.HEALTH, 2, 240, 90), EffectLine(Effect.NETWORK, 1, 180, 30)]


@pytest.mark.parametrize(("minutes", "shown"), [(0, 0), (599, 0), (600, 600), (750, 600)])
def test_a_figure_told_outside_is_in_whole_tens_of_hours_or_not_told(minutes: int, shown: int) -> None:
    assert in_public(minutes, is_told=True) == shown
    assert in_public(minutes, is_told=False) is None


def test_an_effect_adds_up_nothing_where_one_of_its_activities_is_not_told() -> None:
    health = replace(OPEN, effects=(Effect.HEALTH,), grants=(SPRING,))
    told = by_effect([GrantLine(health, "Lund", None, 0, 600), GrantLine(health, "Lund", None, None, None)])
    assert [each.awarded for each in told] == [None]
