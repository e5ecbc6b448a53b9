"""The files that money is paid on: read back by readers that know nothing of how they were written."""

import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.resources import files
from io import BytesIO
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import xmlschema

from chalicelib.settlement import paper
from chalicelib.settlement.rules import (
    Account,
    Book,
    Chart,
    Part,
    Payee,
    Run,
    Totals,
    Way,
    payments_of,
)
from chalicelib.shared.answers import RuleError
from chalicelib.shared.ids import Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy, VenueKind

KINO, DANS, BAD, LEK = VenueId("kino"), VenueId("dans"), VenueId("bad"), VenueId("lek")
MADE = datetime(2027, 1, 5, 9, 30, tzinfo=UTC)
MUNICIPAL = {
    "file": "gl07", "interface": "OK", "voucher_type": "HL", "client": "LK", "responsible": "KULTUR",
    "account": "13700", "association-account": "14700", "dim_1": "4100", "dim_2": "23100", "fond-dim_5": "777",
    "prior_year-account": "13799", "due_days": "14", "debtor_account": "86011117947", "debtor_bic": "DNBANOKK",
    "debtor_id": "974760673",
}  # fmt: skip
VENUES: dict[VenueId, dict[str, str]] = {
    KINO: {"supplier": "50001", "kid": "2345676"},
    DANS: {"supplier": "50002", "dim_1": "4200"},
    BAD: {"internal_account": "16200", "internal_dim_1": "5100"},
    LEK: {"supplier": "50003"},
}


def book(**names: str) -> Book:
    said = {"kino": "Kino på Øra", "dans": "Dans & Drill", "bad": "Badet", "lek": "Lekeland"} | names
    return Book(
        Tenant("t"),
        "2026-01",
        {
            VenueId(venue): Payee(
                name, "974760673", "12345678903", name,
                VenueKind.ASSOCIATION if venue == "dans" else VenueKind.PRIVATE,
                reference=f"3222-202601-000{place}",
            )
            for place, (venue, name) in enumerate(sorted(said.items()), start=1)
        },
        {},
        "Lørenskog kommune",
        3222,
    )  # fmt: skip


def part(amount: int, *, year: int = 2026, funding: str | None = None, month: str = "2026-01") -> Part:
    return Part(month, year, funding, None, Ore(amount))


def account(venue: VenueId, settle_by: SettleBy, *parts: Part, brought: tuple[Part, ...] = (), way: Way | None = None):  # type: ignore[no-untyped-def]  # noqa: ANN201  a row of a table
    ways = {SettleBy.VOUCHER: Way.VOUCHER, SettleBy.INTERNAL: Way.INTERNAL, SettleBy.INVOICE: Way.INVOICE}
    return Account(venue, settle_by, Totals(), brought, parts, way or ways[settle_by])


ACCOUNTS = (
    account(KINO, SettleBy.VOUCHER, part(12_501), part(5_000, year=2025), part(3_000, funding="fond")),
    account(DANS, SettleBy.VOUCHER, part(9_000), part(-2_500, funding="fond"),
            brought=(part(-1_000, year=2025, month="2025-12"),)),
    account(BAD, SettleBy.INTERNAL, part(4_400)),
    account(LEK, SettleBy.INVOICE, part(99_900)),
    account(LEK, SettleBy.VOUCHER, part(-100), way=Way.CARRIED),
)  # fmt: skip


def run(accounts: tuple[Account, ...] = ACCOUNTS, *, of: Book | None = None, **codes: str) -> Run:
    written = of or book()
    return Run(written, payments_of(written, accounts), Chart(MUNICIPAL | codes, VENUES), date(2027, 1, 5))


# GL07. The positions below are copied from the format's own description, not from the writer's table.


def cell(row: str, first: int, last: int) -> str:
    return row[first - 1 : last].strip()


def read_gl07(content: bytes) -> list[dict[str, str]]:
    rows = content.decode("iso-8859-1").split("\r\n")
    assert rows.pop() == ""
    assert all(len(row) == 2060 for row in rows)
    return [
        {
            "batch": cell(row, 1, 25), "interface": cell(row, 26, 50), "voucher_type": cell(row, 51, 75),
            "type": cell(row, 76, 77), "client": cell(row, 78, 102), "account": cell(row, 103, 127),
            "dim_1": cell(row, 128, 152), "dim_2": cell(row, 153, 177), "dim_5": cell(row, 228, 252),
            "tax_code": cell(row, 303, 327), "currency": cell(row, 353, 377), "flag": cell(row, 378, 379),
            "cur_amount": row[379:399], "amount": row[399:419], "text": cell(row, 491, 745),
            "trans_date": cell(row, 746, 753), "voucher_date": cell(row, 754, 761), "voucher": cell(row, 762, 776),
            "period": cell(row, 777, 782), "invoice": cell(row, 784, 883), "due": cell(row, 1139, 1146),
            "kid": cell(row, 1215, 1241), "apar_type": cell(row, 1245, 1245), "supplier": cell(row, 1246, 1270),
            "responsible": cell(row, 1346, 1370), "name": cell(row, 1371, 1625), "bank": cell(row, 1866, 1900),
        }
        for row in rows
    ]  # fmt: skip


def test_a_ledger_file_gives_back_the_amounts_and_every_voucher_sums_to_zero() -> None:
    rows = read_gl07(paper.gl07_txt(run()))
    vouchers: dict[str, list[dict[str, str]]] = {}
    for row in rows:
        assert len(row["amount"]) == 20
        assert row["amount"] == row["cur_amount"]
        assert row["flag"] == ("-1" if int(row["amount"]) < 0 else "1")
        assert (row["batch"], row["interface"], row["voucher_type"], row["client"], row["currency"]) == (
            "3222-202601", "OK", "HL", "LK", "NOK",
        )  # fmt: skip
        assert (row["period"], row["voucher_date"], row["trans_date"]) == ("202601", "20260131", "20260131")
        vouchers.setdefault(row["voucher"], []).append(row)
    assert {number: sum(int(row["amount"]) for row in each) for number, each in vouchers.items()} == dict.fromkeys(
        vouchers, 0
    )
    paid = {row["supplier"]: -int(row["amount"]) for row in rows if row["type"] == "AP"}
    assert paid == {"50001": 20_501, "50002": 5_500}
    kino = next(row for row in rows if row["supplier"] == "50001")
    assert (kino["apar_type"], kino["invoice"], kino["kid"], kino["bank"], kino["due"], kino["name"]) == (
        "P", "3222-202601-0003B", "2345676", "12345678903", "20270119", "Kino på Øra",
    )  # fmt: skip
    assert kino["responsible"] == "KULTUR"


def test_costs_are_booked_by_year_funding_and_kind_of_venue_and_re_posted_between_the_municipalitys_own() -> None:
    rows = read_gl07(paper.gl07_txt(run()))
    booked = [(row["account"], row["dim_1"], row["dim_5"], int(row["amount"])) for row in rows if row["type"] == "GL"]
    assert booked == [
        ("13799", "4100", "", 5_000),  # kino, December's visits
        ("13700", "4100", "", 12_501),
        ("13700", "4100", "777", 3_000),
        ("13799", "4200", "", -1_000),  # dans: an association with a dimension of its own
        ("14700", "4200", "", 9_000),
        ("14700", "4200", "777", -2_500),
        ("13700", "4100", "", 4_400),  # bad: the scheme pays …
        ("16200", "5100", "", -4_400),  # … and the pool's own accounts receive
    ]
    assert any("besøk i 2025" in row["text"] for row in rows)


def test_a_venue_that_invoices_and_one_that_waits_are_in_no_payment_file() -> None:
    assert b"Lekeland" not in paper.gl07_txt(run())
    assert b"Lekeland" not in paper.pain001_xml(run(), made=MADE)
    assert b"Badet" not in paper.pain001_xml(run(), made=MADE)


@pytest.mark.parametrize(
    ("codes", "path", "fault"),
    [
        ({"client": ""}, "erp.client", "missing"),
        ({"client": "x" * 26}, "venues.kino.erp.client", "too_long"),
        ({"account": ""}, "venues.kino.erp.account", "missing"),
        ({"dim_2": "1" * 26}, "venues.kino.erp.dim_2", "too_long"),
        ({"pay_method": "abc"}, "venues.kino.erp.pay_method", "too_long"),
    ],
)
def test_a_code_that_is_missing_or_too_long_is_named_before_anything_is_written(
    codes: dict[str, str], path: str, fault: str
) -> None:
    with pytest.raises(RuleError) as caught:
        paper.gl07_txt(run(**codes))
    assert caught.value.code == "codes_do_not_fit"
    assert (path, fault) in [(each.path, each.code) for each in caught.value.fields]


def test_a_venue_without_a_number_in_the_ledger_stops_the_file_and_is_named() -> None:
    without = replace(run(), chart=Chart(MUNICIPAL, {**VENUES, DANS: {}}))
    with pytest.raises(RuleError) as caught:
        paper.gl07_txt(without)
    assert [each.path for each in caught.value.fields] == ["venues.dans.erp.supplier"]


def test_letters_that_the_ledger_lacks_do_not_move_a_single_column() -> None:
    rows = read_gl07(paper.gl07_txt(run(of=book(kino="Čáhppes\r\n日本映画 «Ø» نور"))))
    name = next(row["name"] for row in rows if row["supplier"] == "50001")
    assert name == "Cáhppes  ???? «Ø» ???"


# pain.001


SCHEMAS: dict[str, Any] = {}


def schema(version: str) -> Any:
    if version not in SCHEMAS:
        SCHEMAS[version] = xmlschema.XMLSchema(str(files("sepaxml") / "schemas" / f"pain.001.001.{version}.xsd"))
    return SCHEMAS[version]


@pytest.mark.parametrize("version", ["03", "09"])
@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Kino på Øra", "Kino på Øra"),
        ("Dans & Drill <AS>; «x»", "Dans & Drill AS x"),
        ("Æ" * 140, "Æ" * 140),
        ("سينما النور", "Org.nr. 974760673"),
        ("Čáhppes Šaldi", "Cáhppes Saldi"),
    ],
)
def test_a_bank_file_is_valid_whatever_a_venue_is_called(version: str, name: str, written: str) -> None:
    content = paper.pain001_xml(run(of=book(kino=name), pain_version=version), made=MADE)
    schema(version).validate(content.decode())
    space = {"p": f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"}
    root = ET.fromstring(content)  # noqa: S314  our own
    names = [each.text for each in root.findall(".//p:CdtTrfTxInf/p:Cdtr/p:Nm", space)]
    assert names == [written, "Dans & Drill"]
    amounts = [each.text for each in root.findall(".//p:InstdAmt", space)]
    assert amounts == ["205.01", "55.00"]
    assert {each.get("Ccy") for each in root.findall(".//p:InstdAmt", space)} == {"NOK"}
    assert {each.text for each in root.findall(".//p:CtrlSum", space)} == {"260.01"}
    assert {each.text for each in root.findall(".//p:NbOfTxs", space)} == {"2"}
    ids = [each.text for each in root.findall(".//p:EndToEndId", space)]
    assert ids == ["3222-202601-0003B", "3222-202601-0002B"]
    kids = [each.text for each in root.findall(".//p:Strd/p:CdtrRefInf/p:Ref", space)]
    assert kids == ["2345676"]
    assert len(root.findall(".//p:Ustrd", space)) == 1
    assert [each.text for each in root.findall(".//p:CdtrAcct/p:Id/p:Othr/p:Id", space)] == ["12345678903"] * 2


@pytest.mark.parametrize("version", ["03", "09"])
def test_a_bank_file_without_a_bic_or_an_id_of_the_bank_is_valid_too(version: str) -> None:
    content = paper.pain001_xml(run(pain_version=version, debtor_bic="", debtor_id=""), made=MADE)
    schema(version).validate(content.decode())


def test_a_bank_file_made_past_midnight_says_the_time_on_the_banks_wall() -> None:
    content = paper.pain001_xml(run(), made=datetime(2026, 12, 31, 23, 20, tzinfo=UTC)).decode()
    assert "<CreDtTm>2027-01-01T00:20:00</CreDtTm>" in content


@pytest.mark.parametrize(
    ("codes", "path"),
    [
        ({"debtor_account": ""}, "erp.account"),
        ({"debtor_account": "86011117940"}, "erp.account"),
        ({"pain_version": "11"}, "erp.pain_version"),
        ({"debtor_bic": "DNB"}, "erp.debtor_bic"),
        ({"pay_days": "soon"}, "erp.pay_days"),
    ],
)
def test_what_the_bank_needs_of_the_municipality_is_named_when_it_is_wrong(codes: dict[str, str], path: str) -> None:
    with pytest.raises(RuleError) as caught:
        paper.pain001_xml(run(**codes), made=MADE)
    assert [each.path for each in caught.value.fields] == [path]


def test_no_file_goes_to_the_bank_when_nobody_is_paid() -> None:
    with pytest.raises(RuleError) as caught:
        paper.pain001_xml(run((account(BAD, SettleBy.INTERNAL, part(100)),)), made=MADE)
    assert caught.value.code == "nothing_to_pay"


def test_the_same_run_gives_the_same_bytes() -> None:
    assert paper.gl07_txt(run()) == paper.gl07_txt(run())
    assert paper.pain001_xml(run(), made=MADE) == paper.pain001_xml(run(), made=MADE)


def test_nothing_in_a_zip_is_dated_by_the_day_it_was_made() -> None:
    packed = zipfile.ZipFile(BytesIO(paper.statements_zip([])))
    assert packed.namelist() == []
