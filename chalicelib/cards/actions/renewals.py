"""The next period's cards: who waits for one, and giving it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from chalicelib.cards.actions.batches import Batches, GivenOut, Row
from chalicelib.cards.actions.clerk import Issued, unknown_card
from chalicelib.cards.rules import (
    KEPT_MONTHS,
    Application,
    Card,
    Draft,
    Due,
    Request,
    content_as_text,
    renewal,
    was_undone,
    with_spent,
)
from chalicelib.shared.answers import ConflictError, OpplevError, TryAgainError
from chalicelib.shared.calendar import add_months, next_month, oslo_date
from chalicelib.shared.ids import CallerId, CardNumber, ProgrammeId, Tenant
from chalicelib.venues.rules import Programme

_AT_A_TIME: Final = 100  # cards of the work list, as many as one request to the table reads


@dataclass(frozen=True, slots=True)
class AskedToRenew:
    """A row of a list of renewals, under a request id of the caller's."""

    key: str
    number: CardNumber
    programme: ProgrammeId
    stock: CardNumber | None = None

    @property
    def content(self) -> str:
        """What the row says, as a renewal by itself would say it."""
        return content_as_text({"renews": self.number, "programme": self.programme, "stock": self.stock})


@dataclass(frozen=True, slots=True)
class Renewals(Batches):
    """Renews cards, and lists those that wait for it."""

    def renew(
        self,
        tenant: Tenant,
        number: CardNumber,
        programme: ProgrammeId,
        *,
        by: CallerId,
        key: str,
        now: datetime,
        stock: CardNumber | None = None,
    ) -> Issued:
        """Give the holder of a card a new one for the next period, with fresh counters; the old one is not touched.

        Errors as of `issue`; of a blank as of `activate`; ConflictError `not_in_that_state` for a card that is over.
        """
        before = self._known(tenant, number, now)
        content = AskedToRenew(key, number, programme, stock).content
        earlier = self._answered(tenant, Request(by, key, content, ""), now)
        if earlier is not None:
            return earlier
        application = self._renewal(before, self._programme(tenant, programme), now)
        return self._given(tenant, application, content, stock=stock, renews=before, by=by, key=key, now=now)

    def renew_many(
        self, tenant: Tenant, asked: Sequence[AskedToRenew], *, by: CallerId, now: datetime
    ) -> list[GivenOut | OpplevError]:
        """Renew cards row by row, as `issue_many` gives them out; a row is the same request as a renewal by itself."""
        try:
            found = self.store.cards(tenant, [each.number for each in asked], now=now)
        except TryAgainError as busy:
            return [busy for _ in asked]

        def draft_of(each: AskedToRenew, request: Request) -> Draft:
            before = found.get(each.number)
            if before is None or not self.sees(before):
                raise unknown_card()
            programme = self._programme(tenant, each.programme)
            draft = self._drafted(tenant, self._renewal(before, programme, now), request, now=now)
            return replace(draft, card=with_spent(draft.card, before, programme), renews=each.number)

        rows = [Row(each.key, each.content, functools.partial(draft_of, each), each.stock) for each in asked]
        return self._standing(tenant, self._each(tenant, rows, by=by, now=now), now)

    def _standing(
        self, tenant: Tenant, came_of: list[GivenOut | OpplevError], now: datetime
    ) -> list[GivenOut | OpplevError]:
        """Let no row say that a card was given out before when that renewal has been taken back since."""
        before = [each.number for each in came_of if isinstance(each, GivenOut) and each.replayed]
        if not before:
            return came_of
        try:
            found = self.store.cards(tenant, before, now=now)
        except TryAgainError as busy:
            return [busy for _ in came_of]
        today = oslo_date(now)
        return [
            ConflictError("renewal_cancelled", "This renewal was taken back; renew the card under a new id.")
            if isinstance(each, GivenOut) and was_undone(found.get(each.number), today)
            else each
            for each in came_of
        ]

    def _renewal(self, before: Card, programme: Programme, now: datetime) -> Application:
        application = renewal(before, programme, oslo_date(now))
        # A card that stands in no unit comes to the unit that renews it.
        stays = self.sight.own is None or before.unit in self.sight.own
        return application if stays else replace(application, unit=None)

    def expiring(
        self,
        tenant: Tenant,
        programme: ProgrammeId,
        *,
        before: date,
        now: datetime,
        after: Due | None = None,
        most: int | None = None,
    ) -> list[Card]:
        """Give the cards whose last day is before a day and that have no successor: the renewal work list.

        The next to expire comes first; cards that expired more than a year ago are gone (requirement OK-15). `after`
        is the last of the page before.
        """
        terms = self._programme(tenant, programme)
        if after is not None and after[0] >= before:
            return []
        first = max(add_months(oslo_date(now), -KEPT_MONTHS), terms.valid_from, after[0] if after else date.min)
        month, last = f"{first:%Y-%m}", f"{min(before, terms.valid_until):%Y-%m}"
        found: list[Card] = []
        while month <= last and (most is None or len(found) < most):
            due = self.store.expiring(tenant, programme, month, before=before, after=after, most=_AT_A_TIME, now=now)
            found += self._waiting(tenant, terms, due, now)
            after = due[-1] if due else after
            if len(due) < _AT_A_TIME:
                month = next_month(month)
        return found[:most]

    def _waiting(self, tenant: Tenant, terms: Programme, due: Sequence[Due], now: datetime) -> list[Card]:
        """Give those of some cards that have no successor, neither in their own programme nor in another."""
        read = self.store.cards(tenant, [number for _, number in due], now=now)
        cards = [read[number] for _, number in due if number in read]
        refs = [card.external_ref or "" for card in cards]
        holders = self.store.holders(tenant, terms.id, refs, now=now)
        programmes = self.terms(tenant).programmes.values()
        others = [each.id for each in programmes if each.id != terms.id and each.valid_until >= terms.valid_from]
        renewed = self.store.renewed(tenant, others, refs, now=now)
        return [
            card
            for card in cards
            if self.sees(card)
            and holders.get(card.external_ref or "", card.number) == card.number
            and card.number not in renewed
        ]
