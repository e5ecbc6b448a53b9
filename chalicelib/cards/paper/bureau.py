"""The list that a card bureau prints and encodes from."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from chalicelib.cards.rules import PrintJob
from chalicelib.press.letters import tidy

HEADER: Final = ("seq", "card_no", "print_name", "programme", "valid_from", "valid_to", "qr_text", "nfc_url")
# What makes a spreadsheet take text for a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@")


def bureau_csv(jobs: Iterable[PrintJob]) -> bytes:
    """Write a row for each card: UTF-8 with BOM, `;`, quoted as in RFC 4180, lines ending in CRLF, dates yyyy-mm-dd.

    `qr_text` is what the code holds, letter for letter; `nfc_url` the same address as an NDEF URI for a plain tag.
    A name that begins like a formula has an apostrophe before it.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    for place, job in enumerate(jobs, 1):
        number = f"{job.number[:4]} {job.number[4:8]} {job.number[8:]}"
        days = job.valid_from.isoformat(), job.valid_until.isoformat()
        writer.writerow((place, number, _text(job.name or ""), _text(job.title), *days, job.url, _as_written(job.url)))
    return text.getvalue().encode("utf-8-sig")


def _text(said: str) -> str:
    drawn = tidy(said)
    return f"'{drawn}" if drawn.startswith(_FORMULA) else drawn


def _as_written(url: str) -> str:
    # Capitals make the code smaller; phones that read a tag want the scheme as everyone writes it.
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}/{path}"
