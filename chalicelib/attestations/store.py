"""Attestations in the table: the record with its name, and apart from it that it was taken back."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import msgspec
from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib import faults, table
from chalicelib.attestations.rules import (
    Attestation,
    AttestationId,
    Because,
    Facts,
    Revocation,
    goes,
)
from chalicelib.notary import Notary
from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.shared.ids import CallerId, Tenant
from chalicelib.table import AttestationOfRow, AttestationRow, RevocationRow, Row

_RECORD: Final = "ATTESTATION"
_REVOCATION: Final = "REVOCATION"
_OF_MEMBER: Final = "ATTESTATION#"


class AttestationStore:
    """One record each, a pointer from its member, and a row that says it was taken back."""

    def __init__(self, notary: Notary | None = None) -> None:
        self._notary = notary or Notary()

    def put(self, tenant: Tenant, attestation: Attestation) -> bool:
        """Keep a new one; False where its id is taken."""
        key, facts = table.attestation_pk(tenant, attestation.id), attestation.facts
        expires = table.epoch(goes(attestation.issued_on))
        record = AttestationRow(
            key,
            _RECORD,
            group=table.attestations_group(tenant, attestation.currency),
            place=f"{attestation.issued_on}#{attestation.id}",
            currency=attestation.currency,
            of=attestation.of,
            document=msgspec.json.encode(facts).decode(),
            issued_on=attestation.issued_on.isoformat(),
            issued_by=attestation.by,
            key_id=attestation.key_id,
            member=attestation.member,
            expires=expires,
        )
        told: dict[str, Told] = {
            "organisation": facts.organisation,
            "first": facts.first,
            "last": facts.last,
            "person": Hidden(facts.person),
        }
        change = Change("attestation", (attestation.id,), after=told)
        is_new = AttestationRow.pk.does_not_exist()
        was_not_taken_back = RevocationRow.pk.does_not_exist()

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.condition_check(RevocationRow, key, _REVOCATION, condition=was_not_taken_back)
                transaction.save(record, condition=is_new)
                if attestation.member is not None:
                    transaction.save(_pointer(tenant, attestation.member, attestation.id, expires))
                self._notary.note(transaction, tenant, "attestation.issued", change)

        try:
            faults.patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise
            return False
        return True

    def find(self, tenant: Tenant, named: AttestationId) -> tuple[Attestation | None, Revocation | None]:
        """Give the record, where it is kept, and that it was taken back."""
        key = table.attestation_pk(tenant, named)
        rows: list[Any] = faults.patiently(lambda: list(Row.query(key, consistent_read=True)))
        revoked = next((_revocation(row) for row in rows if isinstance(row, RevocationRow)), None)
        record = next((row for row in rows if isinstance(row, AttestationRow)), None)
        return (None if record is None else _attestation(record, revoked)), revoked

    def of_currency(self, tenant: Tenant, currency: str) -> list[Attestation]:
        """Give those of a currency, newest first; one just given may be missing for a moment."""
        group = table.attestations_group(tenant, currency)
        rows = faults.patiently(lambda: list(Row.by_month.query(group, scan_index_forward=False)))
        return self._those(tenant, [AttestationId(row.place.partition("#")[2]) for row in rows])

    def of_member(self, tenant: Tenant, member: str) -> list[Attestation]:
        """Give those of a member, oldest first."""
        mine = Row.sk.startswith(_OF_MEMBER)
        key = table.member_pk(tenant, member)
        rows = faults.patiently(lambda: list(Row.query(key, mine, consistent_read=True)))
        found = self._those(tenant, [AttestationId(row.sk.removeprefix(_OF_MEMBER)) for row in rows])
        return sorted(found, key=lambda each: (each.issued_on, each.id))

    def _those(self, tenant: Tenant, ids: Sequence[AttestationId]) -> list[Attestation]:
        """Read each with whether it was taken back, a hundred rows a request."""
        keys = [(table.attestation_pk(tenant, each), kind) for each in ids for kind in (_RECORD, _REVOCATION)]
        rows: list[Any] = faults.patiently(lambda: list(Row.batch_get(keys, consistent_read=True))) if keys else []
        revoked = {row.pk: _revocation(row) for row in rows if isinstance(row, RevocationRow)}
        kept = {row.pk: _attestation(row, revoked.get(row.pk)) for row in rows if isinstance(row, AttestationRow)}
        return [kept[key] for key, kind in keys if kind == _RECORD and key in kept]

    def revoke(self, tenant: Tenant, attestation: Attestation, revocation: Revocation) -> None:
        """Note that one holds no longer; the first time counts."""
        row = RevocationRow(
            table.attestation_pk(tenant, attestation.id),
            _REVOCATION,
            on=revocation.on.isoformat(),
            because=revocation.because.value,
            by=revocation.by,
        )
        change = Change("attestation", (attestation.id,), after={"because": revocation.because.value})
        is_the_first = RevocationRow.pk.does_not_exist()

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.save(row, condition=is_the_first)
                self._notary.note(transaction, tenant, "attestation.revoked", change)

        try:
            faults.patiently(write)
        except TransactWriteError as error:
            if faults.CONDITION not in faults.reasons_of(error):
                raise

    def forget(self, tenant: Tenant, attestations: Sequence[Attestation]) -> None:
        """Delete the records; what was taken back stays so."""
        for each in attestations:
            self._forget(tenant, each)

    def _forget(self, tenant: Tenant, attestation: Attestation) -> None:
        record = AttestationRow(table.attestation_pk(tenant, attestation.id), _RECORD)
        change = Change("attestation", (attestation.id,))

        def write() -> None:
            with TransactWrite(connection=table.connection()) as transaction:
                transaction.delete(record)
                if attestation.member is not None:
                    transaction.delete(_pointer(tenant, attestation.member, attestation.id, 0))
                self._notary.note(transaction, tenant, "attestation.forgotten", change)

        faults.patiently(write)


def _pointer(tenant: Tenant, member: str, named: AttestationId, expires: int) -> AttestationOfRow:
    return AttestationOfRow(table.member_pk(tenant, member), f"{_OF_MEMBER}{named}", expires=expires)


def _attestation(row: AttestationRow, revoked: Revocation | None) -> Attestation:
    return Attestation(
        AttestationId(row.pk.rpartition("#")[2]),
        row.currency,
        row.of,
        msgspec.json.decode(row.document, type=Facts),
        date.fromisoformat(row.issued_on),
        CallerId(row.issued_by),
        int(row.key_id),
        row.member,
        revoked,
    )


def _revocation(row: RevocationRow) -> Revocation:
    return Revocation(date.fromisoformat(row.on), Because(row.because), CallerId(row.by))
