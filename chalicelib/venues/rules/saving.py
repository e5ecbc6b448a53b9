"""What saving a record makes of those that stand: its code, its account, the versions that it ends."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.venues.rules.records import Agreement, PendingAccount, Programme, Venue

CODES: Final = 256  # one byte of the token


def lowest_free_code(programmes: Iterable[Programme]) -> int:
    """Give the code that a new programme gets; ConflictError when 256 have been given."""
    taken = {programme.code for programme in programmes}
    free = next((code for code in range(CODES) if code not in taken), None)
    if free is None:
        raise ConflictError("no_code_left", "A municipality can have at most 256 programmes.")
    return free


def with_account(before: Venue | None, sent: Venue, *, by: str) -> Venue:
    """Give a venue as it is stored: a first account is taken, a changed one waits, none sent changes nothing.

    The old account sent again withdraws the change. Whoever asked first for the waiting account stays its asker,
    so that nobody's second save turns the asker into the one who may confirm.
    """
    if before is None or before.account is None:
        return replace(sent, pending_account=None)
    waiting = before.pending_account
    if sent.account == before.account:
        waiting = None
    elif sent.account is not None and (waiting is None or waiting.account != sent.account):
        waiting = PendingAccount(sent.account, by)
    return replace(sent, account=before.account, pending_account=waiting)


def ended_by(earlier: Iterable[Agreement], new: Agreement) -> list[Agreement]:
    """Give the earlier versions of the same terms that a new one ends, each until the day before it.

    Raises ConflictError where a version starts on the same day, or later and before the new one is over.
    """
    ended = []
    for version in earlier:
        if (version.programme, version.venue, version.offer) != (new.programme, new.venue, new.offer):
            continue
        if version.starts >= new.starts:
            if version.starts <= new.until:
                raise ConflictError(
                    "agreements_overlap",
                    "Another version starts within these dates.",
                    (Field("until", "overlaps", f"End before {version.starts}, when the next version starts."),),
                )
        elif version.until >= new.starts:
            ended.append(replace(version, until=new.starts - timedelta(days=1)))
    return ended


def refuse_another_allowance(standing: Iterable[Agreement], new: Agreement) -> None:
    """Raise RuleError `shared_differs` where offers that share an allowance would differ in it on any one day.

    One counter can be held to one limit in one period only; what an offer costs and whom it lets in is its own.
    """
    for other in standing:
        faults = tuple(_differences(other, new))
        if faults:
            detail = (
                "Offers that share an allowance have one limit and one period; `for_all` changes it for all of them."
            )
            raise RuleError("shared_differs", detail, faults)


def followers(standing: Iterable[Agreement], new: Agreement) -> list[Agreement]:
    """Give the versions by which the other offers that share an allowance take over its new limit and period.

    They change on the day the new one starts, and keep everything else; what held before then ends the day before.
    """
    made = []
    for other in standing:
        if any(_differences(other, new)):
            made.append(replace(other, starts=max(other.starts, new.starts), limit=new.limit, per=new.per))
            if other.starts < new.starts:
                made.append(replace(other, until=new.starts - timedelta(days=1)))
    return made


def _differences(other: Agreement, new: Agreement) -> Iterator[Field]:
    same_counter = (other.programme, other.quota) == (new.programme, new.quota)
    same_offer = (other.venue, other.offer) == (new.venue, new.offer)
    at_once = other.starts <= new.until and new.starts <= other.until
    if same_counter and at_once and not same_offer:
        for path, has, wants in (("limit", other.limit, new.limit), ("per", other.per, new.per)):
            if has != wants:
                said = f"Others under the same `quota` have {'none' if has is None else has}."
                yield Field(path, "shared_differs", said)
