"""The number's check digits and the token's bytes."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.credentials.rules import (
    CardBody,
    Companion,
    Flags,
    Kind,
    NumberText,
    TokenText,
    blocked_hash,
    checked_number,
    from_token,
    pack,
    printed,
    split_card_text,
    to_token,
    unpack,
    with_check_digits,
)
from chalicelib.shared.ids import CardNumber, Tenant

few = settings(max_examples=60, deadline=None)
ten_digits = st.text("0123456789", min_size=10, max_size=10)
days = st.dates(date(2020, 1, 1), date(2020, 1, 1) + timedelta(days=0xFFFF))
bodies = st.builds(
    CardBody,
    key_id=st.integers(0, 15),
    tenant=st.integers(0, 0xFFFF),
    programme=st.integers(0, 255),
    flags=st.integers(0, 255),
    number=ten_digits.map(with_check_digits),
    valid_from=days,
    valid_until=days,
)
BODY = CardBody(1, 3222, 7, 4, with_check_digits("0000000001"), date(2026, 1, 1), date(2026, 12, 31))
TOKEN = to_token(pack(BODY), bytes(range(64)))


@few
@given(bodies)
def test_a_body_comes_back_from_its_fourteen_bytes_as_it_was(body: CardBody) -> None:
    packed = pack(body)
    assert len(packed) == 14
    assert unpack(packed) == body


def test_the_fourteen_bytes_stand_where_a_scanner_of_any_make_looks_for_them() -> None:
    expected = "11 0c96 07 04 0000000001 0890 09fc"
    assert pack(BODY) == bytes.fromhex(expected.replace(" ", ""))


@pytest.mark.parametrize(
    "packed",
    [
        b"",
        pack(BODY)[:-1],
        pack(BODY) + b"\0",
        b"\x21" + pack(BODY)[1:],  # format 2
        pack(BODY)[:5] + b"\xff" * 5 + pack(BODY)[10:],  # a number of thirteen digits
    ],
)
def test_other_bytes_are_no_body(packed: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller needs to know no more
        unpack(packed)


@pytest.mark.parametrize(
    "body",
    [
        CardBody(16, 3222, 7, 4, BODY.number, BODY.valid_from, BODY.valid_until),  # a key id of five bits
        CardBody(1, 70000, 7, 4, BODY.number, BODY.valid_from, BODY.valid_until),  # no such municipality
        CardBody(1, 3222, 256, 4, BODY.number, BODY.valid_from, BODY.valid_until),  # more than 256 programmes
        CardBody(1, 3222, 7, 4, BODY.number, date(2019, 12, 31), BODY.valid_until),  # before the calendar starts
    ],
)
def test_a_body_that_does_not_fit_is_not_signed(body: CardBody) -> None:
    with pytest.raises((ValueError, OverflowError)):
        pack(body)


@few
@given(ten_digits, st.integers(0, 11), st.integers(1, 9))
def test_one_mistyped_digit_is_always_noticed(ten: str, place: int, shift: int) -> None:
    number = with_check_digits(ten)
    wrong = str((int(number[place]) + shift) % 10)
    assert checked_number(number) == number
    assert checked_number(number[:place] + wrong + number[place + 1 :]) is None


@few
@given(ten_digits, st.integers(0, 11), st.integers(0, 11))
def test_two_digits_that_change_places_are_always_noticed(ten: str, one: int, other: int) -> None:
    number = with_check_digits(ten)
    swapped = list(number)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert (checked_number("".join(swapped)) is None) == (number[one] != number[other])


@few
@given(ten_digits)
def test_only_one_pair_of_check_digits_fits(ten: str) -> None:
    assert sum(checked_number(f"{ten}{check:02d}") is not None for check in range(100)) == 1


def test_a_number_of_other_digits_than_ours_is_no_number() -> None:
    arabic = "".join(chr(0x0660 + int(digit)) for digit in BODY.number)
    assert checked_number(arabic) is None
    assert split_card_text(arabic) is None


@pytest.mark.parametrize("ten", ["", "123456789", "12345678901", "12345 6789", "123456789x"])
def test_a_number_is_made_of_ten_digits_only(ten: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller is wrong and cannot mend it
        with_check_digits(ten)


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("blank", [True, False])
@pytest.mark.parametrize("companion", Companion)
def test_the_flags_come_back_from_their_byte(kind: Kind, blank: bool, companion: Companion) -> None:  # noqa: FBT001  a case
    flags = Flags(kind, blank, companion)
    assert Flags.of(flags.byte) == flags


def test_the_flags_stand_in_the_bits_that_the_scanner_reads() -> None:
    assert Flags(Kind.TIMEKRED, blank=True, companion=Companion.ADULT).byte == 0b1011
    assert Flags(Kind.CARD, blank=False, companion=Companion.NONE).byte == 0
    assert Flags(Kind.CARD, blank=False, companion=Companion.FAMILY).byte == 0b1100


@pytest.mark.parametrize("byte", [0b10000, 0b11100, 0b10000000])
def test_a_flag_without_a_meaning_is_not_guessed_at(byte: int) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller needs to know no more
        Flags.of(byte)


@pytest.mark.parametrize(
    "typed",
    ["1234 5678 9012", " 1234-5678-9012 ", "123456789012", "1234\u00a05678\u00a09012", "1234\u20135678\u20139012\n"],
)
def test_a_number_is_read_with_spaces_and_dashes_of_any_kind(typed: str) -> None:
    assert split_card_text(typed) == NumberText("123456789012")


def test_a_blocked_number_stands_in_the_list_as_five_bytes_that_differ_by_municipality() -> None:
    # sha256("lorenskog:123456789012"), as the scanner computes it
    assert blocked_hash(Tenant("lorenskog"), CardNumber("123456789012")) == "5cc9574c35"
    assert blocked_hash(Tenant("other"), CardNumber("123456789012")) != "5cc9574c35"


def test_a_number_is_printed_in_three_groups_of_four() -> None:
    assert printed(with_check_digits("1234567890")).startswith("1234 5678 90")


@pytest.mark.parametrize(
    "text",
    [
        f"HTTPS://KORT.EXAMPLE.NO/K#{TOKEN}",
        f"https://kort.example.no/K#{TOKEN}",  # what a browser makes of it
        f"https://kort.example.no/k/#{TOKEN}",
        f"https://kort.example.no#{TOKEN}",
        f"https://kort.example.no/#{TOKEN}",
        f"http://127.0.0.1:8000/K#{TOKEN}",
        f"https://kort.example.no/K?lang=ar#{TOKEN}",
        f"  {TOKEN}\n",
    ],
)
def test_a_token_is_found_in_its_url_and_alone(text: str) -> None:
    assert split_card_text(text) == TokenText(TOKEN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "12345678901",  # a digit short
        "1234567890123",
        "https://www.example.no/",
        f"https://www.example.no/other#{TOKEN}",
        "https://kort.example.no/K#",
        "WIFI:S:kino;T:WPA;P:popcorn;;",
        "2026-11-22",
    ],
)
def test_what_is_not_ours_is_not_called_a_card(text: str) -> None:
    assert split_card_text(text) is None


def test_a_token_is_125_characters_that_a_qr_code_holds_as_alphanumeric() -> None:
    assert len(TOKEN) == 125
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


@few
@given(st.binary(min_size=14, max_size=14), st.binary(min_size=64, max_size=64))
def test_a_token_splits_into_what_it_was_made_of_in_any_letter_case(body: bytes, signature: bytes) -> None:
    token = to_token(body, signature)
    assert from_token(token) == from_token(token.lower()) == (body, signature)


@pytest.mark.parametrize(
    "token",
    [
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN[:-1] + chr(ord(TOKEN[-1]) + 1),  # the spare bit set
        "1" + TOKEN[1:],  # no 1 in base32
        TOKEN[:-1] + "=",
        "\u017f" + TOKEN[1:],  # a long s, which capitals turn into S
    ],
)
def test_what_is_not_exactly_one_token_is_refused(token: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  the caller needs to know no more
        from_token(token)
