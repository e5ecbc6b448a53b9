"""What happens to a card after it was given out: corrected, blocked, ended, replaced."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from chalicelib.cards.actions.clerk import TRIES, Issued, still_busy
from chalicelib.cards.actions.following import Following
from chalicelib.cards.rules import (
    CORRECTABLE,
    CORRECTED,
    LIVE,
    MOVED,
    RENEWAL_CANCELLED,
    Act,
    Card,
    Clash,
    Correction,
    Status,
    check_age,
    check_replaced,
    flags_of,
    is_repeated,
    may_be_undone,
    next_entry,
    on_blank,
    refuse_identity_numbers,
    refuse_unknown_reason,
    refuse_unless_blank,
    status_after,
)
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CardNumber, Tenant


@dataclass(frozen=True, slots=True)
class Changes(Following):
    """Changes cards that there are."""

    def correct(self, tenant: Tenant, number: CardNumber, changes: Correction, *, by: CallerId, now: datetime) -> Card:
        """Mend a card's birth year, language, reference or unit; a new reference takes over the claim.

        RuleError `age_outside_programme`, `identity_number` or `not_correctable`; ConflictError `already_has_card`
        where the new reference has a card, `not_in_that_state` where the card is nobody's any more.
        """
        refuse_identity_numbers(changes.fields)
        if not changes.fields.keys() <= CORRECTABLE:
            raise RuleError("not_correctable", "Only birth year, language, reference and unit can be corrected.")
        for _ in range(TRIES):
            before, history = self._whole(tenant, number, now)
            after = self._corrected(tenant, before, changes)
            if after == before:
                return before
            moves = after.external_ref != before.external_ref and self._holds_claim(tenant, before, now)
            entry = next_entry(history, now=now, status=before.status, reason=self._what_was_done(before, after), by=by)
            match self.store.correct(tenant, before, after, entry, moves_claim=moves):
                case None:
                    return after
                case Clash.CLAIM:
                    raise ConflictError("already_has_card", "The new reference has a card in the programme already.")
                case _:
                    pass  # somebody was quicker: read again
        raise still_busy()

    def _what_was_done(self, before: Card, after: Card) -> str:
        return MOVED if self.sight.own is not None and after.unit != before.unit else CORRECTED

    def _corrected(self, tenant: Tenant, before: Card, changes: Correction) -> Card:
        if before.status not in LIVE:
            raise ConflictError("not_in_that_state", "The card is nobody's any more.")
        named: dict[str, Any] = dict(changes.fields)  # the door has checked the types
        after = replace(before, **named)
        if after.unit != before.unit:
            self.sight.unit_to_move_to(after.unit)
        if after.birth_year is None or after.birth_year == before.birth_year:
            return after
        programme = self._programme(tenant, before.programme)
        check_age(programme, after.birth_year, after.valid_from)
        return replace(after, flags=flags_of(programme, after.birth_year, after.valid_from))

    def block(self, tenant: Tenant, number: CardNumber, *, reason: str, by: CallerId, now: datetime) -> Card:
        """Block a card. Doing it again changes nothing."""
        refuse_unknown_reason(reason)
        return self._changed(tenant, number, Act.BLOCK, reason=reason, by=by, now=now)

    def unblock(self, tenant: Tenant, number: CardNumber, *, reason: str | None, by: CallerId, now: datetime) -> Card:
        """Let a blocked card be used again."""
        refuse_unknown_reason(reason)
        return self._changed(tenant, number, Act.UNBLOCK, reason=reason, by=by, now=now)

    def end(self, tenant: Tenant, number: CardNumber, *, reason: str, by: CallerId, now: datetime) -> Card:
        """End a card for good: its places in quota and family and its reference are free again.

        A card that was to renew another and has not begun gives the reference back to that one.
        """
        refuse_unknown_reason(reason)
        return self._changed(tenant, number, Act.END, reason=reason, by=by, now=now)

    def _changed(
        self, tenant: Tenant, number: CardNumber, act: Act, *, reason: str | None, by: CallerId, now: datetime
    ) -> Card:
        for _ in range(TRIES):
            before, history = self._whole(tenant, number, now)
            after = replace(before, status=status_after(act, before.status))
            if after == before:
                return before
            ends_claim = act is Act.END and self._holds_claim(tenant, before, now)
            undone = self._undone(tenant, before, by=by, now=now) if ends_claim else None
            entry = next_entry(history, now=now, status=after.status, reason=reason, by=by)
            clash = self.store.change(tenant, before, after, entry, ends_claim=ends_claim, undone=undone)
            if clash is None:
                return after
        raise still_busy()

    def cancel_renewal(self, tenant: Tenant, number: CardNumber, *, by: CallerId, now: datetime) -> Card:
        """End the card that was to follow a card, before its first day, and give the old card its standing back.

        The same call within the hour changes nothing more. ConflictError `not_renewed`, or `renewal_has_begun`.
        """
        old = self._known(tenant, number, now)
        successor = self._successor(tenant, old, now)
        if successor is not None and may_be_undone(successor, oslo_date(now)):
            self._changed(tenant, successor.number, Act.END, reason=RENEWAL_CANCELLED, by=by, now=now)
            return old
        # Read after the successor: what another window has taken back in between must stand in it.
        _, history = self._whole(tenant, number, now)
        if is_repeated(history, reason=RENEWAL_CANCELLED, by=by, now=now):
            return old
        if successor is None:
            raise ConflictError("not_renewed", "The card has not been renewed; there is nothing to take back.")
        detail = "The new card's first day has come; end it by POST /v1/cards/{number}/block with `ended`."
        raise ConflictError("renewal_has_begun", detail)

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
        for _ in range(TRIES):
            before, history = self._whole(tenant, number, now)
            if before.replaced_by is not None and (
                before.replaced_by == made  # our own write, whose answer was lost on the way
                or (stock is None and is_repeated(history, reason=reason, by=by, now=now))
            ):
                return self._with_token(tenant, self._known(tenant, before.replaced_by, now))
            status_after(Act.REPLACE, before.status)
            if before.valid_until < oslo_date(now):
                raise ConflictError("not_in_that_state", "The card's last day has passed.")
            check_replaced(self._programme(tenant, before.programme), before.replacements)
            after = replace(before, number=made, status=Status.ACTIVE, replacements=before.replacements + 1, tag=None)
            blank = None
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
        raise still_busy()
