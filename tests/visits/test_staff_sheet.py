"""The staff's sheet: its venue's own rules in three languages, one page and its back, whatever there is to tell."""

import io
import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.press.letters import is_printable
from chalicelib.press.tongues import tongue
from chalicelib.shared.answers import MalformedError
from chalicelib.shared.calendar import Period
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Offer, State
from chalicelib.visits.paper import draw_staff_sheet
from chalicelib.visits.paper.staff_words import along, often, paid, words_in
from chalicelib.visits.rules import (
    STAFF_LANGUAGES,
    Because,
    StaffLine,
    StaffSheet,
    insist_on_staff_language,
    staff_sheet,
)
from tests.cards.desk import CINEMA, FILM, KORT, POOL, SWIM, TODAY, agreement, configuration

A_LINE = StaffLine(
    "Prøvefilm", "cinema", None, "any", 1, 5, Period.YEAR, False, Ore(0), Ore(0), ("ticket",), "",
    ("snacks",), "Kurs", None,
)  # fmt: skip
LONG = replace(
    A_LINE, title="Et tilbud med et svært langt navn som knapt får plass på noen linje i denne verden", along=4,
    companion="adult_only_under:16", copay_holder=Ore(50_50), copay_companion=Ore(90_00), age_limit=15,
    included=("ticket", "booking_fee", "equipment_rental"), excluded_text="Kurs og private timer etter klokka 18",
    starts=date(2027, 1, 1),
)  # fmt: skip
SHEET = StaffSheet("nb", "Prøve kommune", "Prøve kino", ("kultur@example.no",), date(2026, 11, 22), (A_LINE,))


def pages(pdf: bytes) -> list[str]:
    read = PdfReader(io.BytesIO(pdf)).pages
    return [unicodedata.normalize("NFKC", " ".join(page.extract_text().split())) for page in read]


def lines_of(terms: Configuration, venue: VenueId = POOL, language: str = "nb") -> tuple[StaffLine, ...]:
    return staff_sheet(terms, venue, language=language, today=TODAY).lines


# What stands on it


def test_the_sheet_tells_of_its_own_venue_alone() -> None:
    assert [each.title for each in lines_of(configuration())] == ["Svømming"]
    assert [each.title for each in lines_of(configuration(), language="en")] == ["Swimming"]
    assert [(each.title, each.limit, each.age_limit) for each in lines_of(configuration(), CINEMA)] == [
        ("Film", None, 6)
    ]


def test_nobody_comes_along_where_the_agreement_the_programme_or_the_number_says_so() -> None:
    for terms in (
        configuration(agreements=(agreement(companion_allowed=False),)),
        configuration(agreements=(agreement(persons_max=1),)),
        configuration(companion="none"),
    ):
        (line,) = lines_of(terms)
        assert (line.companion, line.along) == ("none", 0)


def test_of_terms_that_change_those_in_force_stand_and_else_the_next_to_begin_with_its_day() -> None:
    now = agreement(until=TODAY, limit=3)
    later = agreement(starts=TODAY + timedelta(1), limit=9)
    past = agreement(until=TODAY - timedelta(1), limit=1)
    assert [(each.limit, each.starts) for each in lines_of(configuration(agreements=(later, now)))] == [(3, None)]
    assert [(each.limit, each.starts) for each in lines_of(configuration(agreements=(past, later)))] == [
        (9, later.starts)
    ]


def test_a_programme_that_is_over_or_closed_is_told_no_more() -> None:
    assert lines_of(configuration(state=State.CLOSED)) == ()
    assert lines_of(configuration(valid_until=TODAY - timedelta(1))) == ()


def test_the_programme_is_named_only_where_the_venue_is_in_several() -> None:
    base = configuration()
    second = replace(base.programmes[KORT], id=ProgrammeId("fritid"), name={"nb": "Fritidskortet"}, code=8)
    both: tuple[Agreement, ...] = (agreement(), agreement(programme=second.id))
    several = replace(base, programmes={KORT: base.programmes[KORT], second.id: second}, agreements=both)
    assert [each.programme for each in lines_of(base)] == [None]
    assert {each.programme for each in lines_of(several)} == {"Opplevelseskortet", "Fritidskortet"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "Betaler ingenting"),
        ({"copay_holder": Ore(20_00), "along": 0, "companion": "none"}, "Betaler 20 kr"),
        ({"copay_companion": Ore(40_00)}, "Gratis; den som er med, betaler 40 kr"),
        ({"copay_companion": Ore(40_00), "along": 0, "companion": "none"}, "Betaler ingenting"),
        ({"copay_holder": Ore(20_50), "copay_companion": Ore(20_50)}, "Betaler 20,50 kr hver"),
        ({"copay_holder": Ore(20_00), "copay_companion": Ore(40_00)}, "Betaler 20 kr; den som er med, betaler 40 kr"),
    ],
)
def test_what_is_paid_is_said_as_the_till_would_say_it(facts: dict[str, Any], said: str) -> None:
    assert paid(replace(A_LINE, **facts), words_in("nb")) == said


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
def test_every_rule_has_its_words_in_every_language(language: str) -> None:
    words = words_in(language)
    assert words.keys() == words_in("nb").keys()
    for companion in ("none", "any", "adult", "family", "adult_under:12", "adult_only_under:16"):
        for many in (1, 3):
            told = along(replace(A_LINE, companion=companion, along=many), words)
            assert "{" not in told
            assert companion.partition(":")[2] in told
    for per in Period:
        assert often(replace(A_LINE, per=per), words, language).startswith("5 \N{MULTIPLICATION SIGN} ")
    assert often(replace(A_LINE, limit=None), words, language) == tongue(language).words["free_all_year"]
    assert often(replace(A_LINE, by_ceiling=True), words, language) == tongue(language).words["while_money_lasts"]
    assert all(is_printable(text) for text in words.values())


def test_no_word_says_why_somebody_has_a_card() -> None:
    for language in STAFF_LANGUAGES:
        told = " ".join(pages(draw_staff_sheet(replace(SHEET, language=language)))).casefold()
        assert not re.search(r"\bnav\b|fattig|lavinntekt|låginntekt|sosial|poverty|low income|social", told)


def test_another_language_is_asked_for_in_vain() -> None:
    with pytest.raises(MalformedError):
        insist_on_staff_language("so")


# The paper


@pytest.mark.parametrize("language", STAFF_LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 8, 12])
def test_it_is_one_page_and_its_back_however_many_offers_there_are(language: str, count: int) -> None:
    lines = tuple(replace(A_LINE, title=f"Tilbud nummer {which}") for which in range(count))
    front, back = pages(draw_staff_sheet(replace(SHEET, language=language, lines=lines)))
    words, said = words_in(language), tongue(language)
    assert words["title"] in front
    assert words["papers"] in front
    assert said.staff["practice.title"] in front
    assert said.because[Because.ALLOWANCE_USED_UP]["title"] in front
    for which in range(min(count, 8)):
        assert f"Tilbud nummer {which}" in front
    assert (words["no_offers"] in front) == (count == 0)
    assert (words["more"].format(n=count - 8) in front) == (count > 8)
    assert words["list_title"] in back
    assert said.staff["later.title"] in back
    for key in ("date", "number", "persons", "offer", "done"):
        assert words[key] in back


def test_eight_long_offers_still_tell_what_is_not_included() -> None:
    front, _ = pages(draw_staff_sheet(replace(SHEET, lines=(LONG,) * 8)))
    assert front.count("Ikke inkludert") == 8
    assert front.count("Aldersgrense 15 år") == 8
    assert front.count("Fra 01.01.2027") == 8


def test_the_same_facts_are_the_same_bytes() -> None:
    assert draw_staff_sheet(SHEET) == draw_staff_sheet(SHEET)


def test_an_offer_that_is_gone_is_passed_over() -> None:
    terms = configuration()
    gone = replace(terms, offers={(POOL, OfferId("annet")): Offer(POOL, OfferId("annet"), {"nb": "Annet"})})
    assert lines_of(gone) == ()
    assert (CINEMA, FILM) in terms.offers
    assert (POOL, SWIM) in terms.offers
