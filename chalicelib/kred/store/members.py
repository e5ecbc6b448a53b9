"""Where members of TimeKred and their codes are kept."""

from datetime import date
from typing import Any, Final, Protocol

from pynamodb.exceptions import DoesNotExist, UpdateError

from chalicelib import faults, table
from chalicelib.kred.rules.members import AgeBand, Code, Member, Standing, WrongPins, kept_until
from chalicelib.kred.rules.sessions import MOST_JOINING, Session
from chalicelib.ledger.rules import Account, member_account
from chalicelib.notary import Notary
from chalicelib.parcels import Parcel
from chalicelib.shared.acting import Change, Hidden, Told
from chalicelib.shared.calendar import start_of
from chalicelib.shared.ids import CardNumber, CurrencyId, MemberId, Tenant
from chalicelib.table import MemberCodeRow, MemberRow, Row, SessionRow

MEMBER: Final = "MEMBER"
CODE: Final = "CODE"
SESSION: Final = "SESSION"


class _Accounts(Protocol):
    """What the ledger opens in a transaction of ours."""

    def add_account(self, parcel: Parcel, tenant: Tenant, currency: CurrencyId, account: Account) -> None:
        """Put a new account into a transaction."""


class MemberStore:
    """Members, their codes, and the accounts that are opened with them."""

    def __init__(self, ledger: _Accounts, notary: Notary | None = None) -> None:
        self._ledger = ledger
        self._notary = notary or Notary()

    def code(self, tenant: Tenant, number: CardNumber) -> Code | None:
        """Say whose a code is; one consistent read."""
        row: MemberCodeRow | None = _get(MemberCodeRow, table.member_code_pk(tenant, number), CODE)
        if row is None:
            return None
        band = AgeBand(row.age_band) if row.age_band else None
        return Code(number, MemberId(row.member), row.currency, Standing(row.standing), band)

    def member(self, tenant: Tenant, member: MemberId) -> Member | None:
        """Give a member."""
        row = _get(MemberRow, table.member_pk(tenant, member), MEMBER)
        return None if row is None else _member(row)

    def members(self, tenant: Tenant, members: list[MemberId]) -> dict[MemberId, Member]:
        """Give several members."""
        keys = [(table.member_pk(tenant, each), MEMBER) for each in members]
        rows = faults.patiently(lambda: list(MemberRow.batch_get(keys, consistent_read=True))) if keys else []
        return {each.id: each for each in map(_member, rows)}

    def listed(self, tenant: Tenant, currency: str, *, after: str | None, most: int) -> list[tuple[str, MemberId]]:
        """List the members of a currency by the day they joined, each with its place in the list."""
        later = None if after is None else table.ByMonth.place > after
        group = table.members_group(tenant, currency)
        rows = faults.patiently(lambda: list(Row.by_month.query(group, later, limit=most)))
        return [(str(row.place), MemberId(row.pk.rpartition("#")[2])) for row in rows]

    def join(self, tenant: Tenant, *members: Member, session: Session | None = None) -> str | None:
        """Keep new members with their codes and accounts, all or none; counted by the session whose code was scanned.

        Gives None, or what stood in the way: `member` (its id is there), `number` (its code is), `session`.
        """
        parcel = Parcel()
        for member in members:
            is_new = MemberRow.pk.does_not_exist()
            parcel.put(f"member {member.id}", _member_row(tenant, member), is_new, final=True)
            number_is_new = MemberCodeRow.pk.does_not_exist()
            parcel.put(f"number {member.number}", _code_row(tenant, member), number_is_new)
            self._ledger.add_account(parcel, tenant, CurrencyId(member.currency), member_account(member.id))
        if session is not None:
            row = SessionRow(table.session_pk(tenant, session.currency, session.id), SESSION)
            not_too_many = SessionRow.pk.exists() & (SessionRow.joined < MOST_JOINING)
            parcel.update("session", row, [SessionRow.joined.add(1)], not_too_many)
        ids = tuple(Hidden(each.id) for each in members)
        what = "member.joined" if members[0].standing is Standing.ACTIVE else "member.prepared"
        self._notary.note(parcel, tenant, what, Change("member", ids, after={"currency": members[0].currency}))
        cancelled = parcel.send()
        if cancelled is None:
            return None
        return next((name.partition(" ")[0] for name in cancelled.standing), "member")

    def change(self, tenant: Tenant, before: Member, after: Member, what: str) -> bool:
        """Change a member and what its code says; a new number ends the old one. False where it was changed meanwhile.

        `what` is the word in the book of changes.
        """
        parcel = Parcel()
        as_read = (MemberRow.standing == before.standing.value) & (MemberRow.number == before.number)
        parcel.put("member", _member_row(tenant, after), as_read)
        if after.number != before.number:
            old = MemberCodeRow(table.member_code_pk(tenant, before.number), CODE)
            parcel.delete("old", old)
        number_is_its_own = MemberCodeRow.pk.does_not_exist() | (MemberCodeRow.member == after.id)
        parcel.put("number", _code_row(tenant, after), number_is_its_own)
        change = Change("member", (Hidden(after.id),), _told(before), _told(after))
        self._notary.note(parcel, tenant, what, change)
        return parcel.send() is None

    def note_wrong_pin(self, tenant: Tenant, member: Member, wrong: WrongPins) -> bool:
        """Write down a wrong PIN; False where another came in between, which must be read first."""
        row = MemberRow(table.member_pk(tenant, member.id), MEMBER)
        none_before, as_before = MemberRow.wrong_pins.does_not_exist(), MemberRow.wrong_pins
        as_read = none_before if member.wrong_pins is None else as_before == _wrong(member.wrong_pins)
        try:
            faults.patiently(lambda: row.update([MemberRow.wrong_pins.set(_wrong(wrong))], as_read))
        except UpdateError as error:
            if faults.code_of(error) != faults.REFUSED:
                raise
            return False
        return True


def _get(kind: type[Any], pk: str, sk: str) -> Any:
    try:
        return faults.patiently(lambda: kind.get(pk, sk, consistent_read=True))
    except DoesNotExist:
        return None


def _member_row(tenant: Tenant, member: Member) -> MemberRow:
    ends = kept_until(member)
    return MemberRow(
        table.member_pk(tenant, member.id), MEMBER,
        group=None if member.left_on else table.members_group(tenant, member.currency),
        place=None if member.left_on else f"{member.joined_on}#{member.id}",
        expires=None if ends is None else table.epoch(start_of(ends)),
        currency=member.currency, number=member.number, standing=member.standing.value,
        joined_on=member.joined_on.isoformat(), language=member.language,
        age_band=None if member.band is None else member.band.value, name=member.name, guardian=member.guardian,
        consented_on=_day(member.consented_on), pin=member.pin,
        wrong_pins=None if member.wrong_pins is None else _wrong(member.wrong_pins),
        joined_at=member.joined_at, organiser=member.organiser, left_on=_day(member.left_on),
    )  # fmt: skip


def _code_row(tenant: Tenant, member: Member) -> MemberCodeRow:
    ends = kept_until(member)
    return MemberCodeRow(
        table.member_code_pk(tenant, member.number), CODE, member=member.id, currency=member.currency,
        standing=member.standing.value, age_band=None if member.band is None else member.band.value,
        expires=None if ends is None else table.epoch(start_of(ends)),
    )  # fmt: skip


def _member(row: MemberRow) -> Member:
    wrong = row.wrong_pins.attribute_values if row.wrong_pins else None
    return Member(
        id=MemberId(row.pk.rpartition("#")[2]), currency=row.currency, number=CardNumber(row.number),
        standing=Standing(row.standing), joined_on=date.fromisoformat(row.joined_on), language=row.language,
        band=AgeBand(row.age_band) if row.age_band else None, name=row.name, guardian=row.guardian,
        consented_on=_date(row.consented_on), pin=row.pin,
        wrong_pins=WrongPins(date.fromisoformat(wrong["date"]), int(wrong["count"])) if wrong else None,
        joined_at=row.joined_at, organiser=row.organiser, left_on=_date(row.left_on),
    )  # fmt: skip


def _told(member: Member) -> dict[str, Told]:
    return {
        "standing": member.standing.value, "number": Hidden(member.number),
        "name": None if member.name is None else Hidden(member.name),
        "pin": None if member.pin is None else Hidden(member.pin),
    }  # fmt: skip


def _wrong(wrong: WrongPins) -> dict[str, Any]:
    return {"date": wrong.day.isoformat(), "count": wrong.count}


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _date(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
