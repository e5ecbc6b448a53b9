"""Giving out a card, once however often it is asked."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from chalicelib.cards.actions.clerk import TRIES, Clerk, Issued, still_busy
from chalicelib.cards.rules import (
    Application,
    Card,
    Clash,
    Draft,
    Request,
    Status,
    check_age,
    check_family,
    check_shared,
    content_of,
    flags_of,
    next_entry,
    on_blank,
    period_of,
    programme_year,
    refuse_identity_numbers,
    refuse_unless_blank,
    validity,
    with_spent,
)
from chalicelib.shared.answers import ConflictError, Field, RuleError
from chalicelib.shared.calendar import oslo_date
from chalicelib.shared.ids import CallerId, CardNumber, Tenant
from chalicelib.venues.rules import Programme


@dataclass(frozen=True, slots=True)
class Issuing(Clerk):
    """Gives out new cards, and blanks of the stock."""

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
        renews: Card | None = None,
    ) -> Issued:
        request = Request(by, key, content, "")
        try:
            draft = self._drafted(tenant, application, request, now=now)
        except RuleError:
            # The answer that was given stands, also after the programme has closed.
            earlier = self._answered(tenant, request, now)
            if earlier is None:
                raise
            return earlier
        if renews is not None:
            card = with_spent(draft.card, renews, self._programme(tenant, application.programme))
            draft = replace(draft, card=card, renews=renews.number)
        if stock is not None:
            return self._on_stock(tenant, draft, stock, now=now)
        return self._written(tenant, draft, now=now)

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
        placed = replace(application, unit=self.sight.unit_for(application.unit))
        card = self._card(programme, placed, by=request.by, today=oslo_date(now))
        entry = next_entry((), now=now, status=Status.ACTIVE, reason=None, by=request.by)
        made = replace(request, made=card.number)
        return Draft(card, entry, made, programme.quota, per_family=programme.per_family)

    def _card(self, programme: Programme, application: Application, *, by: str, today: date) -> Card:
        first, last = validity(programme, application, today)
        check_age(programme, application.birth_year, first)
        check_shared(programme, application.siblings)
        check_family(programme, application.family_ref)
        family_from = None if application.family_ref is None else period_of(programme, first)
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
            family_from=family_from,
            siblings=application.siblings,
            flags=flags_of(programme, application.birth_year, first),
            issued_by=by,
            year=programme_year(programme, first).isoformat(),
        )

    def _written(self, tenant: Tenant, draft: Draft, *, now: datetime) -> Issued:
        for _ in range(TRIES):
            clash = self.store.issue(tenant, [draft])
            settled = self._settled(tenant, draft, clash, now)
            if settled is not None:
                return settled
            if clash is not Clash.REQUEST:
                draft = _renumbered(draft, self.new_number())
        raise still_busy()

    def _on_stock(self, tenant: Tenant, draft: Draft, number: CardNumber, *, now: datetime) -> Issued:
        for _ in range(TRIES):
            blank, history = self._whole(tenant, number, now)
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
        raise still_busy()

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
                fault = Field("external_ref", "already_has_card", "Renew or replace the card that it has.")
                raise ConflictError("already_has_card", detail, (fault,))
            case Clash.QUOTA:
                raise RuleError("quota_reached", "The programme has given out all its cards of the year.")
            case Clash.FAMILY:
                fault = Field("family_ref", "family_has_all_its_cards", f"At most {draft.per_family} in a period.")
                detail = "The family has all its cards of the programme; end one of them to give another."
                raise RuleError("family_has_all_its_cards", detail, (fault,))
            case _:
                return None


def _renumbered(draft: Draft, number: CardNumber) -> Draft:
    return replace(draft, card=replace(draft.card, number=number), request=replace(draft.request, made=number))
