"""What the card desk does: give out, correct, block, replace and end cards, and show the holder what is left."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Protocol

from chalicelib.cards.rules import (
    BLANKS_TOGETHER,
    CORRECTABLE,
    CORRECTED,
    KEPT_MONTHS,
    LIVE,
    PRINTABLE,
    Act,
    Application,
    Card,
    Claim,
    Clash,
    Correction,
    Counts,
    Draft,
    Due,
    HolderView,
    Look,
    PrintJob,
    Request,
    Status,
    StatusChange,
    WrongYears,
    blank_card,
    body_of,
    check_age,
    check_stock,
    content_as_text,
    content_of,
    flags_of,
    holder_view,
    is_repeated,
    next_entry,
    on_blank,
    parcels,
    print_job,
    print_look,
    programme_year,
    refuse_identity_numbers,
    refuse_unknown_reason,
    refuse_unless_blank,
    renewal,
    status_after,
    validity,
)
from chalicelib.credentials.actions import Mint
from chalicelib.shared.answers import ConflictError, Field, OpplevError, RuleError, TryAgainError, UnknownError
from chalicelib.shared.calendar import add_months, next_month, oslo_date
from chalicelib.shared.ids import CallerId, CardKey, CardNumber, ProgrammeId, Tenant
from chalicelib.venues.rules import Configuration, Programme

_AT_A_TIME: Final = 100  # cards of the work list, as many as one request to the table reads
_TRIES: Final = 20  # times that a card may change under our hands before we give up


class CardBooks(Protocol):
    """What the desk needs of a store; cards.store says what each does."""

    def in_one_go(self) -> "CardBooks":
        """Give the same books with one deadline for all that they are asked from now on."""

    def card(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> Card | None:
        """Give a card, or None."""

    def card_and_history(
        self, tenant: Tenant, number: CardNumber, *, now: datetime
    ) -> tuple[Card, list[StatusChange]] | None:
        """Give a card and its history, the oldest first, or None."""

    def cards(self, tenant: Tenant, numbers: Iterable[CardNumber], *, now: datetime) -> dict[CardNumber, Card]:
        """Give those of some cards that there are."""

    def request(self, tenant: Tenant, by: str, key: str, *, now: datetime) -> Request | None:
        """Give what a caller asked for under a request id, or None."""

    def requests(self, tenant: Tenant, by: str, keys: Iterable[str], *, now: datetime) -> dict[str, Request]:
        """Give what a caller asked for under some request ids, for those that were used."""

    def claims(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Claim]:
        """Give the claims of a reference, one per programme."""

    def holders(
        self, tenant: Tenant, programme: ProgrammeId, refs: Iterable[str], *, now: datetime
    ) -> dict[str, CardNumber]:
        """Give the card that each of some references holds in a programme, for those that hold one."""

    def issued(self, tenant: Tenant, programme: ProgrammeId, year: str) -> int:
        """Give how many cards count in a programme year, named by its first day."""

    def renewed(
        self, tenant: Tenant, programmes: Iterable[ProgrammeId], refs: Iterable[str], *, now: datetime
    ) -> set[CardNumber]:
        """Give the cards that some references held before those that they hold in some programmes."""

    def expiring(
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
        """Give the first of somebody's cards whose last day is in a month and before a day, in order."""

    def issue(self, tenant: Tenant, drafts: Sequence[Draft]) -> Clash | None:
        """Write new cards with everything that goes with them, all or none, or say what stands against it."""

    def stock(self, tenant: Tenant, blanks: Sequence[Card], entry: StatusChange, request: Request) -> Clash | None:
        """Write blanks, all or none, or say what stands against it."""

    def activate(self, tenant: Tenant, draft: Draft) -> Clash | None:
        """Make a blank somebody's card, with everything that goes with it, or say what stands against it."""

    def change(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, ends_claim: bool
    ) -> Clash | None:
        """Write a new status, or say that the card has moved."""

    def correct(
        self, tenant: Tenant, before: Card, after: Card, entry: StatusChange, *, moves_claim: bool
    ) -> Clash | None:
        """Write what was wrong, or say what stands against it."""

    def replace(
        self,
        tenant: Tenant,
        before: Card,
        after: Card,
        *,
        story: Iterable[StatusChange],
        moves_claim: bool,
        blank: Card | None,
    ) -> Clash | None:
        """Write a card's new number, or say what stands against it. The last of the story is how the new one began."""

    def wrong_years(self, tenant: Tenant, number: CardNumber) -> WrongYears | None:
        """Give how many wrong birth years were given for a card, or None."""

    def note_wrong_years(
        self, tenant: Tenant, number: CardNumber, before: WrongYears | None, after: WrongYears
    ) -> bool:
        """Write a guess down; False where another guess came in between."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A card with what goes on it. `replayed` says that the same request was answered before."""

    card: Card
    token: str
    url: str
    replayed: bool = False


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
class CardDesk:
    """The desk where cards are given out. `tenants` finds a municipality by the number that stands in a token."""

    store: CardBooks
    terms: Callable[[Tenant], Configuration]
    mint: Mint
    host: str
    new_number: Callable[[], CardNumber]
    new_key: Callable[[], CardKey]
    tenants: Callable[[int], Tenant | None]

    def issue(self, tenant: Tenant, application: Application, *, by: CallerId, key: str, now: datetime) -> Issued:
        """Give out a card, once however often the same request id is sent.

        ConflictError `idempotency_conflict` or `already_has_card`; RuleError `quota_reached`, `programme_closed`,
        `outside_programme`, `age_outside_programme`, `unknown_programme` or `identity_number`.
        """
        return self._given(tenant, application, content_of(application), stock=None, by=by, key=key, now=now)

    def activate(
        self, tenant: Tenant, number: CardNumber, application: Application, *, by: CallerId, key: str, now: datetime
    ) -> Issued:
        """Make a blank of the stock a child's card, in every other way as `issue`.

        Also UnknownError `unknown_card`, ConflictError `not_in_that_state` and RuleError `other_programme`.
        """
        self._known(tenant, number, now)  # another municipality's is unknown, whatever else is wrong
        content = content_of(application, stock=number)
        return self._given(tenant, application, content, stock=number, by=by, key=key, now=now)

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
        content = content_as_text({"renews": number, "programme": programme, "stock": stock})
        earlier = self._answered(tenant, Request(by, key, content, ""), now)
        if earlier is not None:
            return earlier
        application = renewal(before, self._programme(tenant, programme), oslo_date(now))
        return self._given(tenant, application, content, stock=stock, renews=number, by=by, key=key, now=now)

    def _given(
        self,
        tenant: Tenant,
        application: Application,
        content: str,
        *,
        stock: CardNumber | None,
        by: CallerId,
        key: str,
        now: datetime,
        renews: CardNumber | None = None,
    ) -> Issued:
        request = Request(by, key, content, "")
        try:
            draft = replace(self._drafted(tenant, application, request, now=now), renews=renews)
        except RuleError:
            # The answer that was given stands, also after the programme has closed.
            earlier = self._answered(tenant, request, now)
            if earlier is None:
                raise
            return earlier
        if stock is not None:
            return self._on_stock(tenant, draft, stock, now=now)
        return self._written(tenant, draft, now=now)

    def stock(
        self, tenant: Tenant, programme: ProgrammeId, count: int, *, by: CallerId, key: str, now: datetime
    ) -> list[Card]:
        """Make numbered blanks that are nobody's and count in no quota, once however often it is asked.

        What was interrupted goes on where it stopped. ConflictError `idempotency_conflict`; RuleError
        `unknown_programme`, `programme_closed`, `outside_programme` or `no_stock`.
        """
        content = content_as_text({"stock": programme, "count": count})
        sizes = [min(BLANKS_TOGETHER, count - made) for made in range(0, count, BLANKS_TOGETHER)]
        requests = [Request(by, f"{key}#{part}", content, "") for part in range(len(sizes))]
        earlier = self.store.requests(tenant, by, [each.key for each in requests], now=now)
        if any(each.content != content for each in earlier.values()):
            raise _used_for_something_else()
        numbers: list[CardNumber] = []
        for request, size in zip(requests, sizes, strict=True):
            before = earlier.get(request.key)
            numbers += _numbers(self._stocked(tenant, programme, request, size, now) if before is None else before)
        found = self.store.cards(tenant, numbers, now=now)
        return [found[number] for number in numbers if number in found]

    def _stocked(self, tenant: Tenant, programme: ProgrammeId, request: Request, size: int, now: datetime) -> Request:
        terms = self._programme(tenant, programme)
        check_stock(terms, oslo_date(now))
        entry = next_entry((), now=now, status=Status.BLANK, reason=None, by=request.by)
        for _ in range(_TRIES):
            numbers: set[CardNumber] = set()
            while len(numbers) < size:
                numbers.add(self.new_number())
            blanks = [blank_card(terms, number, self.new_key(), by=request.by) for number in sorted(numbers)]
            made = replace(request, made=",".join(blank.number for blank in blanks))
            clash = self.store.stock(tenant, blanks, entry, made)
            if clash is None:
                return made
            earlier = self.store.request(tenant, request.by, request.key, now=now)
            if earlier is not None and earlier.content != request.content:
                raise _used_for_something_else()
            if earlier is not None:
                return earlier
        raise _busy()

    def in_one_go(self) -> "CardDesk":
        """Give this desk with one deadline for all that it is asked from now on, as a long list needs."""
        return replace(self, store=self.store.in_one_go())

    def issue_many(
        self, tenant: Tenant, asked: Sequence[Asked], *, by: CallerId, now: datetime
    ) -> list[GivenOut | OpplevError]:
        """Give out cards row by row: what comes of each stands in its place, and a bad row stops no other.

        Sent again, also after half of it was written, it gives nothing out twice. TryAgainError: out of time (D9).
        """
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
                request = Request(by, each.key, content_of(each.application), "")
                drafts[row] = self._drafted(tenant, each.application, request, now=now)
            except OpplevError as error:
                came_of[row] = error
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
        return [self._row(tenant, draft, now) for draft in parcel]

    def _row(self, tenant: Tenant, draft: Draft, now: datetime) -> GivenOut | OpplevError:
        try:
            made = self._written(tenant, draft, now=now)
        except OpplevError as error:
            return error
        return GivenOut(made.card.number, made.replayed)

    def _programme(self, tenant: Tenant, programme: ProgrammeId) -> Programme:
        found = self.terms(tenant).programmes.get(programme)
        if found is None:
            fault = Field("programme", "unknown_programme", "There is no such programme.")
            raise RuleError("unknown_programme", "There is no such programme.", (fault,))
        return found

    def _drafted(self, tenant: Tenant, application: Application, request: Request, *, now: datetime) -> Draft:
        refuse_identity_numbers(
            {
                "external_ref": application.external_ref,
                "unit": application.unit,
                "family_ref": application.family_ref,
                "funding_source": application.funding_source,
            }
        )
        programme = self._programme(tenant, application.programme)
        card = self._card(programme, application, by=request.by, today=oslo_date(now))
        entry = next_entry((), now=now, status=Status.ACTIVE, reason=None, by=request.by)
        return Draft(card, entry, replace(request, made=card.number), programme.quota)

    def _card(self, programme: Programme, application: Application, *, by: str, today: date) -> Card:
        first, last = validity(programme, application, today)
        check_age(programme, application.birth_year, first)
        return Card(
            number=self.new_number(),
            key=self.new_key(),
            status=Status.ACTIVE,
            programme=programme.id,
            valid_from=first,
            valid_until=last,
            birth_year=application.birth_year,
            language=application.language,
            external_ref=application.external_ref,
            unit=application.unit,
            family_ref=application.family_ref,
            funding=application.funding_source,
            flags=flags_of(programme, application.birth_year, first),
            issued_by=by,
            year=programme_year(programme, first).isoformat(),
        )

    def _written(self, tenant: Tenant, draft: Draft, *, now: datetime) -> Issued:
        for _ in range(_TRIES):
            clash = self.store.issue(tenant, [draft])
            settled = self._settled(tenant, draft, clash, now)
            if settled is not None:
                return settled
            if clash is not Clash.REQUEST:
                draft = _renumbered(draft, self.new_number())
        raise _busy()

    def _on_stock(self, tenant: Tenant, draft: Draft, number: CardNumber, *, now: datetime) -> Issued:
        for _ in range(_TRIES):
            blank, history = self.get(tenant, number, now=now)
            try:
                refuse_unless_blank(blank, draft.card.programme)
            except ConflictError:
                earlier = self._answered(tenant, draft.request, now)
                if earlier is None:
                    raise
                return earlier
            entry = next_entry(history, now=now, status=Status.ACTIVE, reason=None, by=draft.request.by)
            card = replace(on_blank(draft.card, blank), key=blank.key)
            filled = replace(draft, card=card, entry=entry, request=replace(draft.request, made=number))
            settled = self._settled(tenant, filled, self.store.activate(tenant, filled), now)
            if settled is not None:
                return settled
        raise _busy()

    def _settled(self, tenant: Tenant, draft: Draft, clash: Clash | None, now: datetime) -> Issued | None:
        """Give what came of writing a draft; None where it is to be tried again."""
        match clash:
            case None:
                return self._with_token(tenant, draft.card)
            case Clash.REQUEST:
                earlier = self._answered(tenant, draft.request, now)
                # Our own write, whose answer was lost on the way, is no replay.
                ours = earlier is not None and earlier.card.key == draft.card.key
                return None if earlier is None else replace(earlier, replayed=not ours)
            case Clash.CLAIM:
                detail = "This reference has a card in the programme already; POST /v1/cards/find shows it."
                raise ConflictError("already_has_card", detail)
            case Clash.QUOTA:
                raise RuleError("quota_reached", "The programme has given out all its cards of the year.")
            case _:
                return None

    def _answered(self, tenant: Tenant, request: Request, now: datetime) -> Issued | None:
        """Give the answer that a request id was given before, or None; another content is a conflict."""
        earlier = self.store.request(tenant, request.by, request.key, now=now)
        if earlier is None:
            return None
        if earlier.content != request.content:
            raise _used_for_something_else()
        return replace(self._with_token(tenant, self._known(tenant, CardNumber(earlier.made), now)), replayed=True)

    def _with_token(self, tenant: Tenant, card: Card) -> Issued:
        token, url = self.link(tenant, card)
        return Issued(card, token, url)

    def link(self, tenant: Tenant, card: Card) -> tuple[str, str]:
        """Give a card's token and the address that its QR code holds; the same card gives the same ones."""
        token = self.mint.sign(tenant, body_of(card, self.terms(tenant)))
        return token, self.mint.url(self.host, token)

    def get(self, tenant: Tenant, number: CardNumber, *, now: datetime) -> tuple[Card, list[StatusChange]]:
        """Give a card and its history, the oldest first."""
        found = self.store.card_and_history(tenant, number, now=now)
        if found is None:
            raise _unknown()
        return found

    def _known(self, tenant: Tenant, number: CardNumber, now: datetime) -> Card:
        found = self.store.card(tenant, number, now=now)
        if found is None:
            raise _unknown()
        return found

    def find(self, tenant: Tenant, external_ref: str, *, now: datetime) -> list[Card]:
        """Give the cards of a reference: in each programme the present one, and the one before it."""
        claims = self.store.claims(tenant, external_ref, now=now)
        found = self.store.cards(
            tenant, [number for each in claims for number in (each.number, each.previous)], now=now
        )
        return [card for card in found.values() if card.external_ref == external_ref]

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
            if holders.get(card.external_ref or "", card.number) == card.number and card.number not in renewed
        ]

    def _holds_claim(self, tenant: Tenant, card: Card, now: datetime) -> bool:
        if card.external_ref is None:
            return False
        holders = self.store.holders(tenant, card.programme, [card.external_ref], now=now)
        return holders.get(card.external_ref) == card.number

    def correct(self, tenant: Tenant, number: CardNumber, changes: Correction, *, by: CallerId, now: datetime) -> Card:
        """Mend a card's birth year, language, reference or unit; a new reference takes over the claim.

        RuleError `age_outside_programme`, `identity_number` or `not_correctable`; ConflictError `already_has_card`
        where the new reference has a card, `not_in_that_state` where the card is nobody's any more.
        """
        refuse_identity_numbers(changes.fields)
        if not changes.fields.keys() <= CORRECTABLE:
            raise RuleError("not_correctable", "Only birth year, language, reference and unit can be corrected.")
        for _ in range(_TRIES):
            before, history = self.get(tenant, number, now=now)
            after = self._corrected(tenant, before, changes)
            if after == before:
                return before
            moves = after.external_ref != before.external_ref and self._holds_claim(tenant, before, now)
            entry = next_entry(history, now=now, status=before.status, reason=CORRECTED, by=by)
            match self.store.correct(tenant, before, after, entry, moves_claim=moves):
                case None:
                    return after
                case Clash.CLAIM:
                    raise ConflictError("already_has_card", "The new reference has a card in the programme already.")
                case _:
                    pass  # somebody was quicker: read again
        raise _busy()

    def _corrected(self, tenant: Tenant, before: Card, changes: Correction) -> Card:
        if before.status not in LIVE:
            raise ConflictError("not_in_that_state", "The card is nobody's any more.")
        named: dict[str, Any] = dict(changes.fields)  # the door has checked the types
        after = replace(before, **named)
        if after.birth_year is None or after.birth_year == before.birth_year:
            return after
        programme = self._programme(tenant, before.programme)
        check_age(programme, after.birth_year, after.valid_from)
        return replace(after, flags=flags_of(programme, after.birth_year, after.valid_from))

    def block(self, tenant: Tenant, number: CardNumber, *, reason: str, by: CallerId, now: datetime) -> Card:
        """Block a card. Doing it again changes nothing."""
        return self._changed(tenant, number, Act.BLOCK, reason=reason, by=by, now=now)

    def unblock(self, tenant: Tenant, number: CardNumber, *, reason: str | None, by: CallerId, now: datetime) -> Card:
        """Let a blocked card be used again."""
        return self._changed(tenant, number, Act.UNBLOCK, reason=reason, by=by, now=now)

    def end(self, tenant: Tenant, number: CardNumber, *, reason: str, by: CallerId, now: datetime) -> Card:
        """End a card for good: its place in the quota and its reference are free again."""
        return self._changed(tenant, number, Act.END, reason=reason, by=by, now=now)

    def _changed(
        self, tenant: Tenant, number: CardNumber, act: Act, *, reason: str | None, by: CallerId, now: datetime
    ) -> Card:
        refuse_unknown_reason(reason)
        for _ in range(_TRIES):
            before, history = self.get(tenant, number, now=now)
            after = replace(before, status=status_after(act, before.status))
            if after == before:
                return before
            ends_claim = act is Act.END and self._holds_claim(tenant, before, now)
            entry = next_entry(history, now=now, status=after.status, reason=reason, by=by)
            if self.store.change(tenant, before, after, entry, ends_claim=ends_claim) is None:
                return after
        raise _busy()

    def replace(
        self,
        tenant: Tenant,
        number: CardNumber,
        *,
        reason: str,
        by: CallerId,
        now: datetime,
        stock: CardNumber | None = None,
    ) -> Issued:
        """Give a card a new number and token, or those of a blank; counters, history and claim follow.

        The quota is not touched. The same call by the same caller within the hour gives the same new card, since a
        lost answer is asked for again. Of a blank also UnknownError `unknown_card` and RuleError `other_programme`.
        """
        refuse_unknown_reason(reason)
        made = stock or self.new_number()
        for _ in range(_TRIES):
            before, history = self.get(tenant, number, now=now)
            if before.replaced_by is not None and (
                before.replaced_by == made  # our own write, whose answer was lost on the way
                or (stock is None and is_repeated(history, reason=reason, by=by, now=now))
            ):
                return self._with_token(tenant, self._known(tenant, before.replaced_by, now))
            status_after(Act.REPLACE, before.status)
            if before.valid_until < oslo_date(now):
                raise ConflictError("not_in_that_state", "The card's last day has passed.")
            after, blank = replace(before, number=made, status=Status.ACTIVE), None
            if stock is not None:
                blank = self._known(tenant, stock, now)
                refuse_unless_blank(blank, before.programme)
                after = on_blank(after, blank)
            story = [*history, next_entry(history, now=now, status=Status.ACTIVE, reason=reason, by=by)]
            holds = self._holds_claim(tenant, before, now)
            clash = self.store.replace(tenant, before, after, story=story, moves_claim=holds, blank=blank)
            if clash is None:
                return self._with_token(tenant, after)
            if clash is Clash.NUMBER:
                made = self.new_number()
        raise _busy()

    def prints(
        self,
        tenant: Tenant,
        wanted: Sequence[tuple[CardNumber, str | None]],
        *,
        images: Callable[[str], bytes | None],
        now: datetime,
    ) -> tuple[list[PrintJob], Look]:
        """Give what is printed on some cards, in the order asked for. The names pass through and stay nowhere.

        UnknownError `unknown_card` or ConflictError `not_in_that_state`, with the rows at fault in `fields`.
        """
        configuration = self.terms(tenant)
        cards = self.store.cards(tenant, [number for number, _ in wanted], now=now)
        missing = [row for row, (number, _) in enumerate(wanted) if number not in cards]
        if missing:
            raise UnknownError("unknown_card", "There is no such card here.", _rows(missing, "unknown_card"))
        useless = [row for row, (number, _) in enumerate(wanted) if cards[number].status not in PRINTABLE]
        if useless:
            raise ConflictError("not_in_that_state", "No till lets this card in.", _rows(useless, "not_in_that_state"))
        today = oslo_date(now)
        jobs = [
            print_job(
                cards[number], configuration, url=self.link(tenant, cards[number])[1], name=name or None, today=today
            )
            for number, name in wanted
        ]
        return jobs, print_look(configuration, {job.programme for job in jobs}, images)

    def used_of_quota(self, tenant: Tenant, programme: Programme, day: date) -> int:
        """Give how many cards count in the programme year of a day."""
        return self.store.issued(tenant, programme.id, programme_year(programme, day).isoformat())

    def holder(
        self, text: str, *, tenant: Tenant | None, birth_year: int | None, language: str | None, now: datetime
    ) -> HolderView:
        """Show the holder's page. A token without the birth year shows offers and no counts, a number nothing.

        `tenant` is asked for a number only, which names no municipality. UnknownError `unknown_card` for whatever
        shows nothing: forged, mistyped, never issued, or a number with a wrong year.
        """
        municipality = self.mint.municipality_of(text)
        is_token = municipality is not None
        home = self.tenants(municipality) if municipality is not None else tenant
        if home is None:
            raise _unknown()
        configuration = self.terms(home)
        presented = self.mint.read(home, text, municipality_number=configuration.municipality.number)
        if presented.number is None:
            raise _unknown()
        card = self._known(home, presented.number, now)
        today = oslo_date(now)
        counts = Counts.YEAR_NEEDED
        if birth_year is not None and card.birth_year is not None:
            counts = self._guessed(home, card, birth_year, today)
        if counts is not Counts.SHOWN and not is_token:
            raise _unknown()
        return holder_view(card, configuration, counts=counts, language=language or card.language, today=today)

    def _guessed(self, tenant: Tenant, card: Card, birth_year: int, today: date) -> Counts:
        for _ in range(_TRIES):
            wrong = self.store.wrong_years(tenant, card.number)
            if wrong is not None and wrong.locks(today):
                return Counts.LOCKED
            if birth_year == card.birth_year:
                return Counts.SHOWN
            another = (wrong or WrongYears(today, 0)).another(today)
            if self.store.note_wrong_years(tenant, card.number, wrong, another):
                return Counts.WRONG_YEAR
        raise _busy()


def _as_before(asked: Asked, before: Request) -> GivenOut | ConflictError:
    if before.content != content_of(asked.application):
        return _used_for_something_else()
    return GivenOut(CardNumber(before.made), replayed=True)


def _numbers(of_stock: Request) -> list[CardNumber]:
    return [CardNumber(number) for number in of_stock.made.split(",")]


def _renumbered(draft: Draft, number: CardNumber) -> Draft:
    return replace(draft, card=replace(draft.card, number=number), request=replace(draft.request, made=number))


def _used_for_something_else() -> ConflictError:
    return ConflictError("idempotency_conflict", "This Idempotency-Key was used for something else.")


def _rows(rows: Iterable[int], code: str) -> tuple[Field, ...]:
    return tuple(Field(f"cards[{row}].number", code, "This card cannot be printed.") for row in rows)


def _unknown() -> UnknownError:
    return UnknownError("unknown_card", "There is no such card here.")


def _busy() -> TryAgainError:
    return TryAgainError("busy", "Others are changing the same card; send the same call again.")
