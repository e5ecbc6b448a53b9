"""The way out: `python -m infra.archive export|import|keys|nfc-keys|retention`, with the operator's own credentials.

No role of the API may see a family's reference and a venue's money together, and this sees all: so it is no call.
Without `--table` it works on this machine's own data, where `make run` keeps it.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.archive.rules import Clock
from chalicelib.shared.answers import OpplevError
from chalicelib.shared.ids import Tenant

if TYPE_CHECKING:
    from chalicelib.archive.actions import Retention
    from chalicelib.wiring import House

_GOES: Final = {
    Clock.NEVER: "never",
    Clock.CARD: "12 months after the card's last day",
    Clock.CARD_ENDS: "with the card's last day",
    Clock.SETTLED: "5 years after the year's end",
    Clock.REQUEST: "after 30 days",
    Clock.SUSPECT: "after a year",
    Clock.ENROLMENT: "two days after it was made",
    Clock.IMPORT: "when the import is done",
    Clock.MEMBER: "a year after leaving",
    Clock.SEAT: "a year after the session",
    Clock.ROOM: "after 60 days",
}
_EVERY: Final = 0.5  # seconds between two lines of progress


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked; what stands in the way is said in one line on the error channel, with exit code 1."""
    asked = _parser().parse_args(arguments)
    try:
        with house_of(asked) as house:
            status: int = asked.do(house, asked)
    except OpplevError as error:
        print(f"{error.detail} ({error.code})", file=sys.stderr)
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        kind = type(getattr(error, "cause", None) or error).__name__
        print(f"AWS did not let that happen ({kind}): are credentials, table and region right?", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename or 'The file'}: {error.strerror}", file=sys.stderr)
    else:
        return status
    return 1


def _export(house: "House", asked: argparse.Namespace) -> int:
    from chalicelib.archive.paper import ArchiveWriter  # noqa: PLC0415  help is given without loading it

    if asked.file.exists():
        print(f"{asked.file} exists; choose another name, or remove it first.", file=sys.stderr)
        return 1
    with _progress(asked) as said, ArchiveWriter(asked.file) as writer:
        manifest = house.archive.export(Tenant(asked.tenant), writer, now=house.clock(), said=said)
    rows = {Path(part.name).stem: part.rows for part in manifest.parts if part.rows is not None}
    files = len(manifest.parts) - len(rows)
    if asked.json:
        print(json.dumps({"file": str(asked.file), "tenant": asked.tenant, "rows": rows, "files": files}))
    else:
        print(f"{asked.file}: {manifest.rows()} rows and {files} files of {manifest.name}.")
        print("The file holds references and card numbers: encrypt it before it travels.")
        print("The keys are not in it; `keys` writes them to a file of their own, to be carried another way.")
    return 0


def _import(house: "House", asked: argparse.Namespace) -> int:
    from chalicelib.archive.paper import ArchiveReader  # noqa: PLC0415  help is given without loading it

    with _progress(asked) as said, ArchiveReader(asked.file) as reader:
        manifest = house.archive.bring_in(reader, now=house.clock(), said=said, new_keys=asked.new_keys)
    if asked.json:
        print(json.dumps({"tenant": manifest.tenant, "rows": manifest.rows()}))
    else:
        print(f"{manifest.name} ({manifest.tenant}) stands here, with {manifest.rows()} rows.")
    return 0


def _keys(house: "House", asked: argparse.Namespace) -> int:
    carried = json.dumps({"carried": house.keys.to_carry(Tenant(asked.tenant))}, indent=1)
    place = os.open(asked.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(place, "w", encoding="utf-8") as file:
        file.write(carried + "\n")
    print(f"{asked.file}: put `carried` into the other deployment's secret, beside what stands there, then shred it.")
    print("Whoever has it can make cards of this municipality. It must not travel with the archive.")
    return 0


def _nfc_keys(house: "House", asked: argparse.Namespace) -> int:
    from chalicelib.cards.rules import batch_of_keys  # noqa: PLC0415  help is given without loading it

    tenant = Tenant(asked.tenant)
    key_id = asked.key_id
    if key_id is None:
        key_id = house.terms.configuration(tenant).municipality.signing_key
    if key_id not in house.keys.key_ids(tenant):
        print(f"The secret has no key {key_id}.", file=sys.stderr)
        return 1
    keys = house.keys.tags(tenant, key_id)
    told = {
        "key_batch": batch_of_keys(tenant, key_id),
        "sdm_meta_read_key": keys.meta.hex().upper(),
        "sdm_file_read_master_key": keys.master.hex().upper(),
        "sdm_file_read_key": "AN10922, AES-128: CMAC(master, 01 || UID || 00850101 || 6F70706C65762F32)",
    }
    place = os.open(asked.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(place, "w", encoding="utf-8") as file:
        file.write(json.dumps(told, indent=1) + "\n")
    print(f"{asked.file}: for the card bureau alone, as the contract says, then shred it.")
    print("Whoever has it can make tags that pass for this municipality's.")
    return 0


def _retention(house: "House", asked: argparse.Namespace) -> int:
    with _progress(asked) as said:
        found = house.archive.retention(Tenant(asked.tenant), now=house.clock(), delete=asked.delete, said=said)
    undated = sum(tally.undated for tally in found.tallies)
    if asked.json:
        print(json.dumps(_told(found, delete=asked.delete)))
    else:
        _print_retention(found, delete=asked.delete)
    return 1 if undated else 0


def _told(found: "Retention", *, delete: bool) -> dict[str, object]:
    return {
        "kinds": {
            tally.kind: {
                "rows": tally.rows, "past": tally.past, "within_30_days": tally.soon, "undated": tally.undated,
                "longest_past_days": tally.longest_past, "goes": _GOES[tally.clock],
                "removed": found.removed.get(tally.kind, 0),
            }
            for tally in found.tallies
        },
        "deleted": delete,
    }  # fmt: skip


def _print_retention(found: "Retention", *, delete: bool) -> None:
    print(f"{'kind':12}{'rows':>9}{'past':>8}{'days':>6}{'30 days':>9}{'removed':>9}  goes")
    for tally in found.tallies:
        removed = found.removed.get(tally.kind, 0)
        counts = f"{tally.rows:>9}{tally.past:>8}{tally.longest_past:>6}{tally.soon:>9}{removed:>9}"
        fault = f" - {tally.undated} WITHOUT A DAY: tell whoever makes this" if tally.undated else ""
        print(f"{tally.kind:12}{counts}  {_GOES[tally.clock]}{fault}")
    if not delete and any(tally.past for tally in found.tallies):
        print("Nothing was removed. DynamoDB removes rows past their time within some days; `--delete` does it now.")


@contextmanager
def house_of(asked: argparse.Namespace) -> Iterator["House"]:
    """Give the house of the stack that a command names, or of this machine."""
    if asked.table is None:
        from infra.local.house import at_home  # noqa: PLC0415  the cloud has no embedded engine
        from infra.local.places import StartError, from_environment  # noqa: PLC0415

        try:
            with at_home(from_environment()) as house:
                yield house
        except StartError as error:
            raise OSError(0, str(error), "Opplev on this machine") from error
        return
    from chalicelib import wiring  # noqa: PLC0415  importing it reads nothing
    from chalicelib.config import Config  # noqa: PLC0415

    config = Config(
        table=asked.table, region=asked.region, engine=None, host="https://archive.invalid", issuers="[]",
        files=asked.files or "s3://", secret=asked.secret or "", version="",
    )  # fmt: skip
    yield wiring.build(config)


@contextmanager
def _progress(asked: argparse.Namespace) -> Iterator["_Said"]:
    said = _Said(quiet=asked.json or not sys.stderr.isatty())
    try:
        yield said
    finally:
        said.end()


class _Said:
    """One line that is written over, twice a second at most."""

    def __init__(self, *, quiet: bool) -> None:
        self._quiet = quiet
        self._at = 0.0

    def __call__(self, what: str, count: int) -> None:
        if not self._quiet and time.monotonic() - self._at >= _EVERY:
            self._at = time.monotonic()
            print(f"\r{count} {what} …\033[K", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self._at:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="opplev", description="Take a municipality out, or in.")
    commands = parser.add_subparsers(metavar="command", required=True)
    export = commands.add_parser("export", help="write everything a municipality owns to one file")
    bring_in = commands.add_parser("import", help="read such a file into a deployment that has not the municipality")
    keys = commands.add_parser("keys", help="write the keys that the municipality's cards need, to be carried apart")
    tags = commands.add_parser("nfc-keys", help="write the keys that a card bureau writes the municipality's tags with")
    retention = commands.add_parser("retention", help="count what is past its time, by kind; deletes nothing unasked")
    made = {export: _export, bring_in: _import, keys: _keys, tags: _nfc_keys, retention: _retention}
    for command, do in made.items():
        command.set_defaults(do=do)
        command.add_argument("--table", help="output TableName of the stack; without it, the data on this machine")
        command.add_argument("--files", help="s3://<output FilesBucket>")
        command.add_argument("--secret", help="output SecretArn of the stack")
        command.add_argument("--region", default="eu-north-1")
        command.add_argument("--json", action="store_true", help="answer in JSON, without progress")
    for command in (export, keys, tags, retention):
        command.add_argument("tenant", help="the municipality's id, such as lorenskog")
    for command in (export, bring_in, keys, tags):
        command.add_argument("file", type=Path)
    bring_in.add_argument(
        "--new-keys", action="store_true", help="cards already given out are not to be valid here; new ones are printed"
    )
    tags.add_argument("--key-id", type=int, help="0-15; the one that new cards are signed with, unless said")
    retention.add_argument("--delete", action="store_true", help="remove now what DynamoDB would remove in some days")
    return parser


if __name__ == "__main__":
    sys.exit(main())
