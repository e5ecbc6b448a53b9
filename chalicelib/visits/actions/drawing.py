"""From a card and a request to what would be written, or to the no that is given instead."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from chalicelib.cards.rules import Card, LatestUse, Status, Tag, counter
from chalicelib.credentials.rules import Reading
from chalicelib.shared.answers import RuleError
from chalicelib.shared.calendar import band, oslo_date, oslo_month
from chalicelib.shared.ids import DeviceId, OfferId, Tenant
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import Agreement, Configuration, Offer, Programme, Venue, purse
from chalicelib.visits.actions.asking import Asked, Presented
from chalicelib.visits.rules import (
    LATE,
    Because,
    Doubt,
    Facts,
    Flag,
    Mark,
    Spend,
    Suspect,
    Verdict,
    Visit,
    children,
    day_of,
    doubt_of,
    flags_of,
    is_noted,
    left_after,
    marks,
    minutes_since_use,
    nearest,
    over_and_done,
    reasons,
    verdict_on,
)

_UNKNOWN_QUEUE: Final = 14  # days, where the card's programme is too new to have been read here


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known before the table is asked."""

    tenant: Tenant
    device: DeviceId
    venue: Venue
    asked: OfferId
    offer: Offer | None
    presented: Presented
    configuration: Configuration
    text: str  # as it was shown

    def programme(self, card: Card | None) -> Programme | None:
        """Give the card's programme."""
        return None if card is None else self.configuration.programmes.get(card.programme)

    def facts(self, card: Card | None, day: date, persons: int | None, doubt: Doubt | None) -> Facts:
        """Gather what a decision on a day rests on."""
        return Facts(
            card=card,
            programme=self.programme(card),
            offer=self.offer,
            agreement=self._agreement(card, day),
            known_here=card is not None
            and any(
                (version.programme, version.venue) == (card.programme, self.venue.id)
                for version in self.configuration.agreements
            ),
            day=day,
            persons=persons,
            forged=self.presented.forged,
            copied=doubt is not None and doubt is not Doubt.FORGED,
        )

    def doubt(self, card: Card | None) -> Doubt | None:
        """Say what speaks against the code or the tag that was shown."""
        if self.presented.forged:
            return Doubt.FORGED
        return Doubt.WRONG_KEY if self.presented.copied else doubt_of(self.presented.reading, card)

    def suspect(self, doubt: Doubt, now: datetime) -> Suspect:
        """Give what the office is told of a doubt: a till and a day, never a card that could be told from it."""
        number = self.presented.number
        day = oslo_date(now)
        told = f"{self.tenant}:{day}:{self.device}:{doubt}:{self.text}"
        return Suspect(
            day=day,
            band=band(now),
            venue=self.venue.id,
            offer=self.asked,
            device=self.device,
            reason=doubt,
            last3=None if number is None or doubt is Doubt.FORGED else number[-3:],
            fingerprint=hashlib.sha256(told.encode()).hexdigest()[:16],
        )

    def _agreement(self, card: Card | None, day: date) -> Agreement | None:
        if card is None or self.offer is None:
            return None
        return self.configuration.agreement(card.programme, self.venue.id, self.offer.id, day)


@dataclass(frozen=True, slots=True)
class Plan:
    """A visit and what it changes on its card, to be written together."""

    visit: Visit
    mark: Mark


def plan(
    scene: Scene, asked: Asked, *, shown: Card | None, card: Card | None, now: datetime
) -> Plan | Verdict | RuleError:
    """Decide on one visit as the card stands: what to write, or the no to give. Decides in the same order always."""
    programme = scene.programme(card)
    days = programme.offline_days if programme is not None else _UNKNOWN_QUEUE
    on_time = day_of(asked.at, now=now, offline_days=days)
    day = on_time or oslo_date(now)
    doubt, reading = scene.doubt(shown), scene.presented.reading
    if asked.offline and doubt is not None and not is_noted(doubt, reading, shown):
        doubt = None
    facts = scene.facts(card, day, asked.persons, doubt)
    held = reasons(facts)
    if card is None or scene.presented.forged:
        return verdict_on(facts, asked.offer, used_minutes_ago=None)
    if not asked.offline and on_time is None:
        return RuleError("at_out_of_bounds", "Set `at` to the time of the visit, or send it with `offline: true`.")
    if not asked.offline and held:
        used = minutes_since_use(card, scene.venue.id, now)
        return verdict_on(facts, asked.offer, used_minutes_ago=used)
    if shown is not None and shown.status is Status.REPLACED:
        held = (Because.REPLACED, *held)
    flags = flags_of(held)
    if on_time is None:
        flags = (*flags, Flag.CLOCK)
    elif now - asked.at > LATE:
        flags = (*flags, Flag.LATE)
    return _written_down(scene, asked, facts, card, flags, within_rules=not held, now=now)


def _written_down(  # noqa: PLR0913  facts are many, as in the rules
    scene: Scene, asked: Asked, facts: Facts, card: Card, flags: tuple[Flag, ...], *, within_rules: bool, now: datetime
) -> Plan:
    """Draw up the visit and its mark. Where no terms held, the nearest version counts the visit and nothing is paid."""
    day, at = facts.day, now if Flag.CLOCK in flags else min(asked.at, now)
    paid = facts.agreement
    counted = paid or (None if scene.offer is None else nearest(scene.configuration, card.programme, scene.offer, day))
    taken = marks(facts.programme, counted, asked.persons) if counted else 0
    named = counter(counted, day) if counted else ""
    before = card.last.get(counted.quota) if counted else None
    moves = counted is not None and (before is None or before < day)
    sharing = children(card)
    spend = _spend(facts, asked.persons, within_rules=within_rules)
    visit = Visit(
        id=asked.id,
        venue=scene.venue.id,
        offer=asked.offer,
        programme=card.programme,
        card_key=card.key,
        last3=card.number[-3:],
        date=day,
        band=band(at),
        month=oslo_month(now),
        persons=asked.persons,
        marks=taken,
        counter=named,
        left=left_after(facts, asked.persons),
        price=paid.price(asked.persons, sharing) if paid else Ore(0),
        copay=paid.copay(asked.persons, sharing) if paid else Ore(0),
        percent=paid.reimburse if paid else 0,
        amount=paid.reimbursed(asked.persons, sharing) if paid else Ore(0),
        agreement=counted.starts.isoformat() if counted else "",
        settle_by=scene.venue.settle_by,
        carrier=asked.carrier,
        device=scene.device,
        vat_code=paid.vat_code if paid else None,
        funding=card.funding or (paid.funding_source if paid else None),
        flags=tuple(flags),
        moved_last=moves,
        last_before=before if moves else None,
        children=sharing,
        purse=spend.purse if spend else None,
    )
    latest = LatestUse(scene.venue.id, asked.id[:8], at)
    days = facts.programme.offline_days if facts.programme else _UNKNOWN_QUEUE
    mark = Mark(
        number=card.number,
        day=day,
        counter=named,
        marks=taken,
        limit=paid.limit if paid and within_rules else None,
        within_rules=within_rules,
        once_a_day=within_rules and facts.programme is not None and facts.programme.once_per_day,
        moves_last=moves,
        last_before=before,
        latest=latest if card.latest is None or card.latest.at <= at else None,
        # A night when the clocks go forward may put the oldest visit's own day among those that are over.
        forgotten=tuple(
            name
            for name in over_and_done(card, today=oslo_date(now), offline_days=days)
            if name not in {named, visit.purse}
        ),
        spend=spend,
        tag=_moved_tag(scene.presented.reading, card),
    )
    return Plan(visit, mark)


def _moved_tag(reading: Reading | None, card: Card) -> Tag | None:
    """Give the tag as this reading leaves it; the count never moves back, and a card replaced since has another tag."""
    if reading is None or doubt_of(reading, card) is not None:
        return None
    return Tag(reading.uid, reading.count)


def _spend(facts: Facts, persons: int, *, within_rules: bool) -> Spend | None:
    """Give what a visit takes of its card's ceiling; one that has happened already takes it also where it is gone."""
    named = purse(facts.programme, facts.day)
    if named is None or facts.programme is None or facts.agreement is None:
        return None
    amount = facts.agreement.reimbursed(persons, children(facts.card))
    return Spend(named, amount, facts.programme.ceiling if within_rules else None) if amount else None
