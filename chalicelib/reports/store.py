"""Visits and cards as the figures need them, read from the table; nothing is written here."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import partial
from typing import Any, Final

from chalicelib import faults, table
from chalicelib.cards.rules import Status
from chalicelib.reports.rules import Counted, Holder
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy

_TOGETHER: Final = 100  # DynamoDB's limit to what is fetched at once
_NOBODYS: Final = frozenset({Status.BLANK, Status.REPLACED})
_VISIT: Final = "visit"  # the kinds of the index's items
_CARD: Final = "card"


class StatisticsStore:
    """Visits and cards through the index, a page at a time."""

    def visits(self, tenant: Tenant, venue: VenueId, month: str, *, now: datetime) -> Iterator[Counted]:
        """Give the visits of a venue received in a month and not taken back in it, page by page."""
        for item in _items(table.settle_group(tenant, venue, month), now):
            if item["kind"]["S"] == _VISIT and _text(item, "void_month") != month:
                unpaid = item["settle_by"]["S"] == SettleBy.NONE
                yield Counted(
                    programme=ProgrammeId(item["programme"]["S"]),
                    venue=venue,
                    offer=OfferId(item["offer"]["S"]),
                    date=date.fromisoformat(item["date"]["S"]),
                    month=month,
                    band=item["band"]["S"],
                    persons=int(item["persons"]["N"]),
                    amount=Ore(0 if unpaid else int(item["amount"]["N"])),
                    funding=_text(item, "funding"),
                    child=_text(item, "card_key"),
                )

    def holders(self, tenant: Tenant, programme: ProgrammeId, month: str, *, now: datetime) -> Iterator[Holder]:
        """Give the cards of a programme that are or were somebody's and whose last day is in a month."""
        keys: list[tuple[str, str]] = []
        for item in _items(table.expires_group(tenant, programme, month), now):
            somebodys = "N" in item.get("birth_year", {}) and _text(item, "status") not in _NOBODYS
            if item["kind"]["S"] == _CARD and somebodys:
                keys.append((item["PK"]["S"], item["SK"]["S"]))
            if len(keys) == _TOGETHER:
                yield from _holders(keys)
                keys = []
        yield from _holders(keys)


def _holders(keys: list[tuple[str, str]]) -> Iterator[Holder]:
    rows = faults.patiently(lambda: list(table.CardRow.batch_get(keys))) if keys else []
    for row in sorted(rows, key=lambda each: each.pk):
        if row.birth_year is not None:
            yield Holder(
                child=row.key,
                programme=ProgrammeId(row.programme),
                birth_year=int(row.birth_year),
                valid_from=date.fromisoformat(row.valid_from),
                valid_until=date.fromisoformat(row.valid_until),
            )


def _items(group: str, now: datetime) -> Iterator[dict[str, Any]]:
    """Give the index's items as they came, since a row's object costs ten times what is read of it here."""
    past, start = table.epoch(now), None
    while True:
        ask = partial(
            table.connection().query,
            table.Row.Meta.table_name,
            group,
            index_name=table.INDEX,
            exclusive_start_key=start,
        )
        page: dict[str, Any] = faults.patiently(ask)
        for item in page["Items"]:
            expires = item.get("expires", {}).get("N")
            if expires is None or int(expires) > past:
                yield item
        start = page.get("LastEvaluatedKey")
        if not start:
            return


def _text(item: dict[str, Any], name: str) -> str | None:
    text: str | None = item.get(name, {}).get("S")
    return text
