"""Giving out, correcting, blocking, replacing and ending cards, and what the holder is shown."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.cards.rules import Correction, Counts, Status
from chalicelib.credentials.rules import Companion, Flags, blocked_hash
from chalicelib.shared.answers import ConflictError, OpplevError, RuleError, UnknownError
from chalicelib.shared.ids import CallerId, CardNumber, Tenant
from chalicelib.venues.rules import State
from tests.cards.desk import (
    CARD,
    KOMMUNE,
    KORT,
    MINT,
    NAV,
    NOON,
    TENANT,
    TODAY,
    Desk,
    application,
    configuration,
    everything,
    let_in,
    meanwhile,
    rows,
)

pytestmark = pytest.mark.usefixtures("fresh_table")


def code_of(ask: Callable[[], Any]) -> str:
    with pytest.raises(OpplevError) as refused:
        ask()
    return refused.value.code


def given_out(desk: Desk, day: date = TODAY) -> int:
    return desk.open.used_of_quota(TENANT, desk.terms.programmes[KORT], day)


def at_once(asks: list[Callable[[], Any]]) -> list[Any]:
    def outcome(ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except OpplevError as error:
            return error.code

    with ThreadPoolExecutor(len(asks)) as tills:
        return list(tills.map(outcome, asks))


# Giving out


def test_a_card_is_given_out_with_a_number_and_a_token_that_reads_back() -> None:
    desk = Desk()
    made = desk.issue(language="so", unit="nav-1", family_ref="fam-1", funding_source="kultur")
    card = made.card
    assert (card.status, card.valid_from, card.valid_until) == (Status.ACTIVE, TODAY, date(2026, 12, 31))
    assert (card.birth_year, card.language, card.external_ref) == (2015, "so", "ref-1")
    assert (card.unit, card.family_ref, card.funding, card.issued_by) == ("nav-1", "fam-1", "kultur", NAV)
    body = MINT.read(TENANT, made.url, municipality_number=KOMMUNE).body
    assert body is not None
    assert (body.number, body.programme, body.valid_from, body.valid_until) == (
        card.number,
        7,
        card.valid_from,
        card.valid_until,
    )
    assert Flags.of(body.flags) == Flags(companion=Companion.ANY)
    stored, history = desk.open.get(TENANT, card.number, now=desk.now)
    assert stored == card
    assert [(entry.at, entry.status, entry.reason, entry.by) for entry in history] == [(NOON, Status.ACTIVE, None, NAV)]


def test_the_same_request_again_gives_the_same_card_also_after_the_programme_closed() -> None:
    desk = Desk()
    first = desk.issue()
    again = desk.issue()
    desk.terms = configuration(state=State.CLOSED)
    later = desk.later(days=20).issue()
    assert (first.replayed, again.replayed, later.replayed) == (False, True, True)
    assert first.card == again.card == later.card
    assert first.token == again.token == later.token
    assert given_out(desk) == 1


def test_the_same_request_id_for_something_else_is_a_conflict() -> None:
    desk = Desk()
    desk.issue(key="id")
    assert code_of(lambda: desk.issue(key="id", birth_year=2014)) == "idempotency_conflict"
    assert code_of(lambda: desk.issue("ref-2", key="id", birth_year=1950)) == "idempotency_conflict"
    assert given_out(desk) == 1


def test_request_ids_are_each_callers_own() -> None:
    desk = Desk()
    desk.issue(key="id")
    other = desk.open.issue(TENANT, application("ref-2"), by=CallerId("local/other"), key="id", now=desk.now)
    assert not other.replayed


def test_a_request_id_may_be_used_again_after_thirty_days() -> None:
    desk = Desk()
    desk.issue(key="id")
    assert not desk.later(days=31).issue("ref-2", key="id").replayed


def test_a_reference_has_one_card_at_a_time_in_a_programme() -> None:
    desk = Desk()
    desk.issue()
    assert code_of(lambda: desk.issue(key="another")) == "already_has_card"
    assert given_out(desk) == 1


def test_the_next_card_may_be_given_out_before_this_one_is_over() -> None:
    desk = Desk(configuration(valid_until=date(2028, 12, 31), validity="P1Y"))
    this = desk.issue().card
    assert code_of(lambda: desk.issue(key="2", valid_from=this.valid_until)) == "already_has_card"
    following = desk.issue(key="3", valid_from=this.valid_until + timedelta(days=1)).card
    assert {card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)} == {this.number, following.number}
    assert desk.open.get(TENANT, this.number, now=desk.now)[0] == this


def test_a_number_that_is_taken_is_drawn_again() -> None:
    desk = Desk()
    taken = desk.issue().card.number
    desk.drawn = iter([taken, taken, CARD])
    assert desk.issue("ref-2").card.number == CARD


@pytest.mark.parametrize("field", ["external_ref", "unit", "family_ref", "funding_source"])
def test_no_fodselsnummer_is_stored(field: str) -> None:
    desk = Desk()
    asked = replace(application(), **{field: "10915596784"})
    with pytest.raises(RuleError) as refused:
        desk.open.issue(TENANT, asked, by=NAV, key="id", now=desk.now)
    assert refused.value.code == "identity_number"
    assert [fault.path for fault in refused.value.fields] == [field]
    assert not everything()


def test_a_card_is_refused_outside_age_and_programme() -> None:
    desk = Desk()
    assert code_of(lambda: desk.issue(birth_year=1990)) == "age_outside_programme"
    assert code_of(lambda: desk.issue(valid_until=date(2027, 1, 1))) == "outside_programme"
    assert code_of(lambda: desk.issue(programme="none")) == "unknown_programme"
    desk.terms = configuration(state=State.CLOSED)
    assert code_of(desk.issue) == "programme_closed"
    assert not everything()


# The quota


def test_the_thirty_first_of_thirty_is_refused_when_all_ask_at_once() -> None:
    desk = Desk()
    outcomes = at_once([lambda n=n: desk.issue(f"ref-{n}") for n in range(31)])
    assert outcomes.count("quota_reached") == 1
    assert len({made.card.number for made in outcomes if made != "quota_reached"}) == 30
    assert given_out(desk) == 30
    assert len(rows("card")) == 30


def test_the_quota_can_be_raised_in_mid_year_without_touching_a_card() -> None:
    desk = Desk(configuration(quota=1))
    desk.issue()
    assert code_of(lambda: desk.issue("ref-2")) == "quota_reached"
    before = rows("card")
    desk.terms = configuration(quota=2)
    assert rows("card") == before
    desk.issue("ref-2")
    assert given_out(desk) == 2


def test_no_quota_is_no_limit_but_counts_and_a_quota_of_none_at_all_lets_nobody_in() -> None:
    desk = Desk(configuration(quota=None))
    desk.issue()
    assert given_out(desk) == 1
    desk.terms = configuration(quota=0)
    assert code_of(lambda: desk.issue("ref-2")) == "quota_reached"
    assert code_of(lambda: Desk(configuration(quota=0)).issue("ref-3")) == "quota_reached"


def test_a_quota_of_nought_lets_nobody_in_from_the_start() -> None:
    desk = Desk(configuration(quota=0))
    assert code_of(desk.issue) == "quota_reached"


def test_each_programme_year_has_its_own_places() -> None:
    desk = Desk(configuration(quota=1, valid_until=date(2027, 12, 31), validity="P1Y"))
    desk.issue()
    next_year = desk.issue("ref-2", valid_from=date(2027, 1, 1)).card
    assert next_year.year == "2027-01-01"
    assert (given_out(desk), given_out(desk, date(2027, 6, 1))) == (1, 1)
    assert code_of(lambda: desk.issue("ref-3", valid_from=date(2027, 2, 1))) == "quota_reached"


# Races


def test_the_same_reference_twice_at_once_gives_one_card() -> None:
    desk = Desk()
    outcomes = at_once([lambda n=n: desk.issue(key=f"id-{n}") for n in range(2)])
    assert outcomes.count("already_has_card") == 1
    assert (len(rows("card")), given_out(desk)) == (1, 1)


def test_the_same_request_eight_times_at_once_gives_one_card_and_eight_same_answers() -> None:
    desk = Desk()
    outcomes = at_once([desk.issue] * 8)
    assert len({(made.card.number, made.token) for made in outcomes}) == 1
    assert sum(not made.replayed for made in outcomes) == 1
    assert (len(rows("card")), given_out(desk)) == (1, 1)


def test_a_request_that_is_answered_while_we_ask_is_replayed() -> None:
    desk = Desk()
    made: list[Any] = []
    with meanwhile("TransactWriteItems", lambda: made.append(desk.issue())):
        again = desk.issue()
    assert again.replayed
    assert again.card == made[0].card


# Blocking, ending


def blocked_list() -> set[str]:
    return {row["SK"]["S"] for row in rows("blocked")}


def test_a_blocked_card_stands_in_the_list_that_phones_fetch_until_it_is_free_again() -> None:
    desk = Desk()
    number = desk.issue().card.number
    blocked = desk.later(minutes=1).open.block(TENANT, number, reason="lost", by=NAV, now=desk.now)
    assert blocked.status is Status.BLOCKED
    assert blocked_list() == {blocked_hash(TENANT, number)}
    free = desk.later(minutes=1).open.unblock(TENANT, number, reason=None, by=NAV, now=desk.now)
    assert free.status is Status.ACTIVE
    assert blocked_list() == set()
    card, history = desk.open.get(TENANT, number, now=desk.now)
    assert card == free
    assert [(entry.status, entry.reason) for entry in history] == [
        (Status.ACTIVE, None),
        (Status.BLOCKED, "lost"),
        (Status.ACTIVE, None),
    ]


def test_blocking_twice_is_blocking_once() -> None:
    desk = Desk()
    number = desk.issue().card.number
    first = desk.open.block(TENANT, number, reason="lost", by=NAV, now=desk.later(minutes=1).now)
    before = everything()
    assert desk.open.block(TENANT, number, reason="stolen", by=NAV, now=desk.later(minutes=1).now) == first
    assert everything() == before


def test_blocking_eight_times_at_once_writes_one_line_of_history() -> None:
    desk = Desk()
    number = desk.issue().card.number
    moments = [NOON + timedelta(seconds=each) for each in range(1, 9)]
    answers = at_once([lambda at=at: desk.open.block(TENANT, number, reason="lost", by=NAV, now=at) for at in moments])
    assert {card.status for card in answers} == {Status.BLOCKED}
    assert len(desk.open.get(TENANT, number, now=desk.now)[1]) == 2


def test_a_card_that_ends_gives_its_place_and_its_reference_back() -> None:
    desk = Desk(configuration(quota=1))
    number = desk.issue().card.number
    ended = desk.open.end(TENANT, number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert ended.status is Status.ENDED
    assert blocked_list() == {blocked_hash(TENANT, number)}
    assert given_out(desk) == 0
    assert desk.open.end(TENANT, number, reason="ended", by=NAV, now=desk.now) == ended
    assert given_out(desk) == 0
    desk.issue(key="again")
    assert given_out(desk) == 1


def test_ending_last_years_card_leaves_this_years_alone() -> None:
    desk = Desk(configuration(valid_until=date(2028, 12, 31), validity="P1Y"))
    old = desk.issue().card
    desk.issue(key="2", valid_from=date(2027, 3, 2))
    desk.open.end(TENANT, old.number, reason="ended", by=NAV, now=desk.later(days=1).now)
    assert code_of(lambda: desk.issue(key="3", valid_from=date(2027, 3, 3))) == "already_has_card"


def test_what_is_over_stays_over() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.open.end(TENANT, number, reason="ended", by=NAV, now=desk.now)
    for act in (desk.open.block, desk.open.unblock, desk.open.replace):
        assert code_of(lambda act=act: act(TENANT, number, reason="lost", by=NAV, now=desk.now)) == "not_in_that_state"


def test_a_reason_in_a_persons_own_words_is_not_written_down() -> None:
    desk = Desk()
    number = desk.issue().card.number
    before = everything()
    assert code_of(lambda: desk.open.block(TENANT, number, reason="Mor ringte", by=NAV, now=desk.now)) == (
        "unknown_reason"
    )
    assert everything() == before


def test_a_card_is_unknown_in_another_municipality() -> None:
    desk = Desk()
    number = desk.issue().card.number
    other = Tenant("nabo")
    before = everything()
    for ask in (desk.open.block, desk.open.unblock, desk.open.replace, desk.open.end):
        assert code_of(lambda ask=ask: ask(other, number, reason="lost", by=NAV, now=desk.now)) == "unknown_card"
    assert code_of(lambda: desk.open.get(other, number, now=desk.now)) == "unknown_card"
    assert desk.open.find(other, "ref-1", now=desk.now) == []
    assert everything() == before


# Replacing


def test_a_replacement_has_a_new_number_and_everything_else_of_the_old_card() -> None:
    desk = Desk()
    old = desk.issue().card
    let_in(old.number)
    let_in(old.number)
    made = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.later(days=1).now)
    new, history = desk.open.get(TENANT, made.card.number, now=desk.now)
    assert new == made.card
    assert new.number != old.number
    assert (new.key, new.uses, new.last) == (old.key, {"swim@card": 2}, {"swim": TODAY})
    assert (new.status, new.valid_until, new.external_ref, new.birth_year) == (
        Status.ACTIVE,
        old.valid_until,
        "ref-1",
        2015,
    )
    assert [(entry.status, entry.reason) for entry in history] == [(Status.ACTIVE, None), (Status.ACTIVE, "lost")]
    gone, its_history = desk.open.get(TENANT, old.number, now=desk.now)
    assert (gone.status, gone.replaced_by) == (Status.REPLACED, new.number)
    assert [(entry.status, entry.reason) for entry in its_history] == [
        (Status.ACTIVE, None),
        (Status.REPLACED, "lost"),
    ]
    assert blocked_list() == {blocked_hash(TENANT, old.number)}
    assert [row["number"]["S"] for row in rows("pointer")] == [new.number]
    assert new.number in {card.number for card in desk.open.find(TENANT, "ref-1", now=desk.now)}
    assert MINT.read(TENANT, made.token, municipality_number=KOMMUNE).number == new.number


def test_a_replacement_takes_no_place_of_the_quota_and_the_reference_still_has_its_card() -> None:
    desk = Desk(configuration(quota=1))
    old = desk.issue().card
    desk.open.block(TENANT, old.number, reason="stolen", by=NAV, now=desk.later(minutes=1).now)
    new = desk.open.replace(TENANT, old.number, reason="stolen", by=NAV, now=desk.later(minutes=1).now).card
    assert given_out(desk) == 1
    assert code_of(lambda: desk.issue(key="again")) == "already_has_card"
    assert code_of(lambda: desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now)) == (
        "not_in_that_state"
    )
    desk.open.end(TENANT, new.number, reason="ended", by=NAV, now=desk.later(minutes=1).now)
    assert given_out(desk) == 0
    desk.issue(key="once more")


def test_a_card_whose_last_day_has_passed_is_not_replaced() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.now = datetime(2026, 12, 31, 22, 59, tzinfo=UTC)  # the last minute of the year in Oslo
    number = desk.open.replace(TENANT, number, reason="lost", by=NAV, now=desk.now).card.number
    desk.later(minutes=1)
    assert code_of(lambda: desk.open.replace(TENANT, number, reason="lost", by=NAV, now=desk.now)) == (
        "not_in_that_state"
    )


def test_a_visit_that_slips_in_while_the_card_is_replaced_is_not_forgotten() -> None:
    desk = Desk()
    old = desk.issue().card
    with meanwhile("TransactWriteItems", lambda: let_in(old.number), lambda: let_in(old.number)):
        made = desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now)
    assert desk.open.get(TENANT, made.card.number, now=desk.now)[0].uses == {"swim@card": 2}


def test_visits_that_go_on_while_a_card_is_replaced_are_all_counted_on_one_of_the_two() -> None:
    desk = Desk()
    old = desk.issue().card

    def visits() -> int:
        done = 0
        for _ in range(40):
            try:
                let_in(old.number)
                done += 1
            except Exception:  # noqa: BLE001  the card is no longer active: this till turns the child away
                break
        return done

    def swap() -> Any:
        return desk.open.replace(TENANT, old.number, reason="lost", by=NAV, now=desk.now)

    counted, made = at_once([visits, swap])
    card = desk.open.get(TENANT, made.card.number, now=desk.now)[0]
    assert card.uses.get("swim@card", 0) == counted
    assert desk.open.get(TENANT, old.number, now=desk.now)[0].status is Status.REPLACED


def test_a_number_that_is_taken_is_drawn_again_for_a_replacement() -> None:
    desk = Desk()
    old = desk.issue().card.number
    taken = desk.issue("ref-2").card.number
    desk.drawn = iter([taken, CARD])
    assert desk.open.replace(TENANT, old, reason="lost", by=NAV, now=desk.now).card.number == CARD


# Correcting


def test_a_wrong_year_a_language_and_a_unit_are_put_right() -> None:
    desk = Desk(configuration(companion="adult_under:12"))
    number = desk.issue(unit="nav-1").card.number
    wrong = Correction({"birth_year": 2012, "language": "ti", "unit": None})
    mended = desk.open.correct(TENANT, number, wrong, by=NAV, now=desk.later(days=1).now)
    assert (mended.birth_year, mended.language, mended.unit) == (2012, "ti", None)
    assert Flags.of(mended.flags).companion is Companion.ANY
    stored, history = desk.open.get(TENANT, number, now=desk.now)
    assert stored == mended
    assert [(entry.status, entry.reason) for entry in history] == [
        (Status.ACTIVE, None),
        (Status.ACTIVE, "corrected"),
    ]


def test_a_card_that_moves_to_another_reference_frees_the_old_one() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.open.correct(TENANT, number, Correction({"external_ref": "ref-2"}), by=NAV, now=desk.later(days=1).now)
    assert desk.open.find(TENANT, "ref-1", now=desk.now) == []
    assert [card.number for card in desk.open.find(TENANT, "ref-2", now=desk.now)] == [number]
    assert code_of(lambda: desk.issue("ref-2")) == "already_has_card"
    desk.issue("ref-1", key="free")


def test_a_card_does_not_move_to_a_reference_that_has_one() -> None:
    desk = Desk()
    number = desk.issue().card.number
    desk.issue("ref-2")
    before = everything()
    wrong = Correction({"external_ref": "ref-2", "language": "so"})
    assert code_of(lambda: desk.open.correct(TENANT, number, wrong, by=NAV, now=desk.now)) == "already_has_card"
    assert everything() == before


def test_two_cards_that_move_to_the_same_reference_at_once_do_not_both_get_there() -> None:
    desk = Desk()
    numbers = [desk.issue(ref).card.number for ref in ("ref-1", "ref-2")]
    move = Correction({"external_ref": "ref-3"})
    outcomes = at_once(
        [lambda n=n: desk.open.correct(TENANT, n, move, by=NAV, now=desk.now + timedelta(hours=1)) for n in numbers]
    )
    assert outcomes.count("already_has_card") == 1
    assert len(desk.open.find(TENANT, "ref-3", now=desk.now)) == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"birth_year": 1980}, "age_outside_programme"),
        ({"external_ref": "10915596784"}, "identity_number"),
        ({"unit": "10915596784"}, "identity_number"),
        ({"status": "active"}, "not_correctable"),
    ],
)
def test_a_correction_is_held_to_the_same_rules(fields: dict[str, Any], code: str) -> None:
    desk = Desk()
    number = desk.issue().card.number
    before = everything()
    assert code_of(lambda: desk.open.correct(TENANT, number, Correction(fields), by=NAV, now=desk.now)) == code
    assert everything() == before


def test_a_correction_that_says_what_stands_already_writes_nothing() -> None:
    desk = Desk()
    card = desk.issue().card
    before = everything()
    same = Correction({"language": "nb", "external_ref": "ref-1"})
    assert desk.open.correct(TENANT, card.number, same, by=NAV, now=desk.now) == card
    assert everything() == before


def test_a_card_that_is_blocked_while_it_is_corrected_stays_blocked() -> None:
    desk = Desk()
    number = desk.issue().card.number
    block = desk.open.block
    with meanwhile("TransactWriteItems", lambda: block(TENANT, number, reason="lost", by=NAV, now=desk.now)):
        mended = desk.open.correct(
            TENANT, number, Correction({"language": "so"}), by=NAV, now=desk.now + timedelta(seconds=1)
        )
    assert (mended.status, mended.language) == (Status.BLOCKED, "so")
    assert desk.open.get(TENANT, number, now=desk.now)[0] == mended


# The renewal work list


def test_the_renewal_list_names_who_has_no_next_card_the_first_to_expire_first() -> None:
    desk = Desk(configuration(valid_until=date(2028, 12, 31), validity="P1Y"))
    late = desk.issue("ref-1", valid_until=date(2026, 12, 31)).card
    early = desk.issue("ref-2", valid_until=date(2026, 6, 30)).card
    renewed = desk.issue("ref-3", valid_until=date(2026, 6, 30)).card
    desk.issue("ref-3", key="next", valid_from=date(2026, 7, 1), valid_until=date(2027, 6, 30))
    ended = desk.issue("ref-4", valid_until=date(2026, 6, 30)).card
    desk.open.end(TENANT, ended.number, reason="ended", by=NAV, now=desk.now)
    lost = desk.issue("ref-5", valid_until=date(2026, 6, 29)).card
    new = desk.open.replace(TENANT, lost.number, reason="lost", by=NAV, now=desk.now).card

    def listed(before: date) -> list[CardNumber]:
        return [card.number for card in desk.open.expiring(TENANT, KORT, before=before, now=desk.now)]

    assert listed(date(2027, 1, 1)) == [new.number, early.number, late.number]
    assert renewed.number not in listed(date(2027, 1, 1))
    assert listed(date(2026, 12, 31)) == [new.number, early.number]  # "before" is before
    assert listed(date(2026, 6, 29)) == []


# The holder's page


def holder(desk: Desk, text: str, year: int | None = None, **asked: Any) -> Any:
    asked = {"tenant": None, "language": None} | asked
    return desk.open.holder(text, birth_year=year, now=desk.now, **asked)


def test_a_token_shows_offers_and_only_with_the_year_what_is_left() -> None:
    desk = Desk()
    made = desk.issue(language="en")
    let_in(made.card.number)
    without, with_year = holder(desk, made.url), holder(desk, made.url, 2015)
    assert (without.counts, [offer.left for offer in without.offers]) == (Counts.YEAR_NEEDED, [None, None])
    assert (with_year.counts, [offer.left for offer in with_year.offers]) == (Counts.SHOWN, [4, None])
    assert (without.language, without.offers[0].title) == ("en", "Swimming")
    assert holder(desk, made.token.lower(), language="nb").offers[0].title == "Svømming"


def test_a_number_shows_nothing_without_the_right_year() -> None:
    desk = Desk()
    number = desk.issue().card.number
    assert code_of(lambda: holder(desk, number, tenant=TENANT)) == "unknown_card"
    assert code_of(lambda: holder(desk, number, 2014, tenant=TENANT)) == "unknown_card"
    assert code_of(lambda: holder(desk, number, 2015)) == "unknown_card"  # no municipality
    typed = f"{number[:4]} {number[4:8]} {number[8:]}"
    assert holder(desk, typed, 2015, tenant=TENANT).counts is Counts.SHOWN


def test_five_wrong_years_hide_the_counts_until_tomorrow() -> None:
    desk = Desk()
    made = desk.issue()
    assert [holder(desk, made.url, 2000 + guess).counts for guess in range(5)] == [Counts.WRONG_YEAR] * 5
    locked = holder(desk, made.url, 2015)
    assert (locked.counts, locked.offers[0].left) == (Counts.LOCKED, None)
    assert code_of(lambda: holder(desk, made.card.number, 2015, tenant=TENANT)) == "unknown_card"
    assert holder(desk.later(days=1), made.url, 2015).counts is Counts.SHOWN
    assert holder(desk, made.url, 2001).counts is Counts.WRONG_YEAR


def test_wrong_years_that_come_all_at_once_are_all_counted() -> None:
    desk = Desk()
    made = desk.issue()
    outcomes = at_once([lambda year=year: holder(desk, made.url, year).counts for year in range(2000, 2012)])
    assert outcomes.count(Counts.WRONG_YEAR) == 5
    assert outcomes.count(Counts.LOCKED) == 7


@pytest.mark.parametrize("text", ["", "garbage", "1234 5678 9012", "https://www.example.no/", "HTTPS://X/K#AAAA"])
def test_what_is_no_card_of_ours_shows_nothing(text: str) -> None:
    assert code_of(lambda: holder(Desk(), text, 2015, tenant=TENANT)) == "unknown_card"


def test_a_forged_token_and_one_of_a_stranger_show_nothing() -> None:
    desk = Desk()
    made = desk.issue()
    forged = made.token[:-10] + ("A" if made.token[-10] != "A" else "B") + made.token[-9:]
    assert code_of(lambda: holder(desk, forged, 2015)) == "unknown_card"
    body = MINT.read(TENANT, made.token, municipality_number=KOMMUNE).body
    assert body is not None
    stranger = MINT.sign(Tenant("nabo"), replace(body, tenant=301))
    assert code_of(lambda: holder(desk, stranger, 2015, tenant=TENANT)) == "unknown_card"
    never_issued = MINT.sign(TENANT, replace(body, number=CARD))
    assert code_of(lambda: holder(desk, never_issued, 2015)) == "unknown_card"


def test_the_page_of_a_blocked_card_says_that_no_till_lets_it_in() -> None:
    desk = Desk()
    made = desk.issue()
    desk.open.block(TENANT, made.card.number, reason="lost", by=NAV, now=desk.now)
    assert not holder(desk, made.url, 2015).active


# Printing


def test_cards_are_printed_in_the_order_asked_for_and_names_go_nowhere() -> None:
    desk = Desk()
    numbers = [desk.issue(ref).card.number for ref in ("ref-1", "ref-2")]
    before = everything()
    wanted = [(numbers[1], "Testbarn Én"), (numbers[0], None), (numbers[1], "")]
    jobs, look = desk.open.prints(TENANT, wanted, images={}.get, now=desk.now)
    assert [(job.number, job.name) for job in jobs] == [
        (numbers[1], "Testbarn Én"),
        (numbers[0], None),
        (numbers[1], None),
    ]
    card = desk.open.get(TENANT, numbers[1], now=desk.now)[0]
    assert jobs[0].url == desk.open.link(TENANT, card)[1]
    assert look.municipality == "Lørenskog"
    assert everything() == before


def test_a_card_that_is_unknown_or_over_is_not_printed_and_its_row_is_named() -> None:
    desk = Desk()
    number = desk.issue().card.number
    with pytest.raises(UnknownError) as unknown:
        desk.open.prints(TENANT, [(number, None), (CARD, None)], images={}.get, now=desk.now)
    assert [fault.path for fault in unknown.value.fields] == ["cards[1].number"]
    desk.open.block(TENANT, number, reason="lost", by=NAV, now=desk.now)
    with pytest.raises(ConflictError) as over:
        desk.open.prints(TENANT, [(number, None)], images={}.get, now=desk.now)
    assert over.value.code == "not_in_that_state"
    assert number not in f"{over.value.detail}{over.value.fields}"
