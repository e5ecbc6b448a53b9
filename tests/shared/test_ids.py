"""The guard against national identity numbers, and what an id may look like."""

import pytest

from chalicelib.shared.ids import holds_identity_number, is_id


@pytest.mark.parametrize(
    "text",
    [
        "02013299997",  # Skatteetaten's own example of the rules from 2032
        "02013299903",  # first control digit with remainder 1
        "30108299939",  # refused by checkers that only know the rules before 2032
        "10915596784",  # a synthetic number (month + 80)
        "ref 020132 99997 old",  # written with a space, inside a text
        "020132.99997",
        "02013299997-2f0c6f0e-6d6e-4c8e-9d4a-a12013299997",  # beside a UUID
        "2f0c6f0e-6d6e-4c8e-9d4a-02013299997",  # and in what is none
    ],
)
def test_what_looks_like_a_national_identity_number_is_found(text: str) -> None:
    assert holds_identity_number(text)


@pytest.mark.parametrize(
    "text",
    [
        "02013299998",  # wrong control digit
        "102013299997",  # twelve digits: a card number
        "0201 3299 9971",  # a card number as it is printed
        "12345678903",  # a kontonummer has other weights
        "sak-2026-00017",
        "2f0c6f0e-6d6e-4c8e-9d4a-a02013299997",  # a UUID holds such digits by chance, and is nobody
        "nav-2f0c6f0e-6d6e-4c8e-9d4a-a02013299997",  # nor after a word of the caller's own
        "",
    ],
)
def test_other_numbers_are_let_through(text: str) -> None:
    assert not holds_identity_number(text)


@pytest.mark.parametrize(
    ("text", "fits"), [("kino-1", True), ("A_b", True), ("", False), ("a b", False), ("æ", False), ("a" * 65, False)]
)
def test_an_id_can_stand_in_a_path(text: str, fits: bool) -> None:  # noqa: FBT001  a table's column
    assert is_id(text) is fits
