"""Tags that count their readings: the published example, and everything that a copier may try."""

import json
from datetime import date
from pathlib import Path

import pytest

from chalicelib.credentials.actions import Mint, Presented
from chalicelib.credentials.rules import CardBody, mac_of, open_picc, split_card_text
from chalicelib.credentials.rules import TokenText as Token
from chalicelib.credentials.store import KeyRing
from chalicelib.shared.ids import Tenant
from tests.credentials.ntag import Tag

TENANT = Tenant("prove")
NUMBER = 9999
UID = bytes.fromhex("04de5f1eacc040")


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps({"1": "one text of that many letters" * 2, "2": "another of as many letters" * 2}))
    return KeyRing(str(secret), "eu-north-1")


@pytest.fixture
def mint(ring: KeyRing) -> Mint:
    return Mint(keys=ring)


def token_of(mint: Mint, ten: str = "0123456789", key_id: int = 1) -> str:
    number = mint.new_number(ten)
    body = CardBody(key_id, NUMBER, 1, 4, number, date(2026, 1, 1), date(2026, 12, 31))
    return mint.sign(TENANT, body)


@pytest.fixture
def tag(ring: KeyRing, mint: Mint) -> Tag:
    keys = ring.tags(TENANT, 1)
    return Tag(UID, token_of(mint), keys.meta, keys.master)


def read(mint: Mint, text: str) -> Presented:
    return mint.read(TENANT, text, municipality_number=NUMBER)


@pytest.mark.parametrize(
    ("picc", "mac", "uid", "count"),
    [
        # AN12196, all keys zero, nothing covered.
        ("EF963FF7828658A599F3041510671E88", "94EED9EE65337086", "04de5f1eacc040", 61),
    ],
)
def test_the_chip_makers_published_example_verifies(picc: str, mac: str, uid: str, count: int) -> None:
    opened = open_picc(bytes.fromhex(picc), bytes(16))
    assert opened == (bytes.fromhex(uid), count)
    assert mac_of(bytes(16), bytes.fromhex(uid), count, b"") == bytes.fromhex(mac)


def test_a_tap_is_read_as_its_card_with_the_tag_and_its_count(mint: Mint, tag: Tag) -> None:
    tag.count = 70_000
    shown = read(mint, tag.tapped())
    assert shown.number == mint.new_number("0123456789")
    assert shown.reading is not None
    assert (shown.reading.uid, shown.reading.count) == (UID.hex(), 70_001)
    assert not shown.copied


def test_without_the_tail_the_same_token_is_a_plain_card(mint: Mint, tag: Tag) -> None:
    shown = read(mint, f"{tag.host}/K#{tag.token}")
    assert shown.number is not None
    assert shown.reading is None
    assert not shown.copied


@pytest.mark.parametrize("place", range(32))
def test_a_changed_uid_or_counter_is_a_copy(mint: Mint, tag: Tag, place: int) -> None:
    host, token, picc, mac = _parts(tag)
    changed = picc[:place] + format(int(picc[place], 16) ^ 1, "X") + picc[place + 1 :]
    shown = read(mint, f"{host}#{token}.{changed}.{mac}")
    assert shown.copied
    assert shown.reading is None


@pytest.mark.parametrize("place", range(16))
def test_a_changed_mac_is_a_copy(mint: Mint, tag: Tag, place: int) -> None:
    host, token, picc, mac = _parts(tag)
    changed = mac[:place] + format(int(mac[place], 16) ^ 8, "X") + mac[place + 1 :]
    assert read(mint, f"{host}#{token}.{picc}.{changed}").copied


def test_another_cards_token_on_this_tag_is_a_copy(mint: Mint, tag: Tag) -> None:
    host, _, picc, mac = _parts(tag)
    shown = read(mint, f"{host}#{token_of(mint, '1111111111')}.{picc}.{mac}")
    assert shown.copied
    assert shown.number is not None  # the token itself holds; the office may see which card it was


def test_a_token_changed_by_a_letter_is_forged(mint: Mint, tag: Tag) -> None:
    host, token, picc, mac = _parts(tag)
    other = "B" if token[40] != "B" else "C"
    assert read(mint, f"{host}#{token[:40]}{other}{token[41:]}.{picc}.{mac}").forged


@pytest.mark.parametrize("other", ["meta", "master", "batch", "tenant"])
def test_a_tag_of_another_key_is_a_copy(ring: KeyRing, mint: Mint, tag: Tag, other: str) -> None:
    mine = ring.tags(TENANT, 1)
    keys = {
        "meta": (bytes(16), mine.master),
        "master": (mine.meta, bytes(16)),
        "batch": (ring.tags(TENANT, 2).meta, ring.tags(TENANT, 2).master),
        "tenant": (ring.tags(Tenant("annen"), 1).meta, ring.tags(Tenant("annen"), 1).master),
    }[other]
    assert read(mint, Tag(UID, tag.token, *keys).tapped()).copied


@pytest.mark.parametrize("tail", [".", ".00", ".zz", "..", ".EF963FF7828658A599F3041510671E88", ". ."])
def test_a_tail_that_is_no_tap_makes_no_card(mint: Mint, tag: Tag, tail: str) -> None:
    assert read(mint, f"https://opplev.example/K#{tag.token}{tail}").forged


def test_a_tap_reads_the_same_bare_and_as_an_address(mint: Mint, tag: Tag) -> None:
    url = tag.tapped()
    bare = url.partition("#")[2]
    assert split_card_text(url) == split_card_text(bare)
    assert isinstance(split_card_text(bare), Token)
    assert read(mint, bare) == read(mint, url)


def _parts(tag: Tag) -> tuple[str, str, str, str]:
    host, _, rest = tag.tapped().partition("#")
    token, picc, mac = rest.split(".")
    return host, token, picc, mac
