"""Cards with NFC tags: ordered of a bureau, made, sent back, tapped at a till; a copy is refused and seen."""

import csv
import io
import json
import os
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from chalicelib import wiring
from chalicelib.credentials.rules import TagKeys
from chalicelib.shared.ids import Tenant
from tests.api.test_prints import blank
from tests.credentials.ntag import cmac
from tests.town import OTHER, TENANT, Phone, Reply, Town

HEADER = [
    "seq", "card_no", "print_name", "valid_to", "qr_text", "ndef_template", "picc_offset", "mac_input_offset",
    "mac_offset", "key_batch",
]  # fmt: skip
UID = "04de5f1eacc040"
FILE_BYTES = 256


def order(town: Town, cards: list[dict[str, str]], role: str = "issuer") -> list[dict[str, str]]:
    """Order tags, and read the list as the bureau does."""
    reply = town.ask(role, "POST", "/v1/cards/tags/order", {"cards": cards})
    assert reply.status == 200, reply.body
    assert reply.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(reply.body.decode("utf-8-sig"), newline=""), delimiter=";"))


def bind(town: Town, *cards: dict[str, Any], role: str = "issuer") -> list[Any]:
    reply = town.ask(role, "POST", "/v1/cards/tags", {"cards": list(cards)})
    assert reply.status == 200, reply.body
    results: list[Any] = reply.json["results"]
    return results


class Chip:
    """A tag that a bureau wrote from a row of the order and the keys of the contract, and from nothing else."""

    def __init__(self, row: dict[str, str], uid: str, keys: TagKeys) -> None:
        self.file = bytearray.fromhex(row["ndef_template"])
        self.picc, self.input, self.mac = (int(row[f"{name}_offset"]) for name in ("picc", "mac_input", "mac"))
        self.uid, self.meta = bytes.fromhex(uid), keys.meta
        self.own = cmac(keys.master, b"\x01" + self.uid + bytes.fromhex("00850101") + b"opplev/2")
        self.count = 0

    def tapped(self) -> str:
        """Mirror into the file, and give the address as a phone takes it from the NDEF record."""
        self.count += 1
        counter = self.count.to_bytes(3, "little")
        cipher = Cipher(algorithms.AES(self.meta), modes.CBC(bytes(16))).encryptor()
        mirrored = cipher.update(b"\xc7" + self.uid + counter + os.urandom(5)) + cipher.finalize()
        self.file[self.picc : self.picc + 32] = mirrored.hex().upper().encode()
        session = cmac(self.own, bytes.fromhex("3CC300010080") + self.uid + counter)
        covered = bytes(self.file[self.input : self.mac])
        self.file[self.mac : self.mac + 16] = cmac(session, covered)[1::2].hex().upper().encode()
        return self._uri()

    def _uri(self) -> str:
        length = int.from_bytes(self.file[:2])
        record = bytes(self.file[2 : 2 + length])
        assert record[:2] == b"\xd1\x01"
        assert record[2] == len(record) - 4
        assert record[3:4] == b"U"
        return {3: "http://", 4: "https://"}[record[4]] + record[5:].decode("ascii")


def keys(tenant: str = TENANT) -> TagKeys:
    return wiring.house().keys.tags(Tenant(tenant), 1)


def look(phone: Phone, shown: str) -> Any:
    reply = phone.send("POST", "/v1/scan/check", {"card": shown, "offer": "inngang"})
    assert reply.status == 200, reply.body
    return reply.json


def suspects(town: Town, tenant: str = TENANT) -> Any:
    return town.ask("office", "GET", "/v1/suspects", tenant=tenant).json["suspects"]


@pytest.fixture
def made(town: Town) -> tuple[Town, Any, Chip]:
    """Give a card that went the whole way: ordered, written, tested once, sent back."""
    card = town.card()
    (row,) = order(town, [{"number": card["number"]}])
    chip = Chip(row, UID, keys())
    chip.tapped()
    assert bind(town, {"number": card["number"], "uid": UID.upper(), "count": chip.count}) == [
        {"row": 1, "status": "bound", "number": card["number"]}
    ]
    return town, card, chip


def test_a_tag_that_a_bureau_wrote_from_the_list_alone_lets_its_card_in(made: tuple[Town, Any, Chip]) -> None:
    town, _, chip = made
    phone = town.enrol("kino")
    tap = chip.tapped()
    assert look(phone, tap)["admitted"]
    visit = phone.send("POST", "/v1/scan/visits", town.visit(tap, carrier="sun"))
    assert visit.status == 201, visit.body
    assert suspects(town) == []


def test_the_list_says_what_the_bureau_must_know_and_fits_the_chip(town: Town) -> None:
    card = town.card()
    (row,) = order(town, [{"number": card["number"], "name": "Testbarn Én"}])
    assert list(row) == HEADER
    number = card["number"]
    assert row["card_no"] == f"{number[:4]} {number[4:8]} {number[8:]}"
    assert (row["print_name"], row["valid_to"], row["qr_text"]) == ("Testbarn Én", card["valid_until"], card["url"])
    assert row["key_batch"] == "lorenskog-1"
    assert len(bytes.fromhex(row["ndef_template"])) <= FILE_BYTES
    file = bytes.fromhex(row["ndef_template"])
    assert file[int(row["mac_input_offset"]) :].startswith(card["token"].encode())
    assert file[int(row["picc_offset"]) - 1 :] == b"." + b"0" * 32 + b"." + b"0" * 16
    assert int(row["mac_offset"]) == len(file) - 16


def test_a_copied_address_is_refused_and_the_office_reads_when_and_where_but_never_who(
    made: tuple[Town, Any, Chip],
) -> None:
    town, card, chip = made
    phone = town.enrol("kino")
    tap = chip.tapped()
    assert phone.send("POST", "/v1/scan/visits", town.visit(tap, carrier="sun")).status == 201
    again = phone.send("POST", "/v1/scan/visits", town.visit(tap, carrier="sun"))
    assert (again.status, again.json["visit"], again.json["verdict"]["because"]) == (200, None, "copied_tag")
    other = Chip(order(town, [{"number": card["number"]}])[0], "04de5f1eacc041", keys())
    assert look(phone, other.tapped())["because"] == "copied_tag"
    stranger = Chip(order(town, [{"number": card["number"]}])[0], UID, keys(OTHER))
    assert look(phone, stranger.tapped())["because"] == "copied_tag"
    seen = suspects(town)
    assert {each["reason"] for each in seen} == {"replayed", "other_tag", "wrong_tag_key"}
    for each in seen:
        assert set(each) == {"day", "band", "venue", "offer", "device", "reason", "last3"}
        assert (each["venue"], each["offer"], each["device"]) == ("kino", "inngang", phone.device_id)
        assert each["last3"] == card["number"][-3:]
    assert card["number"] not in json.dumps(seen)
    assert UID not in json.dumps(seen)
    assert suspects(town, OTHER) == []


def test_a_card_whose_tag_nobody_told_of_is_refused_by_its_tag_and_let_in_by_its_code(town: Town) -> None:
    card = town.card()
    chip = Chip(order(town, [{"number": card["number"]}])[0], UID, keys())
    phone = town.enrol("kino")
    assert look(phone, chip.tapped())["because"] == "copied_tag"
    assert look(phone, card["url"])["admitted"]
    assert [each["reason"] for each in suspects(town)] == ["no_tag"]


def test_the_list_of_suspects_is_read_page_by_page(town: Town) -> None:
    phone = town.enrol("kino")
    card = town.card()
    chip = Chip(order(town, [{"number": card["number"]}])[0], UID, keys(OTHER))
    for _ in range(101):
        look(phone, chip.tapped())
    first = town.ask("office", "GET", "/v1/suspects").json
    rest = town.ask("office", "GET", "/v1/suspects", query={"cursor": first["cursor"]}).json
    assert (len(first["suspects"]), len(rest["suspects"]), rest["cursor"]) == (100, 1, None)
    assert town.ask("office", "GET", "/v1/suspects", query={"cursor": "x"}).code == "bad_query"


def test_the_same_return_again_changes_nothing_and_another_tag_must_be_meant(made: tuple[Town, Any, Chip]) -> None:
    town, card, chip = made
    phone = town.enrol("kino")
    tap = chip.tapped()
    assert phone.send("POST", "/v1/scan/visits", town.visit(tap, carrier="sun")).status == 201
    assert bind(town, {"number": card["number"], "uid": UID, "count": 1})[0]["status"] == "unchanged"
    assert look(phone, tap)["because"] == "copied_tag"  # the count did not move back
    new = {"number": card["number"], "uid": "04aaaaaaaaaa80"}
    (refused,) = bind(town, new)
    assert (refused["status"], refused["problem"]["code"]) == ("problem", "has_another_tag")
    assert bind(town, new | {"replaces": True})[0]["status"] == "bound"
    assert look(phone, chip.tapped())["because"] == "copied_tag"


def test_a_bad_row_of_a_return_stops_no_other(town: Town) -> None:
    one, other, ended = town.card(), town.card(), town.card()
    assert town.ask("issuer", "POST", f"/v1/cards/{ended['number']}/block", {"reason": "ended"}).status == 200
    rows = (
        "number,uid,count\n"
        f"{one['number']},{UID},3\n"
        f"{other['number']},{UID},3\n"
        f"{other['number']},04DE,3\n"
        "123456789012,04de5f1eacc042,\n"
        f"{ended['number']},04de5f1eacc043,1\n"
        f"{other['number']},04de5f1eacc044,1\n"
    )
    reply = _send_csv(town, rows)
    told = [(each["status"], each.get("problem", {}).get("code")) for each in reply.json["results"]]
    assert told == [
        ("bound", None),
        ("problem", "same_tag_twice"),
        ("problem", "bad_fields"),
        ("problem", "unknown_card"),
        ("problem", "not_in_that_state"),
        ("bound", None),
    ]


def _send_csv(town: Town, text: str) -> Reply:
    from tests.town import send  # noqa: PLC0415  the one test that sends a table

    headers = {"authorization": f"Bearer {town.token('issuer')}", "content-type": "text/csv"}
    return send("POST", "/v1/cards/tags", body=text.encode(), headers=headers)


def test_the_office_orders_and_ties_blanks_alone_and_no_names(made: tuple[Town, Any, Chip]) -> None:
    town, card, _ = made
    number = blank(town)
    assert len(order(town, [{"number": number}], role="office")) == 1
    assert bind(town, {"number": number, "uid": "04de5f1eacc050"}, role="office")[0]["status"] == "bound"
    asked = {"cards": [{"number": card["number"]}]}
    assert town.ask("office", "POST", "/v1/cards/tags/order", asked).code == "unknown_card"
    (refused,) = bind(town, {"number": card["number"], "uid": "04de5f1eacc051", "replaces": True}, role="office")
    assert refused["problem"]["code"] == "unknown_card"
    named = {"cards": [{"number": number, "name": "Testbarn Én"}]}
    assert town.ask("office", "POST", "/v1/cards/tags/order", named).code == "names_are_for_issuers"


def test_the_tag_of_a_blank_comes_along_to_the_card_that_it_becomes(town: Town) -> None:
    number = blank(town)
    chip = Chip(order(town, [{"number": number}], role="office")[0], UID, keys())
    assert bind(town, {"number": number, "uid": UID}, role="office")[0]["status"] == "bound"
    asked = {"programme": "lager", "external_ref": "sak-lager", "birth_year": town.today.year - 10}
    done = town.ask("issuer", "POST", f"/v1/cards/{number}/activate", asked, headers={"idempotency-key": "aktiver"})
    assert done.status == 201, done.body
    assert look(town.enrol("kino"), chip.tapped())["because"] == "not_this_venue"
    assert suspects(town) == []


def test_the_book_of_changes_says_that_a_tag_was_tied_and_neither_to_whom_nor_which(
    made: tuple[Town, Any, Chip],
) -> None:
    town, card, _ = made
    day = town.today.isoformat()
    told = town.ask("office", "GET", "/v1/audit", query={"from": day, "until": day})
    assert told.status == 200, told.body
    assert "Tied a tag to the card" in told.body.decode()
    assert UID not in told.body.decode()
    assert card["number"] not in told.body.decode()
