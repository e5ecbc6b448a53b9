"""Questions about cards, and what the table answers."""

from collections.abc import Iterable
from datetime import date, datetime

from pynamodb.exceptions import DoesNotExist

from chalicelib.cards.rules import LIVE, Card, Claim, Due, Request, StatusChange
from chalicelib.cards.store.patience import Patient
from chalicelib.cards.store.rows import CARD, REQUEST, card_of, claim_of, entry_of, lives, number_of
from chalicelib.shared.ids import CardNumber, ProgrammeId, Tenant
from chalicelib.table import (
    CardRow,
    ClaimRow,
    HistoryRow,
    QuotaRow,
    RequestRow,
    Row,
    card_pk,
    claim_pk,
    epoch,
    expires_group,
    quota_pk,
    request_pk,
)


class CardReading(Patient):
    """Rows past their time are passed over."""

    def card(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> Card | None:
        """Give a card, or None."""
        try:
            row = self._patiently(lambda: CardRow.get(card_pk(tenant, number), CARD, consistent_read=True))
        except DoesNotExist:
            return None
        return card_of(tenant, row) if lives(row, now) else None

    def card_and_history(
        self, tenant: Tenant, number: CardNumber, *, now: datetime
    ) -> tuple[Card, list[StatusChange]] | None:
        """Give a card and its history, the oldest first, or None."""
        rows = self._patiently(lambda: list(Row.query(card_pk(tenant, number), consistent_read=True)))
        card = next((card_of(tenant, row) for row in rows if isinstance(row, CardRow) and lives(row, now)), None)
        return None if card is None else (card, [entry_of(row) for row in rows if isinstance(row, HistoryRow)])

    def cards(self, tenant: Tenant, numbers: Iterable[CardNumber], *, now: datetime) -> dict[CardNumber, Card]:
        """Give those of some cards that there are."""
        keys = [(card_pk(tenant, number), CARD) for number in dict.fromkeys(numbers)]
        rows = self._patiently(lambda: list(CardRow.batch_get(keys, consistent_read=True))) if keys else []
        found = [card_of(tenant, row) for row in rows if lives(row, now)]
        return {card.number: card for card in found}

    def request(self, tenant: Tenant, by: str, key: str, *, now: datetime) -> Request | None:
        """Give what a caller asked for under a request id, or None."""
        try:
            row = self._patiently(lambda: RequestRow.get(request_pk(tenant, by, key), REQUEST, consistent_read=True))
        except DoesNotExist:
            return None
        return Request(by, key, row.content, row.made) if lives(row, now) else None

    def requests(self, tenant: Tenant, by: str, keys: Iterable[str], *, now: datetime) -> dict[str, Request]:
        """Give what a caller asked for under some request ids, for those that were used."""
        asked = {(request_pk(tenant, by, key), REQUEST): key for key in keys}
        rows = self._patiently(lambda: list(RequestRow.batch_get(list(asked), consistent_read=True))) if asked else []
        found = [(asked[row.pk, row.sk], row) for row in rows if lives(row, now)]
        return {key: Request(by, key, row.content, row.made) for key, row in found}

    def claims(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Claim]:
        """Give the claims of a reference, one per programme."""
        rows = self._patiently(lambda: list(ClaimRow.query(claim_pk(tenant, external_ref), consistent_read=True)))
        return [claim_of(external_ref, row) for row in rows if lives(row, now)]

    def holders(
        self, tenant: Tenant, programme: ProgrammeId, refs: Iterable[str], *, now: datetime
    ) -> dict[str, CardNumber]:
        """Give the card that each of some references holds in a programme, for those that hold one."""
        keys = {(claim_pk(tenant, ref), str(programme)): ref for ref in refs if ref}
        rows = self._patiently(lambda: list(ClaimRow.batch_get(list(keys), consistent_read=True))) if keys else []
        return {keys[row.pk, row.sk]: CardNumber(row.number) for row in rows if lives(row, now)}

    def issued(self, tenant: Tenant, programme: ProgrammeId, year: str) -> int:
        """Give how many cards count in a programme year, named by its first day."""
        try:
            row = self._patiently(lambda: QuotaRow.get(quota_pk(tenant), f"{programme}#{year}", consistent_read=True))
        except DoesNotExist:
            return 0
        return int(row.issued)

    def renewed(
        self, tenant: Tenant, programmes: Iterable[ProgrammeId], refs: Iterable[str], *, now: datetime
    ) -> set[CardNumber]:
        """Give the cards that some references held before those that they hold in some programmes."""
        refs = list(dict.fromkeys(filter(None, refs)))
        keys = [(claim_pk(tenant, ref), str(programme)) for programme in programmes for ref in refs]
        rows = self._patiently(lambda: list(ClaimRow.batch_get(keys, consistent_read=True))) if keys else []
        return {CardNumber(row.previous) for row in rows if row.previous and not row.ended and lives(row, now)}

    def expiring(  # noqa: PLR0913  a page of a list has that many bounds
        self,
        tenant: Tenant,
        programme: ProgrammeId,
        month: str,
        *,
        before: date,
        after: Due | None,
        most: int,
        now: datetime,
    ) -> list[Due]:
        """Give the first of somebody's cards whose last day is in a month `yyyy-mm` and before a day, in order.

        `after` is the last of those that were given already, and lies before the day.
        """
        low = "0" if after is None else f"{after[0]}#{after[1]}#"  # the next place there is
        somebodys = CardRow.status.is_in(*sorted(LIVE))
        still_kept = Row.expires > epoch(now)
        rows = self._patiently(
            lambda: list(
                Row.by_month.query(
                    expires_group(tenant, programme, month),
                    Row.place.between(low, before.isoformat()),
                    filter_condition=somebodys & still_kept,
                    limit=most,
                )
            )
        )
        return [(date.fromisoformat(str(row.place).partition("#")[0]), number_of(tenant, row)) for row in rows]
