"""Who may have a card, for how long, what may be done with it, and what its holder is shown."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from chalicelib.cards.rules import (
    AFTER,
    Act,
    Card,
    Counts,
    Status,
    WrongYears,
    check_age,
    companion_class,
    content_of,
    flags_of,
    holder_view,
    kept_until,
    print_job,
    print_look,
    programme_year,
    refuse_identity_numbers,
    refuse_unknown_reason,
    status_after,
    validity,
)
from chalicelib.credentials.rules import Companion, Flags
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import CardKey
from chalicelib.venues.rules import Counts as PerMark
from chalicelib.venues.rules import State
from tests.cards.desk import CARD, KORT, POOL, PROGRAMME, SWIM, TODAY, agreement, application, configuration

HELD = Card(
    number=CARD,
    key=CardKey("key"),
    status=Status.ACTIVE,
    programme=KORT,
    valid_from=date(2026, 3, 2),
    valid_until=date(2026, 12, 31),
    birth_year=2015,
    flags=Flags().byte,
    uses={"swim@card": 2, "film@card": 9},
)


@pytest.mark.parametrize(
    ("act", "status", "after"),
    [
        (Act.BLOCK, Status.ACTIVE, Status.BLOCKED),
        (Act.BLOCK, Status.BLOCKED, Status.BLOCKED),  # said twice, meant once
        (Act.BLOCK, Status.BLANK, None),  # nobody's yet: unblocking would make it somebody's
        (Act.BLOCK, Status.REPLACED, None),
        (Act.BLOCK, Status.ENDED, None),
        (Act.UNBLOCK, Status.BLOCKED, Status.ACTIVE),
        (Act.UNBLOCK, Status.ACTIVE, Status.ACTIVE),
        (Act.UNBLOCK, Status.BLANK, None),
        (Act.UNBLOCK, Status.REPLACED, None),  # its successor is in somebody's pocket
        (Act.UNBLOCK, Status.ENDED, None),  # its place in the quota may be taken
        (Act.REPLACE, Status.ACTIVE, Status.REPLACED),
        (Act.REPLACE, Status.BLOCKED, Status.REPLACED),
        (Act.REPLACE, Status.BLANK, None),
        (Act.REPLACE, Status.REPLACED, None),  # a third card
        (Act.REPLACE, Status.ENDED, None),
        (Act.END, Status.ACTIVE, Status.ENDED),
        (Act.END, Status.BLOCKED, Status.ENDED),
        (Act.END, Status.BLANK, Status.ENDED),
        (Act.END, Status.ENDED, Status.ENDED),
        (Act.END, Status.REPLACED, None),  # its place belongs to its successor
    ],
)
def test_what_may_be_done_with_a_card_depends_on_its_status(act: Act, status: Status, after: Status | None) -> None:
    if after is None:
        with pytest.raises(ConflictError) as refused:
            status_after(act, status)
        assert refused.value.code == "not_in_that_state"
    else:
        assert status_after(act, status) is after


def test_every_act_that_is_allowed_stands_in_the_table_above() -> None:
    assert len(AFTER) == 10


@pytest.mark.parametrize(
    ("programme", "asked", "expected"),
    [
        ({}, {}, (date(2026, 3, 2), date(2026, 12, 31))),  # from today, to the programme's last day
        ({"valid_from": date(2026, 6, 1)}, {}, (date(2026, 6, 1), date(2026, 12, 31))),  # not before the programme
        ({"validity": "P6M"}, {}, (date(2026, 3, 2), date(2026, 9, 1))),  # the last day included
        ({"validity": "P1Y", "valid_until": date(2028, 12, 31)}, {}, (date(2026, 3, 2), date(2027, 3, 1))),
        ({"validity": "P1Y"}, {}, (date(2026, 3, 2), date(2026, 12, 31))),  # the programme ends first
        ({"validity": "P1Y6M", "valid_until": date(2028, 12, 31)}, {}, (date(2026, 3, 2), date(2027, 9, 1))),
        ({}, {"valid_from": date(2026, 1, 1)}, (date(2026, 1, 1), date(2026, 12, 31))),  # backdated, since asked for
        ({}, {"valid_until": date(2026, 6, 30)}, (date(2026, 3, 2), date(2026, 6, 30))),
        ({}, {"valid_from": date(2026, 12, 31)}, (date(2026, 12, 31), date(2026, 12, 31))),  # one day is a card
        ({"validity": "P1M"}, {"valid_from": date(2026, 8, 31)}, (date(2026, 8, 31), date(2026, 9, 29))),
    ],
)
def test_a_card_is_valid_from_and_until(
    programme: dict[str, Any], asked: dict[str, Any], expected: tuple[date, date]
) -> None:
    assert validity(replace(PROGRAMME, **programme), application(**asked), TODAY) == expected


@pytest.mark.parametrize(
    ("programme", "asked", "code", "field"),
    [
        ({"state": State.CLOSED}, {}, "programme_closed", None),
        ({"valid_until": date(2026, 3, 1)}, {}, "outside_programme", "valid_from"),  # over yesterday
        ({}, {"valid_from": date(2025, 12, 31)}, "outside_programme", "valid_from"),
        ({}, {"valid_until": date(2027, 1, 1)}, "outside_programme", "valid_until"),
        ({}, {"valid_until": date(2026, 3, 1)}, "outside_programme", "valid_until"),  # before it starts
        ({"validity": "P6M"}, {"valid_until": date(2026, 9, 2)}, "outside_programme", "valid_until"),  # a day too long
    ],
)
def test_a_card_outside_its_programme_is_not_given_out(
    programme: dict[str, Any], asked: dict[str, Any], code: str, field: str | None
) -> None:
    with pytest.raises(RuleError) as refused:
        validity(replace(PROGRAMME, **programme), application(**asked), TODAY)
    assert refused.value.code == code
    assert [fault.path for fault in refused.value.fields] == ([] if field is None else [field])


@pytest.mark.parametrize(
    ("starts", "day", "first"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), date(2026, 1, 1)),
        (date(2026, 1, 1), date(2027, 1, 1), date(2027, 1, 1)),
        (date(2026, 8, 15), date(2027, 8, 14), date(2026, 8, 15)),
        (date(2026, 8, 15), date(2027, 8, 15), date(2027, 8, 15)),
        (date(2024, 2, 29), date(2025, 2, 28), date(2025, 2, 28)),  # started on a leap day
        (date(2024, 2, 29), date(2025, 2, 27), date(2024, 2, 29)),
        (date(2026, 8, 15), date(2026, 1, 1), date(2026, 8, 15)),  # asked about before it starts
    ],
)
def test_a_programme_year_is_counted_from_the_programmes_first_day(starts: date, day: date, first: date) -> None:
    assert programme_year(replace(PROGRAMME, valid_from=starts), day) == first


@pytest.mark.parametrize(
    ("born", "allowed"),
    [
        (2022, False),  # 3 or 4 all year, the programme is from 5
        (2021, True),  # turns 5 in the year: the issuer knows the day
        (2007, True),  # 18 until the birthday
        (2006, False),  # 19 or 20 all year
        (2027, False),  # not born
    ],
)
def test_only_who_is_too_young_or_too_old_on_every_day_of_the_year_is_refused(born: int, allowed: bool) -> None:  # noqa: FBT001  a case
    if allowed:
        check_age(PROGRAMME, born, TODAY)
    else:
        with pytest.raises(RuleError) as refused:
            check_age(PROGRAMME, born, TODAY)
        assert refused.value.code == "age_outside_programme"
        assert refused.value.fields[0].path == "birth_year"


@pytest.mark.parametrize(
    ("rule", "born", "companion"),
    [
        ("none", 2015, Companion.NONE),
        ("any", 2015, Companion.ANY),
        ("adult", 2015, Companion.ADULT),
        ("adult_under:12", 2015, Companion.ADULT),  # turns 11
        ("adult_under:12", 2014, Companion.ANY),  # turns 12 in the year
        ("adult_only_under:14", 2013, Companion.ADULT),  # turns 13
        ("adult_only_under:14", 2012, Companion.NONE),  # turns 14 in the year
        ("family", 2012, Companion.FAMILY),
    ],
)
def test_who_may_come_along_is_fixed_when_the_card_is_given_out(rule: str, born: int, companion: Companion) -> None:
    programme = replace(PROGRAMME, companion=rule)
    assert companion_class(programme, born, TODAY) is companion
    assert Flags.of(flags_of(programme, born, TODAY)) == Flags(companion=companion)


def test_a_card_and_all_that_names_it_is_gone_a_year_after_its_last_day() -> None:
    assert kept_until(date(2026, 12, 31)) == datetime(2027, 12, 31, 23, 0, tzinfo=UTC)  # midnight in Oslo


def test_the_same_application_reads_the_same_and_any_other_differs() -> None:
    assert content_of(application()) == content_of(application())
    others = [{"birth_year": 2014}, {"language": "so"}, {"valid_from": TODAY}, {"siblings": 1}, {"unit": "nav-1"}]
    assert len({content_of(application(**other)) for other in others} | {content_of(application())}) == 6


def test_a_fodselsnummer_is_refused_and_the_field_named_but_not_repeated() -> None:
    texts = {"external_ref": "10915596784", "unit": "nav-1", "birth_year": 2015}
    with pytest.raises(RuleError) as refused:
        refuse_identity_numbers(texts)
    assert refused.value.code == "identity_number"
    assert [fault.path for fault in refused.value.fields] == ["external_ref"]
    assert "10915596784" not in f"{refused.value.detail}{refused.value.fields}"


def test_a_reason_is_a_code_and_never_a_sentence() -> None:
    refuse_unknown_reason("lost")
    refuse_unknown_reason(None)
    with pytest.raises(RuleError) as refused:
        refuse_unknown_reason("the mother says that the boy lost it")
    assert refused.value.code == "unknown_reason"


def test_five_wrong_years_lock_until_the_day_is_over() -> None:
    wrong = WrongYears(TODAY, 0)
    for _ in range(5):
        assert not wrong.locks(TODAY)
        wrong = wrong.another(TODAY)
    assert wrong.locks(TODAY)
    tomorrow = date(2026, 3, 3)
    assert not wrong.locks(tomorrow)
    assert wrong.another(tomorrow) == WrongYears(tomorrow, 1)


def test_the_holder_sees_what_is_left_at_each_venue_in_a_language_of_their_own() -> None:
    view = holder_view(HELD, configuration(), counts=Counts.SHOWN, language="en", today=TODAY)
    pool, cinema = view.offers
    assert (view.programme_name, view.contact, view.active) == ("Experience card", "kultur@example.no", True)
    assert (pool.title, pool.left, pool.limit, pool.companion) == ("Swimming", 3, 5, Companion.ANY)
    assert (pool.included, pool.address, pool.copay_companion) == (("entrance",), "Badeveien 1", 20_00)
    assert (cinema.title, cinema.left, cinema.limit, cinema.companion) == ("Film", None, None, Companion.NONE)
    assert (cinema.excluded_text, cinema.link, cinema.age_limit) == ("Popkorn", "https://kino.example.no", 6)


def test_without_the_year_the_holders_page_has_offers_and_no_counts() -> None:
    view = holder_view(HELD, configuration(), counts=Counts.YEAR_NEEDED, language="nb", today=TODAY)
    assert [offer.limit for offer in view.offers] == [5, None]
    assert [offer.left for offer in view.offers] == [None, None]


def test_the_holders_page_has_no_number_and_no_reference() -> None:
    held = replace(HELD, external_ref="ref-1", family_ref="fam-1", unit="nav-1", funding="kultur")
    shown = repr(holder_view(held, configuration(), counts=Counts.SHOWN, language="nb", today=TODAY))
    assert not [text for text in (CARD, "ref-1", "fam-1", "nav-1", "2015") if text in shown]


def test_only_terms_in_force_are_shown_and_before_the_first_day_those_of_that_day() -> None:
    spring = agreement(until=date(2026, 5, 31))
    summer = agreement(starts=date(2026, 6, 1), limit=7)
    terms = configuration(agreements=(spring, summer))
    starts_in_june = replace(HELD, valid_from=date(2026, 6, 1))
    now = holder_view(HELD, terms, counts=Counts.SHOWN, language="nb", today=TODAY)
    then = holder_view(starts_in_june, terms, counts=Counts.SHOWN, language="nb", today=TODAY)
    assert [offer.limit for offer in now.offers] == [5]
    assert [offer.limit for offer in then.offers] == [7]


@pytest.mark.parametrize(
    ("status", "state", "today", "active"),
    [
        (Status.ACTIVE, State.OPEN, date(2026, 12, 31), True),  # the last day included
        (Status.ACTIVE, State.OPEN, date(2027, 1, 1), False),
        (Status.ACTIVE, State.CLOSED, TODAY, False),
        (Status.BLOCKED, State.OPEN, TODAY, False),
        (Status.REPLACED, State.OPEN, TODAY, False),
        (Status.ENDED, State.OPEN, TODAY, False),
    ],
)
def test_the_holders_page_says_whether_a_till_lets_the_card_in(
    status: Status,
    state: State,
    today: date,
    active: bool,  # noqa: FBT001  a case
) -> None:
    card = replace(HELD, status=status)
    view = holder_view(card, configuration(state=state), counts=Counts.SHOWN, language="nb", today=today)
    assert view.active is active


def test_a_printed_card_says_what_holds_when_it_is_printed() -> None:
    job = print_job(HELD, configuration(counts=PerMark.PERSON), url="HTTPS://X/K#A", name="Testbarn Én", today=TODAY)
    assert (job.number, job.url, job.name, job.title) == (CARD, "HTTPS://X/K#A", "Testbarn Én", "Opplevelseskortet")
    assert [(line.place, line.visits, line.per) for line in job.lines] == [
        ("Badet", 5, Period.CARD),
        ("Kinoen", None, Period.CARD),
    ]
    assert (job.companion, job.persons_max, job.each_person_counts) == (Companion.ANY, 2, True)


def test_a_card_for_one_is_printed_for_one() -> None:
    terms = configuration(agreements=(agreement(companion_allowed=False),))
    assert print_job(HELD, terms, url="", name=None, today=TODAY).persons_max == 1


def test_a_print_run_shares_the_arms_and_the_logos_that_there_are() -> None:
    terms = configuration(logo="images/kort", languages=("so", "nn"))
    pool = replace(terms.venues[POOL], logo="images/pool")
    terms = replace(terms, venues={**terms.venues, POOL: pool})
    kept = {"images/arms": b"arms", "images/pool": b"pool"}
    look = print_look(terms, [KORT], kept.get)
    assert (look.municipality, look.language) == ("Lørenskog", "nn")
    assert (look.coat_of_arms, look.logos, look.venue_logos) == (b"arms", {}, (b"pool",))
    assert print_look(terms, [KORT], {**kept, "images/kort": b"kort"}.get).logos == {KORT: b"kort"}


def test_an_offer_that_is_no_longer_set_up_is_left_out() -> None:
    terms = configuration()
    del terms.offers[POOL, SWIM]
    view = holder_view(HELD, terms, counts=Counts.SHOWN, language="nb", today=TODAY)
    assert [offer.venue_name for offer in view.offers] == ["Kinoen"]
