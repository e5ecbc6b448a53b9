"""The list that a card bureau prints and encodes from."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

from chalicelib.cards.rules import PrintJob, TagOrder
from chalicelib.press.letters import tidy

HEADER: Final = ("seq", "card_no", "print_name", "programme", "valid_from", "valid_to", "qr_text", "nfc_url")
TAGS_HEADER: Final = (
    "seq", "card_no", "print_name", "valid_to", "qr_text", "ndef_template", "picc_offset", "mac_input_offset",
    "mac_offset", "key_batch",
)  # fmt: skip
# What makes a spreadsheet take text for a formula (OWASP, "CSV Injection").
_FORMULA: Final = ("=", "+", "-", "@")


def bureau_csv(jobs: Iterable[PrintJob]) -> bytes:
    """Write a row for each card: UTF-8 with BOM, `;`, quoted as in RFC 4180, lines ending in CRLF, dates yyyy-mm-dd.

    `qr_text` is what the code holds, letter for letter; `nfc_url` the same address as an NDEF URI for a plain tag.
    A name that begins like a formula has an apostrophe before it.
    """
    return _table(
        HEADER,
        (
            (
                place, _grouped(job.number), _text(job.name or ""), _text(job.title), job.valid_from.isoformat(),
                job.valid_until.isoformat(), job.url, _as_written(job.url),
            )
            for place, job in enumerate(jobs, 1)
        ),
    )  # fmt: skip


def tags_csv(orders: Iterable[TagOrder]) -> bytes:
    """Write a row for each card that gets a tag (NTAG 424 DNA), as `bureau_csv` does.

    `ndef_template` is the whole NDEF file in hex, its two bytes of length first; the offsets count from its start.
    """
    return _table(
        TAGS_HEADER,
        (
            (
                place, _grouped(each.number), _text(each.name or ""), each.valid_until.isoformat(), each.url,
                each.file.content.hex().upper(), each.file.picc, each.file.mac_input, each.file.mac, each.key_batch,
            )
            for place, each in enumerate(orders, 1)
        ),
    )  # fmt: skip


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _grouped(number: str) -> str:
    return f"{number[:4]} {number[4:8]} {number[8:]}"


def _text(said: str) -> str:
    drawn = tidy(said)
    return f"'{drawn}" if drawn.startswith(_FORMULA) else drawn


def _as_written(url: str) -> str:
    # Capitals make the code smaller; phones that read a tag want the scheme as everyone writes it.
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme.lower()}://{host.lower()}/{path}"
