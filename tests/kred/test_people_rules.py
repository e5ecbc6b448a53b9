"""What holds for members, sessions and spending, as a caseworker could check it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.kred.rules import members, sessions, spending
from chalicelib.kred.rules.members import AgeBand, Person, Standing
from chalicelib.kred.rules.sessions import Session, SessionKind
from chalicelib.kred.rules.spending import SpendOffer
from chalicelib.shared.answers import RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardNumber, MemberId, OfferId, SessionId, VenueId

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PERSON = Person("Testperson Én", "nb", AgeBand.TWENTIES, consent=True, pin="4711")
SESSION = Session(
    SessionId("strandrydding"), "lokalkred", "bydelen", SessionKind.CLEAN_UP, {"nb": "Strandrydding"}, "Sjøbadet",
    NOW, NOW + timedelta(hours=2), "hemmelig", activity="rydding", capacity=20, held_back=5,
    releases_at=NOW - timedelta(hours=1), award=120,
)  # fmt: skip
OFFER = SpendOffer("lokalkred", VenueId("kino"), OfferId("inngang"), price_adult=60, price_child=30, capacity=10)


def join(person: Person = PERSON) -> members.Member:
    return members.joined(MemberId("m1"), CardNumber("123456789012"), "lokalkred", person, NOW)


def test_whoever_joins_agrees_to_it_and_has_a_name() -> None:
    with pytest.raises(RuleError) as refused:
        join(replace(PERSON, consent=False))
    assert refused.value.code == "consent_missing"
    with pytest.raises(RuleError) as refused:
        join(replace(PERSON, name="   "))
    assert refused.value.code == "bad_name"
    assert join().may_spend


def test_under_fifteen_a_guardian_agrees_by_name() -> None:
    child = replace(PERSON, band=AgeBand.CHILD)
    with pytest.raises(RuleError) as refused:
        join(child)
    assert refused.value.code == "guardian_missing"
    assert join(replace(child, guardian="Testvoksen To")).guardian == "Testvoksen To"
    assert join(replace(PERSON, guardian="Testvoksen To")).guardian is None  # nobody is kept who is not needed


def test_a_paper_code_earns_before_it_is_named_and_spends_after() -> None:
    paper = members.Member(MemberId("m2"), CardNumber("123456789012"), "lokalkred", Standing.UNNAMED, date(2026, 11, 1))
    assert paper.may_earn
    assert not paper.may_spend
    taken = members.named(paper, PERSON, NOW)
    assert taken.may_spend
    assert taken.id == paper.id


def test_a_pin_is_kept_as_a_fingerprint_that_differs_from_member_to_member() -> None:
    one = join()
    assert one.pin is not None
    assert "4711" not in one.pin
    assert members.holds(one, "4711")
    assert not members.holds(one, "4712")
    assert members.fingerprint_of(MemberId("m9"), "4711") != one.pin


def test_five_wrong_pins_lock_the_page_until_tomorrow() -> None:
    member, today = join(), date(2026, 11, 22)
    for _ in range(members.MOST_WRONG_PINS):
        assert not members.is_locked(member, today)
        member = replace(member, wrong_pins=members.one_more_wrong(member, today))
    assert members.is_locked(member, today)
    assert not members.is_locked(member, today + timedelta(days=1))
    assert members.one_more_wrong(member, today + timedelta(days=1)).count == 1


def test_whoever_is_erased_leaves_nothing_but_the_random_id() -> None:
    child = join(replace(PERSON, band=AgeBand.CHILD, guardian="Testvoksen To"))
    gone = members.left(child, NOW, erase=True)
    assert (gone.name, gone.guardian, gone.pin, gone.consented_on) == (None, None, None, None)
    assert not gone.may_earn
    kept = members.left(child, NOW, erase=False)
    assert kept.name == "Testperson Én"
    assert members.kept_until(kept) == date(2027, 11, 22)


def test_seats_that_are_held_back_are_released_in_time() -> None:
    assert SESSION.seats(NOW) == 20
    assert SESSION.seats(NOW - timedelta(hours=2)) == 15
    assert replace(SESSION, releases_at=None).seats(NOW) == 15
    assert replace(SESSION, capacity=None).seats(NOW) is None
    assert replace(SESSION, taken=20).left(NOW) == 0


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_at": NOW}, "before_start"),
        ({"award": 50}, "out_of_step"),
        ({"price_adult": 60, "venue": "kino"}, "both_ways"),
        ({"activity": None}, "missing"),
        ({"award": 0, "price_adult": 60}, "missing"),  # a price is paid to somebody
        ({"held_back": 21}, "too_many"),
        ({"releases_at": NOW + timedelta(minutes=1)}, "after_start"),
    ],
)
def test_a_session_that_does_not_hold_together_is_not_held(changes: dict[str, object], code: str) -> None:
    with pytest.raises(RuleError) as refused:
        sessions.insist_on_sense(replace(SESSION, **changes), 30)  # type: ignore[arg-type]
    assert code in {each.code for each in refused.value.fields}


def test_a_session_that_holds_together_is_held() -> None:
    sessions.insist_on_sense(SESSION, 30)


def test_nobody_is_checked_in_days_before_or_after() -> None:
    assert sessions.may_check_in(SESSION, NOW) is None
    assert sessions.may_check_in(SESSION, NOW - timedelta(days=2)) is sessions.Because.NOT_YET
    assert sessions.may_check_in(SESSION, NOW + timedelta(days=2)) is sessions.Because.OVER
    assert sessions.may_check_in(replace(SESSION, cancelled=True), NOW) is sessions.Because.CANCELLED


def test_nobody_signs_up_for_what_is_over() -> None:
    assert sessions.may_sign_up(SESSION, NOW) is None
    assert sessions.may_sign_up(SESSION, NOW + timedelta(hours=2)) is sessions.Because.OVER


@pytest.mark.parametrize(("adults", "children"), [(0, 0), (11, 0), (-1, 2), (5, 6)])
def test_a_family_signs_up_and_not_a_bus(adults: int, children: int) -> None:
    with pytest.raises(RuleError):
        sessions.persons_in(adults, children)
    assert sessions.persons_in(2, 3) == 5


def test_the_same_member_is_awarded_for_a_session_by_the_same_transfer_and_another_by_another() -> None:
    one = sessions.award_id(SESSION, MemberId("m1"))
    assert one == sessions.award_id(SESSION, MemberId("m1"))
    assert one != sessions.award_id(SESSION, MemberId("m2"))
    assert one != sessions.award_id(replace(SESSION, activity="annet"), MemberId("m1"))
    assert len(one) <= 64


def test_a_poster_says_which_session_of_whom_and_nothing_else_passes_for_one() -> None:
    text = sessions.code_text("https://kort.example.no", "lorenskog", SESSION)
    assert sessions.parse_code(text) == ("lorenskog", "lokalkred", "strandrydding", "hemmelig")
    for other in ("", "s.a.b.c", "https://kort.example.no/K#ABCDEF", "x.a.b.c.d", "s.a..c.d"):
        assert sessions.parse_code(other) is None


def test_a_price_is_for_each_adult_and_each_child() -> None:
    assert OFFER.price(2, 3) == 210
    with pytest.raises(RuleError):
        spending.insist_on_price(replace(OFFER, price_adult=50), 30)
    with pytest.raises(RuleError):
        spending.insist_on_price(replace(OFFER, price_adult=0, price_child=0), 30)
    spending.insist_on_price(OFFER, 30)


def test_places_are_counted_by_the_day_or_the_week_in_oslo() -> None:
    late = datetime(2026, 11, 22, 23, 30, tzinfo=UTC)  # the 23rd in Oslo
    room = spending.room_of(OFFER, late)
    assert room is not None
    assert room.stamp == "2026-11-23"
    weekly = spending.room_of(replace(OFFER, per=Period.WEEK), late)
    assert weekly is not None
    assert weekly.stamp == "2026-W48"
    assert spending.room_of(replace(OFFER, capacity=None), late) is None
