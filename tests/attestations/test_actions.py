"""Attestations on the embedded engine: given once, checked from the code alone, taken back, forgotten."""

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from chalicelib import table
from chalicelib.attestations.actions import AttestationDesk
from chalicelib.attestations.rules import AttestationId, Because, Extent, Facts, Measure, Standing
from chalicelib.attestations.store import AttestationStore
from chalicelib.credentials.store import KeyRing
from chalicelib.shared.answers import ConflictError, RuleError, UnknownError
from chalicelib.shared.ids import CallerId, Tenant
from chalicelib.venues.rules import Configuration, Municipality

TENANT, BY = Tenant("lorenskog"), CallerId("local/anne")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = AttestationId("2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e")
OTHER_ID = AttestationId("7f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e")
FACTS = Facts(
    "Testperson Én", "Gårdsstyret i Testgården", "Planla sommerfesten.", date(2026, 3, 3), date(2026, 11, 14),
    Extent(Measure.TOTAL, 3840), "nb", "Kontaktperson To",
)  # fmt: skip


@pytest.fixture
def desk(fresh_table: str, tmp_path: Path) -> AttestationDesk:
    assert fresh_table
    secret = tmp_path / "secret.json"
    secret.write_text('{"1": "a secret of forty characters for tests.."}')
    configuration = Configuration(Municipality(TENANT, 3222, "Lørenskog kommune"), {}, {}, {}, ())
    return AttestationDesk(
        store=AttestationStore(),
        configuration=lambda _: configuration,
        tenants={3222: TENANT}.get,
        keys=KeyRing(str(secret), "eu-north-1"),
        host="https://kort.example.no",
    )


def give(desk: AttestationDesk, named: AttestationId = ID, *, member: str | None = None, facts: Facts = FACTS) -> str:
    made = desk.issue(TENANT, "solkred", named, facts, of="sol", member=member, by=BY, now=NOW)
    return desk.address(TENANT, made)


def test_the_code_alone_says_all_that_was_attested(desk: AttestationDesk) -> None:
    found = desk.verify(give(desk), now=NOW)
    assert (found.standing, found.tenant, found.facts) == (Standing.HOLDS, TENANT, FACTS)
    assert found.issued_on == date(2026, 11, 22)


def test_the_same_attestation_again_is_the_same_to_the_letter(desk: AttestationDesk) -> None:
    assert give(desk) == give(desk)
    with pytest.raises(ConflictError):
        give(desk, facts=replace(FACTS, last=date(2026, 11, 15)))
    assert len(desk.all(TENANT, "solkred", now=NOW)) == 1


def test_any_letter_changed_in_the_code_and_nothing_is_said(desk: AttestationDesk) -> None:
    head, token = give(desk).split("#")
    for place in range(0, len(token), 7):
        letter = "A" if token[place] != "A" else "B"
        changed = f"{head}#{token[:place]}{letter}{token[place + 1 :]}"
        assert desk.verify(changed, now=NOW).standing is Standing.NOT_OURS, place
        assert desk.verify(changed, now=NOW).facts is None


def test_a_signature_on_a_card_is_none_on_an_attestation(desk: AttestationDesk) -> None:
    token = give(desk).partition("#")[2]
    packed = base64.b32decode(token + "=" * (-len(token) % 8))[:-64]
    signature = desk.keys.private(TENANT, 1).sign(b"opplev/1\0" + packed)
    forged = base64.b32encode(packed + signature).decode().rstrip("=")
    assert desk.verify(forged, now=NOW).standing is Standing.NOT_OURS


def test_a_code_of_a_municipality_that_is_not_here_is_not_answered(desk: AttestationDesk) -> None:
    elsewhere = replace(desk, tenants=lambda _: None)
    assert elsewhere.verify(give(desk), now=NOW).standing is Standing.NOT_OURS


def test_taken_back_it_says_so_and_says_nothing_else(desk: AttestationDesk) -> None:
    address = give(desk)
    desk.revoke(TENANT, "solkred", ID, Because.MISTAKE, by=BY, now=NOW)
    again = desk.revoke(TENANT, "solkred", ID, Because.MISUSE, by=BY, now=NOW + timedelta(days=1))
    assert again.revoked is not None
    assert again.revoked.because is Because.MISTAKE  # the first time counts
    found = desk.verify(address, now=NOW)
    assert (found.standing, found.revoked_on, found.facts) == (Standing.REVOKED, date(2026, 11, 22), None)


def test_a_member_who_is_forgotten_keeps_a_paper_that_still_proves_itself(desk: AttestationDesk) -> None:
    address, withdrawn = give(desk, member="m1"), give(desk, OTHER_ID, member="m1")
    desk.revoke(TENANT, "solkred", OTHER_ID, Because.MISTAKE, by=BY, now=NOW)
    assert [each.id for each in desk.of_member(TENANT, "m1", now=NOW)] == [ID, OTHER_ID]
    assert desk.forget(TENANT, "m1") == 2
    assert desk.of_member(TENANT, "m1", now=NOW) == []
    rows = [row.to_dynamodb_dict() for row in table.Row.scan(consistent_read=True)]
    assert all("Testperson" not in str(row) for row in rows)
    found = desk.verify(address, now=NOW)
    assert (found.standing, found.facts) == (Standing.NOT_KEPT, FACTS)
    assert desk.verify(withdrawn, now=NOW).standing is Standing.REVOKED  # what was taken back stays so
    with pytest.raises(ConflictError):  # and its id cannot be given anew
        give(desk, OTHER_ID)


def test_a_record_past_its_time_is_passed_over_though_it_still_stands(desk: AttestationDesk) -> None:
    address = give(desk, member="m1")
    late = datetime(2032, 1, 1, 12, tzinfo=UTC)
    assert desk.verify(address, now=late - timedelta(days=1)).standing is Standing.HOLDS
    assert desk.verify(address, now=late).standing is Standing.NOT_KEPT
    assert desk.all(TENANT, "solkred", now=late) == desk.of_member(TENANT, "m1", now=late) == []


def test_of_two_currencies_each_has_its_own(desk: AttestationDesk) -> None:
    give(desk)
    assert desk.all(TENANT, "manekred", now=NOW) == []
    with pytest.raises(UnknownError):
        desk.one(TENANT, "manekred", ID, now=NOW)
    with pytest.raises(UnknownError):
        desk.revoke(TENANT, "manekred", ID, Because.MISTAKE, by=BY, now=NOW)


def test_what_cannot_be_attested_leaves_nothing(desk: AttestationDesk) -> None:
    with pytest.raises(RuleError):
        give(desk, facts=replace(FACTS, last=date(2027, 1, 1)))
    assert list(table.Row.scan(consistent_read=True)) == []
