"""Measure a month closed: its time and memory over merely asking for the same pages, and each file's own time.

    python -m bench.settlement [visits] [venues]

Closing runs in a process of its own, so that its peak of memory is its own. The engine is in memory.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from botocore.session import get_session

from bench.stage import ROOT, TENANT
from chalicelib import table
from chalicelib.files import FolderFiles
from chalicelib.settlement import paper
from chalicelib.settlement.actions import Auditor, Closing
from chalicelib.settlement.rules import TIMER, by_funding, statement_of, summary_of, total_of
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.ids import CallerId, OfferId, ProgrammeId, VenueId
from chalicelib.venues.rules import Agreement, Configuration, Municipality, Offer, SettleBy, Venue, VenueKind
from infra.local import engine

MONTH, BEFORE, NOW = "2026-11", "2026-10", datetime(2026, 12, 1, 9, tzinfo=UTC)
WORKERS: Final = 4  # as closing has
_TABLE: Final = "bench"
_WAYS: Final = (SettleBy.INVOICE, SettleBy.VOUCHER, SettleBy.INTERNAL, SettleBy.NONE)


def main(visits: int = 20_000, venues: int = 200) -> None:
    """Load, ask, close, and print."""
    with engine.running(engine.install(ROOT / ".local" / "engine")) as address, TemporaryDirectory() as folder:
        table.bind(name=_TABLE, region="eu-north-1", engine=address)
        table.Row.create_table(wait=True)
        loading = _timed(lambda: _load(address, visits, venues))
        print(f"{visits:,} visits at {venues} venues written in {loading:.0f} s", flush=True)
        # By turns, and the bare queries both one after another and as many at once as closing has workers.
        bare = min(_timed(lambda: _ask(address, venues, 1)), _timed(lambda: _ask(address, venues, WORKERS)))
        told = _in_its_own_process(address, venues, Path(folder))
        again = min(_timed(lambda: _ask(address, venues, 1)), _timed(lambda: _ask(address, venues, WORKERS)))
        queries = min(bare, again)
        assert told["lines"] == visits
        print(f"the same pages asked for through bare boto3: {bare:.1f} s, and again {again:.1f} s")
        print(f"closed: {told['close']:.1f} s, {told['close'] / queries:.2f} of that; peak {told['peak']:.0f} MB")
        for name, seconds in told["files"].items():
            print(f"  {name}: {seconds:.2f} s")
        print(f"  computed again from the rows: {told['verify']:.1f} s", flush=True)


def configuration(venues: int) -> Configuration:
    """Make a municipality of so many venues, paid in every way there is."""
    named = [VenueId(f"v{number:04d}") for number in range(venues)]
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


def closed(address: str, venues: int, folder: Path) -> dict[str, Any]:
    """Close the month, and write each of its files once more by itself."""
    table.bind(name=_TABLE, region="eu-north-1", engine=address)
    closing = Closing(
        SettlementStore(), FolderFiles(folder), lambda _: configuration(venues), paper, workers=WORKERS
    )  # fmt: skip
    begun = time.perf_counter()
    settlement = closing.close(TENANT, MONTH, by=TIMER, now=NOW)
    seconds = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert settlement.totals is not None
    closing.approve(TENANT, MONTH, by=CallerId("bench/1"), now=NOW)
    files = {
        "gl07.txt": _timed(lambda: closing.file(TENANT, MONTH, "gl07.txt", by=TIMER, now=NOW)),
        **_each_file(closing, folder),
    }
    verify = _timed(lambda: Auditor(closing).verify(TENANT, MONTH, now=NOW))
    return {"lines": settlement.totals.lines, "close": seconds, "peak": peak, "files": files, "verify": verify}


def _each_file(closing: Closing, folder: Path) -> dict[str, float]:
    book, accounts = closing.accounts(TENANT, MONTH)
    parts = folder / TENANT / "settlements" / MONTH / "parts"
    tallies = {
        venue: paper.unpack_counted((parts / f"{venue}.json").read_bytes()).tally for venue in sorted(book.payees)
    }
    summed = summary_of(accounts, tallies)
    whole = total_of(each for tally in tallies.values() for each in tally)

    def by_line(make: Callable[[Callable[[bytes], object]], Any]) -> Callable[[], None]:
        def write() -> None:
            with (folder / "aside").open("wb") as out:
                form = make(out.write)
                for venue in sorted(book.payees):
                    for line in paper.unpack_lines((parts / f"{venue}.jsonl.gz").read_bytes()):
                        form.line(line)
                form.end()

        return write

    return {
        "lines.csv": _timed(by_line(lambda write: paper.LinesCsv(book, write))),
        "workbook.xlsx": _timed(
            by_line(lambda write: paper.Workbook(book, write, summed, whole, by_funding(accounts)))
        ),
        "summary.csv": _timed(lambda: paper.summary_csv(book, summed, whole)),
        "statements.zip": _timed(
            lambda: paper.statements_zip(statement_of(book, each, tallies[each.venue]) for each in accounts)
        ),
    }


def _in_its_own_process(address: str, venues: int, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.settlement", "closed", address, str(venues), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _load(address: str, visits: int, venues: int) -> None:
    client = _client(address)
    rows = _rows(visits, venues)
    batches = iter(lambda: list(islice(rows, 25)), [])

    def put(batch: list[dict[str, Any]]) -> None:
        answer = client.batch_write_item(RequestItems={_TABLE: batch})
        assert not answer["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        while some := list(islice(batches, 200)):
            list(pool.map(put, some))


def _rows(visits: int, venues: int) -> Iterator[dict[str, Any]]:
    for number in range(visits):
        venue = number % venues
        day = f"{MONTH}-{number // venues % 30 + 1:02d}"
        visit = f"{number * 2654435761 % 2**32:08x}-0000-4000-8000-{number:012d}"
        texts = {
            "PK": table.visit_pk(TENANT, visit), "SK": "VISIT", "kind": "visit",
            "GSI1PK": table.settle_group(TENANT, f"v{venue:04d}", MONTH), "GSI1SK": f"{day}#{visit}",
            "venue": f"v{venue:04d}", "offer": "inn", "programme": "kort", "date": day, "band": "12-16",
            "month": MONTH, "last3": f"{number % 1000:03d}", "counter": "k@card", "agreement": "2026-01-01",
            "settle_by": _WAYS[venue % len(_WAYS)].value, "carrier": "qr", "device": "benk-0123456789abcdef01234567",
            "card_key": "0123456789abcdef", "funding": "bufdir" if number % 3 else "kommunen",
        }  # fmt: skip
        numbers = {"persons": 1, "marks": 1, "price": 12_501, "copay": 0, "percent": 50, "amount": 6_251,
                   "expires": 1_956_524_400}  # fmt: skip
        yield {"PutRequest": {"Item": {
            **{name: {"S": text} for name, text in texts.items()},
            **{name: {"N": str(value)} for name, value in numbers.items()},
        }}}  # fmt: skip


def _ask(address: str, venues: int, workers: int) -> None:
    """Ask for every page that closing asks for, and do nothing with it."""
    client = _client(address)

    def pages(group: str) -> int:
        asked = client.get_paginator("query").paginate(
            TableName=_TABLE, IndexName=table.INDEX, KeyConditionExpression="GSI1PK = :group",
            ExpressionAttributeValues={":group": {"S": group}},
        )  # fmt: skip
        return sum(len(page["Items"]) for page in asked)

    groups = [table.settle_group(TENANT, f"v{number:04d}", MONTH) for number in range(venues)]
    with ThreadPoolExecutor(workers) as pool:
        sum(pool.map(pages, groups))


def _client(address: str) -> Any:
    return get_session().create_client(
        "dynamodb", region_name="eu-north-1", endpoint_url=address, aws_access_key_id="local",
        aws_secret_access_key="local",  # noqa: S106  the engine asks for none
    )  # fmt: skip


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[1:2] == ["closed"]:
        print(json.dumps(closed(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
    else:
        main(*map(int, sys.argv[1:3]))
