"""What saving a record makes of those that stand: its code, its account, the versions that it ends."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from chalicelib.shared.answers import ConflictError, Field
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
