"""A municipality's terms as one file, read into the calls that its office would make: TOML, for people to edit.

The tables are the contract's bodies, word for word, so that its page explains them: `[programmes.<id>]`,
`[venues.<id>]`, `[venues.<id>.offers.<id>]` and, for each version of an offer's terms,
`[[venues.<id>.offers.<id>.agreements]]`. An agreement that names no programme, `from` or `until` takes them from the
file's only programme; its `limit` is a number of visits, or "free" for as often as one likes. `[erp]` is the body of
finance's call: the accounting codes to begin with. `[kred.currencies.<id>]` are the coordinator's: a currency of time,
with `operators.<id>` and their `organisations.<id>`, what it `accepts.<other>`, and `partners.<venue>`. `sources` says
where the numbers come from, and `assumed` which of them nobody has confirmed.
"""

import json
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, NoReturn

from chalicelib.shared.calendar import add_months

Table = dict[str, Any]
Ask = Callable[[str, str, bytes], tuple[int, bytes]]  # method, path and body, answered with status and body

_REFUSED: Final = 400
_FINE: Final = 200
_NOT_FOR_YOU: Final = 403
_FREE: Final = "free"
_TABLES: Final = frozenset({"sources", "assumed", "municipality", "programmes", "venues", "erp", "kred"})
_OF_THE_MUNICIPALITY: Final = frozenset({"id", "number", "name", "coat_of_arms"})


class TermsFileError(Exception):
    """The file cannot be loaded; the message says where in it, why, and what to do."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call to the office's doors, and where in the file it stands."""

    method: str
    path: str
    body: Table
    place: str


@dataclass(frozen=True, slots=True)
class TermsFile:
    """What a file says: who the municipality is, and the calls in the order they are made."""

    municipality: Table
    sources: tuple[str, ...]
    assumed: tuple[str, ...]
    calls: tuple[Call, ...]
    codes: Call | None = None  # finance's own
    kred: tuple[Call, ...] = ()  # the coordinator's own: currencies of time and who runs them

    @property
    def tenant(self) -> str:
        """Give the municipality's id."""
        return str(self.municipality["id"])


def read(path: Path, *, year: int | None = None) -> TermsFile:
    """Read a file; with `year`, every date moves so that its first programme begins in that year."""
    try:
        said = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        _refuse(f"There is no file {path}.", error)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        _refuse(f"{path.name} is not TOML in UTF-8: {error}.", error)
    _check(said, path)
    programmes, venues = said.get("programmes", {}), said.get("venues", {})
    if year is not None and programmes:
        moved = year - min(_first_day(body, named) for named, body in programmes.items()).year
        programmes, venues = _moved(programmes, moved), _moved(venues, moved)
    calls = (*_programme_calls(programmes), *_venue_calls(venues, programmes))
    kred = tuple(_kred_calls(said.get("kred", {}).get("currencies", {})))
    codes = Call("PUT", "/v1/erp", said["erp"], "erp") if "erp" in said else None
    return TermsFile(said["municipality"], tuple(said["sources"]), tuple(said["assumed"]), calls, codes, kred)


def send(terms: TermsFile, ask: Ask, *, between: Callable[[], None] = lambda: None) -> None:
    """Make the calls; TermsFileError at the first that is refused. Loading the same file again changes nothing."""
    check(terms, ask)
    for call in terms.calls:
        between()
        status, answer = ask(call.method, call.path, json.dumps(call.body, default=_day).encode())
        if status >= _REFUSED:
            _refuse(f"[{call.place}] was refused: {_why(answer)}")


def check(terms: TermsFile, ask: Ask) -> None:
    """Raise TermsFileError, before anything is written, where the file would go back behind what stands."""
    for call in terms.calls:
        if call.path.startswith("/v1/programmes/"):
            standing = _read(ask, call.path)
            first, begins = str(standing.get("valid_from", "")), str(call.body["valid_from"])
            if first[:4] > begins[:4]:
                told = f"[{call.place}] begins on {begins}, but stands from {first} on. Nothing was written"
                _refuse(f"{told}; load the file with --year {first[:4]} or later.")
        elif call.path.endswith("/agreements"):
            for later in _read(ask, call.path.removesuffix("/agreements")).get("agreements", []):
                if _ends_before(call.body, later):
                    told = f"[{call.place}] from {call.body['from']} would run into the version from {later['from']}"
                    _refuse(f"{told}, which stands already. Nothing was written. Let it end before that day.")


def send_codes(terms: TermsFile, ask: Ask) -> bool:
    """Set the accounting codes where there are none yet; False where they are not for this token to set.

    Codes that stand are finance's own, and stay.
    """
    if terms.codes is None or _read(ask, terms.codes.path).get("codes"):
        return True
    status, answer = ask(terms.codes.method, terms.codes.path, json.dumps(terms.codes.body).encode())
    if status >= _REFUSED and status != _NOT_FOR_YOU:
        _refuse(f"[{terms.codes.place}] was refused: {_why(answer)}")
    return status != _NOT_FOR_YOU


def send_kred(terms: TermsFile, ask: Ask, *, between: Callable[[], None] = lambda: None) -> bool:
    """Set up the currencies of time; False where they are not for this token to set up."""
    for call in terms.kred:
        between()
        status, answer = ask(call.method, call.path, json.dumps(call.body, default=_day).encode())
        if status == _NOT_FOR_YOU:
            return False
        if status >= _REFUSED:
            _refuse(f"[{call.place}] was refused: {_why(answer)}")
    return True


def _read(ask: Ask, path: str) -> Table:
    status, answer = ask("GET", path, b"")
    found: Table = json.loads(answer) if status == _FINE else {}
    return found


def _ends_before(sent: Table, standing: Table) -> bool:
    """Say whether a version that stands begins within one that is sent, and is not that same one."""
    if any(sent.get(name) != standing[name] for name in ("programme", "offer")):
        return False
    same = (str(sent["from"]), str(sent["until"])) == (standing["from"], standing["until"])
    return not same and str(sent["from"]) <= standing["from"] <= str(sent["until"])


def _check(said: Table, path: Path) -> None:
    unknown = sorted(set(said) - _TABLES)
    if unknown:
        _refuse(f"{path.name} has `{unknown[0]}`, which nothing reads. It takes {', '.join(sorted(_TABLES))}.")
    if "programmes" not in said and "kred" not in said:
        _refuse(f"{path.name} lacks `programmes`.")
    if set(said.get("kred", {})) - {"currencies"}:
        _refuse(f"[kred] in {path.name} takes `currencies` alone.")
    for named in ("sources", "assumed", "municipality"):
        if named not in said:
            _refuse(f"{path.name} lacks `{named}`.")
    who = set(said["municipality"])
    if not {"id", "number", "name"} <= who <= _OF_THE_MUNICIPALITY:
        _refuse(f"[municipality] in {path.name} takes id, number and name, and coat_of_arms if there is one.")
    if not said.get("programmes", True):
        _refuse(f"{path.name} has no programme.")


def _first_day(body: Table, named: str) -> date:
    first = body.get("valid_from")
    if not isinstance(first, date):
        _refuse(f"[programmes.{named}] lacks `valid_from`, a date without quotes: 2026-01-01.")
    return first


def _programme_calls(programmes: Table) -> Iterator[Call]:
    for named, body in programmes.items():
        yield Call("PUT", f"/v1/programmes/{named}", body, f"programmes.{named}")


def _venue_calls(venues: Table, programmes: Table) -> Iterator[Call]:
    for venue, told in venues.items():
        place = f"venues.{venue}"
        yield Call("PUT", f"/v1/venues/{venue}", _without(told, "offers"), place)
        for offer, body in told.get("offers", {}).items():
            at = f"{place}.offers.{offer}"
            yield Call("PUT", f"/v1/venues/{venue}/offers/{offer}", _without(body, "agreements"), at)
            for version in body.get("agreements", []):
                terms = {"offer": offer, **_by_default(programmes), **version}
                # TOML has no null, and leaving the limit out must stay a fault.
                terms |= {"limit": None} if terms.get("limit") == _FREE else {}
                yield Call("POST", f"/v1/venues/{venue}/agreements", terms, f"{at}.agreements")


def _kred_calls(currencies: Table) -> Iterator[Call]:
    """Give the coordinator's calls: every currency first, so that each may take any other."""
    of_their_own = ("operators", "accepts", "partners")
    for named, body in currencies.items():
        own = {key: value for key, value in body.items() if key not in of_their_own}
        yield Call("PUT", f"/v1/kred/currencies/{named}", own, f"kred.currencies.{named}")
    for named, body in currencies.items():
        path, place = f"/v1/kred/currencies/{named}", f"kred.currencies.{named}"
        for operator, told in body.get("operators", {}).items():
            yield Call("PUT", f"{path}/operators/{operator}", _without(told, "organisations"), f"{place}.operators")
            for organisation, board in told.get("organisations", {}).items():
                asked = {"operator": operator, **board}
                yield Call("PUT", f"{path}/organisations/{organisation}", asked, f"{place}.operators.{operator}")
        for other, told in body.get("accepts", {}).items():
            yield Call("PUT", f"{path}/accepts/{other}", told, f"{place}.accepts.{other}")
        for venue, told in body.get("partners", {}).items():
            yield Call("PUT", f"{path}/partners/{venue}", {"state": "approved", **told}, f"{place}.partners.{venue}")


def _by_default(programmes: Table) -> Table:
    if len(programmes) != 1:
        return {}
    ((named, body),) = programmes.items()
    return {"programme": named, "from": body.get("valid_from"), "until": body.get("valid_until")}


def _without(table: Table, name: str) -> Table:
    return {key: value for key, value in table.items() if key != name}


def _moved(value: Any, years: int) -> Any:
    if isinstance(value, dict):
        return {key: _moved(inner, years) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, years) for inner in value]
    return add_months(value, 12 * years) if isinstance(value, date) else value


def _refuse(told: str, because: Exception | None = None) -> NoReturn:
    raise TermsFileError(told) from because


def _day(value: Any) -> str:
    return str(value.isoformat())


def _why(answer: bytes) -> str:
    try:
        problem = json.loads(answer)
        fields = "".join(f"\n  {field['path']}: {field['detail']}" for field in problem.get("fields", []))
        return f"{problem['detail']}{fields}"
    except (ValueError, KeyError, TypeError):
        return "the server did not say why."
