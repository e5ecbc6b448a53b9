"""The commands, what they take, and what they end with."""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from clerk import issuing, kred, printing, renewing, tagging, tokens, verifying, words, yearpack
from clerk.api import Api, ClerkError, NotReachedError, RefusedError, Send, over_http
from clerk.screen import Screen

_OPERATORS: Final = {
    "export": "write everything a municipality owns to one file (operator)",
    "import": "read such a file into another deployment (operator)",
    "keys": "write the keys that printed cards need elsewhere (operator)",
    "nfc-keys": "write the keys that a card bureau writes tags with (operator)",
    "retention": "count what is past its time; deletes nothing unasked (operator)",
}
_ENDINGS: Final = """\
ends with  0 all done · 1 it could not be done · 2 the command is wrong · 3 something must be put right
           4 some rows were not reached: give the same command again

who asks   --maskinporten FILE (client_id, scope, jwk), --token-file FILE, or OPPLEV_TOKEN;
           on the machine of `make run`: --tenant lorenskog
"""


def main(
    arguments: Sequence[str] | None = None, send: Send = over_http, sleep: Callable[[float], None] = time.sleep
) -> int:
    """Do what was asked. What stands in the way is said in one line on the error channel."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and given[0] in _OPERATORS:
        return _operate(given)
    asked = _parser().parse_args(given)
    screen = Screen(words.language(asked.words), asked.json)
    try:
        api = Api(asked.api, _token(asked, send), send, sleep)
        status: int = asked.do(api, screen, asked)
    except RefusedError as error:
        advice = words.remedy(screen.speech, error.code, error.detail)
        faults = "".join(f"\n  {fault.path}: {fault.detail}" for fault in error.faults)
        print(f"{advice} ({error.code}){faults}", file=sys.stderr)
    except NotReachedError as error:
        print(error, file=sys.stderr)
        return 4
    except ClerkError as error:
        print(error, file=sys.stderr)
    except KeyboardInterrupt:
        print("\nStopped. What was done is safe; give the same command again.", file=sys.stderr)
        return 130
    else:
        return status
    return 1


def _issue(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    result = asked.results or issuing.beside(asked.list, ".results.csv")
    return issuing.issue(api, screen, asked.list, result, programme=asked.programme, names=asked.names)


def _expiring(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    target = asked.out or Path(f"renew-{asked.programme}.csv")
    return renewing.work_list(api, screen, target, programme=asked.programme, before=renewing.day(asked.before))


def _renew(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    result = asked.results or issuing.beside(asked.list, ".results.csv")
    return renewing.renew(api, screen, asked.list, result, to=asked.to, every=asked.all)


def _cancel(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return renewing.cancel(api, screen, _numbers(asked.number))


def _print(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    target = asked.out or issuing.beside(asked.list, ".pdf")
    return printing.print_cards(
        api, screen, asked.list, target, names=asked.names, only=_numbers(asked.only), layout=asked.layout
    )


def _sheets(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    target = asked.out or issuing.beside(asked.list, f".{asked.kind}.pdf")
    return printing.print_sheets(
        api, screen, asked.list, target, names=asked.names, only=_numbers(asked.only), kind=asked.kind,
        language=asked.language,
    )  # fmt: skip


def _order_tags(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    target = asked.out or issuing.beside(asked.list, ".tags.csv")
    return tagging.order(api, screen, asked.list, target, names=asked.names, only=_numbers(asked.only))


def _bring_tags_back(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    result = asked.results or issuing.beside(asked.list, ".results.csv")
    return tagging.bring_back(api, screen, asked.list, result, ordered=asked.order, replaces=asked.replaces)


def _void(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    answer = api.ask("POST", f"/v1/visits/{asked.visit}/void", {"reason": asked.reason})
    screen.line("voided")
    screen.result(answer)
    return 0


def _yearpack(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return yearpack.tell(api, screen, asked.until, asked.out)


def _verify(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return verifying.verify(api, screen, kept=tuple(asked.kept) if asked.kept else None)


def _sessions(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.sessions(api, screen, currency=asked.currency)


def _present(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.present(api, screen, asked.session, currency=asked.currency)


def _poster(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    target = asked.out or Path(f"{asked.session}.pdf")
    return kred.poster(api, screen, asked.session, target, currency=asked.currency, language=asked.language)


def _codes(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.codes(
        api, screen, asked.count, asked.out, operator=asked.operator, currency=asked.currency, language=asked.language
    )


def _award(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.award(api, screen, asked.session, currency=asked.currency, unasked=asked.yes)


def _activities(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.activities(api, screen, currency=asked.currency)


def _year(api: Api, screen: Screen, asked: argparse.Namespace) -> int:
    return kred.year(api, screen, asked.year, asked.csv, currency=asked.currency)


def _numbers(written: Sequence[str]) -> list[str]:
    return [number for each in written for number in each.split(",") if number.strip()]


def _token(asked: argparse.Namespace, send: Send) -> tokens.Token:
    role = asked.role or asked.default_role
    local = (lambda: tokens.of_this_machine(asked.tenant, role, asked.who)) if asked.tenant else None
    return tokens.from_environment(asked.token_file, asked.maskinporten, local, send)


def _operate(given: Sequence[str]) -> int:
    """Hand on to the operator's command, which asks the table and not the API: no token may read all that."""
    asked = [sys.executable, "-m", "infra.archive", *given]
    return subprocess.run(asked, check=False, env={**os.environ, "PYTHONPATH": str(tokens.ROOT)}).returncode  # noqa: S603  our own words


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="opplev", description="Opplev from the command line: cards by the list, on paper, and the way out.",
        epilog=_ENDINGS, formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    commands = parser.add_subparsers(metavar="command", required=True)

    issue = _command(
        commands, "issue", _issue, "give out the cards of a list (CSV); the same list twice gives them once"
    )
    issue.add_argument("list", type=Path, help="columns external_ref, birth_year, and more as the API names them")
    issue.add_argument("--programme", help="for rows that name none")
    issue.add_argument("--results", type=Path, help="where to write what each row came to (beside the list)")
    issue.add_argument("--names", action="store_true", help="keep the list's column `name` in the results, for `print`")

    expiring = _command(commands, "expiring", _expiring, "write the work list: whose card expires, and who is too old")
    expiring.add_argument("--programme", required=True)
    expiring.add_argument("--before", required=True, help="a date; cards whose last day is before it")
    expiring.add_argument("--out", type=Path, help="where to write the list (renew-<programme>.csv)")

    renew = _command(commands, "renew", _renew, "renew the cards that have a cross in the work list")
    renew.add_argument("list", type=Path)
    renew.add_argument("--to", required=True, metavar="PROGRAMME", help="the programme of the next period")
    renew.add_argument("--all", action="store_true", help="every card of the list, cross or not")
    renew.add_argument("--results", type=Path, help="where to write what each card came to (beside the list)")

    cancel = _command(commands, "cancel-renewal", _cancel, "take renewals back before the new cards' first day")
    cancel.add_argument("number", nargs="+", help="the numbers of the cards from before")

    cards = _command(commands, "print", _print, "print the cards of a list that has numbers, such as `issue` wrote")
    cards.add_argument("--layout", choices=("a4", "cr80", "csv"), default="a4", help="sheets, card printer, bureau")
    sheets = _command(commands, "sheets", _sheets, "print a sheet for each family of a list")
    sheets.add_argument("--kind", choices=("information", "left"), default="information")
    sheets.add_argument("--language", help="nb, nn, en, ar, so, ti, uk, pl, fa; else each card's own")
    tags = commands.add_parser("nfc", help="cards with NFC tags: order them of a card bureau, and tie what comes back")
    ways = tags.add_subparsers(metavar="order|return", required=True)
    wanted = _command(ways, "order", _order_tags, "write the list that a card bureau makes cards with tags from")
    back = _command(ways, "return", _bring_tags_back, "tie the tags of a card bureau's list to their cards")
    back.add_argument("list", type=Path, help="columns uid, and card_no or seq; ctr and originality_ok where known")
    back.add_argument("--order", type=Path, metavar="CSV", help="the list that was ordered, for rows with `seq` alone")
    back.add_argument("--replaces", action="store_true", help="let them take the place of the cards' tags of before")
    back.add_argument("--results", type=Path, help="where to write what each row came to (beside the list)")
    for paper in (cards, sheets, wanted):
        paper.add_argument("list", type=Path)
        paper.add_argument(
            "--names", type=Path, metavar="CSV", help="a list with `name` beside number, id or external_ref"
        )
        paper.add_argument("--only", action="append", default=[], metavar="NUMBER", help="these alone, after a jam")
        paper.add_argument("--out", type=Path, help="where to write; more than 500 cards are numbered files")

    void = _command(commands, "void", _void, "take a visit back, also after its month has closed", role="office")
    void.add_argument("visit", help="besok_id in finance's file")
    void.add_argument("--reason", required=True)

    pack = _command(
        commands, "yearpack", _yearpack, "tell the year up to a month that has ended, and write the council's papers",
        role="office",
    )  # fmt: skip
    pack.add_argument("--until", required=True, metavar="YYYY-MM", help="once told, a year can only be told further")
    pack.add_argument("--out", type=Path, default=Path(), metavar="FOLDER", help="where to write (here)")

    verify = _command(
        commands, "verify-audit", _verify, "recompute the seals over the book of changes; names what does not fit",
        role="office",
    )  # fmt: skip
    verify.add_argument("--kept", nargs=2, metavar=("NAME", "DIGEST"), help="a seal that was written down before")

    _kred(commands)
    for name, says in _OPERATORS.items():
        commands.add_parser(name, help=says, add_help=False)
    return parser


def _kred(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    time_kred = commands.add_parser("kred", help="TimeKred: sessions, who was there, and the award to all of them")
    ways = time_kred.add_subparsers(metavar="command", required=True)
    role = "coordinator"
    coming = _command(ways, "sessions", _sessions, "list the sessions of today and to come", role=role)
    listed = _command(ways, "present", _present, "list who signed up and was there; x is there", role=role)
    drawn = _command(ways, "poster", _poster, "write a session's poster (PDF), or its code alone (SVG)", role=role)
    drawn.add_argument("--out", type=Path, help="where to write (<session>.pdf); .svg is the code alone")
    handed = _command(ways, "codes", _codes, "make codes for those without a phone, to be cut from sheets", role=role)
    handed.add_argument("count", type=int, help="how many, 1 to 30")
    handed.add_argument("--operator", required=True, help="who hands them out, by its id")
    handed.add_argument("--out", type=Path, default=Path("koder.pdf"), help="where to write (koder.pdf)")
    for each in (drawn, handed):
        each.add_argument("--language", choices=["nb", "nn", "en"], default="nb", help="of the paper (nb)")
    given = _command(ways, "award", _award, "award everybody who was there; the same again gives nothing", role=role)
    given.add_argument("--yes", action="store_true", help="do not ask first")
    doing = _command(ways, "activities", _activities, "list activities with what their grants have left", role=role)
    told = _command(ways, "year", _year, "write what each person earned in a year", role=role)
    told.add_argument("year", help="such as 2026")
    told.add_argument("--csv", type=Path, required=True, metavar="FILE", help="where to write")
    for each in (listed, drawn, given):
        each.add_argument("session", help="its id, as `sessions` lists it")
    for each in (coming, listed, drawn, handed, given, doing, told):
        each.add_argument(
            "--currency", default=os.environ.get("OPPLEV_CURRENCY"), help="where there are several; or OPPLEV_CURRENCY"
        )


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, do: object, says: str, *,
    role: str = "issuer",
) -> argparse.ArgumentParser:  # fmt: skip
    command = commands.add_parser(
        name, help=says, description=says, epilog=_ENDINGS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command.set_defaults(do=do, default_role=role)
    command.add_argument("--api", default=os.environ.get("OPPLEV_API", "http://localhost:8000"), help="or OPPLEV_API")
    command.add_argument("--maskinporten", type=Path, metavar="FILE", help="or OPPLEV_MASKINPORTEN")
    command.add_argument("--token-file", type=Path, metavar="FILE", help="or OPPLEV_TOKEN_FILE, OPPLEV_TOKEN")
    command.add_argument("--tenant", default=os.environ.get("OPPLEV_TENANT"), help="on this machine: its own issuer")
    command.add_argument("--role", help=f"with --tenant ({role})")
    command.add_argument("--who", default="demo", help="with --tenant: who it is")
    command.add_argument("--words", choices=("nb", "en"), help="the language of what is said (LANG)")
    command.add_argument("--json", action="store_true", help="one line of JSON as the result, nothing else")
    return command
