"""Rounds, spent tickets and answers. Nothing ties an answer to a ticket: no time, no order, no name in common."""

import json
import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from pynamodb.exceptions import DoesNotExist

from chalicelib import faults, table
from chalicelib.impact.rules import Answers, Better, Outcome, Reply, Round, RoundKind, goes
from chalicelib.notary import Notary
from chalicelib.parcels import Parcel
from chalicelib.shared.acting import Change, Told
from chalicelib.shared.ids import Tenant
from chalicelib.table import AnswerRow, Row, SurveyRow, TicketRow

_ROUND: Final = "ROUND#"
_TICKET: Final = "TICKET#"
_ANSWER: Final = "ANSWER#"


class SurveyStore:
    """What members were asked and what was answered."""

    def __init__(self, notary: Notary | None = None) -> None:
        self._notary = notary or Notary()

    def round(self, tenant: Tenant, currency: str, named: str) -> Round | None:
        """Give a round."""
        key = table.surveys_pk(tenant, currency)
        try:
            row = faults.patiently(lambda: SurveyRow.get(key, _ROUND + named, consistent_read=True))
        except DoesNotExist:
            return None
        return _round(currency, row)

    def rounds(self, tenant: Tenant, currency: str) -> list[Round]:
        """Give the rounds of a currency."""
        key = table.surveys_pk(tenant, currency)
        rows = faults.patiently(lambda: list(SurveyRow.query(key, consistent_read=True)))
        return [_round(currency, row) for row in rows]

    def put_round(self, tenant: Tenant, sent: Round, before: Round | None) -> bool:
        """Keep a round, new or changed; False where it was changed meanwhile."""
        row = SurveyRow(
            table.surveys_pk(tenant, sent.currency),
            _ROUND + sent.id,
            sort=sent.kind.value,
            opens=sent.opens.isoformat(),
            closes=sent.closes.isoformat(),
            invited=sent.invited,
            effects=json.dumps(sent.effects),
            expires=table.epoch(goes(sent)),
        )
        is_new = SurveyRow.pk.does_not_exist()
        parcel = Parcel()
        if before is None:
            parcel.put("round", row, is_new)
        else:
            as_read = (SurveyRow.opens == before.opens.isoformat()) & (SurveyRow.closes == before.closes.isoformat())
            parcel.put("round", row, as_read)
        change = Change("survey", (sent.id,), _told(before) if before else {}, _told(sent))
        self._notary.note(parcel, tenant, "survey.changed" if before else "survey.made", change)
        return parcel.send() is None

    def answer(self, tenant: Tenant, asked: Round, ticket: str, answers: Answers) -> bool:
        """Spend a ticket and keep the answers; False where the ticket was spent before."""
        key, expires = table.survey_pk(tenant, asked.currency, asked.id), table.epoch(goes(asked))
        spent = TicketRow(key, _TICKET + ticket, expires=expires)
        kept = AnswerRow(key, _ANSWER + secrets.token_hex(16), document=_written(answers.replies), expires=expires)
        never_spent = TicketRow.pk.does_not_exist()
        parcel = Parcel()
        parcel.put("ticket", spent, never_spent, final=True)
        parcel.put("answer", kept)
        return parcel.send() is None

    def is_spent(self, tenant: Tenant, asked: Round, ticket: str) -> bool:
        """Say whether a ticket was spent."""
        key = table.survey_pk(tenant, asked.currency, asked.id)
        try:
            faults.patiently(lambda: TicketRow.get(key, _TICKET + ticket, consistent_read=True))
        except DoesNotExist:
            return False
        return True

    def answers(self, tenant: Tenant, asked: Round) -> list[Answers]:
        """Give the answers of a round, in no order."""
        key, only = table.survey_pk(tenant, asked.currency, asked.id), Row.sk.startswith(_ANSWER)
        rows = faults.patiently(lambda: list(AnswerRow.query(key, only, consistent_read=True)))
        return [_read(row.document) for row in rows]


def _told(asked: Round) -> dict[str, Told]:
    return {"kind": asked.kind.value, "opens": asked.opens, "closes": asked.closes, "invited": asked.invited}


def _round(currency: str, row: SurveyRow) -> Round:
    return Round(
        row.sk.removeprefix(_ROUND),
        currency,
        RoundKind(row.sort),
        date.fromisoformat(row.opens),
        date.fromisoformat(row.closes),
        int(row.invited),
        tuple(json.loads(row.effects)),
    )


def _written(replies: Mapping[Outcome, Reply]) -> str:
    return json.dumps({each.value: [reply.now, reply.better] for each, reply in sorted(replies.items())})


def _read(document: str) -> Answers:
    held: dict[str, list[Any]] = json.loads(document)
    return Answers(
        {Outcome(name): Reply(now, None if better is None else Better(better)) for name, (now, better) in held.items()}
    )
