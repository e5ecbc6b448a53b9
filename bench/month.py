"""A month of visits on the embedded engine, as many as wanted, made once and kept in `build/` for the next run.

The engine's own import takes what DynamoDB exports to S3, twice as fast as BatchWriteItem: a million rows in minutes.
"""

import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from botocore.session import get_session

from bench.stage import ROOT, TENANT
from chalicelib import table
from chalicelib.shared.ids import OfferId, ProgrammeId, VenueId
from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, SettleBy, Venue, VenueKind
from infra.local import engine

MONTH: Final = "2026-11"
TABLE: Final = "bench"
_WAYS: Final = (SettleBy.INVOICE, SettleBy.VOUCHER, SettleBy.INTERNAL, SettleBy.NONE)
_KEPT: Final = ROOT / "build" / "bench"


def venue_ids(venues: int) -> list[VenueId]:
    """Name so many venues."""
    return [VenueId(f"v{number:04d}") for number in range(venues)]


def configuration(venues: int) -> Configuration:
    """Make a municipality of so many venues, paid in every way there is."""
    named = venue_ids(venues)
    codes = {"file": "gl07", "interface": "B", "voucher_type": "H", "client": "B", "responsible": "B", "account": "1"}
    return Configuration(
        Municipality(TENANT, 9999, "Benk", erp=codes),
        {},
        {
            venue: Venue(
                venue, f"Brukersted {venue}", VenueKind.PRIVATE, _WAYS[number % len(_WAYS)], account="12345678903",
                erp={"supplier": "5000", "internal_account": "1600"},
            )
            for number, venue in enumerate(named)
        },
        {(venue, OfferId("inn")): Offer(venue, OfferId("inn"), {"nb": "Inngang"}) for venue in named},
        (Agreement(ProgrammeId("kort"), named[0], OfferId("inn"), date(2026, 1, 1), date(2026, 12, 31), 5, "k"),),
    )  # fmt: skip


def data(binary: Path, visits: int, venues: int) -> Path:
    """Give the engine's file of a month that nobody has closed, made now where it is not kept yet."""
    kept = _KEPT / f"month-{visits}-{venues}.db"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=kept.parent) as folder:
            _import(binary, Path(folder), visits, venues)
            (Path(folder) / "made.db").replace(kept)
    return kept


def copied(kept: Path, folder: Path) -> Path:
    """Give a copy to close, so that the next run finds the month open."""
    return Path(shutil.copyfile(kept, folder / "month.db"))


def client(address: str) -> Any:
    """Give a bare client of the engine."""
    return get_session().create_client(
        "dynamodb", region_name="eu-north-1", endpoint_url=address, aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  the engine asks for none
    )  # fmt: skip


def _import(binary: Path, folder: Path, visits: int, venues: int) -> None:
    with engine.running(binary) as address:
        table.bind(name=TABLE, region="eu-north-1", engine=address)
        table.Row.create_table(wait=True)
        told = client(address).describe_table(TableName=TABLE)["Table"]
    schema, rows = folder / "schema.json", folder / "export" / TABLE / "data" / "rows.json"
    schema.write_text(json.dumps({"Table": told}, default=str))
    rows.parent.mkdir(parents=True)
    with rows.open("w") as out:
        out.writelines(_rows(visits, venues))
    command: list[str | Path] = [
        binary,
        "import",
        "--source",
        folder / "export",
        "--schema",
        schema,
        "--output",
        folder / "made.db",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    assert done.returncode == 0, done.stderr


def _rows(visits: int, venues: int) -> Iterator[str]:
    """Write each row as DynamoDB's export does, venue by venue, day by day."""
    for place, venue in enumerate(venue_ids(venues)):
        form = _form(venue, _WAYS[place % len(_WAYS)])
        for number in range(place, visits, venues):
            day = f"{MONTH}-{number // venues % 30 + 1:02d}"
            visit = f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012d}"
            funding = "bufdir" if number % 3 else "kommunen"
            yield form % {"visit": visit, "day": day, "last3": f"{number % 1000:03d}", "funding": funding}


def _form(venue: VenueId, settle_by: SettleBy) -> str:
    texts = {
        "PK": table.visit_pk(TENANT, "%(visit)s"), "SK": "VISIT", "kind": "visit",
        "GSI1PK": table.settle_group(TENANT, venue, MONTH), "GSI1SK": "%(day)s#%(visit)s",
        "venue": venue, "offer": "inn", "programme": "kort", "date": "%(day)s", "band": "12-16",
        "month": MONTH, "last3": "%(last3)s", "counter": "k@card", "agreement": "2026-01-01",
        "settle_by": settle_by.value, "carrier": "qr", "device": "benk-0123456789abcdef01234567",
        "card_key": "0123456789abcdef", "funding": "%(funding)s",
    }  # fmt: skip
    numbers = {"persons": 1, "marks": 1, "price": 12_501, "copay": 0, "percent": 50, "amount": 6_251,
               "expires": 1_956_524_400}  # fmt: skip
    item = {
        **{name: {"S": text} for name, text in texts.items()},
        **{name: {"N": str(value)} for name, value in numbers.items()},
    }
    return f"{json.dumps({'Item': item})}\n"
