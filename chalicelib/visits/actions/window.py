"""The ticket window: look at a card, register a visit once, take it back."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from chalicelib.access.rules import Caller, Device
from chalicelib.cards.rules import Card, Status
from chalicelib.shared.answers import ConflictError, OpplevError, RuleError, TooLargeError, TryAgainError, UnknownError
from chalicelib.shared.calendar import oslo_date, oslo_month
from chalicelib.shared.ids import CallerId, OfferId, Tenant, VenueId, VisitId
from chalicelib.venues.rules import Configuration, Venue
from chalicelib.visits.actions.asking import Asked, Outcome, Reader, Registered, Result, Store, Voided
from chalicelib.visits.actions.drawing import Plan, Scene, plan
from chalicelib.visits.actions.flagging import Place, flagged_at
from chalicelib.visits.actions.supplies import Snapshot, Today, day_at_the_venue, longest_queue, supplies
from chalicelib.visits.rules import (
    MOST_PERSONS,
    Because,
    Changed,
    Doubt,
    Flag,
    Flagged,
    Seen,
    StaffSheet,
    Suspect,
    Verdict,
    Visit,
    Void,
    Written,
    insist_on_staff_language,
    minutes_since_use,
    staff_sheet,
    unmark,
    verdict_of,
    verdict_on,
)

MOST_IN_A_BATCH: Final = 100
_ROUNDS: Final = 5  # how often a visit is weighed anew because its card changed between reading and writing
_REPLACEMENTS: Final = 10  # how many times a card may have been replaced in its life
_OPEN: Final = "open"
_TOMBSTONE_DAYS: Final = 30  # beyond the longest queue


@dataclass(frozen=True, slots=True)
class Window:
    """The ticket window of every venue. `keys` gives a tenant's public signing keys as JWKS."""

    store: Store
    configuration: Callable[[Tenant], Configuration]
    read_card: Reader
    keys: Callable[[Tenant], Mapping[str, Any]]

    def check(self, device: Device, *, card: str, offer: OfferId, now: datetime) -> Verdict:
        """Say whether a card may come in, and how many with it. One read; nothing is written but what looks false."""
        scene = self._scene(device, card, offer)
        found = self._card(scene)
        used = minutes_since_use(found, device.venue, now)
        doubt = scene.doubt(found)
        self._note(scene, doubt, now)
        return verdict_on(scene.facts(found, oslo_date(now), None, doubt), offer, used_minutes_ago=used)

    def register(self, device: Device, asked: Asked, *, now: datetime) -> Registered:
        """Register a visit once, however often it is sent (D6, D7).

        Online the card's rules decide. With `offline` the visit has happened: only forged, unknown and foreign
        cards are refused, everything else is recorded and flagged (D11). ConflictError `id_used_otherwise` where
        the id was used for another card, offer or number of persons, `visit_voided` where the visit was taken
        back; RuleError `at_out_of_bounds`, `persons_out_of_bounds`; TryAgainError when the table is busy.
        """
        if not 1 <= asked.persons <= MOST_PERSONS:
            raise RuleError("persons_out_of_bounds", f"Send 1 to {MOST_PERSONS} persons.")
        scene = self._scene(device, asked.card, asked.offer)
        if asked.offline and scene.offer is None:
            raise UnknownError("unknown_offer", "The venue has no such offer; take a fresh snapshot.")
        shown = self._card(scene)
        card = self._standing(scene.tenant, shown) if asked.offline else shown
        for _ in range(_ROUNDS):
            drawn = plan(scene, asked, shown=shown, card=card, now=now)
            if not isinstance(drawn, Plan):
                return self._not_written(scene, asked, shown, drawn, now)
            match self.store.register(scene.tenant, drawn.visit, drawn.mark, received=now):
                case Written():
                    if Flag.COPIED in drawn.visit.flags:
                        self._note(scene, scene.doubt(shown), now)
                    return _registered(drawn.visit, scene, shown, replayed=False)
                case Seen(earlier):
                    return _replayed(earlier, scene, asked, shown)
                case Changed(changed):
                    shown, card = (shown, changed) if asked.offline else (changed, changed)
        raise TryAgainError("busy", "The card is being used at several tills; send the same again.")

    def register_batch(self, device: Device, asked: list[Asked], *, now: datetime) -> list[Outcome]:
        """Register the visits of a phone's queue in the order sent; a bad one never stops the others (D11)."""
        if len(asked) > MOST_IN_A_BATCH:
            raise TooLargeError("too_many_visits", f"Send at most {MOST_IN_A_BATCH} visits at a time.")
        return [self._outcome(device, replace(each, offline=True), now) for each in asked]

    def void(self, device: Device, visit_id: VisitId, *, void_id: str, reason: str, now: datetime) -> Voided:
        """Take back a visit of the device's venue until its month closes; a voided id stays dead.

        An id that has not arrived is buried, so that the visit is refused when it comes out of a queue later.
        UnknownError for another venue's visit, ConflictError `already_voided` or `month_closed`.
        """
        void = Void(visit_id, void_id, reason, device.id, oslo_month(now), device.venue)
        for _ in range(_ROUNDS):
            found = self.store.visit(device.tenant, visit_id)
            if found is None:
                if isinstance(self._bury(device.tenant, void, now), Written):
                    return _voided(void)
                continue
            if found.venue != device.venue:
                raise UnknownError("unknown_visit", "This venue has no such visit.")
            if isinstance(found, Visit) and found.void_month is None:
                self._hold_to_the_month(device.tenant, found, now)
            done = self._void(device.tenant, found, void, now)
            if done is not None:
                return done
        raise TryAgainError("busy", "The card is being used right now; send the same again.")

    def office_void(self, caller: Caller, visit_id: VisitId, *, void_id: str, reason: str, now: datetime) -> Voided:
        """Take back any visit, also after its month has closed: then it is a correction in the open month (D8).

        UnknownError for an id that never arrived: an office has no queue, so it is a slip.
        """
        by: CallerId = caller.id
        for _ in range(_ROUNDS):
            found = self.store.visit(caller.tenant, visit_id)
            if found is None:
                raise UnknownError("unknown_visit", "There is no such visit.")
            done = self._void(caller.tenant, found, Void(visit_id, void_id, reason, by, oslo_month(now)), now)
            if done is not None:
                return done
        raise TryAgainError("busy", "The card is being used right now; send the same again.")

    def today(self, device: Device, *, now: datetime) -> Today:
        """List the venue's visits of today, for undo from any of its phones."""
        day = oslo_date(now)
        return day_at_the_venue(self.store.listed(device.tenant, device.venue, day), device, day)

    def flagged(
        self, tenant: Tenant, month: str, *, venue: VenueId | None, after: Place | None
    ) -> tuple[list[Flagged], Place | None]:
        """Give visits received in a month that something spoke against, and where to read on; 404 `unknown_venue`."""
        configuration = self.configuration(tenant)
        venues = list(configuration.venues) if venue is None else [_venue(configuration, venue).id]
        return flagged_at(self.store, tenant, venues, month, after=after)

    def suspects(self, tenant: Tenant, *, before: str | None, most: int) -> list[Suspect]:
        """List what looked like forgeries or copies, newest first, for the office (requirement OK-41: no child)."""
        return self.store.suspects(tenant, before=before, most=most)

    def staff_sheet(
        self, tenant: Tenant, venue: VenueId, *, language: str, images: Callable[[str], bytes | None], now: datetime
    ) -> tuple[StaffSheet, bytes | None]:
        """Give what stands on the sheet of a venue's staff, and the coat of arms (requirement OK-46).

        UnknownError `unknown_venue`, MalformedError `bad_query` for a language that the staff's pages are not in.
        """
        configuration = self.configuration(tenant)
        shown = insist_on_staff_language(language)
        known = _venue(configuration, venue)
        arms = configuration.municipality.coat_of_arms
        sheet = staff_sheet(configuration, known.id, language=shown, today=oslo_date(now))
        return sheet, images(arms) if arms else None

    def snapshot(self, device: Device, *, now: datetime) -> Snapshot:
        """Give what the phone needs to work without network (D11)."""
        configuration = self.configuration(device.tenant)
        return supplies(
            configuration,
            _venue(configuration, device.venue),
            keys=self.keys(device.tenant),
            blocked=self.store.blocked(device.tenant),
            now=now,
        )

    def _scene(self, device: Device, text: str, offer: OfferId) -> Scene:
        configuration = self.configuration(device.tenant)
        presented = self.read_card(device.tenant, text, municipality_number=configuration.municipality.number)
        return Scene(
            tenant=device.tenant,
            device=device.id,
            venue=_venue(configuration, device.venue),
            asked=offer,
            offer=configuration.offers.get((device.venue, offer)),
            presented=presented,
            text=text,
            configuration=configuration,
        )

    def _card(self, scene: Scene) -> Card | None:
        number = scene.presented.number
        nobody = number is None or scene.presented.forged or scene.presented.is_time
        return None if nobody or number is None else self.store.card(scene.tenant, number)

    def _standing(self, tenant: Tenant, card: Card | None) -> Card | None:
        """Follow a replaced card to the one that has its counters now."""
        for _ in range(_REPLACEMENTS):
            if card is None or card.status is not Status.REPLACED or card.replaced_by is None:
                return card
            card = self.store.card(tenant, card.replaced_by) or replace(card, replaced_by=None)
        return card

    def _note(self, scene: Scene, doubt: Doubt | None, now: datetime) -> None:
        """Keep for the office what looks like a forgery or a copy; the till is answered whether or not that works."""
        if doubt is None:
            return
        with suppress(TryAgainError):
            self.store.suspect(scene.tenant, scene.suspect(doubt, now))

    def _not_written(
        self, scene: Scene, asked: Asked, shown: Card | None, no: Verdict | RuleError, now: datetime
    ) -> Registered:
        """Say no, unless the visit stands already: a replay outranks every refusal (D6)."""
        earlier = self.store.visit(scene.tenant, asked.id)
        if earlier is not None:
            return _replayed(earlier, scene, asked, shown)
        if isinstance(no, RuleError):
            raise no
        if no.because in {Because.FORGED_CARD, Because.COPIED_TAG}:
            self._note(scene, scene.doubt(shown), now)
        return Registered(None, no, replayed=False)

    def _outcome(self, device: Device, asked: Asked, now: datetime) -> Outcome:
        try:
            done = self.register(device, asked, now=now)
        except OpplevError as error:
            dead = error.code == "visit_voided"
            return Outcome(asked.id, Result.REFUSED if dead else Result.PROBLEM, problem=error)
        if done.visit is None:
            return Outcome(asked.id, Result.REFUSED, verdict=done.verdict)
        over = Flag.OVER in done.visit.flags
        result = Result.REPLAYED if done.replayed else Result.OVER_ALLOWANCE if over else Result.RECORDED
        return Outcome(asked.id, result, done.visit, done.verdict)

    def _hold_to_the_month(self, tenant: Tenant, visit: Visit, now: datetime) -> None:
        if visit.month == oslo_month(now):
            return
        if self.store.month_state(tenant, visit.month) not in {None, _OPEN}:
            raise ConflictError("month_closed", "The month is settled; ask the municipality to take the visit back.")

    def _bury(self, tenant: Tenant, void: Void, now: datetime) -> Written | Changed:
        window = longest_queue(self.configuration(tenant))
        return self.store.bury(tenant, void, until=now + timedelta(days=_TOMBSTONE_DAYS + window), received=now)

    def _void(self, tenant: Tenant, found: Visit | Void, void: Void, now: datetime) -> Voided | None:
        """Void what stands; give the earlier answer where it is void already; None where the card moved meanwhile."""
        if isinstance(found, Void) or found.void_month is not None:
            earlier = found if isinstance(found, Void) else self.store.void_of(tenant, found.id)
            if earlier is None or earlier.void_id != void.void_id:
                raise ConflictError("already_voided", "The visit was taken back before.")
            return _voided(earlier)
        card = None if found.card_key is None else self.store.card_of_key(tenant, found.card_key)
        card = self._standing(tenant, card)
        # A server whose clock is behind cannot take a visit back in a month before the one it was received in.
        month = max(void.month, found.month)
        void = replace(void, venue=found.venue, corrects=found.month, month=month)
        change = None if card is None else unmark(found, card)
        written = self.store.void(tenant, void, found, change, received=now)
        return _voided(void) if isinstance(written, Written) else None


def _registered(visit: Visit, scene: Scene, card: Card | None, *, replayed: bool) -> Registered:
    return Registered(visit, verdict_of(visit, scene.configuration, card), replayed=replayed)


def _replayed(earlier: Visit | Void, scene: Scene, asked: Asked, card: Card | None) -> Registered:
    """Answer for an id that is there already. Card, offer and persons are the content (D7); dead ids stay dead."""
    if isinstance(earlier, Visit):
        content = (scene.venue.id, None if card is None else card.key, asked.offer, asked.persons)
        if (earlier.venue, earlier.card_key, earlier.offer, earlier.persons) != content:
            raise ConflictError("id_used_otherwise", "The id stands for another visit; make a new one.")
    if isinstance(earlier, Void) or earlier.void_month is not None:
        raise ConflictError("visit_voided", "The visit was taken back; register a new one with a new id.")
    return _registered(earlier, scene, card, replayed=True)


def _voided(void: Void) -> Voided:
    return Voided(void.visit, void.void_id, void.month, void.corrects)


def _venue(configuration: Configuration, venue: VenueId) -> Venue:
    found = configuration.venues.get(venue)
    if found is None:
        raise UnknownError("unknown_venue", "There is no such venue.")
    return found
