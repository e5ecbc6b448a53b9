"""The commands: run, token, demo, enrol, tenant put, municipality, verify-audit, engine."""

import argparse
import os
import re
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from chalicelib.shared.answers import OpplevError
from infra.local import engine
from infra.local.house import at_home, held
from infra.local.issuer import ROLES, open_issuer
from infra.local.places import ENGINE_FOLDER, Places, StartError, from_environment


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what was asked. What stands in the way is said in one line on the error channel, with exit code 1."""
    asked = _parser().parse_args(arguments)
    try:
        places = from_environment()
        asked.do(places, asked)
    except (StartError, engine.EngineError) as error:
        print(error, file=sys.stderr)
        return 1
    except OpplevError as error:
        print(f"{error.detail} ({error.code})", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        # By name, since a token is given without loading what these come from.
        if type(error).__module__.partition(".")[0] not in {"pynamodb", "botocore"}:
            raise
        print(
            f"The database does not answer ({type(error).__name__}). Is it still running? Start again.", file=sys.stderr
        )
        return 1
    return 0


def _run(places: Places, asked: argparse.Namespace) -> None:
    from infra.local.run import run  # noqa: PLC0415  a token is given without loading all this

    if asked.verbose:
        os.environ["OPPLEV_VERBOSE"] = "1"
    run(replace(places, verbose=places.verbose or asked.verbose, demo=places.demo and not asked.no_demo))


def _token(places: Places, asked: argparse.Namespace) -> None:
    now = datetime.fromtimestamp(time.time(), UTC)
    if not re.fullmatch(r"[A-Za-z0-9_.-]{1,40}", asked.who):
        message = "--who takes letters, digits, '_', '.' and '-', at most 40."
        raise StartError(message)
    issuer = open_issuer(places)
    print(issuer.token(tenant=asked.tenant, role=asked.role, who=asked.who, hours=asked.hours, now=now))


def _demo(places: Places, asked: argparse.Namespace) -> None:
    from infra.local.demo import load  # noqa: PLC0415  a token is given without loading all this

    if asked.reset:
        with held(places):
            for file in places.data.glob(f"{places.database.name}*"):
                file.unlink()
            shutil.rmtree(places.files, ignore_errors=True)
    with at_home(places) as house:
        demo = load(house, places)
    print(f"The demo municipality {demo.tenant} stands, with {len(demo.cards)} cards: {places.demo_cards}")


def _enrol(places: Places, asked: argparse.Namespace) -> None:
    from infra.local.demo import enrolment_url  # noqa: PLC0415  a token is given without loading all this

    with at_home(places) as house:
        from chalicelib.access.rules import Right  # noqa: PLC0415

        rights = frozenset(Right if asked.owner else {Right.SCAN})
        print(enrolment_url(house, tenant=asked.tenant, venue=asked.venue, label=asked.label, rights=rights))


def _tenant(places: Places, asked: argparse.Namespace) -> None:
    with at_home(places) as house:
        from chalicelib.shared.ids import Tenant  # noqa: PLC0415  a token is given without loading all this
        from chalicelib.venues.rules import Municipality  # noqa: PLC0415

        wanted = Municipality(Tenant(asked.id), asked.number, asked.name, coat_of_arms=asked.coat_of_arms)
        try:
            made = house.terms.put_municipality(wanted)
        except OpplevError as error:
            faults = " ".join(f"{fault.path}: {fault.detail}" for fault in error.fields)
            message = f"{error.detail} {faults}".strip()
            raise StartError(message) from error
    print(f"{made.name} ({made.number}) stands. Token: python -m infra.local token --tenant {made.id} --role office")


def _municipality(places: Places, asked: argparse.Namespace) -> None:
    from infra.local.office import load  # noqa: PLC0415  a token is given without loading all this

    with at_home(places) as house:
        loaded = load(house, places, asked.file, year=asked.year)
    print(f"{loaded.municipality['name']} ({loaded.municipality['number']}) stands, as {asked.file.name} says.")
    for assumed in loaded.assumed:
        print(f"  assumed: {assumed}")
    print(f"Token: python -m infra.local token --tenant {loaded.tenant} --role office")


def _verify_audit(places: Places, asked: argparse.Namespace) -> None:
    from infra.local.sealing import verified  # noqa: PLC0415  a token is given without loading all this

    with at_home(places) as house:
        line = verified(house, tenant=asked.tenant, kept=asked.kept)
    print(line)


def _verify_ledger(places: Places, asked: argparse.Namespace) -> None:
    from infra.ledger import told  # noqa: PLC0415  a token is given without loading all this

    with at_home(places) as house:
        line, agrees = told(house, asked.tenant, asked.currency, asked.kept)
    if not agrees:
        raise StartError(line)
    print(line)


def _engine(places: Places, asked: argparse.Namespace) -> None:
    del places, asked
    engine.install(ENGINE_FOLDER)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description="Opplev on one machine.")
    parser.set_defaults(do=_run, verbose=False, no_demo=False)
    commands = parser.add_subparsers(metavar="command")
    run = commands.add_parser("run", help="start everything (the default)")
    run.add_argument("--verbose", action="store_true", help="print each request: method, route, status, time")
    run.add_argument("--no-demo", action="store_true", help="start without the demo municipality")
    run.set_defaults(do=_run)
    token = commands.add_parser("token", help="print a token for curl")
    token.add_argument("--tenant", required=True)
    token.add_argument("--role", required=True, choices=ROLES)
    token.add_argument("--who", default="demo", help="who it is given to; some steps need two different people")
    token.add_argument("--hours", type=float, default=12)
    token.set_defaults(do=_token)
    demo = commands.add_parser("demo", help="load the demo municipality; twice is as good as once")
    demo.add_argument("--reset", action="store_true", help="first DELETE everything in the data folder but the keys")
    demo.set_defaults(do=_demo)
    enrol = commands.add_parser("enrol", help="print an address that makes one phone a till of a venue")
    enrol.add_argument("--tenant", required=True)
    enrol.add_argument("--venue", required=True)
    enrol.add_argument("--label", default="Kasse")
    enrol.add_argument("--owner", action="store_true", help="it may also let phones in and see what the venue is paid")
    enrol.set_defaults(do=_enrol)
    tenant = commands.add_parser("tenant", help="add or change a municipality")
    put = tenant.add_subparsers(metavar="put", required=True).add_parser("put", help="add or change a municipality")
    put.add_argument("--id", required=True, help="lower case, as in lorenskog")
    put.add_argument("--number", required=True, type=int, help="kommunenummer")
    put.add_argument("--name", required=True)
    put.add_argument("--coat-of-arms", help="an image in the files, as in images/arms.png")
    put.set_defaults(do=_tenant)
    file = commands.add_parser(
        "municipality", help="load a municipality's terms from its file; twice is as good as once"
    )
    file.add_argument("file", type=Path, help="as in infra/local/municipalities/moss.toml")
    file.add_argument("--year", type=int, help="the year that the file's first programme is to begin in")
    file.set_defaults(do=_municipality)
    verify = commands.add_parser("verify-audit", help="say whether anybody has altered the book of changes")
    verify.add_argument("--tenant", required=True)
    verify.add_argument("--kept", metavar="NAME:DIGEST", help="a seal that was kept elsewhere, to be found here again")
    verify.set_defaults(do=_verify_audit)
    ledger = commands.add_parser("ledger", help="check the ledger of TimeKred")
    check = ledger.add_subparsers(metavar="verify", required=True).add_parser(
        "verify", help="say whether transfers, entries and balances agree, and nobody has altered one"
    )
    check.add_argument("--tenant", required=True)
    check.add_argument("--currency", help="one of them; all, unless said")
    check.add_argument("--kept", metavar="NAME:DIGEST", help="a seal of that currency that was kept elsewhere")
    check.set_defaults(do=_verify_ledger)
    commands.add_parser("engine", help="fetch the embedded DynamoDB").set_defaults(do=_engine)
    return parser
