"""Who may come in, as a table: facts on the left, the answer on the right."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cards.rules import Card, LatestUse, Status
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardKey, CardNumber, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Counts, State
from chalicelib.visits.rules import (
    Admitted,
    Because,
    Facts,
    Flag,
    Refused,
    ToPay,
    company,
    day_of,
    decide,
    flags_of,
    minutes_since_use,
    nearest,
    over_and_done,
    reasons,
    verdict_on,
)
from tests.visits.till import AGREEMENT, CARD_YEAR, NOON, POOL, PROGRAMME, SWIM, configuration

DAY = date(2026, 11, 22)
CARD = Card(
    number=CardNumber("123456789012"),
    key=CardKey("k"),
    status=Status.ACTIVE,
    programme=CARD_YEAR,
    valid_from=date(2026, 1, 1),
    valid_until=date(2026, 12, 31),
)
OFFER = configuration().offers[(POOL, SWIM)]
GOOD = Facts(card=CARD, programme=PROGRAMME, offer=OFFER, agreement=AGREEMENT, known_here=True, day=DAY)


def facts(
    *,
    card: dict[str, Any] | None = None,
    programme: dict[str, Any] | None = None,
    agreement: dict[str, Any] | None = None,
    **changes: Any,
) -> Facts:
    """Give good facts with a few changes."""
    return replace(
        GOOD,
        **{
            "card": replace(CARD, **(card or {})),
            "programme": replace(PROGRAMME, **(programme or {})),
            "agreement": replace(AGREEMENT, **(agreement or {})),
        }
        | changes,
    )


CEILING: dict[str, Any] = {"ceiling": Ore(150_00)}

TABLE = [
    # A card with nothing used: two may come, five are left before them.
    (facts(), Admitted(2, 5)),
    # One visit takes one mark, however many come.
    (facts(persons=1), Admitted(1, 4)),
    (facts(persons=2), Admitted(2, 4)),
    # Where every person counts, two take two.
    (facts(programme={"counts": Counts.PERSON}, persons=2), Admitted(2, 3)),
    # Free all year: nothing to count down.
    (facts(agreement={"limit": None}, persons=2), Admitted(2, None)),
    (facts(agreement={"limit": None}), Admitted(2, None)),
    # The last mark is still a mark.
    (facts(card={"uses": {"swim@2026": 4}}, persons=1), Admitted(1, 0)),
    # Marks of another period or quota do not count.
    (facts(card={"uses": {"swim@2025": 5, "film@2026": 5}}, persons=1), Admitted(1, 4)),
    # The first and the last day of the card are both good.
    (facts(day=date(2026, 1, 1), persons=1), Admitted(1, 4)),
    (facts(day=date(2026, 12, 31), persons=1), Admitted(1, 4)),
    # A leap day is a day.
    (facts(card={"valid_from": date(2028, 2, 29), "valid_until": date(2028, 2, 29)},
           programme={"valid_until": date(2028, 12, 31)}, day=date(2028, 2, 29), persons=1), Admitted(1, 4)),
    # Used today, and the programme does not mind.
    (facts(card={"last": {"swim": DAY}}, persons=1), Admitted(1, 4)),
    # Once a day, and it was yesterday, or elsewhere, or a later day already arrived from another queue.
    (facts(programme={"once_per_day": True}, card={"last": {"swim": date(2026, 11, 21)}}, persons=1), Admitted(1, 4)),
    (facts(programme={"once_per_day": True}, card={"last": {"film": DAY}}, persons=1), Admitted(1, 4)),
    (facts(programme={"once_per_day": True}, card={"last": {"swim": date(2026, 11, 23)}}, persons=1), Admitted(1, 4)),
    # Nobody may come along: the look says one.
    (facts(programme={"companion": "none"}), Admitted(1, 5)),
    (facts(agreement={"companion_allowed": False}), Admitted(1, 5)),
    (facts(agreement={"persons_max": 1}), Admitted(1, 5)),
    # A group of four, and marks for three of them where each counts.
    (facts(agreement={"persons_max": 4}), Admitted(4, 5)),
    (facts(agreement={"persons_max": 4}, programme={"counts": Counts.PERSON}, card={"uses": {"swim@2026": 2}}),
     Admitted(3, 3)),
    # A token of ours that somebody wrote themselves.
    (facts(forged=True, card=None), Refused(Because.FORGED_CARD)),
    # A tag that says it is a copy, of a card that is good.
    (facts(copied=True), Refused(Because.COPIED_TAG)),
    # No such number.
    (replace(GOOD, card=None, programme=None, agreement=None, known_here=False),
     Refused(Because.UNKNOWN_CARD)),
    # A card from the drawer that nobody has been given is not known online.
    (facts(card={"status": Status.BLANK}), Refused(Because.UNKNOWN_CARD)),
    # Lost and given anew; blocked; given up.
    (facts(card={"status": Status.REPLACED}), Refused(Because.REPLACED)),
    (facts(card={"status": Status.BLOCKED}), Refused(Because.BLOCKED)),
    (facts(card={"status": Status.ENDED}), Refused(Because.EXPIRED)),
    # The day before and the day after.
    (facts(day=date(2025, 12, 31)), Refused(Because.NOT_YET_VALID)),
    (facts(day=date(2027, 1, 1)), Refused(Because.EXPIRED)),
    # The municipality closed the programme early, or its own dates are over before the card's, or it is not known yet.
    (facts(programme={"state": State.CLOSED}), Refused(Because.PROGRAMME_CLOSED)),
    (facts(programme={"valid_until": date(2026, 11, 21)}), Refused(Because.PROGRAMME_CLOSED)),
    (replace(GOOD, programme=None), Refused(Because.PROGRAMME_CLOSED)),
    # The offer is another venue's, or this venue never had a part in the programme.
    (replace(GOOD, offer=None, agreement=None), Refused(Because.NOT_THIS_VENUE)),
    (replace(GOOD, agreement=None, known_here=False), Refused(Because.NOT_THIS_VENUE)),
    # The venue is in it, but not with this offer on this day.
    (replace(GOOD, agreement=None), Refused(Because.NO_AGREEMENT)),
    # All five used, one or two asked, or over already by a queue; the look says none may come.
    (facts(card={"uses": {"swim@2026": 5}}, persons=1), Refused(Because.ALLOWANCE_USED_UP)),
    (facts(card={"uses": {"swim@2026": 5}}), Refused(Because.ALLOWANCE_USED_UP)),
    (facts(card={"uses": {"swim@2026": 8}}, persons=2), Refused(Because.ALLOWANCE_USED_UP)),
    # One mark left where each person counts: two may not, one could.
    (facts(card={"uses": {"swim@2026": 4}}, programme={"counts": Counts.PERSON}, persons=2),
     Refused(Because.ALLOWANCE_USED_UP, 1)),
    # Once a day, and it was today.
    (facts(programme={"once_per_day": True}, card={"last": {"swim": DAY}}, persons=1), Refused(Because.USED_TODAY)),
    # Two ask where one may come; three where two may.
    (facts(programme={"companion": "none"}, persons=2), Refused(Because.COMPANION_NOT_ALLOWED, 1)),
    (facts(agreement={"companion_allowed": False}, persons=2), Refused(Because.COMPANION_NOT_ALLOWED, 1)),
    (facts(persons=3), Refused(Because.COMPANION_NOT_ALLOWED, 2)),
    # Nobody may come along and one mark is left: it is the company that is wrong, not the allowance.
    (facts(agreement={"companion_allowed": False}, programme={"counts": Counts.PERSON},
           card={"uses": {"swim@2026": 4}}, persons=2), Refused(Because.COMPANION_NOT_ALLOWED, 1)),
    # The agreement counts persons where the programme counts visits, and the other way round.
    (facts(agreement={"counts": Counts.PERSON}, persons=2), Admitted(2, 3)),
    (facts(agreement={"counts": Counts.VISIT}, programme={"counts": Counts.PERSON}, persons=2), Admitted(2, 4)),
    # A family visit: the household, as many as the agreement takes, for one mark; or one each.
    (facts(programme={"companion": "family"}, agreement={"persons_max": 6}, persons=6), Admitted(6, 4)),
    (facts(programme={"companion": "family"}, agreement={"persons_max": 6, "counts": Counts.PERSON}), Admitted(5, 5)),
    (facts(programme={"companion": "family"}, agreement={"persons_max": 6}, persons=7),
     Refused(Because.COMPANION_NOT_ALLOWED, 6)),
    # Two children on one card: together with one companion, one mark for the visit or one each.
    (facts(card={"siblings": 1}), Admitted(3, 5)),
    (facts(card={"siblings": 1}, persons=3), Admitted(3, 4)),
    (facts(card={"siblings": 1}, agreement={"counts": Counts.PERSON}, persons=2), Admitted(2, 3)),
    (facts(card={"siblings": 1, "uses": {"swim@2026": 4}}, agreement={"counts": Counts.PERSON}, persons=2),
     Refused(Because.ALLOWANCE_USED_UP, 1)),
    # They also come together where nobody else may; a household already has them in it.
    (facts(card={"siblings": 1}, programme={"companion": "none"}), Admitted(2, 5)),
    (facts(card={"siblings": 1}, programme={"companion": "family"}, agreement={"persons_max": 4}), Admitted(4, 5)),
    (facts(card={"siblings": 1}, programme={"companion": "none"}, persons=3),
     Refused(Because.COMPANION_NOT_ALLOWED, 2)),
    # A ceiling of 150 kroner pays for three visits at 47.50 for the child, or for one with a companion at 60 more.
    (facts(programme=CEILING), Admitted(2, 3)),
    (facts(programme=CEILING, agreement={"limit": None}, persons=1), Admitted(1, 2)),
    (facts(programme=CEILING, agreement={"limit": None}, persons=2), Admitted(2, 0)),
    # The marks are fewer than what the money pays for.
    (facts(programme=CEILING, card={"uses": {"swim@2026": 4}}, persons=1), Admitted(1, 0)),
    # To the øre: the last visit is paid, and one øre short it is not.
    (facts(programme=CEILING, card={"uses": {"øre@2026": 150_00 - 47_50}}, persons=1), Admitted(1, 0)),
    (facts(programme=CEILING, card={"uses": {"øre@2026": 150_00 - 47_49}}, persons=1),
     Refused(Because.ALLOWANCE_USED_UP)),
    # The money pays for the child and not for the companion.
    (facts(programme=CEILING, card={"uses": {"øre@2026": 150_00 - 60_00}}), Admitted(1, 1)),
    (facts(programme=CEILING, card={"uses": {"øre@2026": 150_00 - 60_00}}, persons=2),
     Refused(Because.ALLOWANCE_USED_UP, 1)),
    # What costs the municipality nothing is let in with the ceiling reached; another year's money does not count.
    (facts(programme=CEILING, agreement={"reimburse": 0}, card={"uses": {"øre@2026": 150_00}}, persons=2),
     Admitted(2, 4)),
    (facts(programme=CEILING, card={"uses": {"øre@2025": 150_00}}, persons=1), Admitted(1, 2)),
    (facts(programme=CEILING | {"ceiling_per": Period.MONTH}, card={"uses": {"øre@2026-10": 150_00}}), Admitted(2, 3)),
]  # fmt: skip


@pytest.mark.parametrize(("given", "answer"), TABLE)
def test_the_table_of_who_may_come_in(given: Facts, answer: Admitted | Refused) -> None:
    assert decide(given) == answer


def test_every_reason_stands_in_the_table() -> None:
    assert {answer.because for _, answer in TABLE if isinstance(answer, Refused)} == set(Because)


def test_where_everything_is_wrong_the_most_fundamental_reason_is_given_and_all_are_known() -> None:
    wrong = facts(
        card={"status": Status.BLOCKED, "uses": {"swim@2027": 5}, "last": {"swim": date(2027, 1, 1)}},
        programme={"state": State.CLOSED, "once_per_day": True, "companion": "none"},
        known_here=False,
        day=date(2027, 1, 1),
        persons=2,
    )
    assert reasons(wrong) == (
        Because.BLOCKED,
        Because.EXPIRED,
        Because.PROGRAMME_CLOSED,
        Because.NOT_THIS_VENUE,
        Because.ALLOWANCE_USED_UP,
        Because.USED_TODAY,
        Because.COMPANION_NOT_ALLOWED,
    )
    assert reasons(replace(wrong, forged=True)) == (Because.FORGED_CARD,)
    # The tag stands first and the others after it, since a queue's visit is flagged for all of them.
    assert reasons(replace(wrong, copied=True)) == (Because.COPIED_TAG, *reasons(wrong))


def test_what_happened_all_the_same_is_flagged_by_what_spoke_against_it_once_each() -> None:
    assert flags_of((Because.BLOCKED, Because.EXPIRED, Because.PROGRAMME_CLOSED, Because.USED_TODAY)) == (
        Flag.BLOCKED,
        Flag.ENDED,
        Flag.OVER,
    )
    assert flags_of((Because.UNKNOWN_CARD, Because.NO_AGREEMENT)) == (Flag.BLANK, Flag.NO_AGREEMENT)


@pytest.mark.parametrize(
    ("rule", "allowed", "most", "said"),
    [
        ("any", True, 2, "any"),
        ("adult", True, 2, "adult"),
        ("adult_under:13", True, 2, "adult_under:13"),
        ("none", True, 2, "none"),
        ("any", False, 2, "none"),  # the agreement narrows
        ("none", True, 4, "none"),  # and cannot widen
        ("adult_under:13", True, 1, "none"),
    ],
)
def test_the_agreement_may_narrow_the_companion_rule_and_never_widen_it(
    rule: str, allowed: object, most: int, said: str
) -> None:
    terms = replace(AGREEMENT, companion_allowed=bool(allowed), persons_max=most)
    assert company(replace(PROGRAMME, companion=rule), terms, None) == said


@pytest.mark.parametrize(
    ("rule", "given", "most", "said"),
    [
        ("adult_under:14", Companion.ADULT, 2, "adult"),  # a child of 13
        ("adult_under:14", Companion.ANY, 2, "any"),  # one of 14
        ("adult_only_under:14", Companion.ADULT, 2, "adult"),
        ("adult_only_under:14", Companion.NONE, 1, "none"),
    ],
)
def test_who_may_come_along_by_age_is_what_the_card_was_given_at_issue(
    rule: str, given: Companion, most: int, said: str
) -> None:
    here = facts(programme={"companion": rule}, card={"flags": Flags(companion=given).byte})
    assert company(here.programme, here.agreement, here.card) == said
    verdict = verdict_on(here, SWIM, used_minutes_ago=None)
    assert (verdict.persons, verdict.companion) == (most, said)


def test_a_yes_tells_what_the_till_needs() -> None:
    verdict = verdict_on(facts(), SWIM, used_minutes_ago=4)
    assert (verdict.admitted, verdict.because, verdict.persons, verdict.left, verdict.limit) == (True, None, 2, 5, 5)
    assert (verdict.included, verdict.excluded, verdict.age_limit) == (("entrance",), ("locker",), 4)
    assert (verdict.to_pay, verdict.period) == (ToPay(AGREEMENT.copay_holder, AGREEMENT.copay_companion), Period.YEAR)
    assert (verdict.companion, verdict.valid_until, verdict.used_minutes_ago) == ("any", date(2026, 12, 31), 4)


@pytest.mark.parametrize("status", [Status.BLANK, Status.BLOCKED, Status.REPLACED, Status.ENDED])
def test_a_card_that_is_no_good_tells_nothing_about_itself(status: Status) -> None:
    verdict = verdict_on(facts(card={"status": status, "uses": {"swim@2026": 5}}), SWIM, used_minutes_ago=None)
    told = (verdict.left, verdict.limit, verdict.period, verdict.to_pay, verdict.valid_until, verdict.persons)
    assert told == (None, None, None, None, None, 0)


def test_an_expired_card_says_when_and_a_used_up_one_says_of_how_many() -> None:
    expired = verdict_on(facts(day=date(2027, 1, 1)), SWIM, used_minutes_ago=None)
    assert (expired.valid_until, expired.left, expired.limit) == (date(2026, 12, 31), None, None)
    spent = verdict_on(facts(card={"uses": {"swim@2026": 7}}), SWIM, used_minutes_ago=None)
    assert (spent.left, spent.limit, spent.persons) == (0, 5, 0)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (NOON, DAY),
        (NOON + timedelta(minutes=2), DAY),  # a clock slightly ahead
        (NOON + timedelta(minutes=2, seconds=1), None),  # a clock that is wrong
        (NOON - timedelta(days=14), date(2026, 11, 8)),  # as old as a queue may be
        (NOON - timedelta(days=14, seconds=1), None),
    ],
)
def test_a_phone_s_clock_is_believed_within_bounds(at: datetime, day: date | None) -> None:
    assert day_of(at, now=NOON, offline_days=14) == day


@pytest.mark.parametrize(
    ("at", "now", "day"),
    [
        # Half past eleven at night in London is half past midnight in Oslo.
        (datetime(2026, 12, 31, 23, 30, tzinfo=UTC), None, date(2027, 1, 1)),
        (datetime(2026, 12, 31, 22, 59, tzinfo=UTC), None, date(2026, 12, 31)),
        (datetime(2028, 2, 28, 23, 30, tzinfo=UTC), None, date(2028, 2, 29)),
        # Summer time: Oslo is two hours ahead until the night of 25 October 2026, and after that of 28 March.
        (datetime(2026, 10, 24, 22, 30, tzinfo=UTC), None, date(2026, 10, 25)),
        (datetime(2026, 10, 25, 22, 30, tzinfo=UTC), None, date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), None, date(2026, 10, 26)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), None, date(2026, 3, 29)),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), None, date(2026, 3, 30)),
        # A clock a minute ahead does not date a visit after its receipt.
        (datetime(2026, 12, 31, 23, 0, 30, tzinfo=UTC), datetime(2026, 12, 31, 22, 59, 30, tzinfo=UTC),
         date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_the_day_of_a_visit_is_the_day_in_oslo(at: datetime, now: datetime | None, day: date) -> None:
    assert day_of(at, now=now or at, offline_days=14) == day


def test_counters_are_kept_as_long_as_a_queue_may_hold_a_visit_of_their_period() -> None:
    card = replace(CARD, uses={"a@2026-11-08": 1, "a@2026-11-07": 1, "a@2026-10": 1, "a@2026-H1": 1, "b@card": 1})
    assert over_and_done(card, today=DAY, offline_days=14) == ("a@2026-11-07", "a@2026-10", "a@2026-H1")


@pytest.mark.parametrize(
    ("minutes", "venue", "said"),
    [
        (0, POOL, 0),
        (4, POOL, 4),
        (4, VenueId("kinoen"), None),  # another venue's use is not this till's to know
        (24 * 60, POOL, None),  # nor yesterday's
        (-1, POOL, 0),  # a clock ahead
    ],
)
def test_a_till_learns_only_of_its_own_venue_s_use_today(minutes: int, venue: VenueId, said: int | None) -> None:
    card = replace(CARD, latest=LatestUse(venue, "0f7d1a22", NOON - timedelta(minutes=minutes)))
    assert minutes_since_use(card, POOL, NOON) == said


def test_a_day_without_terms_is_counted_by_the_version_before_it_else_by_the_one_after() -> None:
    def version(starts: date, until: date) -> Agreement:
        return replace(AGREEMENT, starts=starts, until=until)

    spring = version(date(2026, 2, 1), date(2026, 5, 31))
    summer = version(date(2026, 6, 1), date(2026, 8, 31))
    winter = version(date(2026, 12, 1), date(2026, 12, 31))
    terms = configuration(agreements=(winter, spring, summer))
    assert nearest(terms, CARD_YEAR, OFFER, DAY) == summer
    assert nearest(terms, CARD_YEAR, OFFER, date(2026, 1, 15)) == spring
    assert nearest(configuration(agreements=()), CARD_YEAR, OFFER, DAY) is None
