"""The next period: a new card when somebody has decided so, fresh counters, and who has grown too old."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cards.actions import Asked, AskedToRenew, GivenOut, Issued
from chalicelib.cards.rules import Status, next_period, renewal, too_old_for_the_next
from chalicelib.shared.answers import ConflictError, OpplevError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CallerId, CardNumber, ProgrammeId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import State
from tests.cards.desk import (
    CARD,
    KORT,
    LOST,
    NAV,
    PROGRAMME,
    TENANT,
    TODAY,
    Desk,
    application,
    configuration,
    everything,
    faults,
    let_in,
    rows,
)
from tests.cards.test_rules import HELD
from tests.cards.test_store import Clock

pytestmark = pytest.mark.usefixtures("fresh_table")
YEARLY = {"valid_until": date(2030, 12, 31), "validity": "P1Y"}
NEXT = ProgrammeId("kort-2027")


def code_of(ask: Callable[[], Any]) -> str:
    with pytest.raises(OpplevError) as refused:
        ask()
    return refused.value.code


def renew(desk: Desk, number: CardNumber, *, key: str = "renew-1", into: ProgrammeId = KORT, **also: Any) -> Issued:
    return desk.open.renew(TENANT, number, into, by=NAV, key=key, now=desk.now, **also)


def with_next_year(**changes: Any) -> Any:
    terms = configuration()
    coming = replace(PROGRAMME, id=NEXT, code=8, valid_from=date(2027, 1, 1), valid_until=date(2027, 12, 31), **changes)
    return replace(terms, programmes={**terms.programmes, NEXT: coming})


# The rules


@pytest.mark.parametrize(
    ("last", "today", "first"),
    [
        (date(2026, 12, 31), date(2026, 11, 1), date(2027, 1, 1)),  # ahead: the day after the card's last
        (date(2026, 12, 31), date(2026, 12, 31), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 2, 10), date(2027, 2, 10)),  # late: from the day it is done
    ],
)
def test_the_next_period_begins_the_day_after_or_today(last: date, today: date, first: date) -> None:
    assert next_period(replace(HELD, valid_until=last), today) == first


@pytest.mark.parametrize(
    ("born", "too_old"),
    [
        (2008, False),  # 18 until the birthday in 2027
        (2007, True),  # 19 or 20 all through 2027
        (2009, False),
        (None, False),  # nobody's
    ],
)
def test_who_is_too_old_for_the_next_period_is_known_by_the_year(born: int | None, too_old: bool) -> None:  # noqa: FBT001  a case
    assert too_old_for_the_next(replace(HELD, birth_year=born), PROGRAMME, TODAY) is too_old


def test_a_renewal_asks_for_the_same_child_and_nothing_of_the_past() -> None:
    held = replace(HELD, external_ref="ref-1", unit="nav-1", family_ref="fam-1", funding="kultur", language="so")
    asked = renewal(held, PROGRAMME, TODAY)
    assert (asked.external_ref, asked.birth_year, asked.language) == ("ref-1", 2015, "so")
    assert (asked.unit, asked.family_ref, asked.funding_source) == ("nav-1", "fam-1", "kultur")
    assert (asked.valid_from, asked.valid_until) == (date(2027, 1, 1), None)
    later = replace(PROGRAMME, valid_from=date(2027, 8, 1))
    assert renewal(held, later, TODAY).valid_from == date(2027, 8, 1)


@pytest.mark.parametrize("status", [Status.BLANK, Status.REPLACED, Status.ENDED])
def test_a_card_that_is_nobodys_is_not_renewed(status: Status) -> None:
    with pytest.raises(ConflictError) as refused:
        renewal(replace(HELD, status=status, external_ref="ref-1"), PROGRAMME, TODAY)
    assert refused.value.code == "not_in_that_state"


# Renewing


def test_a_card_is_renewed_before_it_ends_with_fresh_counters_and_the_old_one_stays() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue(unit="nav-1", language="so").card
    let_in(old.number)
    used, history = desk.open.get(TENANT, old.number, now=desk.now)
    new = renew(desk.later(days=200), old.number).card
    assert (new.valid_from, new.valid_until) == (date(2027, 3, 2), date(2028, 3, 1))
    assert (new.external_ref, new.birth_year, new.unit, new.language) == ("ref-1", 2015, "nav-1", "so")
    assert (new.uses, new.last, new.latest) == ({}, {}, None)
    assert new.number != old.number
    assert new.key != old.key
    assert desk.open.get(TENANT, old.number, now=desk.now) == (used, history)
    assert used.uses == {"swim@card": 1}
    assert [entry.status for entry in desk.open.get(TENANT, new.number, now=desk.now)[1]] == [Status.ACTIVE]
    assert {card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)} == {old.number, new.number}


@pytest.mark.parametrize(
    ("per", "spent_on", "goes_on"),
    [
        (Period.YEAR, "øre@2026", {"øre@2026": 1}),  # half-year cards of one year share the child's kroner
        (Period.YEAR, "øre@2025", {}),  # another year's are over
        (Period.CARD, "øre@card", {}),  # a ceiling of the card's own starts afresh
    ],
)
@pytest.mark.parametrize("by_list", [False, True])
def test_what_was_paid_for_a_child_this_year_goes_on_counting_on_its_next_card(
    per: Period, spent_on: str, goes_on: dict[str, int], *, by_list: bool
) -> None:
    half_years = {"validity": "P6M", "valid_until": date(2030, 12, 31), "ceiling": Ore(2_000_00), "ceiling_per": per}
    desk = Desk(configuration(**half_years))
    old = desk.issue().card
    let_in(old.number, spent_on)
    let_in(old.number, "swim@2026")
    desk.later(days=150)
    if by_list:
        (made,) = desk.open.renew_many(TENANT, [AskedToRenew("r", old.number, KORT)], by=NAV, now=desk.now)
        assert isinstance(made, GivenOut)
        number = made.number
    else:
        number = renew(desk, old.number).card.number
    assert desk.open.get(TENANT, number, now=desk.now)[0].uses == goes_on


def test_nothing_renews_by_itself_and_a_late_renewal_starts_today() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    desk.now = datetime(2027, 6, 1, 9, tzinfo=UTC)
    assert len(rows("card")) == 1
    new = renew(desk, old.number).card
    assert new.valid_from == date(2027, 6, 1)
    assert len(rows("card")) == 2


def test_the_same_renewal_again_is_the_same_card_also_on_another_day() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    first = renew(desk, old.number)
    desk.open.end(TENANT, old.number, reason="ended", by=NAV, now=desk.later(days=3).now)
    desk.terms = configuration(**YEARLY, state=State.CLOSED)
    again = renew(desk, old.number)
    assert (again.card, again.replayed) == (first.card, True)
    assert code_of(lambda: renew(desk, old.number, into=NEXT)) == "idempotency_conflict"
    assert len(rows("card")) == 2


def test_a_card_is_renewed_once() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    renew(desk, old.number)
    assert code_of(lambda: renew(desk, old.number, key="renew-2")) == "already_has_card"
    with ThreadPoolExecutor(4) as offices:
        other = desk.issue("ref-2").card.number

        def outcome(each: int) -> str:
            try:
                return str(renew(desk, other, key=f"key-{each}").card.status)
            except OpplevError as error:
                return error.code

        outcomes = list(offices.map(outcome, range(4)))
    assert sorted(outcomes) == ["active", *["already_has_card"] * 3]


def test_a_renewal_whose_answer_was_lost_is_made_once() -> None:
    desk = Desk(configuration(**YEARLY), store=Clock().store())
    old = desk.issue().card
    with faults("TransactWriteItems", LOST):
        assert not renew(desk, old.number).replayed
    assert len(rows("card")) == 2


def test_a_card_is_renewed_into_the_programme_of_the_next_year_and_counts_there() -> None:
    desk = Desk(with_next_year(quota=1))
    old = desk.issue().card
    new = renew(desk, old.number, into=NEXT).card
    assert (new.programme, new.valid_from, new.valid_until) == (NEXT, date(2027, 1, 1), date(2027, 12, 31))
    programmes = desk.terms.programmes
    assert desk.open.used_of_quota(TENANT, programmes[NEXT], date(2027, 1, 1)) == 1
    assert desk.open.used_of_quota(TENANT, programmes[KORT], TODAY) == 1
    other = desk.issue("ref-2").card
    assert code_of(lambda: renew(desk, other.number, into=NEXT, key="renew-2")) == "quota_reached"


def test_who_is_too_old_or_out_of_the_programme_is_told_so_and_nothing_is_written() -> None:
    desk = Desk(with_next_year())
    old = desk.issue(birth_year=2007).card
    young = desk.issue("ref-2").card
    before = everything()
    assert code_of(lambda: renew(desk, old.number, into=NEXT)) == "age_outside_programme"
    assert code_of(lambda: renew(desk, young.number, into=KORT)) == "outside_programme"  # it ends with the card
    assert code_of(lambda: renew(desk, young.number, into=ProgrammeId("none"))) == "unknown_programme"
    assert code_of(lambda: renew(desk, CARD)) == "unknown_card"
    assert everything() == before


def test_a_blocked_card_may_be_renewed_and_an_ended_one_not() -> None:
    desk = Desk(configuration(**YEARLY))
    one, two = desk.issue("ref-1").card.number, desk.issue("ref-2").card.number
    desk.open.block(TENANT, one, reason="lost", by=NAV, now=desk.later(minutes=1).now)
    desk.open.end(TENANT, two, reason="ended", by=NAV, now=desk.now)
    assert renew(desk, one).card.status is Status.ACTIVE
    assert desk.open.get(TENANT, one, now=desk.now)[0].status is Status.BLOCKED
    assert code_of(lambda: renew(desk, two, key="renew-2")) == "not_in_that_state"


def test_a_blank_of_the_next_year_may_be_the_new_card() -> None:
    desk = Desk(with_next_year())
    old = desk.issue().card
    make = desk.open.stock
    (blank,) = make(TENANT, NEXT, 1, by=CallerId("local/kultur"), key="s", now=desk.now)
    (wrong,) = make(TENANT, KORT, 1, by=CallerId("local/kultur"), key="w", now=desk.now)
    assert code_of(lambda: renew(desk, old.number, into=NEXT, stock=wrong.number, key="r")) == "other_programme"
    made = renew(desk, old.number, into=NEXT, stock=blank.number)
    assert (made.card.number, made.card.status, made.card.external_ref) == (blank.number, Status.ACTIVE, "ref-1")
    assert renew(desk, old.number, into=NEXT, stock=blank.number).replayed
    assert code_of(lambda: renew(desk, old.number, into=NEXT)) == "idempotency_conflict"


# The work list


def due(desk: Desk, **page: Any) -> list[str]:
    found = desk.open.expiring(TENANT, KORT, before=date(2031, 1, 1), now=desk.now, **page)
    return [str(card.external_ref) for card in found]


def test_a_card_renewed_into_another_programme_leaves_the_work_list_and_others_stay() -> None:
    desk = Desk(with_next_year())
    one, two = desk.issue("ref-1").card, desk.issue("ref-2").card
    desk.issue("ref-2", key="both", programme=NEXT)  # has a card there, and nobody renewed this one
    assert sorted(due(desk)) == ["ref-1", "ref-2"]
    new = renew(desk, one.number, into=NEXT).card
    assert due(desk) == ["ref-2"]
    desk.open.replace(TENANT, new.number, reason="lost", by=NAV, now=desk.later(minutes=1).now)
    assert due(desk) == ["ref-2"]
    assert {card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)} >= {one.number}
    assert two.external_ref == "ref-2"


def test_a_card_whose_successor_was_ended_is_on_the_work_list_again() -> None:
    desk = Desk(with_next_year())
    one = desk.issue("ref-1").card
    new = renew(desk, one.number, into=NEXT).card
    desk.open.end(TENANT, new.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert due(desk) == ["ref-1"]


def test_the_pages_of_the_work_list_are_the_list() -> None:
    desk = Desk(configuration(**YEARLY, quota=None))
    for each in range(12):
        day = date(2026, 3 + each % 5, 2 + each % 3)
        desk.issue(f"ref-{each}", valid_from=date(2026, 3, 2), valid_until=day)
    whole = due(desk)
    assert len(whole) == 12
    for size in (1, 4, 5, 12, 50):
        paged: list[str] = []
        after = None
        while page := desk.open.expiring(TENANT, KORT, before=date(2031, 1, 1), now=desk.now, after=after, most=size):
            assert len(page) <= size
            paged += [str(card.external_ref) for card in page]
            after = (page[-1].valid_until, page[-1].number)
        assert paged == whole


def test_a_page_is_full_also_where_many_of_a_month_have_been_renewed() -> None:
    desk = Desk(configuration(**YEARLY, quota=None))
    wanted = [Asked(f"row-{each}", application(f"ref-{each}")) for each in range(230)]
    made = desk.open.in_one_go().issue_many(TENANT, wanted, by=NAV, now=desk.now)
    numbers = sorted(each.number for each in made if isinstance(each, GivenOut))
    for each in numbers[:120]:
        renew(desk, each, key=f"r-{each}")
    first = desk.open.expiring(TENANT, KORT, before=date(2027, 3, 2), now=desk.now, most=50)
    assert [card.number for card in first] == numbers[120:170]
    rest = desk.open.expiring(
        TENANT, KORT, before=date(2027, 3, 2), now=desk.now, after=(first[-1].valid_until, first[-1].number)
    )
    assert [card.number for card in rest] == numbers[170:]


def test_a_cursor_from_beyond_the_list_gives_an_empty_page() -> None:
    desk = Desk()
    desk.issue()
    assert due(desk, after=(date(2031, 1, 1), CARD)) == []
    assert due(desk, after=(date(9999, 12, 31), CARD)) == []
    assert due(desk, after=(date(1, 1, 1), CARD)) == ["ref-1"]


# A renewal taken back


def take_back(desk: Desk, number: CardNumber) -> Any:
    return desk.open.cancel_renewal(TENANT, number, by=NAV, now=desk.later(minutes=1).now)


def waiting(desk: Desk) -> list[CardNumber]:
    return [card.number for card in desk.open.expiring(TENANT, KORT, before=date(2027, 6, 1), now=desk.now)]


def test_a_renewal_taken_back_ends_the_new_card_and_gives_the_old_one_its_standing() -> None:
    desk = Desk(configuration(**YEARLY, quota=2))
    old = desk.issue().card
    assert code_of(lambda: take_back(desk, old.number)) == "not_renewed"
    new = renew(desk, old.number).card
    assert waiting(desk) == []
    assert take_back(desk, old.number).number == old.number
    assert desk.open.get(TENANT, new.number, now=desk.now)[0].status is Status.ENDED
    kept, history = desk.open.get(TENANT, old.number, now=desk.now)
    assert (kept.status, [entry.reason for entry in history]) == (Status.ACTIVE, [None, "renewal_cancelled"])
    assert waiting(desk) == [old.number]
    assert [card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)] == [old.number]
    assert desk.open.used_of_quota(TENANT, desk.terms.programmes[KORT], date(2027, 3, 2)) == 0
    assert code_of(lambda: desk.issue("ref-1", key="a second")) == "already_has_card"
    before = everything()
    assert take_back(desk, old.number).number == old.number  # the answer was lost, and it is asked again
    assert everything() == before
    assert renew(desk, old.number, key="renew-2").card.number != new.number


def test_to_end_the_new_card_before_its_first_day_is_to_take_the_renewal_back() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    new = renew(desk, old.number).card
    desk.open.end(TENANT, new.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert due(desk) == ["ref-1"]
    assert renew(desk, old.number, key="renew-2").card.valid_from == new.valid_from


def test_a_new_card_whose_first_day_has_come_is_not_taken_back() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    new = renew(desk, old.number).card
    desk.now = datetime(2027, 3, 2, 9, tzinfo=UTC)
    before = everything()
    assert code_of(lambda: take_back(desk, old.number)) == "renewal_has_begun"
    assert everything() == before
    desk.open.end(TENANT, new.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert desk.issue("ref-1", key="a new one").card.status is Status.ACTIVE


def test_a_renewal_into_the_next_programme_is_taken_back_there() -> None:
    desk = Desk(with_next_year(quota=1))
    old = desk.issue().card
    new = renew(desk, old.number, into=NEXT).card
    take_back(desk, old.number)
    assert desk.open.get(TENANT, new.number, now=desk.now)[0].status is Status.ENDED
    again = renew(desk, old.number, into=NEXT, key="renew-again").card
    take_back(desk, old.number)
    assert desk.open.get(TENANT, again.number, now=desk.now)[0].status is Status.ENDED
    assert due(desk) == ["ref-1"]
    assert renew(desk, old.number, into=NEXT, key="renew-2").card.status is Status.ACTIVE  # the place is free again


def test_a_renewal_is_taken_back_also_when_either_card_was_replaced_meanwhile() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    new = renew(desk, old.number).card
    carried = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.later(minutes=1).now).card
    following = desk.open.replace(TENANT, new.number, reason="damaged", by=NAV, now=desk.later(minutes=1).now).card
    assert take_back(desk, carried.number).number == carried.number
    assert desk.open.get(TENANT, following.number, now=desk.now)[0].status is Status.ENDED
    assert due(desk) == ["ref-1"]
    assert [card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)] == [carried.number]


def test_a_renewal_taken_back_from_four_windows_at_once_gives_its_place_back_once() -> None:
    desk = Desk(configuration(**YEARLY))
    old = desk.issue().card
    renew(desk, old.number)
    ask = desk.open.cancel_renewal
    with ThreadPoolExecutor(4) as offices:
        asked = [offices.submit(ask, TENANT, old.number, by=NAV, now=desk.now) for _ in range(4)]
        assert {each.result().number for each in asked} == {old.number}
    assert desk.open.used_of_quota(TENANT, desk.terms.programmes[KORT], date(2027, 3, 2)) == 0


# Many at once


def renew_list(desk: Desk, *asked: AskedToRenew) -> list[str]:
    came_of = desk.open.in_one_go().renew_many(TENANT, asked, by=NAV, now=desk.now)
    return [each.code if isinstance(each, OpplevError) else "again" if each.replayed else "new" for each in came_of]


def test_a_list_is_renewed_row_by_row_once_and_a_bad_row_stops_no_other() -> None:
    desk = Desk(configuration(**YEARLY, quota=None))
    numbers = [desk.issue(f"ref-{each}").card.number for each in range(24)]
    desk.open.end(TENANT, numbers[3], reason="ended", by=NAV, now=desk.later(minutes=1).now)
    renew(desk, numbers[5], key="by itself")
    asked = [AskedToRenew(f"row-{each}", number, KORT) for each, number in enumerate(numbers)]
    asked[7] = replace(asked[7], programme=ProgrammeId("none"))
    asked.append(AskedToRenew("row-x", CardNumber("999999999999"), KORT))
    expected = ["new"] * 24 + ["unknown_card"]
    expected[3], expected[5], expected[7] = "not_in_that_state", "already_has_card", "unknown_programme"
    assert renew_list(desk, *asked) == expected
    again = renew_list(desk, *asked)
    assert again == ["again" if said == "new" else said for said in expected]
    assert len(rows("card")) == 24 + 22
    assert waiting(desk) == [numbers[7]]
    assert renew(desk, numbers[0], key="row-0").replayed  # a row is the same request as the renewal by itself


def test_a_list_may_be_renewed_onto_blanks() -> None:
    desk = Desk(with_next_year())
    one, two = desk.issue("ref-1").card.number, desk.issue("ref-2").card.number
    blanks = desk.open.stock(TENANT, NEXT, 2, by=CallerId("local/kultur"), key="s", now=desk.now)
    asked = [
        AskedToRenew("row-1", one, NEXT, blanks[0].number),
        AskedToRenew("row-2", two, NEXT, blanks[0].number),  # the same blank
    ]
    assert renew_list(desk, *asked) == ["new", "not_in_that_state"]
    asked[1] = replace(asked[1], stock=blanks[1].number)
    assert renew_list(desk, *asked) == ["again", "new"]
    assert {card.external_ref for card in desk.open.find(TENANT, "ref-2", now=desk.now)} == {"ref-2"}
