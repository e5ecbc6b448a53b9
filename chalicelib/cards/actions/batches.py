"""Giving out many cards, row by row."""

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

from chalicelib.cards.actions.clerk import Issued, used_for_something_else
from chalicelib.cards.actions.issuing import Issuing
from chalicelib.cards.rules import Application, Draft, Request, content_of, parcels
from chalicelib.shared.answers import ConflictError, OpplevError, TryAgainError
from chalicelib.shared.ids import CallerId, CardNumber, Tenant


@dataclass(frozen=True, slots=True)
class Asked:
    """A row of a batch: an application under a request id of the caller's."""

    key: str
    application: Application


@dataclass(frozen=True, slots=True)
class GivenOut:
    """What a row of a batch came to."""

    number: CardNumber
    replayed: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list: what it says, how it becomes a card that can be given out, and on which blank, if on one."""

    key: str
    content: str
    draft: Callable[[Request], Draft]
    stock: CardNumber | None = None


@dataclass(frozen=True, slots=True)
class Batches(Issuing):
    """Takes a list: a bad row stops no other."""

    def in_one_go(self) -> Self:
        """Give this desk with one deadline for all that it is asked from now on, as a long list needs."""
        return replace(self, store=self.store.in_one_go())

    def issue_many(
        self, tenant: Tenant, asked: Sequence[Asked], *, by: CallerId, now: datetime
    ) -> list[GivenOut | OpplevError]:
        """Give out cards row by row: what comes of each stands in its place, and a bad row stops no other.

        Sent again, also after half of it was written, it gives nothing out twice. TryAgainError: out of time (D9).
        """
        rows = [
            Row(
                each.key,
                content_of(each.application),
                functools.partial(self._drafted, tenant, each.application, now=now),
            )
            for each in asked
        ]
        return self._each(tenant, rows, by=by, now=now)

    def _each(
        self, tenant: Tenant, asked: Sequence[Row], *, by: CallerId, now: datetime
    ) -> list[GivenOut | OpplevError]:
        try:
            earlier = self.store.requests(tenant, by, [each.key for each in asked], now=now)
        except TryAgainError as busy:
            return [busy for _ in asked]
        came_of: dict[int, GivenOut | OpplevError] = {}
        drafts: dict[int, Draft] = {}
        for row, each in enumerate(asked):
            if each.key in earlier:
                came_of[row] = _as_before(each, earlier[each.key])
                continue
            try:
                draft = each.draft(Request(by, each.key, each.content, ""))
            except OpplevError as error:
                came_of[row] = error
                continue
            if each.stock is None:
                drafts[row] = draft
            else:
                came_of[row] = self._row(functools.partial(self._on_stock, tenant, draft, each.stock, now=now))
        rows = iter(drafts)
        for parcel in parcels(drafts.values()):
            came_of.update((next(rows), each) for each in self._parcel(tenant, parcel, now))
        return [came_of[row] for row in range(len(asked))]

    def _parcel(self, tenant: Tenant, parcel: Sequence[Draft], now: datetime) -> list[GivenOut | OpplevError]:
        try:
            if len(parcel) > 1 and self.store.issue(tenant, parcel) is None:
                return [GivenOut(draft.card.number, replayed=False) for draft in parcel]
        except TryAgainError as busy:
            return [busy for _ in parcel]
        # Something stands against one of them, and only by itself does each say what.
        return [self._row(functools.partial(self._written, tenant, draft, now=now)) for draft in parcel]

    def _row(self, give: Callable[[], Issued]) -> GivenOut | OpplevError:
        try:
            made = give()
        except OpplevError as error:
            return error
        return GivenOut(made.card.number, made.replayed)


def _as_before(asked: Row, before: Request) -> GivenOut | ConflictError:
    if before.content != asked.content:
        return used_for_something_else()
    return GivenOut(CardNumber(before.made), replayed=True)
