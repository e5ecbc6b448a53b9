"""TimeKred for those who run it: what is to come, who was there, and the award to all of them."""

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from clerk import tables, words
from clerk.api import Api, ClerkError
from clerk.screen import Screen

_OSLO: Final = ZoneInfo("Europe/Oslo")
_A_TIME: Final = 50  # members in one call, well within what the server does in its time
_PDF: Final = "application/pdf"
_GIVEN: Final = frozenset({"awarded", "again"})


def base(api: Api, named: str | None) -> str:
    """Give the path of a currency: the one that was named, else the only one that the caller sees."""
    if named is None:
        seen = [each["id"] for each in api.ask("GET", "/v1/kred/currencies")["currencies"]]
        if len(seen) != 1:
            listed = ", ".join(seen) or "-"
            message = f"Name the currency with --currency: {listed}"
            raise ClerkError(message)
        named = seen[0]
    return f"/v1/kred/currencies/{quote(named, safe='')}"


def sessions(api: Api, screen: Screen, *, currency: str | None) -> int:
    """List the sessions of today and to come: when, where, seats left, and what a person gets or pays, in minutes."""
    told = api.ask("GET", f"{base(api, currency)}/sessions")
    for each in told["sessions"]:
        _show_session(screen, each)
    if not told["sessions"]:
        screen.line("no_sessions")
    screen.result(told)
    return 0


def present(api: Api, screen: Screen, session: str, *, currency: str | None) -> int:
    """List who signed up and who was there; names only where the caller's role may see them."""
    told = _attendance(api, session, currency)
    _show_session(screen, told["session"])
    for each in told["attendance"]:
        mark = "x" if each["present_at"] else "-" if each["cancelled"] else " "
        got = words.say(screen.speech, "has_minutes", minutes=each["awarded"]) if each["awarded"] else ""
        screen.aside(f"[{mark}] {_called(each)}  {got}".rstrip())
    there = sum(each["present_at"] is not None for each in told["attendance"])
    screen.line("present", count=there, listed=len(told["attendance"]))
    screen.result({name: told[name] for name in ("session", "attendance")})
    return 0


def poster(api: Api, screen: Screen, session: str, target: Path, *, currency: str | None, language: str) -> int:
    """Write a session's poster as PDF, or its code alone as a drawing (`.svg`) for a poster of one's own."""
    path = base(api, currency)
    told = _attendance(api, session, currency, path)
    if target.suffix == ".svg":
        tables.write_bytes(target, told["qr_svg"].encode())
    else:
        where = f"{path}/sessions/{quote(session, safe='')}/poster"
        tables.write_bytes(target, api.fetch("GET", where, None, kind=_PDF, query={"language": language}))
    screen.line("poster", file=target, address=told["poster"])
    screen.result({"file": str(target), "address": told["poster"]})
    return 0


def codes(
    api: Api, screen: Screen, count: int, target: Path, *, operator: str, currency: str | None, language: str
) -> int:
    """Make codes for those without a phone, and write them as PDF: ten to a sheet, to be cut; new ones at each call."""
    path = base(api, currency)
    made = api.ask("POST", f"{path}/codes", {"operator": operator, "count": count})["codes"]
    wanted = json.dumps({"cards": [each["url"] for each in made], "language": language}).encode()
    tables.write_bytes(target, api.fetch("POST", f"{path}/codes/sheets", wanted, kind="application/json"))
    screen.line("codes", count=len(made), file=target)
    screen.result({"file": str(target), "count": len(made)})
    return 0


def award(api: Api, screen: Screen, session: str, *, currency: str | None, unasked: bool) -> int:
    """Award everybody who was there, once; ends with 3 where one was refused, 4 where one was not reached."""
    path = base(api, currency)
    told = _attendance(api, session, currency, path)
    there = {each["member"]: each for each in told["attendance"] if each["present_at"]}
    _show_session(screen, told["session"])
    for each in there.values():
        screen.aside(f"  {_called(each)}")
    if not there:
        screen.line("nobody_there")
        screen.result({"results": []})
        return 0
    if not unasked and not _agreed(screen, len(there), told["session"]["award"]):
        screen.line("nothing_done")
        return 1
    results = _in_parts(api, screen, f"{path}/sessions/{quote(session, safe='')}/award", list(there))
    return _tell(screen, results, there)


def activities(api: Api, screen: Screen, *, currency: str | None) -> int:
    """List the caller's activities: state, and what their grants have left and may award today, in minutes."""
    path = base(api, currency)
    listed = api.ask("GET", f"{path}/activities")
    found = [api.ask("GET", f"{path}/activities/{quote(each['id'], safe='')}") for each in listed["activities"]]
    for each in found:
        left = words.say(screen.speech, "grant", left=each["left"] or 0, free=each["free"] or 0)
        state = words.state(screen.speech, each["state"])
        screen.aside(f"{each['id']}  {_title(each['title'], screen)} · {state} · {left}")
    if not found:
        screen.line("no_activities")
    screen.result({"activities": found, "renew": listed["renew"]})
    return 0


def year(api: Api, screen: Screen, which: str, target: Path, *, currency: str | None) -> int:
    """Write what each person earned in a year to a list that the caller alone may read."""
    path = f"{base(api, currency)}/years/{quote(which, safe='')}"
    tables.write_bytes(target, api.fetch("GET", path, None, kind="text/csv", query={"format": "csv"}))
    screen.line("results", file=target)
    screen.result({"file": str(target)})
    return 0


def _attendance(api: Api, session: str, currency: str | None, path: str | None = None) -> Any:
    return api.ask("GET", f"{path or base(api, currency)}/sessions/{quote(session, safe='')}")


def _in_parts(api: Api, screen: Screen, path: str, members: Sequence[str]) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    with screen.bar("awarding", len(members)) as step:
        for start in range(0, len(members), _A_TIME):
            part = list(members[start : start + _A_TIME])
            results += api.ask("POST", path, {"members": part})["results"]
            step(len(part))
    return results


def _tell(screen: Screen, results: Sequence[dict[str, Any]], there: Mapping[str, dict[str, Any]]) -> int:
    for each in results:
        if each["outcome"] not in _GIVEN:
            why = words.why(screen.speech, each["because"] or each["outcome"])
            screen.aside(f"{_called(there.get(each['member'], each))}: {why}")
    came_to = [each["outcome"] for each in results]
    screen.line("awarded", count=came_to.count("awarded"))
    if came_to.count("again"):
        screen.line("awarded_before", count=came_to.count("again"))
    left = came_to.count("try_again") + len(there) - len(results)
    if left:
        screen.line("left", count=left)
    screen.result({"results": list(results)})
    return 4 if left else 3 if "refused" in came_to else 0


def _agreed(screen: Screen, count: int, minutes: int) -> bool:
    if screen.as_json or not sys.stdin.isatty():
        return False
    print(words.say(screen.speech, "award_all", count=count, minutes=minutes), end=" ", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"j", "ja", "y", "yes"}


def _show_session(screen: Screen, held: Mapping[str, Any]) -> None:
    at = datetime.fromisoformat(held["starts_at"]).astimezone(_OSLO)
    seats = "seats_any" if held["left"] is None else "seats_left"
    parts = [f"{at:%d.%m.%Y %H:%M}", held["place"], words.say(screen.speech, seats, count=held["left"])]
    if held["award"]:
        parts.append(words.say(screen.speech, "gives", minutes=held["award"]))
    if held["price_adult"] or held["price_child"]:
        parts.append(words.say(screen.speech, "costs", adult=held["price_adult"], child=held["price_child"]))
    if held["cancelled"]:
        parts.append(words.say(screen.speech, "called_off"))
    screen.aside(f"{held['id']}  {_title(held['title'], screen)} · {' · '.join(parts)}")


def _title(title: Mapping[str, str], screen: Screen) -> str:
    wanted = ("nb", "nn", "en") if screen.speech == 0 else ("en", "nb", "nn")
    return next((title[each] for each in wanted if title.get(each)), next(iter(title.values()), ""))


def _called(each: Mapping[str, Any]) -> str:
    return str(each.get("name") or each["member"])
