"""pain001.xml: payments for a Norwegian bank, ISO 20022 pain.001.001.03 or .09, in NOK between accounts (BBAN)."""

import re
import unicodedata
from datetime import datetime, timedelta
from typing import Final
from xml.etree import ElementTree as ET

from chalicelib.settlement.rules import Payment, Run
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.calendar import OSLO
from chalicelib.shared.money import Ore

VERSIONS: Final = ("03", "09")
# What Norwegian banks take (the appendix to the common guide for pain.001); the rest is written otherwise.
_TAKEN: Final = re.compile(r"[A-Za-z0-9/\-?:().,'+ ÁáÄäÇçĐđÉéÍíÓóÖöÚúÜüÝýÆæØøÅåß%&=@§]")
_BIC: Final = re.compile(r"[A-Z]{6}[A-Z2-9][A-NP-Z0-9]([A-Z0-9]{3})?")
_NAME, _TEXT, _ID = 140, 140, 35


def pain001_xml(run: Run, *, made: datetime) -> bytes:
    """Write the payments of a month. Venues that are re-posted within the municipality's books are not in it.

    Raises RuleError `codes_do_not_fit` where the municipality's own account is missing or wrong.
    """
    _insist(run)
    version = run.chart.code("pain_version") or VERSIONS[0]
    payments = [each for each in run.payments if not each.is_internal]
    document = ET.Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}")
    root = ET.SubElement(document, "CstmrCdtTrfInitn")
    total = Ore(sum(each.amount for each in payments))
    head = ET.SubElement(root, "GrpHdr")
    _put(head, "MsgId", run.batch)
    _put(head, "CreDtTm", made.astimezone(OSLO).strftime("%Y-%m-%dT%H:%M:%S"))
    _put(head, "NbOfTxs", str(len(payments)))
    _put(head, "CtrlSum", _decimal(total))
    _party(ET.SubElement(head, "InitgPty"), run)
    batch = ET.SubElement(root, "PmtInf")
    _put(batch, "PmtInfId", run.batch)
    _put(batch, "PmtMtd", "TRF")
    _put(batch, "NbOfTxs", str(len(payments)))
    _put(batch, "CtrlSum", _decimal(total))
    kind = ET.SubElement(batch, "PmtTpInf")
    _put(ET.SubElement(kind, "SvcLvl"), "Cd", "NURG")
    _put(ET.SubElement(kind, "CtgyPurp"), "Cd", "SUPP")
    day = (run.today + timedelta(days=int(run.chart.code("pay_days") or 1))).isoformat()
    if version == "03":
        _put(batch, "ReqdExctnDt", day)
    else:
        _put(ET.SubElement(batch, "ReqdExctnDt"), "Dt", day)
    _party(ET.SubElement(batch, "Dbtr"), run)
    _account(ET.SubElement(batch, "DbtrAcct"), run.chart.code("debtor_account"), currency=True)
    bank = ET.SubElement(ET.SubElement(batch, "DbtrAgt"), "FinInstnId")
    bic = run.chart.code("debtor_bic")
    if bic:
        _put(bank, "BIC" if version == "03" else "BICFI", bic)
    else:
        _put(ET.SubElement(bank, "Othr"), "Id", "NOTPROVIDED")
    for payment in payments:
        _payment(ET.SubElement(batch, "CdtTrfTxInf"), run, payment)
    ET.indent(document, " ")
    told: str = ET.tostring(document, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{told}\n'.encode()


def bank_text(text: str, most: int) -> str:
    """Give text in the letters that Norwegian banks take: other Latin letters without their marks, the rest a space."""
    kept = []
    for char in unicodedata.normalize("NFC", text):
        if _TAKEN.fullmatch(char):
            kept.append(char)
        else:
            bases = unicodedata.normalize("NFKD", char)
            kept.append(bases[0] if _TAKEN.fullmatch(bases[0]) else " ")
    return " ".join("".join(kept).split())[:most].strip()


def _insist(run: Run) -> None:
    from stdnum.no import kontonr  # noqa: PLC0415  only this file needs it

    faults = []
    account = run.chart.code("debtor_account")
    if not re.fullmatch(r"\d{11}", account, re.ASCII) or not kontonr.is_valid(account):
        faults.append(Field("erp.account", "bad_account", "Write the 11 digits of the account to pay from."))
    if run.chart.code("pain_version") not in {"", *VERSIONS}:
        faults.append(Field("erp.pain_version", "unknown_version", f"One of {', '.join(VERSIONS)}."))
    bic = run.chart.code("debtor_bic")
    if bic and not _BIC.fullmatch(bic):
        faults.append(Field("erp.debtor_bic", "bad_bic", "Write the 8 or 11 characters of the bank's BIC."))
    if not (run.chart.code("pay_days") or "1").isdecimal():
        faults.append(Field("erp.pay_days", "not_a_number", "Write a number of days."))
    if len(bank_text(run.chart.code("debtor_id"), _ID + 1)) > _ID:
        faults.append(Field("erp.debtor_id", "too_long", f"At most {_ID} characters."))
    if not any(not each.is_internal for each in run.payments):
        code, detail = "nothing_to_pay", "No venue is paid by voucher this month; there is no file to send."
        raise RuleError(code, detail)
    if faults:
        code, detail = (
            "codes_do_not_fit",
            "What the bank needs is missing or wrong; mend it (PUT /v1/erp) and pull the file again.",
        )
        raise RuleError(code, detail, tuple(faults))


def _party(party: ET.Element, run: Run) -> None:
    named = run.chart.code("debtor_name") or run.book.municipality
    _put(party, "Nm", bank_text(named, _NAME) or "Kommunen")
    own_id = bank_text(run.chart.code("debtor_id"), _ID)
    if own_id:
        other = ET.SubElement(ET.SubElement(ET.SubElement(party, "Id"), "OrgId"), "Othr")
        _put(other, "Id", own_id)
        scheme = ET.SubElement(other, "SchmeNm")
        _put(scheme, "Cd", "BANK" if run.chart.code("debtor_id_scheme") == "BANK" else "CUST")


def _payment(transfer: ET.Element, run: Run, payment: Payment) -> None:
    ids = ET.SubElement(transfer, "PmtId")
    _put(ids, "InstrId", payment.reference)
    _put(ids, "EndToEndId", payment.reference)
    amount = _put(ET.SubElement(transfer, "Amt"), "InstdAmt", _decimal(payment.amount))
    amount.set("Ccy", "NOK")
    payee = payment.payee
    creditor = ET.SubElement(transfer, "Cdtr")
    spare = f"Org.nr. {payee.orgnr}" if payee.orgnr else payment.reference
    name = bank_text(payee.name or payee.label, _NAME)
    _put(creditor, "Nm", name if any(map(str.isalnum, name)) else spare)
    _put(ET.SubElement(creditor, "PstlAdr"), "Ctry", "NO")
    _account(ET.SubElement(transfer, "CdtrAcct"), payee.account or "", currency=False)
    said = ET.SubElement(transfer, "RmtInf")
    kid = run.chart.of(payment.venue, "kid")
    if kid:
        reference = ET.SubElement(ET.SubElement(said, "Strd"), "CdtrRefInf")
        _put(ET.SubElement(ET.SubElement(reference, "Tp"), "CdOrPrtry"), "Cd", "SCOR")
        _put(reference, "Ref", bank_text(kid, _ID))
    else:
        told = f"Opplevelseskort {run.book.month}, {payment.reference}"
        _put(said, "Ustrd", bank_text(told, _TEXT))


def _account(account: ET.Element, digits: str, *, currency: bool) -> None:
    other = ET.SubElement(ET.SubElement(account, "Id"), "Othr")
    _put(other, "Id", digits)
    _put(ET.SubElement(other, "SchmeNm"), "Cd", "BBAN")
    if currency:
        _put(account, "Ccy", "NOK")


def _put(parent: ET.Element, name: str, text: str) -> ET.Element:
    child = ET.SubElement(parent, name)
    child.text = text
    return child


def _decimal(amount: Ore) -> str:
    return f"{amount // 100}.{amount % 100:02d}"
