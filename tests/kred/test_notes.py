"""Printed notes on the embedded engine: redeemed once by whoever holds them, and by nobody who guesses."""

import hashlib
import secrets
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import zxingcpp
from PIL import Image

from chalicelib import table
from chalicelib.kred.actions.notes import NoteDesk
from chalicelib.kred.paper.notes import print_notes
from chalicelib.kred.rules.currencies import Currency, CurrencyState
from chalicelib.kred.rules.notes import (
    MOST_GUESSES,
    Batch,
    BatchState,
    NoNote,
    NoteState,
    NotTaken,
    Taken,
    read_token,
    token_of,
)
from chalicelib.kred.store.notes import NoteStore
from chalicelib.ledger.actions import Bank
from chalicelib.ledger.rules import (
    EXPIRED,
    ISSUER,
    NO_LIMITS,
    POT,
    Account,
    Leg,
    Limits,
    Transfer,
    grant_account,
    member_account,
    notes_account,
    partner_account,
)
from chalicelib.ledger.store import LedgerStore
from chalicelib.shared.answers import ConflictError, RuleError
from chalicelib.shared.ids import ActivityId, CallerId, CurrencyId, MemberId, Tenant, TransferId, VenueId

TENANT, KRED, BY = Tenant("lorenskog"), CurrencyId("solkred"), CallerId("local/anne")
NOON = datetime(2026, 11, 22, 11, tzinfo=UTC)
LATE = datetime(2028, 1, 2, 11, tzinfo=UTC)
GRANT, MEMBER, CINEMA = (
    grant_account(ActivityId("hage")),
    member_account(MemberId("m1")),
    partner_account(VenueId("kino")),
)
CURRENCY = Currency(KRED, {"nb": "SolKred"}, contact="bydelen på 22 00 00 00")
BATCH = Batch("2f0c6f0e-6d6e-4c8e-9d4a-0b8f6a1c2d3e", KRED, GRANT, 60, 12, date(2027, 12, 31), BY, NOON, 1)
PRINTED = replace(BATCH, printed_by=frozenset({BY}))


def secret(tenant: Tenant, key_id: int, batch: str, index: int) -> bytes:
    return hashlib.sha256(f"{tenant} {key_id} {batch} {index}".encode()).digest()[:16]


@pytest.fixture
def bank(fresh_table: str) -> Bank:
    del fresh_table
    opened = Bank(LedgerStore())
    for account in (GRANT, MEMBER, POT):
        opened.open_account(TENANT, KRED, account)
    legs = (Leg(ISSUER, GRANT, 3000),)
    opened.transfer(TENANT, Transfer(TransferId("grant"), KRED, legs, "grant", NOON))
    return opened


@pytest.fixture
def desk(bank: Bank) -> NoteDesk:
    del bank
    return NoteDesk(
        store=NoteStore(LedgerStore()), municipality=lambda _: 3222, tenants={3222: TENANT}.get, secret=secret,
        host="https://kort.example.no",
    )  # fmt: skip


@pytest.fixture
def codes(desk: NoteDesk) -> list[str]:
    desk.issue(TENANT, BATCH, CURRENCY, now=NOON)
    return [address for _, address in desk.sheets(TENANT, KRED, BATCH.id, by=BY, now=NOON)]


def redeem(
    desk: NoteDesk, text: str, to: Account = CINEMA, *, transfer: str | None = None, now: datetime = NOON,
    takes: Callable[[str], bool] = lambda _: True, who: str = "phone", limits: Limits = NO_LIMITS,
) -> Taken | NotTaken:  # fmt: skip
    named = TransferId(transfer or secrets.token_hex(16))
    return desk.redeem(TENANT, text, to, transfer=named, takes=takes, who=who, now=now, limits=limits)


def has(bank: Bank, account: Account) -> int:
    balance = bank.balance(TENANT, KRED, account)
    return 0 if balance is None else balance.minutes


def sum_of(bank: Bank) -> int:
    return sum(has(bank, each) for each in (ISSUER, GRANT, MEMBER, POT, CINEMA, EXPIRED, notes_account(BATCH.id)))


def test_notes_are_paid_for_when_they_are_made_and_their_worth_is_known(
    desk: NoteDesk, bank: Bank, codes: list[str]
) -> None:
    assert len(set(codes)) == 12
    assert (has(bank, GRANT), has(bank, notes_account(BATCH.id))) == (3000 - 720, 720)
    assert isinstance(redeem(desk, codes[0]), Taken)
    assert desk.all(TENANT, KRED) == [(PRINTED, 660)]
    assert (has(bank, CINEMA), sum_of(bank)) == (60, 0)


def test_the_same_batch_again_is_one_batch_and_leaves_used_notes_used(
    desk: NoteDesk, bank: Bank, codes: list[str]
) -> None:
    redeem(desk, codes[0])
    assert desk.issue(TENANT, BATCH, CURRENCY, now=NOON) == PRINTED
    assert has(bank, notes_account(BATCH.id)) == 660
    assert redeem(desk, codes[0]) == NotTaken(NoNote.USED)
    with pytest.raises(ConflictError):
        desk.issue(TENANT, replace(BATCH, count=13), CURRENCY, now=NOON)


@pytest.mark.parametrize(
    ("batch", "currency", "code"),
    [
        (replace(BATCH, count=51), CURRENCY, "not_enough"),  # more than the grant has
        (replace(BATCH, worth=30), CURRENCY, "bad_fields"),  # out of step
        (replace(BATCH, last_day=date(2026, 11, 21)), CURRENCY, "bad_fields"),
        (replace(BATCH, last_day=date(2029, 11, 23)), CURRENCY, "bad_fields"),
        (replace(BATCH, count=0), CURRENCY, "bad_fields"),
        (replace(BATCH, count=501), CURRENCY, "bad_fields"),
        (BATCH, replace(CURRENCY, state=CurrencyState.CLOSED), "bad_fields"),
    ],
)
def test_what_cannot_be_made_leaves_nothing(
    desk: NoteDesk, bank: Bank, batch: Batch, currency: Currency, code: str
) -> None:
    with pytest.raises(RuleError) as refused:
        desk.issue(TENANT, batch, currency, now=NOON)
    assert refused.value.code == code
    assert desk.all(TENANT, KRED) == []
    assert has(bank, GRANT) == 3000


def test_a_note_is_redeemed_once_and_the_same_call_again_is_the_same_answer(
    desk: NoteDesk, bank: Bank, codes: list[str]
) -> None:
    first = redeem(desk, codes[0], transfer="t1")
    again = redeem(desk, codes[0].lower(), transfer="t1")
    assert isinstance(first, Taken)
    assert isinstance(again, Taken)
    assert (first.again, again.again) == (False, True)
    assert redeem(desk, codes[0], MEMBER) == NotTaken(NoNote.USED)
    with pytest.raises(ConflictError):  # the id of another redemption
        redeem(desk, codes[0], MEMBER, transfer="t1")
    with pytest.raises(ConflictError):
        redeem(desk, codes[1], MEMBER, transfer="t1")
    assert (has(bank, CINEMA), has(bank, MEMBER)) == (60, 0)


def test_of_fifty_at_once_exactly_one_gets_the_note(desk: NoteDesk, bank: Bank, codes: list[str]) -> None:
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda turn: redeem(desk, codes[3], who=f"phone-{turn}"), range(50)))
    assert sum(isinstance(each, Taken) for each in answers) == 1
    assert {each.because for each in answers if isinstance(each, NotTaken)} == {NoNote.USED}
    assert (has(bank, CINEMA), sum_of(bank)) == (60, 0)


def test_a_member_deposits_a_note_and_no_more_than_a_member_may_hold(
    desk: NoteDesk, bank: Bank, codes: list[str]
) -> None:
    most = Limits(caps={MEMBER: 60})
    assert isinstance(redeem(desk, codes[0], MEMBER, limits=most), Taken)
    assert redeem(desk, codes[1], MEMBER, limits=most) == NotTaken(NoNote.OVER_LIMIT)
    assert isinstance(redeem(desk, codes[1]), Taken)  # the note is as good as before
    assert has(bank, MEMBER) == 60


def test_the_last_day_counts_and_the_day_after_does_not(desk: NoteDesk, bank: Bank, codes: list[str]) -> None:
    last = datetime(2027, 12, 31, 22, 59, tzinfo=UTC)  # a minute to midnight in Oslo
    assert isinstance(redeem(desk, codes[0], now=last), Taken)
    assert redeem(desk, codes[1], now=last + timedelta(minutes=1)) == NotTaken(NoNote.EXPIRED)
    assert [each.state for each in desk.expire(TENANT, KRED, now=LATE)] == [BatchState.EXPIRED]
    assert desk.expire(TENANT, KRED, now=LATE) == []
    assert (has(bank, EXPIRED), has(bank, notes_account(BATCH.id)), sum_of(bank)) == (660, 0, 0)
    with pytest.raises(ConflictError):
        desk.void(TENANT, KRED, BATCH.id, because="lost", now=LATE)


def test_stolen_notes_are_taken_out_of_use_and_what_was_left_goes_back(
    desk: NoteDesk, bank: Bank, codes: list[str]
) -> None:
    redeem(desk, codes[0])
    for _ in range(2):
        assert desk.void(TENANT, KRED, BATCH.id, because="stolen", now=NOON).state is BatchState.VOIDED
    assert redeem(desk, codes[1]) == NotTaken(NoNote.VOIDED)
    assert redeem(desk, codes[0]) == NotTaken(NoNote.USED)
    assert (has(bank, GRANT), sum_of(bank)) == (3000 - 60, 0)
    looked = desk.look(codes[1], now=NOON)
    assert looked is not None
    assert looked[1].state is NoteState.VOIDED


def test_voiding_and_redeeming_at_once_loses_no_minute(desk: NoteDesk, bank: Bank, codes: list[str]) -> None:
    jobs: list[Callable[[], object]] = [lambda code=code: redeem(desk, code, who=code) for code in codes]  # type: ignore[misc]
    jobs.insert(6, lambda: desk.void(TENANT, KRED, BATCH.id, because="stolen", now=NOON))
    with ThreadPoolExecutor(13) as pool:
        answers = list(pool.map(lambda job: job(), jobs))
    taken = sum(isinstance(each, Taken) for each in answers)
    assert has(bank, CINEMA) == taken * 60
    assert (has(bank, GRANT), has(bank, notes_account(BATCH.id)), sum_of(bank)) == (3000 - taken * 60, 0, 0)


def test_where_the_grant_is_closed_the_rest_goes_to_the_pot(desk: NoteDesk, bank: Bank, codes: list[str]) -> None:
    assert codes
    bank.close_account(TENANT, KRED, GRANT, into=POT, transfer=TransferId("closing"), now=NOON)
    desk.void(TENANT, KRED, BATCH.id, because="stolen", now=NOON)
    assert (has(bank, POT), sum_of(bank)) == (3000, 0)


def test_a_thousand_guesses_find_nothing_and_soon_nobody_listens(desk: NoteDesk, bank: Bank, codes: list[str]) -> None:
    guesses = [f"HTTPS://KORT.EXAMPLE.NO/N#{token_of(3222, secrets.token_bytes(16))}" for _ in range(1000)]
    answers = [redeem(desk, each) for each in guesses]
    assert answers[:MOST_GUESSES] == [NotTaken(NoNote.UNKNOWN)] * MOST_GUESSES
    assert answers[MOST_GUESSES:] == [NotTaken(NoNote.TOO_MANY_GUESSES)] * (1000 - MOST_GUESSES)
    assert redeem(desk, codes[0]) == NotTaken(NoNote.TOO_MANY_GUESSES)
    assert isinstance(redeem(desk, codes[0], who="another phone"), Taken)
    assert isinstance(redeem(desk, codes[1], now=NOON + timedelta(days=1)), Taken)
    assert has(bank, CINEMA) == 120


@pytest.mark.parametrize("text", ["", "hei", "HTTPS://KORT.EXAMPLE.NO/K#" + "A" * 125, "A" * 31, "\u017f" * 31])
def test_what_is_no_note_of_ours_is_unknown(desk: NoteDesk, codes: list[str], text: str) -> None:
    assert codes
    assert redeem(desk, text) == NotTaken(NoNote.UNKNOWN)
    assert desk.look(text, now=NOON) is None


def test_another_municipalitys_note_is_not_taken_here(desk: NoteDesk, codes: list[str]) -> None:
    read = read_token(codes[0])
    assert read is not None
    assert redeem(desk, token_of(301, read[1])) == NotTaken(NoNote.UNKNOWN)


def test_a_venue_that_does_not_take_the_currency_leaves_the_note_good(desk: NoteDesk, codes: list[str]) -> None:
    assert redeem(desk, codes[0], takes=lambda _: False) == NotTaken(NoNote.NOT_HERE)
    assert isinstance(redeem(desk, codes[0]), Taken)


def test_looking_at_a_note_changes_nothing(desk: NoteDesk, codes: list[str]) -> None:
    before = sorted(str(row.to_dynamodb_dict()) for row in table.Row.scan(consistent_read=True))
    found = desk.look(codes[0], now=NOON)
    assert found is not None
    assert (found[0], found[1].state, found[1].note.worth) == (TENANT, NoteState.GOOD, 60)
    assert sorted(str(row.to_dynamodb_dict()) for row in table.Row.scan(consistent_read=True)) == before


def test_the_secret_of_a_note_stands_nowhere_in_the_table(desk: NoteDesk, codes: list[str]) -> None:
    assert desk
    stands = " ".join(str(row.to_dynamodb_dict()) for row in table.Row.scan(consistent_read=True))
    for address in codes:
        read = read_token(address)
        assert read is not None
        assert read[1].hex() not in stands
        assert address.partition("#")[2] not in stands


def test_the_same_notes_are_not_printed_again_the_day_after(desk: NoteDesk, codes: list[str]) -> None:
    again = desk.sheets(TENANT, KRED, BATCH.id, by=BY, now=NOON + timedelta(hours=23))
    assert [address for _, address in again] == codes
    for moment in (NOON + timedelta(hours=24), LATE):
        with pytest.raises(RuleError):
            desk.sheets(TENANT, KRED, BATCH.id, by=BY, now=moment)


@pytest.mark.parametrize("language", ["nb", "nn", "en"])
def test_every_code_of_a_printed_sheet_is_read_by_a_camera(desk: NoteDesk, language: str, tmp_path: Path) -> None:
    desk.issue(TENANT, BATCH, CURRENCY, now=NOON)
    notes = desk.sheets(TENANT, KRED, BATCH.id, by=BY, now=NOON)
    file = tmp_path / "notes.pdf"
    file.write_bytes(print_notes(notes, CURRENCY, issuer="Lørenskog kommune", language=language))
    tool = shutil.which("pdftoppm")
    assert tool is not None
    subprocess.run([tool, "-r", "300", "-gray", "-png", str(file), str(tmp_path / "sheet")], check=True)  # noqa: S603  our own words
    sheets = sorted(tmp_path.glob("sheet-*.png"))
    assert len(sheets) == 2
    read = {each.text for sheet in sheets for each in zxingcpp.read_barcodes(Image.open(sheet))}
    assert read == {address for _, address in notes}


def test_a_large_batch_that_was_broken_off_is_finished_by_sending_it_again(desk: NoteDesk, bank: Bank) -> None:
    legs = (Leg(ISSUER, GRANT, 60 * 300),)
    bank.transfer(TENANT, Transfer(TransferId("more"), KRED, legs, "grant", NOON))
    large = replace(BATCH, count=250)
    assert desk.store.fund(TENANT, large, NO_LIMITS) is None  # and then the line broke
    desk.issue(TENANT, large, CURRENCY, now=NOON)
    assert sum(1 for _ in table.NoteRow.scan(consistent_read=True)) == 250
    assert has(bank, notes_account(BATCH.id)) == 250 * 60


def test_whoever_made_or_printed_notes_pays_none_of_them_to_themselves_and_a_till_takes_them(
    desk: NoteDesk, codes: list[str]
) -> None:
    printer = CallerId("local/tor")
    desk.sheets(TENANT, KRED, BATCH.id, by=printer, now=NOON)
    assert desk.one(TENANT, KRED, BATCH.id).hands == {BY, printer}

    def deposit(code: str, *people: CallerId, transfer: str = "mine") -> Taken | NotTaken:
        return desk.redeem(
            TENANT, code, MEMBER, transfer=TransferId(transfer), takes=lambda _: True, who="m1", now=NOON,
            is_theirs=lambda batch: bool(batch.hands & set(people)),
        )  # fmt: skip

    for person in (BY, printer):
        assert deposit(codes[0], person) == NotTaken(NoNote.OWN_NOTES)
    assert desk.left(TENANT, BATCH) == BATCH.minutes
    assert isinstance(redeem(desk, codes[0]), Taken)
    assert isinstance(deposit(codes[1], CallerId("local/eva")), Taken)
    # What was paid in before somebody said which member they are is answered as it was.
    again = deposit(codes[1], BY)
    assert isinstance(again, Taken)
    assert again.again
