"""Transfers that stand or fall together: a reversal with what it takes back, a payment across two currencies."""

from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.ledger.rules.accounts import ISSUER, Account, Limits, clearing_account, is_aging
from chalicelib.ledger.rules.transfers import Leg, Refusal, Refused, Transfer, why_not
from chalicelib.shared.calendar import oslo_month
from chalicelib.shared.ids import CurrencyId, TransferId

REVERSAL: Final = "reversal"
PAYOFF: Final = "payoff"
_AGREED: Final = "agreed"
_NO_FLOOR: Final = -(10**12)  # minutes, more than there can be
_OTHER_SIDE: Final = "-b"


def across(transfer: Transfer, taking: CurrencyId) -> tuple[Transfer, Transfer]:
    """Give the two halves of a payment whose credit account is one of another currency (TK-12).

    The payer's currency owes what the other's partners have taken: it stands in `clearing` on both sides, and the sum
    of each currency is still zero.
    """
    ours, theirs = clearing_account(taking), clearing_account(transfer.currency)
    here, there = transfer.id, other_side(transfer.id)
    legs = transfer.legs
    return (
        replace(transfer, legs=tuple(Leg(leg.debit, ours, leg.minutes) for leg in legs), links=(there,)),
        replace(
            transfer, id=there, currency=taking, links=(here,),
            legs=tuple(Leg(theirs, leg.credit, leg.minutes) for leg in legs),
        ),
    )  # fmt: skip


def other_side(transfer: TransferId) -> TransferId:
    """Name the half in the other currency."""
    return TransferId(f"{transfer}{_OTHER_SIDE}")


def accepting(paying: CurrencyId, taking: CurrencyId, limit: int) -> Limits:
    """Say that `taking` may be owed so much by `paying`, less what it owes itself."""
    return Limits(floors={clearing_account(paying): -limit, clearing_account(taking): -limit})


def giving_back(paying: CurrencyId, taking: CurrencyId) -> Limits:
    """Let what a payment took go back whatever was agreed or paid off since: a limit is for payments alone."""
    return Limits(floors={clearing_account(paying): _NO_FLOOR, clearing_account(taking): _NO_FLOOR})


def paying_off(
    name: TransferId, owing: CurrencyId, owed: CurrencyId, minutes: int, at: datetime
) -> tuple[Transfer, Transfer]:
    """Give both halves of paying off what one currency owes another (TK-12).

    Whoever issued the minutes takes them back out of the one, and in the other its own issuer answers for what its
    partners gave: both clearing accounts come nearer to zero, and never pass it since neither has a floor here.
    """
    here, there = name, other_side(name)
    back, anew = Leg(clearing_account(owed), ISSUER, minutes), Leg(ISSUER, clearing_account(owing), minutes)
    return (
        Transfer(here, owing, (back,), PAYOFF, at, _AGREED, links=(there,)),
        Transfer(there, owed, (anew,), PAYOFF, at, _AGREED, links=(here,)),
    )


def why_not_together(transfers: tuple[Transfer, ...]) -> Refused | None:
    """Say why transfers cannot stand together: each must be one, and no two of one currency."""
    if len({transfer.currency for transfer in transfers}) < len(transfers):
        return Refused(Refusal.OTHER_CURRENCY)
    return next((no for transfer in transfers if (no := why_not(transfer)) is not None), None)


def reversal(original: Transfer, name: TransferId, because: str, made_at: datetime) -> Transfer:
    """Give the transfer that takes another back (L6). What a member was wrongly given goes from its own month."""
    return Transfer(
        id=name,
        currency=original.currency,
        legs=tuple(Leg(leg.credit, leg.debit, leg.minutes, _ages(original, leg)) for leg in original.legs),
        what=REVERSAL,
        made_at=made_at,
        because=because,
        reverses=original.id,
    )


def reversals(originals: tuple[Transfer, ...], name: TransferId, because: str, at: datetime) -> tuple[Transfer, ...]:
    """Give what takes back transfers that stood together, and so stands together itself."""
    if len(originals) == 1:
        return (reversal(originals[0], name, because, at),)
    names = (name, *(TransferId(f"{name}{_OTHER_SIDE}{n or ''}") for n in range(len(originals) - 1)))
    return tuple(
        replace(reversal(original, own, because, at), links=tuple(each for each in names if each != own))
        for original, own in zip(originals, names, strict=True)
    )


def _ages(original: Transfer, leg: Leg) -> tuple[tuple[str, int], ...]:
    if not is_aging(Account(leg.credit)):
        return ()
    return leg.ages or ((oslo_month(original.made_at), leg.minutes),)
