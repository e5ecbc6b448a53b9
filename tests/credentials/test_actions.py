"""Signing tokens and telling true ones from false ones."""

import base64
import json
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.credentials.actions import Mint, Presented
from chalicelib.credentials.rules import CardBody, from_token, to_token, with_check_digits
from chalicelib.credentials.store import KeyRing
from chalicelib.shared.ids import Tenant

few = settings(max_examples=60, deadline=None)
LORENSKOG = Tenant("lorenskog")
NUMBER = 3222
BODY = CardBody(1, NUMBER, 7, 4, with_check_digits("0123456789"), date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture(scope="module")
def mint(tmp_path_factory: pytest.TempPathFactory) -> Mint:
    return Mint(KeyRing(_secret(tmp_path_factory.mktemp("keys"), {"1": "a" * 32, "2": "b" * 32}), ""))


def _secret(folder: Path, secret: dict[str, str]) -> str:
    file = folder / "secret.json"
    file.write_text(json.dumps(secret))
    return str(file)


def _read(mint: Mint, text: str) -> Presented:
    return mint.read(LORENSKOG, text, municipality_number=NUMBER)


def test_a_card_is_read_from_its_url_in_any_letter_case(mint: Mint) -> None:
    url = mint.url("https://kort.example.no", mint.sign(LORENSKOG, BODY))
    assert url.startswith("HTTPS://KORT.EXAMPLE.NO/K#")
    assert _read(mint, url) == _read(mint, url.lower()) == Presented(BODY.number, BODY)


def test_signing_the_same_card_twice_gives_the_same_code(mint: Mint) -> None:
    assert mint.sign(LORENSKOG, BODY) == mint.sign(LORENSKOG, BODY)


@few
@given(place=st.integers(0, 124), other=st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_one_changed_character_makes_the_card_forged(mint: Mint, place: int, other: str) -> None:
    token = mint.sign(LORENSKOG, BODY)
    changed = token[:place] + other + token[place + 1 :]
    if changed != token:
        presented = _read(mint, changed)
        # Another municipality's number is no forgery that we could prove: it is foreign.
        assert presented.forged != presented.foreign
        assert presented.number is None


@few
@given(place=st.integers(0, 124), other=st.characters())
def test_any_other_character_in_the_url_makes_the_card_forged(mint: Mint, place: int, other: str) -> None:
    token = mint.sign(LORENSKOG, BODY)
    changed = token[:place] + other + token[place + 1 :]
    presented = _read(mint, f"https://kort.example.no/K#{changed}")
    if changed.upper() == token and other.isascii():
        assert presented.number == BODY.number
    else:
        assert presented.number is None
        assert presented.forged != presented.foreign


@few
@given(bit=st.integers(0, 78 * 8 - 1))
def test_one_flipped_bit_makes_the_card_forged(mint: Mint, bit: int) -> None:
    body, signature = from_token(mint.sign(LORENSKOG, BODY))
    whole = bytearray(body + signature)
    whole[bit // 8] ^= 1 << bit % 8
    presented = _read(mint, to_token(bytes(whole[:14]), bytes(whole[14:])))
    in_the_municipality = 8 <= bit < 24
    assert presented == Presented(forged=not in_the_municipality, foreign=in_the_municipality)


def test_a_card_of_another_municipality_is_foreign_and_not_forged(mint: Mint) -> None:
    elsewhere = CardBody(1, 301, 7, 4, BODY.number, BODY.valid_from, BODY.valid_until)
    assert _read(mint, mint.sign(Tenant("elsewhere"), elsewhere)) == Presented(foreign=True)


def test_a_card_signed_by_another_tenant_in_our_name_is_forged(mint: Mint) -> None:
    assert _read(mint, mint.sign(Tenant("elsewhere"), BODY)) == Presented(forged=True)


def test_a_signature_made_for_something_else_does_not_make_a_card(mint: Mint) -> None:
    packed, _ = from_token(mint.sign(LORENSKOG, BODY))
    bare = mint.keys.private(LORENSKOG, 1).sign(packed)
    assert _read(mint, to_token(packed, bare)) == Presented(forged=True)


def test_cards_of_the_old_key_hold_while_new_ones_are_signed_with_the_next(mint: Mint) -> None:
    renewed = CardBody(2, NUMBER, 7, 4, BODY.number, BODY.valid_from, BODY.valid_until)
    assert _read(mint, mint.sign(LORENSKOG, BODY)).body == BODY
    assert _read(mint, mint.sign(LORENSKOG, renewed)).body == renewed


def test_a_card_of_a_key_that_was_taken_out_is_forged(mint: Mint, tmp_path: Path) -> None:
    only_the_second = Mint(KeyRing(_secret(tmp_path, {"2": "b" * 32}), ""))
    assert _read(only_the_second, mint.sign(LORENSKOG, BODY)) == Presented(forged=True)


def test_a_typed_number_is_as_good_as_the_camera_and_a_mistyped_one_is_nothing(mint: Mint) -> None:
    number = mint.new_number("0123456789")
    typed = f"{number[:4]} {number[4:8]} {number[8:]}"
    assert _read(mint, typed) == Presented(number)
    assert _read(mint, typed.replace("0", "1", 1)) == Presented()
    assert _read(mint, "https://www.example.no/") == Presented()


def test_anyone_can_verify_a_card_with_the_published_key(mint: Mint) -> None:
    published = mint.jwks(LORENSKOG, [1, 2])["keys"]
    assert [(key["kid"], key["kty"], key["crv"]) for key in published] == [
        ("1", "OKP", "Ed25519"),
        ("2", "OKP", "Ed25519"),
    ]
    packed, signature = from_token(mint.sign(LORENSKOG, BODY))
    key = Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(published[0]["x"] + "="))
    key.verify(signature, b"opplev/1\0" + packed)
