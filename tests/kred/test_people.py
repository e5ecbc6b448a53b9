"""Members, sessions and spending on the real ledger, as people meet them."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib import table
from chalicelib.access.rules import Caller, Role
from chalicelib.kred.actions.members import Key
from chalicelib.kred.rules import spending
from chalicelib.kred.rules.members import AgeBand, Person, Standing
from chalicelib.kred.rules.sessions import Because, Seat, SessionKind
from chalicelib.ledger.rules import POT, member_account, partner_account
from chalicelib.shared.answers import ConflictError, ForbiddenError, RuleError, UnknownError
from chalicelib.shared.ids import CallerId, VenueId
from tests.kred.hall import CURRENCY, NOW, TENANT, Hall, device

AWARDER = Caller(TENANT, frozenset({Role.COORDINATOR}), CallerId("local/anne"))


@pytest.fixture
def hall(fresh_table: str) -> Hall:
    """Give the desks on an empty table."""
    assert fresh_table
    return Hall()


def key(hall: Hall, member: object, pin: str | None = "4711") -> Key:
    return Key(hall.token(member, hall.terms), pin)  # type: ignore[arg-type]


def all_at_once(times: int, do: Callable[[int], object]) -> list[object]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(do, range(times)))


# Joining


def test_whoever_scans_a_poster_joins_once_however_often_it_is_sent(hall: Hall) -> None:
    poster = hall.poster(hall.session())
    person = Person("Testperson Én", "nb", AgeBand.TWENTIES, consent=True, pin="4711")
    first = hall.desk.join("a-uuid", poster, person, now=NOW)
    again = hall.desk.join("a-uuid", poster, person, now=NOW)
    assert (again.member.id, again.url) == (first.member.id, first.url)
    assert hall.has(first.member) == 0
    with pytest.raises(ConflictError):
        hall.desk.join("a-uuid", poster, replace(person, name="Testperson To"), now=NOW)
    assert hall.session_store.session(TENANT, CURRENCY, first.member.joined_at).joined == 1  # type: ignore[arg-type,union-attr]


def test_a_poster_with_another_secret_is_no_poster(hall: Hall) -> None:
    poster = hall.poster(hall.session()).replace("hemmelig", "gjettet")
    person = Person("Testperson Én", "nb", AgeBand.TWENTIES, consent=True, pin="4711")
    with pytest.raises(UnknownError):
        hall.desk.join("a-uuid", poster, person, now=NOW)
    with pytest.raises(RuleError):
        hall.desk.join("a-uuid", hall.poster(hall.session()), person, now=NOW + timedelta(days=3))


def test_a_paper_code_earns_first_and_is_named_later_by_one_person_alone(hall: Hall) -> None:
    [paper] = hall.desk.prepare(TENANT, CURRENCY, count=1, organiser="bydelen", now=NOW)
    session = hall.session()
    assert isinstance(hall.sessions.check_in(TENANT, session, paper.url, now=NOW), Seat)
    [given] = hall.sessions.award(TENANT, session, by=AWARDER, only=None, now=NOW, in_time=lambda: True)
    assert given.done
    assert hall.has(paper.member) == 120
    hall.offer()
    refused = hall.spending.spend(device(), hall.asked(paper.member), now=NOW)
    assert refused.verdict.because is spending.Because.NOT_NAMED
    person = Person("Testperson Én", "nb", AgeBand.TWENTIES, consent=True, pin="4711")
    page = hall.desk.name(Key(paper.url, None), person, now=NOW)
    assert page.balance is not None
    assert page.balance.free == 120
    hall.desk.name(Key(paper.url, None), person, now=NOW)  # sent again
    with pytest.raises(ConflictError):
        hall.desk.name(Key(paper.url, None), replace(person, name="Testperson To"), now=NOW)
    assert hall.spending.spend(device(), hall.asked(paper.member), now=NOW).verdict.admitted


def test_the_page_says_nothing_without_the_pin_and_locks_after_five_wrong_ones(hall: Hall) -> None:
    member = hall.rich(120)
    shut = hall.desk.page(key(hall, member, None), now=NOW)
    assert (shut.open, shut.member, shut.balance) == (False, None, None)
    for _ in range(5):
        with pytest.raises(ForbiddenError) as refused:
            hall.desk.page(key(hall, member, "0000"), now=NOW)
        assert refused.value.code == "wrong_pin"
    with pytest.raises(ForbiddenError) as refused:
        hall.desk.page(key(hall, member), now=NOW)
    assert refused.value.code == "locked"
    tomorrow = hall.desk.page(key(hall, member), now=NOW + timedelta(days=1))
    assert tomorrow.balance is not None
    assert tomorrow.balance.free == 120


def test_a_lost_code_is_replaced_and_the_old_one_is_of_no_use(hall: Hall) -> None:
    member = hall.rich(120)
    new = hall.desk.replace_code(TENANT, CURRENCY, member.id)
    with pytest.raises(UnknownError):
        hall.desk.page(key(hall, member), now=NOW)
    page = hall.desk.set_pin(Key(new.url, "9999"), now=NOW)
    assert page.balance is not None
    assert page.balance.free == 120
    with pytest.raises(ConflictError):
        hall.desk.set_pin(Key(new.url, "1111"), now=NOW)


def test_a_gift_moves_minutes_once_and_a_donation_goes_to_the_pot(hall: Hall) -> None:
    giver, friend = hall.rich(120), hall.join("Testperson To")
    to = hall.token(friend, hall.terms)
    hall.desk.gift("gave-1", key(hall, giver), to, 60, now=NOW)
    hall.desk.gift("gave-1", key(hall, giver), to, 60, now=NOW)
    assert (hall.has(giver), hall.has(friend)) == (60, 60)
    hall.desk.donate("gave-2", key(hall, giver), 30, now=NOW)
    pot = hall.bank.balance(TENANT, CURRENCY, POT)
    assert pot is not None
    assert pot.free == 30
    with pytest.raises(RuleError) as refused:
        hall.desk.gift("gave-3", key(hall, giver), to, 60, now=NOW)
    assert refused.value.code == "not_enough"
    with pytest.raises(RuleError) as refused:
        hall.desk.gift("gave-4", key(hall, giver), to, 10, now=NOW)
    assert refused.value.code == "out_of_step"


def test_whoever_leaves_leaves_the_minutes_where_the_currency_says_and_no_name(hall: Hall) -> None:
    member = hall.rich(120, named="Testperson Hemmelig")
    hall.desk.leave(key(hall, member), erase=True, now=NOW)
    pot = hall.bank.balance(TENANT, CURRENCY, POT)
    assert pot is not None
    assert pot.free == 120
    stands = hall.members.member(TENANT, member.id)
    assert stands is not None
    assert stands.standing is Standing.ERASED
    rows = json.dumps([row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)], ensure_ascii=False)
    assert "Hemmelig" not in rows
    entries = hall.bank.history(TENANT, CURRENCY, member_account(member.id), most=10)
    assert sum(each.minutes for each in entries) == 0
    assert len(entries) == 2
    with pytest.raises(ForbiddenError):
        hall.desk.page(key(hall, member), now=NOW)


# Sessions


def test_a_seat_is_taken_once_however_often_it_is_sent_and_given_back(hall: Hall) -> None:
    session, member = hall.session(capacity=5), hall.join()
    first = hall.sessions.sign_up(TENANT, session, member, adults=1, children=2, now=NOW)
    again = hall.sessions.sign_up(TENANT, session, member, adults=1, children=2, now=NOW)
    assert isinstance(first, Seat)
    assert isinstance(again, Seat)
    assert hall.sessions.session(TENANT, CURRENCY, session.id).taken == 3
    with pytest.raises(ConflictError):
        hall.sessions.sign_up(TENANT, session, member, adults=2, children=2, now=NOW)
    hall.sessions.give_up(TENANT, session, member.id, now=NOW - timedelta(hours=1))
    hall.sessions.give_up(TENANT, session, member.id, now=NOW - timedelta(hours=1))
    assert hall.sessions.session(TENANT, CURRENCY, session.id).taken == 0


def test_fifty_at_once_for_one_seat_and_exactly_one_gets_it(hall: Hall) -> None:
    session = hall.session(capacity=1)
    people = [hall.join(f"Testperson {n}") for n in range(50)]
    said = all_at_once(50, lambda n: hall.sessions.sign_up(TENANT, session, people[n], adults=1, children=0, now=NOW))
    assert sum(isinstance(each, Seat) for each in said) == 1
    assert [each for each in said if not isinstance(each, Seat)] == [Because.FULL] * 49
    assert hall.sessions.session(TENANT, CURRENCY, session.id).taken == 1
    assert len(hall.session_store.seats(TENANT, session)) == 1


def test_seats_held_back_are_given_out_when_they_are_released(hall: Hall) -> None:
    session = hall.session(
        capacity=2, held_back=1, ends_at=NOW + timedelta(hours=9), starts_at=NOW + timedelta(hours=8)
    )
    one, two, three = (hall.join(f"Testperson {n}") for n in range(3))
    assert isinstance(hall.sessions.sign_up(TENANT, session, one, adults=1, children=0, now=NOW), Seat)
    assert hall.sessions.sign_up(TENANT, session, two, adults=1, children=0, now=NOW) is Because.FULL
    released = hall.sessions.release(TENANT, hall.sessions.session(TENANT, CURRENCY, session.id), None)
    # Whoever read the session before the release is answered by how it stands now.
    assert isinstance(hall.sessions.sign_up(TENANT, released, two, adults=1, children=0, now=NOW), Seat)
    assert hall.sessions.sign_up(TENANT, released, three, adults=1, children=0, now=NOW) is Because.FULL


def priced(hall: Hall, **changes: object) -> object:
    return hall.session(
        "kamp", kind=SessionKind.MATCH, award=0, activity=None, venue="kino", price_adult=60, price_child=30,
        starts_at=NOW + timedelta(hours=1), ends_at=NOW + timedelta(hours=3), capacity=10, **changes,
    )  # fmt: skip


def test_a_seat_that_costs_time_sets_it_aside_pays_it_at_the_door_and_gives_it_back_when_cancelled(hall: Hall) -> None:
    session, member, other = priced(hall), hall.rich(120), hall.rich(30)
    seat = hall.sessions.sign_up(TENANT, session, member, adults=1, children=1, now=NOW)  # type: ignore[arg-type]
    assert isinstance(seat, Seat)
    assert hall.has(member) == 30
    poor = hall.sessions.sign_up(TENANT, session, other, adults=1, children=0, now=NOW)  # type: ignore[arg-type]
    assert poor is Because.NOT_ENOUGH
    assert hall.sessions.session(TENANT, CURRENCY, session.id).taken == 2  # type: ignore[attr-defined]
    for _ in range(2):  # checked in twice: paid once
        hall.sessions.check_in(TENANT, session, hall.token(member, hall.terms), now=NOW)  # type: ignore[arg-type]
    paid = hall.bank.balance(TENANT, CURRENCY, partner_account(VenueId("kino")))
    assert paid is not None
    assert paid.minutes == 90
    third = hall.rich(60)
    hall.sessions.sign_up(TENANT, session, third, adults=1, children=0, now=NOW)  # type: ignore[arg-type]
    assert hall.has(third) == 0
    hall.sessions.give_up(TENANT, session, third.id, now=NOW)  # type: ignore[arg-type]
    assert hall.has(third) == 60
    gone = hall.sessions.check_in(TENANT, session, hall.token(third, hall.terms), now=NOW)  # type: ignore[arg-type]
    assert gone is Because.NOT_SIGNED_UP


def test_a_session_called_off_gives_everybody_their_minutes_back(hall: Hall) -> None:
    session, people = priced(hall), [hall.rich(60, named=f"Testperson {n}") for n in range(3)]
    for each in people:
        hall.sessions.sign_up(TENANT, session, each, adults=1, children=0, now=NOW)  # type: ignore[arg-type]
    stands = hall.sessions.session(TENANT, CURRENCY, session.id)  # type: ignore[attr-defined]
    for _ in range(2):
        stands = hall.sessions.cancel(TENANT, stands, now=NOW)
    assert [hall.has(each) for each in people] == [60, 60, 60]
    assert hall.sessions.sign_up(TENANT, stands, people[0], adults=1, children=0, now=NOW) is Because.CANCELLED


def test_two_hundred_are_awarded_twice_in_two_halves_that_overlap_and_each_gets_it_once(
    hall: Hall, capsys: pytest.CaptureFixture[str]
) -> None:
    session = hall.session()
    made = [each for _ in range(8) for each in hall.desk.prepare(
        TENANT, CURRENCY, count=25, organiser="bydelen", now=NOW)]  # fmt: skip
    all_at_once(200, lambda n: hall.sessions.check_in(TENANT, session, made[n].url, now=NOW))
    ids = [each.member.id for each in made]
    halves = [frozenset(ids[:130]), frozenset(ids[70:])]
    started = time.perf_counter()
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(
            lambda half: hall.sessions.award(
                TENANT, session, by=AWARDER, only=half, now=NOW, in_time=lambda: True), [*halves]))  # fmt: skip
    seconds = time.perf_counter() - started
    again = hall.sessions.award(TENANT, session, by=AWARDER, only=None, now=NOW, in_time=lambda: True)
    assert all(each.done for half in done for each in half)
    assert len(again) == 200
    assert all(each.again for each in again)
    assert [hall.has(each.member) for each in made] == [120] * 200
    with capsys.disabled():
        print(f"\n200 awarded twice, 130 + 130 at once: {seconds:.1f} s, {seconds / 260 * 1000:.0f} ms each")  # noqa: T201  what was measured


def test_nobody_awards_to_themselves_and_who_was_not_there_gets_nothing(hall: Hall) -> None:
    session, me, absent = hall.session(), hall.join(), hall.join("Testperson To")
    hall.not_to = me.id
    hall.sessions.check_in(TENANT, session, hall.token(me, hall.terms), now=NOW)
    hall.sessions.sign_up(TENANT, session, absent, adults=1, children=0, now=NOW)
    both = frozenset({me.id, absent.id})
    said = hall.sessions.award(TENANT, session, by=AWARDER, only=both, now=NOW, in_time=lambda: True)
    assert {each.because for each in said} == {"self_award", "not_present"}
    assert (hall.has(me), hall.has(absent)) == (0, 0)


def test_what_the_clock_cuts_short_is_answered_try_again_and_awarded_next_time(hall: Hall) -> None:
    session, people = hall.session(), [hall.join(f"Testperson {n}") for n in range(3)]
    for each in people:
        hall.sessions.check_in(TENANT, session, hall.token(each, hall.terms), now=NOW)
    left = iter([True, False, False])
    said = hall.sessions.award(TENANT, session, by=AWARDER, only=None, now=NOW, in_time=lambda: next(left))
    assert sorted(str(each.because) for each in said) == ["None", "try_again", "try_again"]
    hall.sessions.award(TENANT, session, by=AWARDER, only=None, now=NOW, in_time=lambda: True)
    assert [hall.has(each) for each in people] == [120] * 3


# Spending


def test_a_payment_is_made_once_and_the_phone_learns_enough_or_not(hall: Hall) -> None:
    hall.offer()
    member = hall.rich(120)
    asked = hall.asked(member, adults=1, children=1)
    assert hall.spending.check(device(), asked, now=NOW).admitted
    first = hall.spending.spend(device(), asked, now=NOW)
    again = hall.spending.spend(device(), asked, now=NOW)
    assert (first.verdict.admitted, again.replayed, hall.has(member)) == (True, True, 30)
    more = hall.asked(member)
    assert hall.spending.check(device(), more, now=NOW).because is spending.Because.NOT_ENOUGH
    assert hall.spending.spend(device(), more, now=NOW).verdict.because is spending.Because.NOT_ENOUGH
    with pytest.raises(ConflictError):
        hall.spending.spend(device(), replace(asked, adults=2), now=NOW)


def test_fifty_payments_at_once_for_a_balance_that_pays_once(hall: Hall) -> None:
    hall.offer()
    member = hall.rich(60)
    said = all_at_once(50, lambda _: hall.spending.spend(device(), hall.asked(member), now=NOW))
    assert sum(each.verdict.admitted for each in said) == 1  # type: ignore[attr-defined]
    assert {each.verdict.because for each in said} == {None, spending.Because.NOT_ENOUGH}  # type: ignore[attr-defined]
    assert hall.has(member) == 0
    paid = hall.bank.balance(TENANT, CURRENCY, partner_account(VenueId("kino")))
    assert paid is not None
    assert paid.minutes == 60


def test_a_partner_with_room_for_three_takes_three_a_day(hall: Hall) -> None:
    hall.offer(capacity=3)
    members = [hall.rich(60, named=f"Testperson {n}") for n in range(6)]
    said = all_at_once(6, lambda n: hall.spending.spend(device(), hall.asked(members[n]), now=NOW))
    assert sum(each.verdict.admitted for each in said) == 3  # type: ignore[attr-defined]
    assert {each.verdict.because for each in said} == {None, spending.Because.SOLD_OUT}  # type: ignore[attr-defined]
    late = next(n for n, each in enumerate(said) if not each.verdict.admitted)  # type: ignore[attr-defined]
    tomorrow = NOW + timedelta(days=1)
    assert hall.spending.spend(device(), hall.asked(members[late]), now=tomorrow).verdict.admitted


def test_a_spend_event_takes_time_from_a_queue_until_it_is_full(hall: Hall) -> None:
    event = hall.session(
        "festen", kind=SessionKind.SPEND_EVENT, award=0, activity=None, venue="kino", price_adult=30, sign_up=False,
        capacity=2,
    )  # fmt: skip
    members = [hall.rich(60, named=f"Testperson {n}") for n in range(3)]
    hall.offer()
    assert [each.id for each in hall.spending.supplies(device(), now=NOW).sessions] == ["festen"]
    said = all_at_once(
        3, lambda n: hall.spending.spend(device(), hall.asked(members[n], offer=None, session=event.id), now=NOW)
    )
    assert sorted(str(each.verdict.because) for each in said) == ["None", "None", "sold_out"]  # type: ignore[attr-defined]
    assert hall.sessions.session(TENANT, CURRENCY, event.id).taken == 2


def test_a_payment_is_taken_back_in_time_by_the_same_venue_once(hall: Hall) -> None:
    hall.offer(capacity=1)
    member = hall.rich(60)
    paid = hall.spending.spend(device(), asked := hall.asked(member), now=NOW)
    assert paid.spend is not None
    with pytest.raises(UnknownError):
        hall.spending.undo(device("bad"), asked.id, "undo-1", now=NOW)
    with pytest.raises(ConflictError) as refused:
        hall.spending.undo(device(), asked.id, "undo-1", now=NOW + timedelta(minutes=16))
    assert refused.value.code == "undo_over"
    with pytest.raises(UnknownError):
        hall.spending.undo_for(TENANT, "annenkred", asked.id, "undo-1", now=NOW)
    for _ in range(2):
        hall.spending.undo(device(), asked.id, "undo-1", now=NOW)
    assert hall.has(member) == 60
    with pytest.raises(ConflictError):
        hall.spending.undo(device(), asked.id, "undo-2", now=NOW)
    with pytest.raises(ConflictError):
        hall.spending.spend(device(), asked, now=NOW)
    again = hall.asked(member)
    assert hall.spending.spend(device(), again, now=NOW).verdict.admitted  # the place is free again
    hall.spending.undo_for(TENANT, CURRENCY, again.id, "undo-3", now=NOW + timedelta(days=3))  # who runs it may
    assert hall.has(member) == 60


def test_each_no_has_a_reason_of_its_own(hall: Hall) -> None:
    hall.offer()
    member = hall.rich(60)
    token = hall.token(member, hall.terms)
    forged = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
    reasons = spending.Because

    def said(**changes: object) -> object:
        return hall.spending.spend(device(), hall.asked(member, **changes), now=NOW).verdict.because

    assert said(card="0000 0000 0000") is reasons.UNKNOWN_CODE
    assert said(card=forged) is reasons.FORGED_CODE
    assert said(offer="annet") is reasons.NOT_HERE
    assert said(adults=2, offline=True, at=NOW) is reasons.OVER_FLOOR
    hall.offer(open=False)
    assert said() is reasons.CLOSED
    hall.offer()
    hall.desk.leave(key(hall, member), erase=False, now=NOW)
    assert said() is reasons.LEFT


def test_a_payment_from_a_queue_is_recorded_on_its_day_and_refused_where_there_is_not_enough(hall: Hall) -> None:
    hall.offer()
    member = hall.rich(60)
    yesterday = NOW - timedelta(days=1)
    late = hall.asked(member, offline=True, at=yesterday)
    done = hall.spending.spend(device(), late, now=NOW)
    assert done.spend is not None
    assert done.spend.at == yesterday
    second = hall.spending.spend(device(), hall.asked(member, offline=True, at=yesterday), now=NOW)
    assert second.verdict.because is spending.Because.NOT_ENOUGH


def test_first_time_here_is_counted_by_band_and_never_by_person(hall: Hall) -> None:
    hall.offer()
    member = hall.rich(240)
    for answer in (True, False, None):
        hall.spending.spend(device(), hall.asked(member, first_time=answer), now=NOW)
    hall.spending.spend(device(), replace(hall.asked(member, first_time=True), adults=5), now=NOW)  # refused
    [counted] = hall.spending.visitors(TENANT, VenueId("kino"))
    assert (counted.month, counted.band, counted.first, counted.before, counted.unasked) == (
        "2026-11",
        "20_29",
        1,
        1,
        1,
    )
    [row] = [row for row in table.Row.scan() if row.sk.startswith("2026-11#")]
    assert member.id not in json.dumps(row.to_dynamodb_dict())
