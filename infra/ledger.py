"""Checking the ledger of TimeKred: `python -m infra.ledger verify <tenant>`, with the operator's own credentials.

Without `--table` it works on this machine's own data, where `make run` keeps it.
"""

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.exceptions import PynamoDBException

from chalicelib.ledger.actions import SETTLED
from chalicelib.shared.answers import OpplevError, UnknownError
from chalicelib.shared.ids import CurrencyId, Tenant
from infra.archive import house_of

if TYPE_CHECKING:
    from chalicelib.ledger.rules import Checked
    from chalicelib.wiring import House


def main(arguments: Sequence[str] | None = None) -> int:
    """Check the books of a municipality; 1 where they do not agree, or could not be read."""
    asked = _parser().parse_args(arguments)
    try:
        with house_of(asked) as house:
            text, agrees = told(house, asked.tenant, asked.currency, asked.kept)
    except OpplevError as error:
        print(f"{error.detail} ({error.code})", file=sys.stderr)
    except (PynamoDBException, ClientError, BotoCoreError) as error:
        kind = type(getattr(error, "cause", None) or error).__name__
        print(f"AWS did not let that happen ({kind}): are credentials, table and region right?", file=sys.stderr)
    except OSError as error:
        print(f"{error.filename}: {error.strerror}", file=sys.stderr)
    else:
        print(text, file=sys.stdout if agrees else sys.stderr)
        return 0 if agrees else 1
    return 1


def told(house: "House", tenant: str, currency: str | None, kept: str | None) -> tuple[str, bool]:
    """Check one currency, or all of them, and say so in lines; and whether all of it agrees."""
    named, _, digest = (kept or "").partition(":")
    whose = Tenant(tenant)
    house.terms.configuration(whose)
    known = house.bank.store.currencies(whose)
    if currency and currency not in known:
        raise UnknownError("unknown_currency", f"{tenant} has no currency of that name.")
    wanted = [CurrencyId(currency)] if currency else known
    lines, agrees = [], True
    for each in wanted:
        found = house.keeper.check(whose, each, kept=(named, digest) if kept else None, now=house.clock())
        lines += _lines(each, found)
        agrees = agrees and not found.findings
    return "\n".join(lines) or "There is no currency yet.", agrees


def _lines(currency: CurrencyId, found: "Checked") -> list[str]:
    if found.findings:
        return [
            f"{currency}: {finding.fault}" + "".join(f", {each}" for each in (finding.account, finding.name) if each)
            for finding in found.findings
        ]
    between = f"{found.transfers} transfers between {len(found.minutes)} accounts, sum {sum(found.minutes.values())}"
    lines = [f"{currency}: all of it agrees. {between}; {found.sealed} of them under {found.seals} seals."]
    if found.young:
        lines += [f"{currency}: {found.young} of the last {SETTLED.seconds // 60} minutes are left to the next check."]
    return lines if found.head is None else [*lines, f"{currency}: keep this elsewhere: {found.head}"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.ledger", description="The ledger of TimeKred.")
    verify = parser.add_subparsers(metavar="verify", required=True).add_parser(
        "verify", help="say whether transfers, entries and balances agree, and nobody has altered one"
    )
    verify.add_argument("tenant", help="the municipality's id, such as lorenskog")
    verify.add_argument("--currency", help="one of them; all, unless said")
    verify.add_argument("--kept", metavar="NAME:DIGEST", help="a seal of that currency that was kept elsewhere")
    verify.add_argument("--table", help="output TableName of the stack; without it, the data on this machine")
    verify.add_argument("--files", help="s3://<output FilesBucket>")
    verify.add_argument("--secret", help="output SecretArn of the stack")
    verify.add_argument("--region", default="eu-north-1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
