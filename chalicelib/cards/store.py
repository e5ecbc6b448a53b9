"""Cards in the table: what is written together, and which condition said no."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final, TypeVar

from botocore.exceptions import ConnectionError as NoConnectionError
from botocore.exceptions import HTTPClientError
from pynamodb.attributes import MapAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.cards.rules import (
    CORRECTABLE,
    KEPT_REQUEST,
    LIVE,
    OF_NO_USE,
    Card,
    Claim,
    Clash,
    Draft,
    Due,
    LatestUse,
    Request,
    Status,
    StatusChange,
    WrongYears,
    kept_until,
)
from chalicelib.credentials.rules import blocked_hash
from chalicelib.shared.answers import TryAgainError
from chalicelib.shared.calendar import rfc3339
from chalicelib.shared.ids import CardKey, CardNumber, ProgrammeId, Tenant
from chalicelib.table import (
    BlockedRow,
    CardRow,
    ClaimRow,
    HistoryRow,
    PointerRow,
    QuotaRow,
    RequestRow,
    Row,
    blocked_pk,
    card_pk,
    claim_pk,
    connection,
    epoch,
    expires_group,
    pointer_pk,
    quota_pk,
    request_pk,
)

Got = TypeVar("Got")

_CARD: Final = "CARD"
_HISTORY: Final = "HISTORY#"
_POINTER: Final = "POINTER"
_REQUEST: Final = "ID"
_LONGEST_SECONDS: Final = 20.0  # decision: a visit settles in the month the server received it
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 1.0
_LONGEST_STORY: Final = 80  # a transaction holds 100 rows
# What makes a blank somebody's card.
_WHOSE: Final = (
    "group", "place", "expires", "status", "valid_from", "valid_until", "birth_year", "language", "external_ref",
    "unit", "family_ref", "funding", "flags", "issued_by", "year",
)  # fmt: skip
_CONDITION: Final = "ConditionalCheckFailed"
_REFUSAL: Final = "ConditionalCheckFailedException"
# What passes by itself: somebody else's write, or too many of them.
_PASSING: Final = frozenset({
    "TransactionConflict", "TransactionConflictException", "TransactionInProgressException", "ThrottlingError",
    "ThrottlingException", "ProvisionedThroughputExceeded", "ProvisionedThroughputExceededException",
    "RequestLimitExceeded", "InternalServerError", "ServiceUnavailable",
})  # fmt: skip


class CardStore:
    """Cards with their claims, pointers, history and quota. Rows past their time are passed over.

    A conflict or throttling is tried again with jitter for 20 s at the most, then TryAgainError `busy`.
    """

    def __init__(
        self,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        deadline: float | None = None,
    ) -> None:
        self._monotonic = monotonic
        self._sleep = sleep
        self._deadline = deadline

    def in_one_go(self) -> "CardStore":
        """Give the same store with twenty seconds for all that it is asked from now on (decision D9)."""
        return CardStore(monotonic=self._monotonic, sleep=self._sleep, deadline=self._monotonic() + _LONGEST_SECONDS)

    def card(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> Card | None:
        """Give a card, or None."""
        try:
            row = self._patiently(lambda: CardRow.get(card_pk(tenant, number), _CARD, consistent_read=True))
        except DoesNotExist:
            return None
        return _card(tenant, row) if _lives(row, now) else None

    def card_and_history(
        self, tenant: Tenant, number: CardNumber, *, now: datetime
    ) -> tuple[Card, list[StatusChange]] | None:
        """Give a card and its history, the oldest first, or None."""
        rows = self._patiently(lambda: list(Row.query(card_pk(tenant, number), consistent_read=True)))
        card = next((_card(tenant, row) for row in rows if isinstance(row, CardRow) and _lives(row, now)), None)
        return None if card is None else (card, [_entry(row) for row in rows if isinstance(row, HistoryRow)])

    def cards(self, tenant: Tenant, numbers: Iterable[CardNumber], *, now: datetime) -> dict[CardNumber, Card]:
        """Give those of some cards that there are."""
        keys = [(card_pk(tenant, number), _CARD) for number in dict.fromkeys(numbers)]
        rows = self._patiently(lambda: list(CardRow.batch_get(keys, consistent_read=True))) if keys else []
        found = [_card(tenant, row) for row in rows if _lives(row, now)]
        return {card.number: card for card in found}

    def request(self, tenant: Tenant, by: str, key: str, *, now: datetime) -> Request | None:
        """Give what a caller asked for under a request id, or None."""
        try:
            row = self._patiently(lambda: RequestRow.get(request_pk(tenant, by, key), _REQUEST, consistent_read=True))
        except DoesNotExist:
            return None
        return Request(by, key, row.content, row.made) if _lives(row, now) else None

    def requests(self, tenant: Tenant, by: str, keys: Iterable[str], *, now: datetime) -> dict[str, Request]:
        """Give what a caller asked for under some request ids, for those that were used."""
        asked = {(request_pk(tenant, by, key), _REQUEST): key for key in keys}
        rows = self._patiently(lambda: list(RequestRow.batch_get(list(asked), consistent_read=True))) if asked else []
        found = [(asked[row.pk, row.sk], row) for row in rows if _lives(row, now)]
        return {key: Request(by, key, row.content, row.made) for key, row in found}

    def claims(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Claim]:
        """Give the claims of a reference, one per programme."""
        rows = self._patiently(lambda: list(ClaimRow.query(claim_pk(tenant, external_ref), consistent_read=True)))
        return [_claim(external_ref, row) for row in rows if _lives(row, now)]

    def holders(
        self, tenant: Tenant, programme: ProgrammeId, refs: Iterable[str], *, now: datetime
    ) -> dict[str, CardNumber]:
        """Give the card that each of some references holds in a programme, for those that hold one."""
        keys = {(claim_pk(tenant, ref), str(programme)): ref for ref in refs if ref}
        rows = self._patiently(lambda: list(ClaimRow.batch_get(list(keys), consistent_read=True))) if keys else []
        return {keys[row.pk, row.sk]: CardNumber(row.number) for row in rows if _lives(row, now)}

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
        return {CardNumber(row.previous) for row in rows if row.previous and not row.ended and _lives(row, now)}

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
        return [(date.fromisoformat(str(row.place).partition("#")[0]), _number(tenant, row)) for row in rows]

    def issue(self, tenant: Tenant, drafts: Sequence[Draft]) -> Clash | None:
        """Write new cards with everything that goes with them, all or none, or say what stands against it."""
        places = Counter((draft.card.programme, draft.card.year) for draft in drafts)
        one_of_each = {(draft.card.programme, draft.card.year): draft for draft in drafts}

        def together(write: TransactWrite) -> None:
            for draft in drafts:
                _put_new(write, tenant, draft)
            for draft in drafts:
                _claim_for(write, tenant, draft.card, draft.renews)
            for place, draft in one_of_each.items():
                _count(write, tenant, draft.card, draft.quota, places[place])

        puts = [Clash.REQUEST, Clash.NUMBER, Clash.MOVED, Clash.MOVED] * len(drafts)
        claims = [Clash.CLAIM for draft in drafts if draft.card.external_ref is not None]
        return self._transact(together, [*puts, *claims, *[Clash.QUOTA] * len(places)])

    def stock(self, tenant: Tenant, blanks: Sequence[Card], entry: StatusChange, request: Request) -> Clash | None:
        """Write blanks, all or none, or say what stands against it."""

        def together(write: TransactWrite) -> None:
            _put_request(write, tenant, request, entry.at)
            for blank in blanks:
                _put_card(write, tenant, blank, entry)

        of_each = [Clash.NUMBER, Clash.MOVED, Clash.MOVED]
        return self._transact(together, [Clash.REQUEST, *of_each * len(blanks)])

    def activate(self, tenant: Tenant, draft: Draft) -> Clash | None:
        """Make a blank somebody's card, with everything that goes with it, or say what stands against it.

        What tills have marked on the blank stays; its counters are not written.
        """
        card = draft.card
        kept = epoch(kept_until(card.valid_until))
        row = _row(tenant, card)
        still_blank = (CardRow.status == Status.BLANK) & (CardRow.programme == card.programme)

        def together(write: TransactWrite) -> None:
            _put_request(write, tenant, draft.request, draft.entry.at)
            write.save(PointerRow(pointer_pk(tenant, card.key), _POINTER, number=card.number, expires=kept))
            write.save(_history(tenant, card.number, draft.entry, kept))
            whose = _sets({name: getattr(row, name) for name in _WHOSE})
            write.update(_at(tenant, card.number), whose, still_blank)
            _claim_for(write, tenant, card, draft.renews)
            _count(write, tenant, card, draft.quota)

        no = Clash.MOVED
        return self._transact(together, [Clash.REQUEST, no, no, no, Clash.CLAIM, Clash.QUOTA])

    def change(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, ends_claim: bool
    ) -> Clash | None:
        """Write a card's new status with its history and its place in the blocked list.

        A card that ends gives its place in the quota back, and its claim where it still holds it.
        """
        kept = epoch(kept_until(after.valid_until))
        as_it_was = CardRow.status == before.status
        ending = after.status is Status.ENDED

        def together(write: TransactWrite) -> None:
            if after.status not in OF_NO_USE:
                write.delete(_blocked(tenant, after.number, kept))
            write.save(_history(tenant, after.number, entry, kept))
            if after.status in OF_NO_USE:
                write.save(_blocked(tenant, after.number, kept))
            write.update(_at(tenant, after.number), [CardRow.status.set(after.status)], as_it_was)
            if ending and after.year is not None:
                write.update(_quota(tenant, after), [QuotaRow.issued.add(-1)])
            if ending and ends_claim:
                claim, its_own = _held_claim(tenant, after)
                write.update(claim, [ClaimRow.ended.set(value=True)], its_own)

        return self._transact(together, [Clash.MOVED] * 5)

    def correct(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, moves_claim: bool
    ) -> Clash | None:
        """Write what was wrong. `moves_claim` frees the old reference and takes the new one."""
        kept = epoch(kept_until(after.valid_until))
        as_it_was = (CardRow.status == before.status) & _is(CardRow.external_ref, before.external_ref)
        changes = {name: getattr(after, name) for name in sorted(CORRECTABLE)} | {"flags": after.flags}

        def together(write: TransactWrite) -> None:
            if moves_claim:
                write.delete(*_held_claim(tenant, before))
            write.save(_history(tenant, after.number, entry, kept))
            write.update(_at(tenant, after.number), _sets(changes), as_it_was)
            if moves_claim:
                _claim_for(write, tenant, after)

        moved = Clash.MOVED
        return self._transact(together, [moved, moved, moved, Clash.CLAIM] if moves_claim else [moved, moved])

    def replace(  # noqa: PLR0913  a replacement has that many parts
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        *,
        story: Iterable[StatusChange],
        moves_claim: bool,
        blank: Card | None,
    ) -> Clash | None:
        """Write a card's new number, under the condition that nobody was let in with the old one meanwhile.

        `story` is the history that the new number goes on with; its last entry is the replacement. `blank` is the
        card of the stock that takes over, and that nobody was let in with meanwhile either.
        """
        kept = epoch(kept_until(after.valid_until))
        as_it_was = CardRow.status == before.status
        nobody_came_in = _unused_since(before)
        number_is_free = CardRow.pk.does_not_exist()
        if blank is not None:
            number_is_free = (CardRow.status == Status.BLANK) & _unused_since(blank)
        still_the_old = PointerRow.number == before.number
        entries = list(story)[-_LONGEST_STORY:]
        farewell = replace(entries[-1], status=Status.REPLACED)
        gone: list[Action] = [CardRow.status.set(Status.REPLACED), CardRow.replaced_by.set(after.number)]

        def together(write: TransactWrite) -> None:
            write.save(_row(tenant, after), condition=number_is_free)
            pointer = PointerRow(pointer_pk(tenant, after.key), _POINTER, number=after.number, expires=kept)
            write.save(pointer, condition=still_the_old)
            if blank is not None:  # whom a till let in with the blank finds the card by the blank's key
                write.save(PointerRow(pointer_pk(tenant, blank.key), _POINTER, number=after.number, expires=kept))
            write.save(_blocked(tenant, before.number, kept))
            write.save(_history(tenant, before.number, farewell, kept))
            for entry in entries:
                write.save(_history(tenant, after.number, entry, kept))
            write.update(_at(tenant, before.number), gone, as_it_was & nobody_came_in)
            if moves_claim:
                claim, its_own = _held_claim(tenant, before)
                write.update(claim, [ClaimRow.number.set(after.number)], its_own)

        first = Clash.NUMBER if blank is None else Clash.MOVED
        return self._transact(together, [first, *[Clash.MOVED] * (len(entries) + 6)])

    def wrong_years(self, tenant: Tenant, number: CardNumber) -> WrongYears | None:
        """Give how many wrong birth years were given for a card, or None."""
        row = self._patiently(lambda: CardRow.get(card_pk(tenant, number), _CARD, consistent_read=True))
        found = _plain(row.wrong_years)
        return WrongYears(date.fromisoformat(found["date"]), int(found["count"])) if found else None

    def note_wrong_years(
        self, tenant: Tenant, number: CardNumber, before: WrongYears | None, after: WrongYears
    ) -> bool:
        """Write a guess down; False where another guess came in between, which must be read first."""
        nobody_else_guessed = _is(CardRow.wrong_years, None if before is None else _guesses(before))
        still_there = CardRow.pk.exists()

        def noted() -> None:
            row = _at(tenant, number)
            row.update([CardRow.wrong_years.set(_guesses(after))], condition=still_there & nobody_else_guessed)

        try:
            self._patiently(noted)
        except UpdateError as error:
            if _code(error) != _REFUSAL:
                raise
            return False
        return True

    def _transact(self, together: Callable[[TransactWrite], None], clashes: list[Clash]) -> Clash | None:
        """Write all or nothing; give the weightiest of the clashes, named in the order the parts are sent."""

        def written() -> Clash | None:
            try:
                with TransactWrite(connection=connection()) as write:
                    together(write)
            except TransactWriteError as error:
                codes = [reason.code if reason else "None" for reason in error.cancellation_reasons]
                # While another write is under way, a condition says what was, not what will be: ask again.
                if _CONDITION not in codes or _PASSING.intersection(codes):
                    raise
                said_no = {clash for clash, code in zip(clashes, codes, strict=False) if code == _CONDITION}
                return next(clash for clash in Clash if clash in said_no)
            return None

        return self._patiently(written)

    def _patiently(self, attempt: Callable[[], Got]) -> Got:
        deadline = self._monotonic() + _LONGEST_SECONDS if self._deadline is None else self._deadline
        if self._monotonic() > deadline:
            raise TryAgainError("busy", "There was no time left for this; send the same call again.")
        pause = _FIRST_PAUSE
        while True:
            try:
                return attempt()
            except PynamoDBException as error:
                if not _passes(error):
                    raise
                wait = random.uniform(pause / 2, pause)  # noqa: S311  it spreads, it does not hide
                if self._monotonic() + wait > deadline:
                    raise TryAgainError("busy", "The table is busy; send the same call again.") from error
            self._sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _passes(error: PynamoDBException) -> bool:
    if isinstance(error, TransactWriteError) and error.cancellation_reasons:
        codes = {reason.code for reason in error.cancellation_reasons if reason}
        return bool(codes & _PASSING)
    # Without an answer (no connection, no reply in time) it may be tried again: every write here is conditional.
    return isinstance(error.cause, HTTPClientError | NoConnectionError) or _code(error) in _PASSING


def _code(error: PynamoDBException) -> str | None:
    # Not PynamoDB's own property, which falls over a lost connection: botocore gives that an empty `response`.
    answer = getattr(error.cause, "response", None) or {}
    code: str | None = answer.get("Error", {}).get("Code")
    return code


def _put_new(write: TransactWrite, tenant: Tenant, draft: Draft) -> None:
    """Write a card that was not there, and the request id that it answers."""
    _put_request(write, tenant, draft.request, draft.entry.at)
    _put_card(write, tenant, draft.card, draft.entry)


def _put_request(write: TransactWrite, tenant: Tenant, request: Request, now: datetime) -> None:
    row = RequestRow(request_pk(tenant, request.by, request.key), _REQUEST, expires=epoch(now + KEPT_REQUEST))
    row.content, row.made = request.content, request.made
    first_time_asked = RequestRow.pk.does_not_exist() | (RequestRow.expires <= epoch(now))
    write.save(row, condition=first_time_asked)


def _put_card(write: TransactWrite, tenant: Tenant, card: Card, entry: StatusChange) -> None:
    kept = epoch(kept_until(card.valid_until))
    number_is_free = CardRow.pk.does_not_exist()
    write.save(_row(tenant, card), condition=number_is_free)
    write.save(PointerRow(pointer_pk(tenant, card.key), _POINTER, number=card.number, expires=kept))
    write.save(_history(tenant, card.number, entry, kept))


def _claim_for(write: TransactWrite, tenant: Tenant, card: Card, renews: CardNumber | None = None) -> None:
    """Let a reference hold a card, unless it holds one already; the one before is remembered."""
    if card.external_ref is None:
        return
    ended = ClaimRow.ended == True  # noqa: E712  a condition, not a comparison
    over_before_it_starts = ClaimRow.valid_until < card.valid_from.isoformat()
    holds_none = ClaimRow.pk.does_not_exist() | ended | over_before_it_starts
    actions: list[Action] = [
        ClaimRow.kind.set(ClaimRow),
        ClaimRow.previous.set(ClaimRow.number | (renews or card.number)),
        ClaimRow.number.set(card.number),
        ClaimRow.valid_until.set(card.valid_until.isoformat()),
        ClaimRow.ended.set(value=False),
        ClaimRow.expires.set(epoch(kept_until(card.valid_until))),
    ]
    write.update(ClaimRow(claim_pk(tenant, card.external_ref), card.programme), actions, holds_none)


def _held_claim(tenant: Tenant, card: Card) -> tuple[ClaimRow, Condition]:
    return ClaimRow(claim_pk(tenant, card.external_ref or ""), card.programme), ClaimRow.number == card.number


def _count(write: TransactWrite, tenant: Tenant, card: Card, quota: int | None, places: int = 1) -> None:
    """Take places in the programme year of a card, where so many are left."""
    enough_left: Condition | None = None
    if quota is not None:
        enough_left = QuotaRow.issued <= quota - places
        if quota >= places:
            enough_left |= QuotaRow.issued.does_not_exist()
    write.update(_quota(tenant, card), [QuotaRow.kind.set(QuotaRow), QuotaRow.issued.add(places)], enough_left)


def _quota(tenant: Tenant, card: Card) -> QuotaRow:
    return QuotaRow(quota_pk(tenant), f"{card.programme}#{card.year}")


def _unused_since(card: Card) -> Condition:
    unused: Condition = (CardRow.uses == dict(card.uses)) & (CardRow.last == _last(card))
    return unused


def _at(tenant: Tenant, number: CardNumber) -> CardRow:
    return CardRow(card_pk(tenant, number), _CARD)


def _blocked(tenant: Tenant, number: CardNumber, kept: int) -> BlockedRow:
    return BlockedRow(blocked_pk(tenant), blocked_hash(tenant, number), expires=kept)


def _history(tenant: Tenant, number: CardNumber, entry: StatusChange, kept: int) -> HistoryRow:
    at = entry.at.isoformat(timespec="microseconds")
    return HistoryRow(
        card_pk(tenant, number),
        _HISTORY + at,
        at=at,
        status=entry.status,
        reason=entry.reason,
        by=entry.by,
        expires=kept,
    )


def _row(tenant: Tenant, card: Card) -> CardRow:
    return CardRow(
        card_pk(tenant, card.number),
        _CARD,
        group=expires_group(tenant, card.programme, f"{card.valid_until:%Y-%m}"),
        place=f"{card.valid_until}#{card.number}",
        expires=epoch(kept_until(card.valid_until)),
        key=card.key,
        status=card.status,
        programme=card.programme,
        valid_from=card.valid_from.isoformat(),
        valid_until=card.valid_until.isoformat(),
        birth_year=card.birth_year,
        language=card.language,
        external_ref=card.external_ref,
        unit=card.unit,
        family_ref=card.family_ref,
        funding=card.funding,
        flags=card.flags,
        replaced_by=card.replaced_by,
        issued_by=card.issued_by or None,
        year=card.year,
        uses=dict(card.uses),
        last=_last(card),
        latest=None if card.latest is None else _latest(card.latest),
    )


def _card(tenant: Tenant, row: CardRow) -> Card:
    latest = _plain(row.latest)
    return Card(
        number=_number(tenant, row),
        key=CardKey(row.key),
        status=Status(row.status),
        programme=ProgrammeId(row.programme),
        valid_from=date.fromisoformat(row.valid_from),
        valid_until=date.fromisoformat(row.valid_until),
        birth_year=None if row.birth_year is None else int(row.birth_year),
        language=row.language or "nb",
        external_ref=row.external_ref,
        unit=row.unit,
        family_ref=row.family_ref,
        funding=row.funding,
        flags=int(row.flags),
        issued_by=row.issued_by or "",
        year=row.year,
        replaced_by=None if row.replaced_by is None else CardNumber(row.replaced_by),
        uses={name: int(marks) for name, marks in _plain(row.uses).items()},
        last={name: date.fromisoformat(day) for name, day in _plain(row.last).items()},
        latest=LatestUse(latest["venue"], latest["visit"], datetime.fromisoformat(latest["at"])) if latest else None,
    )


def _number(tenant: Tenant, row: Row) -> CardNumber:
    return CardNumber(row.pk.removeprefix(card_pk(tenant, "")))


def _entry(row: HistoryRow) -> StatusChange:
    return StatusChange(datetime.fromisoformat(row.at), Status(row.status), row.reason, row.by)


def _claim(external_ref: str, row: ClaimRow) -> Claim:
    number = CardNumber(row.number)
    return Claim(
        external_ref=external_ref,
        programme=ProgrammeId(row.sk),
        number=number,
        previous=number if row.previous is None else CardNumber(row.previous),
        valid_until=date.fromisoformat(row.valid_until),
        ended=bool(row.ended),
    )


def _last(card: Card) -> dict[str, str]:
    return {name: day.isoformat() for name, day in card.last.items()}


def _latest(use: LatestUse) -> dict[str, str]:
    return {"venue": use.venue, "visit": use.visit, "at": rfc3339(use.at)}


def _guesses(wrong: WrongYears) -> dict[str, str | int]:
    return {"date": wrong.day.isoformat(), "count": wrong.count}


def _plain(value: MapAttribute[str, Any] | None) -> dict[str, Any]:
    found: dict[str, Any] = {} if value is None else value.as_dict()  # type: ignore[no-untyped-call]
    return found


def _sets(changes: Mapping[str, Any]) -> list[Action]:
    """Set what has a value, remove what has none."""
    return [
        getattr(CardRow, name).remove() if value is None else getattr(CardRow, name).set(value)
        for name, value in changes.items()
    ]


def _is(attribute: Any, value: Any) -> Condition:
    condition: Condition = attribute.does_not_exist() if value is None else attribute == value
    return condition


def _lives(row: Row, now: datetime) -> bool:
    return row.expires is None or row.expires > epoch(now)
