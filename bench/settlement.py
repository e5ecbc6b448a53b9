"""Measure a month closed: its time and memory over merely asking for the same pages, and each file's own time.

    python -m bench.settlement [visits] [venues]

Closing runs in a process of its own, so that its peak of memory is its own. The month is kept in `build/`, closed in a
copy. The bare queries are asked once, half before the closing and half after it, since machines drift.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from bench.month import MONTH, TABLE, client, configuration, copied, data, venue_ids
from bench.stage import ROOT, TENANT
from chalicelib import table
from chalicelib.files import FolderFiles
from chalicelib.settlement import paper
from chalicelib.settlement.actions import Auditor, Closing
from chalicelib.settlement.rules import TIMER, by_funding, statement_of, summary_of, total_of
from chalicelib.settlement.store import SettlementStore
from chalicelib.shared.ids import CallerId, VenueId
from infra.local import engine

NOW: Final = datetime(2026, 12, 1, 9, tzinfo=UTC)
WORKERS: Final = 4  # as closing has
_VERIFIED: Final = 200_000  # lines: more than so many take as long to compute again as to close


def main(visits: int = 20_000, venues: int = 200) -> None:
    """Load, ask, close, and print."""
    os.environ.update(AWS_ACCESS_KEY_ID="local", AWS_SECRET_ACCESS_KEY="local")  # noqa: S106  the engine asks for none
    binary = engine.install(ROOT / ".local" / "engine")
    begun = time.perf_counter()
    kept = data(binary, visits, venues)
    print(f"{visits:,} visits at {venues} venues ready in {time.perf_counter() - begun:.0f} s", flush=True)
    with TemporaryDirectory(dir=kept.parent) as folder, engine.running(
        binary, data=copied(kept, Path(folder))
    ) as address:  # fmt: skip
        named = venue_ids(venues)
        alone, together = _ask(address, named[0::4], 1), _ask(address, named[1::4], WORKERS)
        told = _in_its_own_process(address, venues, Path(folder))
        alone, together = alone + _ask(address, named[2::4], 1), together + _ask(address, named[3::4], WORKERS)
    queries = 2 * min(alone, together)
    assert told["lines"] == visits
    print(f"the same pages through bare boto3: {2 * alone:.1f} s one by one, {2 * together:.1f} s {WORKERS} at once")
    ratio = told["close"] / queries
    print(f"closed: {told['close']:.1f} s, {ratio:.2f} of that; peak {told['peak']:.0f} MB; CPU {told['worked']:.1f} s")
    for name, seconds in told["files"].items():
        print(f"  {name}: {seconds:.2f} s, {seconds / queries:.2f}")
    if told["verify"] is not None:
        print(f"  computed again from the rows: {told['verify']:.1f} s, {told['verify'] / queries:.2f}", flush=True)


def closed(address: str, venues: int, folder: Path) -> dict[str, Any]:
    """Close the month, and write each of its files once more by itself."""
    table.bind(name=TABLE, region="eu-north-1", engine=address)
    closing = Closing(
        SettlementStore(), FolderFiles(folder), lambda _: configuration(venues), paper, workers=WORKERS
    )  # fmt: skip
    begun, worked = time.perf_counter(), time.process_time()
    settlement = closing.close(TENANT, MONTH, by=TIMER, now=NOW)
    seconds, worked, peak = time.perf_counter() - begun, time.process_time() - worked, _peak()
    assert settlement.totals is not None
    closing.approve(TENANT, MONTH, by=CallerId("bench/1"), now=NOW)
    files = {
        "gl07.txt": _timed(lambda: closing.file(TENANT, MONTH, "gl07.txt", by=TIMER, now=NOW)),
        **_each_file(closing, folder),
    }
    few = settlement.totals.lines <= _VERIFIED
    verify = _timed(lambda: Auditor(closing).verify(TENANT, MONTH, now=NOW)) if few else None
    return {
        "lines": settlement.totals.lines, "close": seconds, "worked": worked, "peak": peak, "files": files,
        "verify": verify,
    }  # fmt: skip


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


def _peak() -> float:
    """Give the most memory that this process held, in MB. `getrusage` would say what its parent held."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _in_its_own_process(address: str, venues: int, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.settlement", "closed", address, str(venues), str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603  our own words
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def _ask(address: str, venues: Iterable[VenueId], workers: int) -> float:
    """Ask for every page that closing asks for of some venues, and do nothing with it; give the seconds."""
    asking = client(address)

    def pages(venue: VenueId) -> int:
        asked = asking.get_paginator("query").paginate(
            TableName=TABLE, IndexName=table.INDEX, KeyConditionExpression="GSI1PK = :group",
            ExpressionAttributeValues={":group": {"S": table.settle_group(TENANT, venue, MONTH)}},
        )  # fmt: skip
        return sum(len(page["Items"]) for page in asked)

    def ask() -> None:
        with ThreadPoolExecutor(workers) as pool:
            sum(pool.map(pages, venues))

    return _timed(ask)


def _timed(do: Callable[[], object]) -> float:
    begun = time.perf_counter()
    do()
    return time.perf_counter() - begun


if __name__ == "__main__":
    if sys.argv[1:2] == ["closed"]:
        print(json.dumps(closed(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4]))))
    else:
        main(*map(int, sys.argv[1:3]))
