"""gl07.txt: vouchers and re-postings for Agresso/Unit4 (GL07, format 5.5): 66 fields, 2060 characters a row."""

import unicodedata
from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from chalicelib.settlement.rules import Cost, Payment, Run
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import VenueId
from chalicelib.shared.money import Ore

# Where each field stands, first and last character. An ERP with another layout is another such table.
_PLACES: Final = """
batch_id:1-25 interface:26-50 voucher_type:51-75 trans_type:76-77 client:78-102 account:103-127 dim_1:128-152
dim_2:153-177 dim_3:178-202 dim_4:203-227 dim_5:228-252 dim_6:253-277 dim_7:278-302 tax_code:303-327
tax_system:328-352 currency:353-377 dc_flag:378-379 cur_amount:380-399 amount:400-419 number_1:420-430
value_1:431-450 value_2:451-470 value_3:471-490 description:491-745 trans_date:746-753 voucher_date:754-761
voucher_no:762-776 period:777-782 tax_id:783 ext_inv_ref:784-883 ext_ref:884-1138 due_date:1139-1146
disc_date:1147-1154 discount:1155-1174 commitment:1175-1199 order_id:1200-1214 kid:1215-1241 pay_transfer:1242-1243
status:1244 apar_type:1245 apar_id:1246-1270 pay_flag:1271 voucher_ref:1272-1286 sequence_ref:1287-1295
intrule_id:1296-1320 factor_short:1321-1345 responsible:1346-1370 apar_name:1371-1625 address:1626-1785
province:1786-1825 place:1826-1865 bank_account:1866-1900 pay_method:1901-1902 vat_reg_no:1903-1927
zip_code:1928-1942 curr_licence:1943-1945 account2:1946-1970 base_amount:1971-1990 base_curr:1991-2010
pay_temp_id:2011-2014 allocation_key:2015-2017 period_no:2018-2019 clearing_code:2020-2032 swift:2033-2043
arrive_id:2044-2058 bank_acc_type:2059-2060
"""


def _layout(places: str) -> dict[str, tuple[int, int]]:
    found = {}
    for field in places.split():
        name, _, place = field.partition(":")
        first, _, last = place.partition("-")
        found[name] = (int(first), int(last or first))
    return found


LAYOUT: Final = _layout(_PLACES)
WIDE: Final = 2060
_AMOUNTS: Final = frozenset({"cur_amount", "amount"})
_DIMENSIONS: Final = tuple(f"dim_{number}" for number in range(1, 8))
# What may lose its end: words for people. Everything else is refused where it is too long.
_WORDS: Final = frozenset({"description", "apar_name", "address", "place"})
_NEEDED: Final = ("interface", "voucher_type", "client", "responsible")
Row = dict[str, str]


def gl07_txt(run: Run) -> bytes:
    """Write the file: one voucher per venue, each of which sums to zero.

    Raises RuleError `codes_do_not_fit`, naming every code that is missing or too long, before anything is written.
    """
    faults: dict[str, Field] = {}
    for name in _NEEDED:
        if not run.chart.code(name):
            faults[name] = Field(f"erp.{name}", "missing", "GL07 needs this code; PUT /v1/erp sets it.")
    told: list[str] = []
    for number, payment in enumerate(run.payments, start=1):
        rows = list(_voucher(run, payment, number))
        if sum(int(row["amount"]) for row in rows):
            raise AssertionError  # a voucher that does not sum to zero is our fault, and leaves nothing behind
        for row in rows:
            for fault in _misfits(payment.venue, row):
                faults.setdefault(fault.path, fault)
        told += [] if faults else map(_written, rows)
    if faults:
        code, detail = (
            "codes_do_not_fit",
            "An accounting code is missing or too long; mend it (PUT /v1/erp) and pull the file again.",
        )
        raise RuleError(code, detail, tuple(faults.values()))
    return "".join(f"{row}\r\n" for row in told).encode("iso-8859-1")


def _voucher(run: Run, payment: Payment, number: int) -> Iterator[Row]:
    for cost in payment.costs:
        yield _common(run, payment, number, cost.amount) | {
            "trans_type": "GL",
            "account": run.chart.cost(payment, cost, "account", year=_year(run)),
            "tax_code": run.chart.cost(payment, cost, "tax_code", year=_year(run)) or "0",
            "description": _description(run, payment, cost),
            **{name: run.chart.cost(payment, cost, name, year=_year(run)) for name in _DIMENSIONS},
        }
    own = _common(run, payment, number, Ore(-payment.amount)) | {"tax_code": run.chart.code("tax_code") or "0"}
    if payment.is_internal:
        yield own | {
            "trans_type": "GL",
            "account": run.chart.of(payment.venue, "internal_account"),
            "description": _description(run, payment, None),
            **{name: run.chart.of(payment.venue, f"internal_{name}") for name in _DIMENSIONS},
        }
        return
    yield own | {
        "trans_type": "AP",
        "account": run.chart.code("payable_account"),
        "description": _description(run, payment, None),
        "ext_inv_ref": payment.reference,
        "due_date": f"{_due(run):%Y%m%d}",
        "kid": run.chart.of(payment.venue, "kid"),
        "apar_type": "P",
        "apar_id": run.chart.of(payment.venue, "supplier"),
        "apar_name": payment.payee.name or payment.payee.label,
        "responsible": run.chart.code("responsible"),
        "bank_account": payment.payee.account or "",
        "pay_method": run.chart.code("pay_method"),
    }


def _common(run: Run, payment: Payment, number: int, amount: Ore) -> Row:
    year, month = _year(run), int(run.book.month[5:])
    last = date(year, month, monthrange(year, month)[1])
    return {
        "batch_id": run.batch,
        "interface": run.chart.code("interface"),
        "voucher_type": run.chart.code("voucher_type"),
        "client": run.chart.code("client"),
        "currency": "NOK",
        "dc_flag": "-1" if amount < 0 else "1",
        "cur_amount": str(amount),
        "amount": str(amount),
        "trans_date": f"{last:%Y%m%d}",
        "voucher_date": f"{last:%Y%m%d}",
        "voucher_no": str(number),
        "period": f"{last:%Y%m}",
        "ext_ref": payment.reference,
    }


def _description(run: Run, payment: Payment, cost: Cost | None) -> str:
    said = [f"Opplevelseskort {run.book.month}", payment.payee.label]
    if cost is not None:
        said += [cost.funding] if cost.funding else []
        said += [f"besøk i {cost.year}"] if cost.year != _year(run) else []
    return ", ".join(said)


def _due(run: Run) -> date:
    days = run.chart.code("due_days")
    return run.today + timedelta(days=int(days) if days.isdecimal() else 0)


def _year(run: Run) -> int:
    return int(run.book.month[:4])


def _misfits(venue: VenueId, row: Row) -> Iterator[Field]:
    needed = {"account"} if row["trans_type"] == "GL" else {"apar_id", "ext_inv_ref"}
    for name in sorted(needed):
        if not row[name]:
            wanted = "supplier" if name == "apar_id" else "account"
            call = f"PUT /v1/venues/{venue} sets it in `erp`"
            where = call if wanted == "supplier" else f"PUT /v1/erp sets it for all, {call} for this venue"
            yield Field(f"venues.{venue}.erp.{wanted}", "missing", f"GL07 needs this code; {where}.")
    for name, value in row.items():
        first, last = LAYOUT[name]
        room = last - first + 1
        if name in _AMOUNTS:
            room -= 1  # the sign
        if name not in _WORDS and len(value.lstrip("-") if name in _AMOUNTS else value) > room:
            yield Field(f"venues.{venue}.erp.{name}", "too_long", f"At most {room} characters in GL07.")


def _written(row: Row) -> str:
    cells = []
    for name, (first, last) in LAYOUT.items():
        room, value = last - first + 1, row.get(name, "")
        if name in _AMOUNTS:
            cells.append(f"{int(value):0{room}d}")
        else:
            cells.append(_plain(value)[:room].ljust(room))
    return "".join(cells)


def _plain(text: str) -> str:
    """Give text in ISO-8859-1 on one line: letters it lacks lose their marks, and scripts it lacks become `?`."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        if unicodedata.category(char) in {"Cc", "Cf"}:
            kept.append(" ")
        elif ord(char) < 256:  # noqa: PLR2004  what ISO-8859-1 has
            kept.append(char)
        else:
            base = unicodedata.normalize("NFKD", char)[0]
            kept.append(base if ord(base) < 256 else "?")  # noqa: PLR2004  the same
    return "".join(kept)
