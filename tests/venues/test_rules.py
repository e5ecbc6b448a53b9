"""The terms of a programme, checked as the culture department would."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues import rules
from chalicelib.venues.rules import Agreement, Municipality, Offer, Programme, SettleBy, Venue, VenueKind

MUNICIPALITY = Municipality(Tenant("prove"), 3222, "Prøve kommune")
PROGRAMME = Programme(
    ProgrammeId("kort"), 0, {"nb": "Opplevelseskortet"}, date(2026, 1, 1), date(2028, 12, 31), ages_from=5, ages_to=18
)
VENUE = Venue(VenueId("kino"), "Prøve kino", VenueKind.PRIVATE, SettleBy.VOUCHER)
OFFER = Offer(VenueId("kino"), OfferId("film"), {"nb": "Film"}, category="cinema")
AGREEMENT = Agreement(
    ProgrammeId("kort"), VenueId("kino"), OfferId("film"), date(2026, 1, 1), date(2026, 12, 31), 5, "kino/film",
    price_holder=Ore(12000), price_companion=Ore(12000), reimburse=50,
)  # fmt: skip


def faults(found: Any) -> set[tuple[str, str]]:
    return {(fault.path, fault.code) for fault in found}


def test_the_municipality_owes_its_share_of_price_less_copay_with_half_an_ore_rounded_up() -> None:
    terms = replace(AGREEMENT, price_companion=Ore(12000), copay_holder=Ore(2501), copay_companion=Ore(0))
    assert terms.price(2) == 24000
    assert terms.copay(2) == 2501
    assert terms.reimbursed(2) == 10750  # half of 21499


def test_a_version_holds_from_its_first_day_to_its_last_and_not_the_day_after() -> None:
    configuration = rules.Configuration(MUNICIPALITY, {}, {}, {}, (AGREEMENT,))
    named = (AGREEMENT.programme, AGREEMENT.venue, AGREEMENT.offer)
    assert configuration.agreement(*named, date(2025, 12, 31)) is None
    assert configuration.agreement(*named, date(2026, 1, 1)) == AGREEMENT
    assert configuration.agreement(*named, date(2026, 12, 31)) == AGREEMENT
    assert configuration.agreement(*named, date(2027, 1, 1)) is None


def test_a_new_version_ends_the_one_before_it_the_day_before() -> None:
    new = replace(AGREEMENT, starts=date(2026, 7, 1), reimburse=100)
    assert rules.ended_by([AGREEMENT], new) == [replace(AGREEMENT, until=date(2026, 6, 30))]


def test_a_version_that_was_over_already_is_left_as_it_is() -> None:
    assert rules.ended_by([AGREEMENT], replace(AGREEMENT, starts=date(2027, 1, 1), until=date(2027, 12, 31))) == []


def test_other_offers_and_programmes_are_not_touched_by_a_new_version() -> None:
    others = [replace(AGREEMENT, offer=OfferId("konsert")), replace(AGREEMENT, programme=ProgrammeId("annet"))]
    assert rules.ended_by(others, replace(AGREEMENT, starts=date(2026, 7, 1))) == []


@pytest.mark.parametrize(
    ("starts", "until"),
    [
        (date(2026, 1, 1), date(2026, 1, 1)),  # the same first day
        (date(2025, 6, 1), date(2026, 1, 1)),  # runs one day into the next
        (date(2025, 6, 1), date(2027, 6, 1)),  # swallows the next
    ],
)
def test_a_version_that_runs_into_a_later_one_is_refused(starts: date, until: date) -> None:
    with pytest.raises(ConflictError) as refused:
        rules.ended_by([AGREEMENT], replace(AGREEMENT, starts=starts, until=until, limit=6))
    assert refused.value.code == "agreements_overlap"
    assert "2026-01-01" in refused.value.fields[0].detail


def test_a_version_that_ends_the_day_before_the_next_is_welcome() -> None:
    assert rules.ended_by([AGREEMENT], replace(AGREEMENT, starts=date(2025, 6, 1), until=date(2025, 12, 31))) == []


def test_a_new_programme_gets_the_lowest_code_that_is_free() -> None:
    taken = [replace(PROGRAMME, code=code) for code in (0, 1, 3)]
    assert rules.lowest_free_code(taken) == 2


def test_the_257th_programme_is_refused() -> None:
    with pytest.raises(ConflictError) as refused:
        rules.lowest_free_code([replace(PROGRAMME, code=code) for code in range(256)])
    assert refused.value.code == "no_code_left"


def test_what_is_right_has_no_faults() -> None:
    rules.insist(rules.faults_of_municipality(MUNICIPALITY))
    rules.insist(rules.faults_of_programme(PROGRAMME))
    rules.insist(rules.faults_of_venue(VENUE))
    rules.insist(rules.faults_of_offer(OFFER))
    rules.insist(rules.faults_of_agreement(AGREEMENT, PROGRAMME))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"id": "et kort"}, "id", "bad_id"),
        ({"name": {}}, "name", "missing"),
        ({"name": {"xx": "Kort"}}, "name", "unknown_language"),
        ({"name": {"nb": " "}}, "name.nb", "bad_length"),
        ({"name": {"nb": "K" * 81}}, "name.nb", "bad_length"),
        ({"valid_until": date(2025, 12, 31)}, "valid_until", "before_from"),
        ({"valid_from": date(2019, 12, 31)}, "valid_from", "out_of_range"),  # a token cannot say it
        ({"valid_until": date(2200, 1, 1)}, "valid_until", "out_of_range"),
        ({"quota": -1}, "cards.quota", "out_of_range"),
        ({"validity": "P1D"}, "cards.validity", "bad_validity"),
        ({"validity": "P0Y"}, "cards.validity", "bad_validity"),
        ({"validity": "P121M"}, "cards.validity", "bad_validity"),
        ({"ages_from": 19}, "ages.to", "before_from"),
        ({"ages_from": -1}, "ages.from", "out_of_range"),
        ({"ages_to": 151}, "ages.to", "out_of_range"),
        ({"companion": "adult_under:"}, "companion", "bad_companion"),
        ({"companion": "adult_under:0"}, "companion", "bad_companion"),
        ({"companion": "everyone"}, "companion", "bad_companion"),
        ({"companion": "family:4"}, "companion", "bad_companion"),
        ({"validity": "school"}, "cards.validity", "bad_validity"),
        ({"per_family": 0}, "cards.per_family", "out_of_range"),
        ({"siblings_max": 11}, "cards.siblings", "out_of_range"),
        ({"ceiling": Ore(0)}, "ceiling", "out_of_range"),  # that would be a card for nothing
        ({"ceiling": Ore(100_000_01)}, "ceiling", "out_of_range"),
        ({"languages": ()}, "languages", "bad_languages"),
        ({"languages": ("nb", "nb")}, "languages", "bad_languages"),
        ({"languages": ("sv",)}, "languages", "bad_languages"),
        ({"contact": "x" * 1001}, "contact", "bad_length"),
        ({"offline_days": 61}, "offline_days", "out_of_range"),
        ({"logo": "../secret"}, "logo", "bad_image"),
    ],
)
def test_a_programme_against_a_rule_is_named_by_field(change: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in faults(rules.faults_of_programme(replace(PROGRAMME, **change)))


@pytest.mark.parametrize("validity", ["programme", "P1Y", "P10Y", "P1M", "P6M", "P18M", "P120M"])
@pytest.mark.parametrize("companion", ["none", "any", "adult", "adult_under:12"])
def test_the_ways_municipalities_run_their_programmes_are_all_allowed(validity: str, companion: str) -> None:
    rules.insist(rules.faults_of_programme(replace(PROGRAMME, validity=validity, companion=companion, quota=0)))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"name": ""}, "name", "bad_length"),
        ({"orgnr": "988077918"}, "orgnr", "bad_orgnr"),  # a control digit off
        ({"orgnr": "98807791"}, "orgnr", "bad_orgnr"),
        ({"account": "86011117949"}, "account", "bad_account"),  # a control digit off
        ({"account": "4090403"}, "account", "bad_account"),  # the old postgiro's seven digits
        ({"account": "00004090403"}, "account", "bad_account_ok"),
        ({"address": "x" * 201}, "address", "bad_length"),
        ({"link": "javascript:alert(1)"}, "link", "bad_link"),
        ({"link": 'https://x.example/"><script>'}, "link", "bad_link"),
        ({"erp": {"en art": "1"}}, "erp", "bad_id"),
        ({"erp": {"art": "x" * 201}}, "erp.art", "bad_length"),
        ({"erp": {f"art{number}": "1" for number in range(21)}}, "erp", "too_many"),
    ],
)
def test_a_venue_against_a_rule_is_named_by_field(change: dict[str, Any], path: str, code: str) -> None:
    found = faults(rules.faults_of_venue(replace(VENUE, **change)))
    assert ((path, code) in found) is (code != "bad_account_ok")


def test_real_numbers_of_a_venue_pass_with_the_spaces_and_dots_people_write() -> None:
    orgnr, account = rules.plain_digits("988 077 917"), rules.plain_digits("8601.11.17947")
    assert (orgnr, account) == ("988077917", "86011117947")
    rules.insist(rules.faults_of_venue(replace(VENUE, orgnr=orgnr, account=account, link="https://kino.example/")))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"title": {}}, "title", "missing"),
        ({"included": ("entrance", "moon")}, "included[1]", "unknown_phrase"),
        ({"excluded": ("popcorn", "popcorn")}, "excluded", "twice"),
        ({"included": ("popcorn",), "excluded": ("popcorn",)}, "excluded", "also_included"),
        ({"included_text": {"nb": "x" * 501}}, "included_text.nb", "bad_length"),
        ({"category": "bowling"}, "category", "unknown_category"),
        ({"kind": "watcher"}, "kind", "unknown_kind"),
        ({"age_limit": -1}, "age_limit", "out_of_range"),
    ],
)
def test_an_offer_against_a_rule_is_named_by_field(change: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in faults(rules.faults_of_offer(replace(OFFER, **change)))


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"until": date(2025, 12, 31)}, "until", "before_from"),
        ({"starts": date(2025, 12, 31)}, "from", "outside_programme"),
        ({"until": date(2029, 1, 1)}, "until", "outside_programme"),
        ({"limit": -1}, "limit", "out_of_range"),
        ({"quota": "a.b"}, "quota", "bad_id"),  # a dot would be a path in the counters
        ({"quota": "bad/svomming"}, "quota", "bad_id"),  # another offer's own counter
        ({"persons_max": 0}, "persons_max", "out_of_range"),
        ({"persons_max": 11}, "persons_max", "out_of_range"),
        ({"price_holder": Ore(-1)}, "price.holder", "out_of_range"),
        ({"price_companion": Ore(100_000_01)}, "price.companion", "out_of_range"),
        ({"copay_holder": Ore(12001)}, "copay.holder", "over_price"),
        ({"copay_companion": Ore(-1)}, "copay.companion", "out_of_range"),
        ({"reimburse": 101}, "reimburse", "out_of_range"),
        ({"reimburse": -1}, "reimburse", "out_of_range"),
        ({"vat_code": "12 %"}, "vat_code", "bad_id"),
        ({"funding_source": ""}, "funding_source", "bad_id"),
        ({"signed_on": date(2027, 1, 1)}, "until", "before_from"),  # signed after it was over
    ],
)
def test_an_agreement_against_a_rule_is_named_by_field(change: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in faults(rules.faults_of_agreement(replace(AGREEMENT, **change), PROGRAMME))


def test_free_entry_all_year_and_a_shared_allowance_are_allowed() -> None:
    shared = replace(AGREEMENT, limit=None, quota="svomming", per=Period.MONTH, copay_holder=Ore(12000))
    rules.insist(rules.faults_of_agreement(shared, PROGRAMME))


def test_every_fault_is_named_at_once_with_a_remedy() -> None:
    with pytest.raises(RuleError) as refused:
        rules.insist(rules.faults_of_programme(replace(PROGRAMME, quota=-1, companion="?", languages=())))
    assert len(refused.value.fields) == 3
    assert all(fault.detail.endswith(".") for fault in refused.value.fields)


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        ({"number": 0}, "number", "out_of_range"),
        ({"number": 10000}, "number", "out_of_range"),
        ({"signing_key": 16}, "signing_key", "out_of_range"),  # four bits of the token
        ({"name": "  "}, "name", "bad_length"),
    ],
)
def test_a_municipality_against_a_rule_is_named_by_field(change: dict[str, Any], path: str, code: str) -> None:
    assert (path, code) in faults(rules.faults_of_municipality(replace(MUNICIPALITY, **change)))


def test_a_text_is_given_in_the_language_asked_for_else_in_bokmal_else_in_what_there_is() -> None:
    assert rules.in_language({"nb": "Bad", "en": "Pool"}, "en") == "Pool"
    assert rules.in_language({"nb": "Bad", "en": "Pool"}, "so") == "Bad"
    assert rules.in_language({"en": "Pool"}, "so") == "Pool"
    assert rules.in_language({}, "so") == ""


@pytest.mark.parametrize("validity", ["programme", "calendar_year", "school_year", "half_year", "P1Y", "P6M", "P18M"])
def test_a_card_may_be_valid_for_as_long_as_some_municipality_has_it(validity: str) -> None:
    rules.insist(rules.faults_of_programme(replace(PROGRAMME, validity=validity)))


@pytest.mark.parametrize("companion", ["none", "any", "adult", "adult_under:14", "adult_only_under:14", "family"])
def test_whom_a_card_lets_in_beside_its_holder_is_one_of_six(companion: str) -> None:
    rules.insist(rules.faults_of_programme(replace(PROGRAMME, companion=companion)))


SHARED = replace(AGREEMENT, quota="kultur")
ELSEWHERE = replace(SHARED, venue=VenueId("museum"), offer=OfferId("inngang"))


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"limit": 6}, ["limit"]),
        ({"limit": None}, ["limit"]),
        ({"per": Period.MONTH}, ["per"]),
        ({"limit": 6, "per": Period.MONTH}, ["limit", "per"]),
        ({"limit": 6, "starts": date(2026, 12, 31), "until": date(2027, 12, 31)}, ["limit"]),  # one day in common
    ],
)
def test_offers_that_share_an_allowance_have_one_limit_and_one_period_on_any_one_day(
    changed: dict[str, Any], fields: list[str]
) -> None:
    with pytest.raises(RuleError) as refused:
        rules.refuse_another_allowance([ELSEWHERE], replace(SHARED, **changed))
    assert (refused.value.code, [fault.path for fault in refused.value.fields]) == ("shared_differs", fields)


@pytest.mark.parametrize(
    "changed",
    [
        {},  # the same
        {"reimburse": 100, "persons_max": 4},  # what it costs and whom it lets in is its own
        {"limit": 6, "quota": "kino/film"},  # a counter of its own
        {"limit": 6, "programme": ProgrammeId("annet")},
        {"limit": 6, "starts": date(2027, 1, 1), "until": date(2027, 12, 31)},  # when the other is over
        {"limit": 6, "venue": VenueId("museum"), "offer": OfferId("inngang")},  # the other itself, which it ends
    ],
)
def test_offers_that_never_share_a_counter_on_one_day_may_differ(changed: dict[str, Any]) -> None:
    rules.refuse_another_allowance([ELSEWHERE], replace(SHARED, **changed))
