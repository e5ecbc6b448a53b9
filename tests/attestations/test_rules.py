"""An attestation's facts and its code: what may be attested, and that the code says all of it again."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.attestations.rules import (
    AttestationId,
    Extent,
    Facts,
    Measure,
    SignedFacts,
    faults_of,
    from_token,
    pack,
    tidied,
    to_token,
    token_in,
    unpack,
)

TODAY = date(2026, 11, 22)
FACTS = Facts(
    "Testperson Én", "Gårdsstyret i Testgården", "Planla sommerfesten.", date(2026, 3, 3), date(2026, 11, 14),
    Extent(Measure.TOTAL, 3840), "nb", "Kontaktperson To",
)  # fmt: skip
SIGNED = SignedFacts(1, 3222, AttestationId("2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e"), TODAY, FACTS)


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, []),
        ({"last": TODAY}, []),  # somebody who goes on, attested to this day
        ({"first": date(2026, 11, 14)}, []),  # a single day
        ({"last": date(2026, 11, 23)}, [("last", "not_yet")]),
        ({"last": date(2026, 3, 2)}, [("last", "before_first")]),
        ({"first": date(1969, 12, 31)}, [("first", "too_early")]),
        ({"person": ""}, [("person", "missing")]),
        ({"signatory": ""}, []),  # signed by hand
        ({"tasks": "x" * 41}, [("tasks", "word_too_long")]),  # would run off the paper
        ({"extent": Extent(Measure.WEEK, 60 * 60)}, []),
        ({"extent": Extent(Measure.WEEK, 60 * 60 + 1)}, [("extent", "out_of_bounds")]),
        ({"extent": Extent(Measure.PERCENT, 101)}, [("extent", "out_of_bounds")]),
        ({"extent": Extent(Measure.TOTAL, 0)}, [("extent", "out_of_bounds")]),
    ],
)  # fmt: skip
def test_what_may_be_attested(changes: dict[str, object], faults: list[tuple[str, str]]) -> None:
    told = faults_of(replace(FACTS, **changes), TODAY)  # type: ignore[arg-type]
    assert [(each.path, each.code) for each in told] == faults


def test_what_is_signed_is_what_is_printed_whatever_was_pasted() -> None:
    pasted = replace(FACTS, person="  Testperson\tE\u0301n ", tasks="Planla\r\n\r\nsommerfesten.\0")
    assert tidied(pasted) == FACTS


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=200)


@given(
    person=TEXTS, organisation=TEXTS, tasks=TEXTS, signatory=TEXTS, key_id=st.integers(0, 15),
    municipality=st.integers(0, 65535), first=st.dates(date(1970, 1, 1), date(2140, 1, 1)),
    measure=st.sampled_from(Measure), amount=st.integers(1, 1_200_000), language=st.sampled_from(["nb", "nn", "en"]),
    named=st.uuids(),
)  # fmt: skip
def test_the_code_holds_every_fact(
    person: str, organisation: str, tasks: str, signatory: str, key_id: int, municipality: int, first: date,
    measure: Measure, amount: int, language: str, named: object,
) -> None:  # fmt: skip
    facts = Facts(person, organisation, tasks, first, first, Extent(measure, amount), language, signatory)
    signed = SignedFacts(key_id, municipality, AttestationId(str(named)), TODAY, facts)
    packed = pack(signed)
    assert unpack(packed) == signed
    token = to_token(packed, b"s" * 64)
    assert from_token(token) == from_token(token.lower()) == (packed, b"s" * 64)


def test_the_longest_text_still_goes_into_a_code_that_a_phone_reads() -> None:
    tasks = ("Planla og gjennomførte turer for barn og unge, skaffet utstyr og lærte opp nye frivillige. " * 7)[:600]
    facts = replace(FACTS, person="Testperson " * 7, organisation="Testgården " * 9, tasks=tasks, signatory="To " * 26)
    assert len(to_token(pack(replace(SIGNED, facts=facts)), b"s" * 64)) < 800  # QR version 18-M


@given(st.binary(max_size=300))
def test_bytes_that_are_no_attestation_are_refused_and_never_more(packed: bytes) -> None:
    try:
        unpack(packed)
    except ValueError:
        return
    assert packed[0] >> 4 == 1


def test_a_text_that_inflates_without_end_is_not_followed() -> None:
    import zlib  # noqa: PLC0415  only here

    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = pack(SIGNED)[:29] + squeeze.compress(b"x" * 10_000_000) + squeeze.flush()
    with pytest.raises(ValueError):  # noqa: PT011  it has no other name
        unpack(bomb)


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("HTTPS://KORT.EXAMPLE.NO/A#" + "A" * 300, True),
        ("https://kort.example.no/a#" + "a" * 300, True),  # what some phones make of it
        (" " + "A" * 300 + "\n", True),
        ("https://kort.example.no/K#" + "A" * 125, False),  # a card
        ("A" * 30, False),
        ("1" * 300, False),  # no digit 1 in base32
    ],
)
def test_what_counts_as_the_code_of_an_attestation(text: str, is_one: bool) -> None:  # noqa: FBT001  a column
    assert (token_in(text) is not None) == is_one
