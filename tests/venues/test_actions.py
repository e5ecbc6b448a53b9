"""What the culture department does, on the real table."""

import itertools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.shared.answers import ConflictError, OpplevError, RuleError, UnknownError
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.venues.actions import Terms
from chalicelib.venues.rules import Agreement, Municipality, Offer, Programme, SettleBy, State, Venue, VenueKind
from chalicelib.venues.store import TermsStore

TENANT = Tenant("prove")
KARI, OLA = CallerId("office/1"), CallerId("office/2")
PROGRAMME = Programme(ProgrammeId("kort"), 99, {"nb": "Opplevelseskortet"}, date(2026, 1, 1), date(2028, 12, 31))
VENUE = Venue(VenueId("kino"), "Prøve kino", VenueKind.PRIVATE, SettleBy.VOUCHER)
OFFER = Offer(VenueId("kino"), OfferId("film"), {"nb": "Film"}, included=("entrance",), category="cinema")
AGREEMENT = Agreement(
    ProgrammeId("kort"), VenueId("kino"), OfferId("film"), date(2026, 1, 1), date(2026, 12, 31), 5, ""
)
ACCOUNT, OTHER, THIRD = "86011117947", "12345678903", "15032080119"


@pytest.fixture
def terms(fresh_table: str) -> Terms:
    assert fresh_table
    desk = Terms(TermsStore(time.monotonic))
    desk.put_municipality(Municipality(TENANT, 3222, "Prøve kommune"))
    return desk


@pytest.fixture
def with_film(terms: Terms) -> Terms:
    terms.put_programme(TENANT, PROGRAMME)
    terms.put_venue(TENANT, VENUE, by=KARI)
    terms.put_offer(TENANT, OFFER)
    return terms


def outcomes(works: list[Callable[[], Any]]) -> list[Any]:
    """Do all at once; give what each gave or raised."""

    def attempt(work: Callable[[], Any]) -> Any:
        try:
            return work()
        except OpplevError as error:
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(attempt, works))


def test_all_that_is_set_up_stands_in_the_configuration_at_once(with_film: Terms) -> None:
    agreement = with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    stands = with_film.configuration(TENANT)
    assert stands.municipality.number == 3222
    assert stands.programmes == {PROGRAMME.id: replace(PROGRAMME, code=0)}
    assert stands.venues == {VENUE.id: VENUE}
    assert stands.offers == {(OFFER.venue, OFFER.id): OFFER}
    assert stands.agreements == (agreement,)
    assert agreement.quota == "kino/film"


def test_a_tenant_nobody_has_set_up_is_unknown_for_reading_and_for_changing(terms: Terms) -> None:
    stranger = Tenant("fremmed")
    for ask in (
        lambda: terms.configuration(stranger),
        lambda: terms.put_programme(stranger, PROGRAMME),
        lambda: terms.put_venue(stranger, VENUE, by=KARI),
    ):
        with pytest.raises(UnknownError) as refused:
            ask()
        assert refused.value.code == "unknown_tenant"


def test_a_programme_keeps_its_code_whatever_it_is_sent_with(terms: Terms) -> None:
    assert terms.put_programme(TENANT, PROGRAMME).code == 0
    assert terms.put_programme(TENANT, replace(PROGRAMME, id=ProgrammeId("annet"))).code == 1
    changed = terms.put_programme(TENANT, replace(PROGRAMME, quota=100, code=7, state=State.CLOSED))
    assert (changed.code, changed.quota, changed.state) == (0, 100, State.CLOSED)


def test_programmes_made_at_the_same_time_get_codes_of_their_own(terms: Terms) -> None:
    drafts = [replace(PROGRAMME, id=ProgrammeId(f"kort{number}")) for number in range(6)]
    made = outcomes([lambda draft=draft: terms.put_programme(TENANT, draft) for draft in drafts])
    assert sorted(programme.code for programme in made) == [0, 1, 2, 3, 4, 5]
    stored = terms.configuration(TENANT).programmes.values()
    assert sorted(programme.code for programme in stored) == [0, 1, 2, 3, 4, 5]


def test_the_same_programme_made_twice_at_once_is_one_programme(terms: Terms) -> None:
    made = outcomes([lambda: terms.put_programme(TENANT, PROGRAMME) for _ in range(4)])
    assert {programme.code for programme in made} == {0}


def test_the_number_on_printed_cards_cannot_change_once_there_is_a_programme(terms: Terms) -> None:
    terms.put_municipality(Municipality(TENANT, 3223, "Prøve kommune"))
    terms.put_programme(TENANT, PROGRAMME)
    terms.put_municipality(Municipality(TENANT, 3223, "Nye Prøve kommune"))
    with pytest.raises(ConflictError) as refused:
        terms.put_municipality(Municipality(TENANT, 3222, "Prøve kommune"))
    assert refused.value.code == "number_in_use"
    assert terms.configuration(TENANT).municipality.name == "Nye Prøve kommune"


def test_no_municipality_takes_the_number_that_stands_on_another_s_cards(terms: Terms) -> None:
    other = Tenant("annen")
    with pytest.raises(ConflictError) as refused:
        terms.put_municipality(Municipality(other, 3222, "Annen kommune"))
    assert refused.value.code == "number_taken"
    terms.put_municipality(Municipality(other, 3223, "Annen kommune"))
    with pytest.raises(ConflictError) as refused:
        terms.put_municipality(Municipality(other, 3222, "Annen kommune"))
    assert refused.value.code == "number_taken"
    terms.put_municipality(Municipality(TENANT, 3222, "Nye Prøve kommune"))
    assert terms.tenant_of(3222) == TENANT


def test_nothing_against_a_rule_is_stored(with_film: Terms) -> None:
    before = with_film.configuration(TENANT)
    for ask in (
        lambda: with_film.put_programme(TENANT, replace(PROGRAMME, ages_from=20, ages_to=10)),
        lambda: with_film.put_venue(TENANT, replace(VENUE, orgnr="123456789"), by=KARI),
        lambda: with_film.put_offer(TENANT, replace(OFFER, excluded=("moon",))),
        lambda: with_film.add_agreement(TENANT, replace(AGREEMENT, reimburse=101), first_open_day=None),
        lambda: with_film.put_municipality(Municipality(TENANT, 0, "Prøve")),
    ):
        with pytest.raises(RuleError) as refused:
            ask()
        assert refused.value.fields
    assert with_film.configuration(TENANT) == before


def test_a_first_account_is_taken_and_a_changed_one_waits_for_another_person(terms: Terms) -> None:
    assert terms.put_venue(TENANT, replace(VENUE, account="8601 11 17947"), by=KARI).account == ACCOUNT
    waiting = terms.put_venue(TENANT, replace(VENUE, account=OTHER), by=KARI)
    assert waiting.account == ACCOUNT
    assert waiting.pending_account is not None
    with pytest.raises(ConflictError) as refused:
        terms.confirm_account(TENANT, VENUE.id, by=KARI)
    assert refused.value.code == "same_person"
    confirmed = terms.confirm_account(TENANT, VENUE.id, by=OLA)
    assert (confirmed.account, confirmed.pending_account) == (OTHER, None)
    assert terms.configuration(TENANT).venues[VENUE.id].account == OTHER


def test_who_asked_for_an_account_cannot_confirm_it_after_another_saved_the_page(terms: Terms) -> None:
    terms.put_venue(TENANT, replace(VENUE, account=ACCOUNT), by=KARI)
    terms.put_venue(TENANT, replace(VENUE, account=OTHER), by=KARI)
    terms.put_venue(TENANT, replace(VENUE, account=OTHER, address="Prøvegata 1"), by=OLA)
    with pytest.raises(ConflictError):
        terms.confirm_account(TENANT, VENUE.id, by=KARI)
    assert terms.confirm_account(TENANT, VENUE.id, by=OLA).account == OTHER


def test_leaving_the_account_out_changes_neither_the_account_nor_the_one_that_waits(terms: Terms) -> None:
    terms.put_venue(TENANT, replace(VENUE, account=ACCOUNT), by=KARI)
    terms.put_venue(TENANT, replace(VENUE, account=OTHER), by=KARI)
    saved = terms.put_venue(TENANT, replace(VENUE, account=None, name="Nye Prøve kino"), by=OLA)
    assert saved.account == ACCOUNT
    assert saved.pending_account is not None
    assert saved.pending_account.by == KARI


def test_sending_the_old_account_again_withdraws_the_change(terms: Terms) -> None:
    terms.put_venue(TENANT, replace(VENUE, account=ACCOUNT), by=KARI)
    terms.put_venue(TENANT, replace(VENUE, account=OTHER), by=KARI)
    assert terms.put_venue(TENANT, replace(VENUE, account=ACCOUNT), by=KARI).pending_account is None
    with pytest.raises(ConflictError) as refused:
        terms.confirm_account(TENANT, VENUE.id, by=OLA)
    assert refused.value.code == "nothing_waits"


def test_an_account_that_changed_since_it_was_looked_at_is_not_confirmed(terms: Terms) -> None:
    for account in (ACCOUNT, OTHER, THIRD):
        terms.put_venue(TENANT, replace(VENUE, account=account), by=KARI)
    with pytest.raises(ConflictError):
        terms.confirm_account(TENANT, VENUE.id, by=OLA, account=OTHER)
    assert terms.confirm_account(TENANT, VENUE.id, by=OLA, account=THIRD).account == THIRD


def test_a_waiting_account_cannot_be_slipped_in_with_a_venue(terms: Terms) -> None:
    from chalicelib.venues.rules import PendingAccount  # noqa: PLC0415  only here

    terms.put_venue(TENANT, replace(VENUE, account=ACCOUNT), by=KARI)
    forged = replace(VENUE, account=ACCOUNT, pending_account=PendingAccount(OTHER, "office/9"))
    assert terms.put_venue(TENANT, forged, by=KARI).pending_account is None


def test_an_offer_needs_its_venue_and_an_agreement_needs_all_three(with_film: Terms) -> None:
    with pytest.raises(UnknownError) as refused:
        with_film.put_offer(TENANT, replace(OFFER, venue=VenueId("bad")))
    assert refused.value.code == "unknown_venue"
    for change, code in (
        ({"venue": VenueId("bad")}, "unknown_venue"),
        ({"offer": OfferId("konsert")}, "unknown_offer"),
        ({"programme": ProgrammeId("annet")}, "unknown_programme"),
    ):
        with pytest.raises(UnknownError) as unknown:
            with_film.add_agreement(TENANT, replace(AGREEMENT, **change), first_open_day=None)
        assert unknown.value.code == code


def test_better_terms_from_july_end_the_old_ones_on_the_last_of_june(with_film: Terms) -> None:
    with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    with_film.add_agreement(TENANT, replace(AGREEMENT, starts=date(2026, 7, 1), reimburse=50), first_open_day=None)
    stands = with_film.configuration(TENANT)
    june = stands.agreement(AGREEMENT.programme, AGREEMENT.venue, AGREEMENT.offer, date(2026, 6, 30))
    july = stands.agreement(AGREEMENT.programme, AGREEMENT.venue, AGREEMENT.offer, date(2026, 7, 1))
    assert june is not None
    assert july is not None
    assert (june.until, june.reimburse, july.reimburse) == (date(2026, 6, 30), 0, 50)


def test_terms_that_start_in_a_month_already_settled_are_refused(with_film: Terms) -> None:
    with pytest.raises(RuleError) as refused:
        with_film.add_agreement(TENANT, AGREEMENT, first_open_day=date(2026, 2, 1))
    assert refused.value.code == "in_closed_month"
    assert refused.value.fields[0].path == "from"
    first_open = replace(AGREEMENT, starts=date(2026, 2, 1))
    assert with_film.add_agreement(TENANT, first_open, first_open_day=date(2026, 2, 1)).starts == date(2026, 2, 1)


def test_the_same_agreement_sent_twice_is_one_version(with_film: Terms) -> None:
    first = with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    again = with_film.add_agreement(TENANT, AGREEMENT, first_open_day=date(2026, 3, 1))  # and its month has closed
    assert first == again
    assert with_film.configuration(TENANT).agreements == (first,)


def test_other_terms_from_the_same_day_are_refused_and_the_first_stand(with_film: Terms) -> None:
    first = with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    with pytest.raises(ConflictError):
        with_film.add_agreement(TENANT, replace(AGREEMENT, limit=6), first_open_day=None)
    assert with_film.configuration(TENANT).agreements == (first,)


def test_of_overlapping_versions_added_at_once_one_alone_stands(with_film: Terms) -> None:
    # Each runs into those that start later, so in whatever order they come, no two fit side by side as sent.
    drafts = [replace(AGREEMENT, limit=limit) for limit in range(1, 7)]
    made = outcomes(
        [lambda draft=draft: with_film.add_agreement(TENANT, draft, first_open_day=None) for draft in drafts]
    )
    stored = with_film.configuration(TENANT).agreements
    assert len(stored) == 1
    assert [each for each in made if isinstance(each, Agreement)] == list(stored)
    assert {each.code for each in made if not isinstance(each, Agreement)} == {"agreements_overlap"}


def test_versions_added_at_once_never_overlap_in_time(with_film: Terms) -> None:
    drafts = [replace(AGREEMENT, starts=date(2026, month, 1)) for month in range(1, 9)]
    outcomes([lambda draft=draft: with_film.add_agreement(TENANT, draft, first_open_day=None) for draft in drafts])
    stored = sorted(with_film.configuration(TENANT).agreements, key=lambda version: version.starts)
    assert stored
    assert all(before.until < after.starts for before, after in itertools.pairwise(stored))


def test_two_programmes_may_have_terms_for_the_same_offer(with_film: Terms) -> None:
    with_film.put_programme(TENANT, replace(PROGRAMME, id=ProgrammeId("annet")))
    with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    with_film.add_agreement(TENANT, replace(AGREEMENT, programme=ProgrammeId("annet")), first_open_day=None)
    assert len(with_film.configuration(TENANT).agreements) == 2


def test_offers_of_two_venues_with_the_same_name_do_not_share_an_allowance(with_film: Terms) -> None:
    bad = VenueId("bad")
    with_film.put_venue(TENANT, replace(VENUE, id=bad), by=KARI)
    with_film.put_offer(TENANT, replace(OFFER, venue=bad))
    first = with_film.add_agreement(TENANT, AGREEMENT, first_open_day=None)
    second = with_film.add_agreement(TENANT, replace(AGREEMENT, venue=bad), first_open_day=None)
    assert first.quota != second.quota


SHARED = replace(AGREEMENT, quota="kultur")
MUSEUM = replace(SHARED, offer=OfferId("museum"))


@pytest.fixture
def with_two(with_film: Terms) -> Terms:
    with_film.put_offer(TENANT, replace(OFFER, id=OfferId("museum")))
    with_film.add_agreement(TENANT, MUSEUM, first_open_day=None)
    return with_film


def test_an_offer_that_shares_an_allowance_cannot_have_another_limit_and_nothing_is_stored(with_two: Terms) -> None:
    with pytest.raises(RuleError) as refused:
        with_two.add_agreement(TENANT, replace(SHARED, limit=6), first_open_day=None)
    assert (refused.value.code, [fault.path for fault in refused.value.fields]) == ("shared_differs", ["limit"])
    assert with_two.configuration(TENANT).agreements == (MUSEUM,)


def test_a_shared_limit_is_changed_for_all_offers_at_once_from_a_day(with_two: Terms) -> None:
    with_two.add_agreement(TENANT, SHARED, first_open_day=None)
    summer = replace(SHARED, starts=date(2026, 7, 1), limit=8)
    for _ in range(2):  # twice is as good as once
        with_two.add_agreement(TENANT, summer, first_open_day=None, for_all=True)
    june = date(2026, 6, 30)
    assert set(with_two.configuration(TENANT).agreements) == {
        replace(SHARED, until=june),
        summer,
        replace(MUSEUM, until=june),
        replace(MUSEUM, starts=date(2026, 7, 1), limit=8),
    }


def test_of_two_offers_that_begin_to_share_at_once_with_different_limits_one_is_refused(with_film: Terms) -> None:
    with_film.put_offer(TENANT, replace(OFFER, id=OfferId("museum")))
    wanted = [SHARED, replace(MUSEUM, limit=6)]
    said = outcomes([lambda each=each: with_film.add_agreement(TENANT, each, first_open_day=None) for each in wanted])
    assert sorted(type(each).__name__ for each in said) == ["Agreement", "RuleError"]
    assert len(with_film.configuration(TENANT).agreements) == 1
