"""The one table: its keys, its index, a class for every kind of row; docs/access-patterns.md lists who asks what."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from botocore.config import Config as BotocoreConfig
from pynamodb.attributes import (
    BinaryAttribute,
    BooleanAttribute,
    DiscriminatorAttribute,
    ListAttribute,
    MapAttribute,
    NumberAttribute,
    UnicodeAttribute,
    UnicodeSetAttribute,
)
from pynamodb.connection import Connection
from pynamodb.constants import PAY_PER_REQUEST_BILLING_MODE
from pynamodb.indexes import GlobalSecondaryIndex, IncludeProjection
from pynamodb.models import Model

INDEX: Final = "GSI1"
TIME_TO_LIVE: Final = "expires"
BOOK: Final = "-"  # sorts before every seal
# What a settlement line, the undo list and the renewal list read. Attributes that a scan changes on a card
# (`uses`, `last`, `latest`) stay out, so that a visit writes the index once, for its own row.
PROJECTED: Final = (
    "kind", "expires", "venue", "offer", "programme", "date", "band", "last3", "persons", "price", "copay", "percent",
    "amount", "vat_code", "agreement", "funding", "settle_by", "flags", "void_month", "corrects", "device",
    "status", "valid_until", "birth_year", "unit", "card_key",
)  # fmt: skip


class ByMonth(GlobalSecondaryIndex["Row"]):  # type: ignore[no-untyped-call]
    """GSI1: the visits and voids a venue is paid for by month received, and the cards that expire in a month."""

    class Meta:
        """Where the index is."""

        index_name = INDEX
        projection = IncludeProjection(list(PROJECTED))

    group = UnicodeAttribute(hash_key=True, attr_name="GSI1PK")
    place = UnicodeAttribute(range_key=True, attr_name="GSI1SK")


class Row(Model):
    """What every row has. `expires` is seconds since 1970; DynamoDB deletes late, so stores pass over rows past it."""

    class Meta:
        """Where the table is; `bind` fills it in, since importing must not read the environment."""

        table_name = "opplev"
        region = "eu-north-1"
        host: ClassVar[str | None] = None
        billing_mode = PAY_PER_REQUEST_BILLING_MODE
        # One try is what D6 counts; a store that may repeat says so itself.
        max_retry_attempts = 0
        connect_timeout_seconds = 2
        read_timeout_seconds = 5
        max_pool_connections = 50

    pk = UnicodeAttribute(hash_key=True, attr_name="PK")
    sk = UnicodeAttribute(range_key=True, attr_name="SK")
    group = UnicodeAttribute(null=True, attr_name="GSI1PK")
    place = UnicodeAttribute(null=True, attr_name="GSI1SK")
    kind = DiscriminatorAttribute()
    expires = NumberAttribute(null=True)

    by_month = ByMonth()


class DocumentRow(Row, discriminator="document"):
    """A tenant, programme, venue, offer or agreement version: configuration, read whole and cached."""

    document = UnicodeAttribute()  # JSON of the dataclass in venues.rules
    version = NumberAttribute(default=0)


class DeviceRow(Row, discriminator="device"):
    """A phone that may scan, and the public half of the key that stays in it."""

    venue = UnicodeAttribute()
    label = UnicodeAttribute()
    rights: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    public_key = UnicodeAttribute()  # JWK, P-256
    enrolled_on = UnicodeAttribute()
    revoked_on = UnicodeAttribute(null=True)
    revoked_because = UnicodeAttribute(null=True)
    heard_at = NumberAttribute(null=True)  # the hour in which it last told how many visits it had yet to send
    unsent = NumberAttribute(null=True)


class EnrolmentRow(Row, discriminator="enrolment"):
    """A code that turns one phone into a device, once."""

    venue = UnicodeAttribute()
    label = UnicodeAttribute()
    rights: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute)
    claimed_by = UnicodeAttribute(null=True)


class UnitRow(Row, discriminator="unit"):
    """A unit that gives out cards: NAV, the health nurses, child welfare."""

    name = UnicodeAttribute()
    sort = UnicodeAttribute()
    common = BooleanAttribute(default=False)  # it keeps the cards that stand in no unit


class PersonRow(Row, discriminator="person"):
    """Somebody who works for a unit, by the id that the token gives."""

    lead = BooleanAttribute(default=False)
    added_by = UnicodeAttribute()
    added_on = UnicodeAttribute()


class CardRow(Row, discriminator="card"):
    """A card and its counters; under 1 kB in the usual programme, so that a scan costs the least."""

    key = UnicodeAttribute()
    status = UnicodeAttribute()
    programme = UnicodeAttribute()
    valid_from = UnicodeAttribute()
    valid_until = UnicodeAttribute()
    birth_year = NumberAttribute(null=True)
    language = UnicodeAttribute(null=True)
    external_ref = UnicodeAttribute(null=True)
    unit = UnicodeAttribute(null=True)
    family_ref = UnicodeAttribute(null=True)
    funding = UnicodeAttribute(null=True)
    flags = NumberAttribute(default=0)  # the token's class and flags byte
    replaced_by = UnicodeAttribute(null=True)
    family_from = UnicodeAttribute(null=True)  # the period in which it takes one of its family's places
    siblings = NumberAttribute(null=True)  # how many more children share it
    replacements = NumberAttribute(null=True)  # how many numbers it has had before
    issued_by = UnicodeAttribute(null=True)
    year = UnicodeAttribute(null=True)  # the programme year whose quota it counts in
    # Two maps of counters: "<quota>@<period stamp>" -> marks, and "<quota>" -> date of the latest visit.
    uses: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    last: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]
    # {venue, visit, at} for the double-scan warning; {date, count} of wrong birth years on the holder's page.
    latest: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    # {uid, count} of the tag in the card: a reading counts only above the last one that let somebody in.
    tag: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]
    wrong_years: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]


class HistoryRow(Row, discriminator="history"):
    """One change of a card's status, beside the card, so that a scan does not read it."""

    at = UnicodeAttribute()
    status = UnicodeAttribute()
    reason = UnicodeAttribute(null=True)
    by = UnicodeAttribute()


class ClaimRow(Row, discriminator="claim"):
    """That a reference has a card in a programme, so that it does not get two at a time."""

    number = UnicodeAttribute()
    previous = UnicodeAttribute(null=True)  # the card before this one, for as long as somebody carries it
    valid_until = UnicodeAttribute()
    ended = BooleanAttribute(default=False)


class PointerRow(Row, discriminator="pointer"):
    """From a card's random key to its number; dies with the card, and with it every tie from visit to card."""

    number = UnicodeAttribute()


class BlockedRow(Row, discriminator="blocked"):
    """That a number is of no use to anyone: what a phone without network must know. The sort key is its hash."""


class SuspectRow(Row, discriminator="suspect"):
    """That a code or a tag was shown that is not what it says; for the office to look into."""

    band = UnicodeAttribute()
    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    device = UnicodeAttribute()
    reason = UnicodeAttribute()
    last3 = UnicodeAttribute(null=True)


class QuotaRow(Row, discriminator="quota"):
    """How many cards a programme has given out in one programme year."""

    issued = NumberAttribute(default=0)


class FamilyRow(Row, discriminator="family"):
    """How many cards a family has in one period of a programme."""

    issued = NumberAttribute(default=0)


class RequestRow(Row, discriminator="request"):
    """A request id of a caller, kept 30 days: what it asked for and what it made."""

    content = UnicodeAttribute()
    made = UnicodeAttribute()


class VisitRow(Row, discriminator="visit"):
    """A visit with the rule and the amounts it was registered with; date and four-hour band, never the minute."""

    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    programme = UnicodeAttribute()
    card_key = UnicodeAttribute(null=True)
    last3 = UnicodeAttribute()
    date = UnicodeAttribute()
    band = UnicodeAttribute()
    month = UnicodeAttribute()  # received
    persons = NumberAttribute()
    marks = NumberAttribute()
    counter = UnicodeAttribute()  # the key in the card's `uses`
    left = NumberAttribute(null=True)
    moved_last = BooleanAttribute(default=False)
    last_before = UnicodeAttribute(null=True)
    price = NumberAttribute()
    copay = NumberAttribute()
    percent = NumberAttribute()
    amount = NumberAttribute()
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute()
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute()
    carrier = UnicodeAttribute()
    device = UnicodeAttribute()
    flags: ListAttribute[Any] = ListAttribute(of=UnicodeAttribute, null=True)
    void_month = UnicodeAttribute(null=True)
    children = NumberAttribute(null=True)  # how many share the card, where more than one
    purse = UnicodeAttribute(null=True)  # the key in the card's `uses` that the amount was taken from


class VoidRow(Row, discriminator="void"):
    """That a visit was taken back, as a row of its own month; also a tombstone for a visit that never arrived."""

    void_id = UnicodeAttribute()
    reason = UnicodeAttribute()
    by = UnicodeAttribute()
    month = UnicodeAttribute()
    corrects = UnicodeAttribute(null=True)  # the month of the visit it takes back; None: a tombstone
    venue = UnicodeAttribute(null=True)
    offer = UnicodeAttribute(null=True)
    programme = UnicodeAttribute(null=True)
    last3 = UnicodeAttribute(null=True)
    date = UnicodeAttribute(null=True)
    persons = NumberAttribute(null=True)
    price = NumberAttribute(null=True)
    copay = NumberAttribute(null=True)
    percent = NumberAttribute(null=True)
    amount = NumberAttribute(null=True)
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute(null=True)
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute(null=True)


class SettlementRow(Row, discriminator="settlement"):
    """A month as finance sees it: its state, its totals, and the fingerprint of its lines."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Settlement
    version = NumberAttribute(default=0)


class ImportRow(Row, discriminator="import"):
    """That a municipality's archive is being read in here, until all of it stands. The sort key is its fingerprint."""


class AdjustmentRow(Row, discriminator="adjustment"):
    """Money for visits that were never registered, or wrongly so; among the visits of its month once confirmed."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Adjustment
    venue = UnicodeAttribute()
    offer = UnicodeAttribute()
    programme = UnicodeAttribute()
    last3 = UnicodeAttribute()
    date = UnicodeAttribute()
    persons = NumberAttribute()
    price = NumberAttribute()
    copay = NumberAttribute()
    percent = NumberAttribute()
    amount = NumberAttribute()
    vat_code = UnicodeAttribute(null=True)
    agreement = UnicodeAttribute()
    funding = UnicodeAttribute(null=True)
    settle_by = UnicodeAttribute()
    corrects = UnicodeAttribute(null=True)  # the visit that it is about


class ObjectionRow(Row, discriminator="objection"):
    """That a venue does not agree with its statement, and what it was answered."""

    state = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of settlement.rules.Objection


class ChainRow(Row, discriminator="chain"):
    """Which month's closing was begun last, so that settlements follow one another."""

    month = UnicodeAttribute()


class AuditRow(Row, discriminator="audit"):
    """Who did what to a record, written with the deed itself; the sort key is an id that sorts by its time."""

    what = UnicodeAttribute()  # `card.issued`
    document = UnicodeAttribute()  # JSON, see chalicelib/notary.py


class SealRow(Row, discriminator="seal"):
    """What an hour's entries were when it was sealed, and the seal before; put once, named by where it begins."""

    until = UnicodeAttribute()
    more = BooleanAttribute(default=False)  # the same hour goes on in the next seal
    covered = BinaryAttribute(legacy_encoding=False)  # of each entry in order: its id (26 bytes), its SHA-256 (32)
    before = UnicodeAttribute()
    digest = UnicodeAttribute()
    key = NumberAttribute()  # the id of the secret that `mac` was made under
    mac = UnicodeAttribute()


class AttestationRow(Row, discriminator="attestation"):
    """What was attested of somebody by name; its paper holds on when this has gone."""

    currency = UnicodeAttribute()
    of = UnicodeAttribute()
    document = UnicodeAttribute()  # JSON of attestations.rules.Facts
    issued_on = UnicodeAttribute()
    issued_by = UnicodeAttribute()
    key_id = NumberAttribute()
    member = UnicodeAttribute(null=True)


class AttestationOfRow(Row, discriminator="attestation_of"):
    """That a member has an attestation, beside the member, so that it is found and forgotten with them."""


class RevocationRow(Row, discriminator="revocation"):
    """That an attestation holds no longer: no name, and it outlives the record."""

    on = UnicodeAttribute()
    because = UnicodeAttribute()
    by = UnicodeAttribute()


class NoteBatchRow(Row, discriminator="note_batch"):
    """Printed notes of one worth that were made at once."""

    source = UnicodeAttribute()
    worth = NumberAttribute()
    printed = NumberAttribute()
    last_day = UnicodeAttribute()
    by = UnicodeAttribute()
    issued_at = UnicodeAttribute()
    key_id = NumberAttribute()
    operator = UnicodeAttribute()
    language = UnicodeAttribute()
    state = UnicodeAttribute()
    ended_on = UnicodeAttribute(null=True)
    printed_by: UnicodeSetAttribute = UnicodeSetAttribute(null=True)


class NoteRow(Row, discriminator="note"):
    """A printed note, found by the fingerprint of the secret in its code; the secret itself stands nowhere."""

    batch = UnicodeAttribute()
    currency = UnicodeAttribute()
    serial = UnicodeAttribute()
    worth = NumberAttribute()
    last_day = UnicodeAttribute()
    used_by = UnicodeAttribute(null=True)  # the transfer that redeemed it


class GuessRow(Row, discriminator="guess"):
    """How many codes of notes that there are not came from a phone or a member on a day."""

    codes = NumberAttribute(default=0)


class SurveyRow(Row, discriminator="survey"):
    """A round in which members are asked what taking part has meant."""

    sort = UnicodeAttribute()
    opens = UnicodeAttribute()
    closes = UnicodeAttribute()
    invited = NumberAttribute()
    effects = UnicodeAttribute()


class TicketRow(Row, discriminator="ticket"):
    """That somebody has answered a round, as a mark that only the municipality's key makes; never when, never what."""


class AnswerRow(Row, discriminator="answer"):
    """What somebody answered, under a random name; never who, never when."""

    document = UnicodeAttribute()


class BookRow(Row, discriminator="book"):
    """Since when a municipality's changes are written down."""

    since = UnicodeAttribute()


class AccountRow(Row, discriminator="account"):
    """What an account of a currency has that must never fall below a limit: free minutes and those on hold."""

    state = UnicodeAttribute()
    free = NumberAttribute(default=0)
    held = NumberAttribute(default=0)
    version = NumberAttribute(default=0)  # one more with every change
    # Month of earning -> minutes earned in it: the oldest are spent first, so that what is left is the newest of them.
    lots: MapAttribute[str, Any] = MapAttribute(default=dict)  # type: ignore[no-untyped-call]


class EntryRow(Row, discriminator="entry"):
    """One side of a transfer, at the account it is of; the sort key is an id that sorts by its time. Never changed."""

    transfer = UnicodeAttribute()
    what = UnicodeAttribute()
    minutes = NumberAttribute()  # below zero for what is taken
    other = UnicodeAttribute()


class TransferRow(Row, discriminator="transfer"):
    """A transfer under the id that its caller made. Never changed."""

    currency = UnicodeAttribute()
    what = UnicodeAttribute()
    legs = UnicodeAttribute()  # JSON: [[debit, credit, minutes], …]
    at = UnicodeAttribute()
    because = UnicodeAttribute(null=True)
    reverses = UnicodeAttribute(null=True)
    links = UnicodeAttribute(null=True)
    ages = UnicodeAttribute(null=True)  # JSON: for each leg the months that its minutes were earned in


class HoldRow(Row, discriminator="hold"):
    """Minutes reserved for one purpose, until they are posted, voided, or the time is over; in the index till then."""

    currency = UnicodeAttribute()
    debit = UnicodeAttribute()
    credit = UnicodeAttribute()
    minutes = NumberAttribute()
    what = UnicodeAttribute()
    ends = NumberAttribute()  # seconds since 1970
    state = UnicodeAttribute()
    ended_by = UnicodeAttribute(null=True)  # the transfer that posted it


class CheckpointRow(Row, discriminator="checkpoint"):
    """What an account without a row of its own came to, up to the entry that the sort key names. Never changed."""

    minutes = NumberAttribute()
    entries = NumberAttribute()


class ReversalRow(Row, discriminator="reversal"):
    """That a transfer was reversed, and by which one: it stands once."""

    by = UnicodeAttribute()


class KredRow(Row, discriminator="kred"):
    """A record of a currency of time: the currency, an operator, an organisation, a partner, an activity."""

    document = UnicodeAttribute()  # JSON of the dataclass in kred.rules
    version = NumberAttribute(default=0)


class WorkerRow(Row, discriminator="worker"):
    """Somebody who acts for an operator or an organisation of a currency, by the id that the token gives."""

    lead = BooleanAttribute(default=False)
    added_by = UnicodeAttribute()
    added_on = UnicodeAttribute()


class LinkRow(Row, discriminator="link"):
    """Which member somebody is who awards others, so that they do not award themselves."""

    member = UnicodeAttribute()
    linked_on = UnicodeAttribute()


class AwardRow(Row, discriminator="award"):
    """What a member was given for taking part in an activity, and how long they were there."""

    currency = UnicodeAttribute()
    activity = UnicodeAttribute()
    organisation = UnicodeAttribute()
    member = UnicodeAttribute()
    minutes = NumberAttribute()
    present = NumberAttribute()
    awarded_on = UnicodeAttribute()
    by = UnicodeAttribute()
    session = UnicodeAttribute(null=True)
    reversed_by = UnicodeAttribute(null=True)
    reversed_on = UnicodeAttribute(null=True)


def ledger_pk(tenant: str, currency: str, account: str) -> str:
    """Find an account of a currency: what it has (`BALANCE`) and what made it so (`ENTRY#…`)."""
    return f"T#{tenant}#LEDGER#{currency}#ACCOUNT#{account}"


def accounts_group(tenant: str) -> str:
    """GSI1: the accounts that have a row, `<currency>#<day it was opened>#<name>`."""
    return f"T#{tenant}#ACCOUNTS"


def hold_pk(tenant: str, hold: str) -> str:
    """Find a hold (`HOLD`)."""
    return f"T#{tenant}#HOLD#{hold}"


def holds_group(tenant: str, currency: str) -> str:
    """GSI1: the holds of a currency that are not over, `<when they end>#<account>#<id>`."""
    return f"T#{tenant}#HOLDS#{currency}"


def ledger_seals_pk(tenant: str, currency: str) -> str:
    """Find the seals of a currency's transfers, in order."""
    return f"T#{tenant}#LEDGER#{currency}#SEALS"


def transfer_pk(tenant: str, transfer: str) -> str:
    """Find a transfer (`TRANSFER`) and that it was reversed (`REVERSAL`)."""
    return f"T#{tenant}#TRANSFER#{transfer}"


def journal_group(tenant: str, currency: str, day: str) -> str:
    """GSI1: the transfers of a currency on an Oslo day, sorted by the same ids as their entries."""
    return f"T#{tenant}#LEDGER#{currency}#{day}"


class MemberRow(Row, discriminator="member"):
    """Somebody who earns and spends time in one currency, or a code on paper that nobody has taken yet."""

    currency = UnicodeAttribute()
    number = UnicodeAttribute()
    standing = UnicodeAttribute()
    joined_on = UnicodeAttribute()
    language = UnicodeAttribute()
    age_band = UnicodeAttribute(null=True)
    name = UnicodeAttribute(null=True)
    guardian = UnicodeAttribute(null=True)
    consented_on = UnicodeAttribute(null=True)
    pin = UnicodeAttribute(null=True)  # a fingerprint
    wrong_pins: MapAttribute[str, Any] = MapAttribute(null=True)  # type: ignore[no-untyped-call]  # {date, count}
    joined_at = UnicodeAttribute(null=True)
    organiser = UnicodeAttribute(null=True)
    left_on = UnicodeAttribute(null=True)


class MemberCodeRow(Row, discriminator="member_code"):
    """From a member's code to the member, with what a partner's phone is answered by; no longer valid once replaced."""

    member = UnicodeAttribute()
    currency = UnicodeAttribute()
    standing = UnicodeAttribute()
    age_band = UnicodeAttribute(null=True)


class SessionRow(Row, discriminator="session"):
    """A session and its counters; `version` counts its changes, not its sign-ups."""

    document = UnicodeAttribute()  # JSON of kred.rules.sessions.Session
    version = NumberAttribute(default=0)
    taken = NumberAttribute(default=0)
    joined = NumberAttribute(default=0)


class SeatRow(Row, discriminator="seat"):
    """That a member signed up for a session or was there, and what it was awarded by."""

    adults = NumberAttribute()
    children = NumberAttribute()
    signed_up_at = UnicodeAttribute(null=True)
    hold = UnicodeAttribute(null=True)
    cancelled = BooleanAttribute(default=False)
    present_at = UnicodeAttribute(null=True)
    transfer = UnicodeAttribute(null=True)
    minutes = NumberAttribute(default=0)


class TimeOfferRow(Row, discriminator="time_offer"):
    """What a venue takes for one of its offers in a currency of time. The sort key says which."""

    document = UnicodeAttribute()  # JSON of kred.rules.spending.SpendOffer


class RoomRow(Row, discriminator="room"):
    """How many came for time on a day or in a week, where a partner has room for so many."""

    taken = NumberAttribute(default=0)


class SpendRow(Row, discriminator="spend"):
    """Time that was spent at a venue; the transfer of the same id is in the ledger."""

    currency = UnicodeAttribute()
    venue = UnicodeAttribute()
    offer = UnicodeAttribute(null=True)
    session = UnicodeAttribute(null=True)
    member = UnicodeAttribute()
    last3 = UnicodeAttribute()
    adults = NumberAttribute()
    children = NumberAttribute()
    minutes = NumberAttribute()
    at = UnicodeAttribute()
    device = UnicodeAttribute()
    offline = BooleanAttribute(default=False)
    undo_until = UnicodeAttribute(null=True)
    undone_by = UnicodeAttribute(null=True)
    taken_in = UnicodeAttribute(null=True)  # the partner's currency, where it took another


class VisitorsRow(Row, discriminator="visitors"):
    """How many came to a partner for time in a month, of one age band, and for how many it was the first time."""

    first = NumberAttribute(default=0)
    before = NumberAttribute(default=0)
    unasked = NumberAttribute(default=0)


def currencies_pk(tenant: str) -> str:
    """Find the currencies of time of a tenant, by their ids."""
    return f"T#{tenant}#KRED"


def currency_pk(tenant: str, currency: str) -> str:
    """Find what is set up for a currency: operators, organisations, who acts for them, partners; one Query."""
    return f"T#{tenant}#KRED#{currency}"


def activities_pk(tenant: str, currency: str) -> str:
    """Find the activities of a currency, by their ids."""
    return f"T#{tenant}#KRED#{currency}#ACTIVITIES"


def award_pk(tenant: str, award: str) -> str:
    """Find an award (`AWARD`)."""
    return f"T#{tenant}#AWARD#{award}"


def awards_group(tenant: str, currency: str, year: str) -> str:
    """GSI1: the awards of a currency in a year, sorted by member, day and id."""
    return f"T#{tenant}#AWARDS#{currency}#{year}"


def config_pk(tenant: str) -> str:
    """Everything a tenant has configured, one Query."""
    return f"T#{tenant}#CONFIG"


def card_pk(tenant: str, number: str) -> str:
    """Find a card (`CARD`) and its history (`HISTORY#…`)."""
    return f"T#{tenant}#CARD#{number}"


def pointer_pk(tenant: str, key: str) -> str:
    """Find the way from a card's key to its number (`POINTER`)."""
    return f"T#{tenant}#KEY#{key}"


def claim_pk(tenant: str, external_ref: str) -> str:
    """Find the cards of one reference, one row per programme."""
    return f"T#{tenant}#REF#{external_ref}"


def quota_pk(tenant: str) -> str:
    """Cards given out, one row per programme and programme year (`<programme>#<first day>`)."""
    return f"T#{tenant}#QUOTA"


def family_pk(tenant: str, family_ref: str) -> str:
    """Count a family's cards, one row per programme and period (`<programme>#<first day>`)."""
    return f"T#{tenant}#FAMILY#{family_ref}"


def blocked_pk(tenant: str) -> str:
    """Find the blocked numbers of a tenant by hash, one Query for a phone's snapshot."""
    return f"T#{tenant}#BLOCKED"


def suspects_pk(tenant: str) -> str:
    """Find what looked like a copy or a forgery, by day (`<yyyy-mm-dd>#<fingerprint>`)."""
    return f"T#{tenant}#SUSPECTS"


def request_pk(tenant: str, caller: str, key: str) -> str:
    """Find a request id of a caller (`ID`)."""
    return f"T#{tenant}#ID#{caller}#{key}"


def visit_pk(tenant: str, visit: str) -> str:
    """Find a visit (`VISIT`) and its void (`VOID`)."""
    return f"T#{tenant}#VISIT#{visit}"


def device_pk(tenant: str, device: str) -> str:
    """Find a device (`DEVICE`)."""
    return f"T#{tenant}#DEVICE#{device}"


def units_pk(tenant: str) -> str:
    """Find the units of a tenant (`UNIT#<id>`) and their people (`PERSON#<unit>#<caller>`), one Query."""
    return f"T#{tenant}#UNITS"


def enrolment_pk(tenant: str, fingerprint: str) -> str:
    """Find an enrolment code by its SHA-256 (`ENROLMENT`)."""
    return f"T#{tenant}#ENROL#{fingerprint}"


def members_group(tenant: str, currency: str) -> str:
    """List the members of a currency in GSI1, by the day they joined."""
    return f"T#{tenant}#MEMBERS#{currency}"


def member_code_pk(tenant: str, number: str) -> str:
    """Find whose a member's code is (`CODE`)."""
    return f"T#{tenant}#MEMBERCODE#{number}"


def session_pk(tenant: str, currency: str, session: str) -> str:
    """Find a session (`SESSION`) and its seats (`SEAT#<member>`)."""
    return f"T#{tenant}#KRED#{currency}#SESSION#{session}"


def sessions_group(tenant: str, currency: str) -> str:
    """List the sessions of a currency in GSI1, by when they start."""
    return f"T#{tenant}#SESSIONS#{currency}"


def seats_group(tenant: str, member: str) -> str:
    """List a member's seats in GSI1, by when they start."""
    return f"T#{tenant}#SEATS#{member}"


def time_offers_pk(tenant: str) -> str:
    """Find what venues take in time (`<venue>#<offer>#<currency>`)."""
    return f"T#{tenant}#TIMEOFFERS"


def room_pk(tenant: str, currency: str, venue: str, offer: str) -> str:
    """Count who came for time, one row per day or week."""
    return f"T#{tenant}#KRED#{currency}#ROOM#{venue}#{offer}"


def spend_pk(tenant: str, spend: str) -> str:
    """Find what was spent under an id (`SPEND`)."""
    return f"T#{tenant}#SPEND#{spend}"


def spent_group(tenant: str, venue: str, day: str) -> str:
    """List what was spent at a venue on a day in GSI1, by the time."""
    return f"T#{tenant}#SPENT#{venue}#{day}"


def visitors_pk(tenant: str, venue: str) -> str:
    """Count a partner's visitors, one row per month and age band (`<yyyy-mm>#<band>`)."""
    return f"T#{tenant}#VISITORS#{venue}"


def settlement_pk(tenant: str) -> str:
    """Find the settlements of a tenant, one row per month (`yyyy-mm`)."""
    return f"T#{tenant}#SETTLEMENT"


def import_pk(tenant: str) -> str:
    """Find an archive that is being read in, by its fingerprint."""
    return f"T#{tenant}#IMPORT"


def of_tenant(tenant: str) -> str:
    """Give how every key of a tenant begins; no id holds a `#`, so no other tenant's does."""
    return f"T#{tenant}#"


def objections_pk(tenant: str) -> str:
    """Find the objections of a tenant, by their ids."""
    return f"T#{tenant}#OBJECTION"


def adjustments_group(tenant: str) -> str:
    """GSI1: the adjustments that wait for finance."""
    return f"T#{tenant}#ADJUSTMENTS"


def chain_pk(tenant: str) -> str:
    """Find the end of a tenant's chain of settlements (`HEAD`)."""
    return f"T#{tenant}#CHAIN"


def audit_pk(tenant: str, day: str) -> str:
    """Find the entries of an Oslo day, in the order they were made."""
    return f"T#{tenant}#AUDIT#{day}"


def member_pk(tenant: str, member: str) -> str:
    """Find a member of TimeKred (`MEMBER`) and what is theirs."""
    return f"T#{tenant}#MEMBER#{member}"


def notes_pk(tenant: str, currency: str) -> str:
    """Find the batches of printed notes of a currency (`BATCH#<id>`), one Query."""
    return f"T#{tenant}#NOTES#{currency}"


def note_pk(tenant: str, fingerprint: str) -> str:
    """Find a printed note (`NOTE`) by the SHA-256 of its secret."""
    return f"T#{tenant}#NOTE#{fingerprint}"


def guesses_pk(tenant: str, who: str) -> str:
    """Count the unknown codes of a phone or a member, one row a day."""
    return f"T#{tenant}#GUESSES#{who}"


def surveys_pk(tenant: str, currency: str) -> str:
    """Find the asking rounds of a currency (`ROUND#<id>`), one Query."""
    return f"T#{tenant}#SURVEYS#{currency}"


def survey_pk(tenant: str, currency: str, survey: str) -> str:
    """Find the spent tickets (`TICKET#…`) and the answers (`ANSWER#…`) of a round."""
    return f"T#{tenant}#SURVEY#{currency}#{survey}"


def attestation_pk(tenant: str, attestation: str) -> str:
    """Find an attestation (`ATTESTATION`), and that it was taken back (`REVOCATION`)."""
    return f"T#{tenant}#ATTESTATION#{attestation}"


def attestations_group(tenant: str, currency: str) -> str:
    """GSI1: the attestations of a currency, sorted by day and id."""
    return f"T#{tenant}#ATTESTATIONS#{currency}"


def seals_pk(tenant: str) -> str:
    """Find the seals of a tenant in order, after the row that says since when there is anything to seal (`BOOK`)."""
    return f"T#{tenant}#SEALS"


def settle_group(tenant: str, venue: str, month: str) -> str:
    """GSI1: the visits and voids of a venue received in a month, sorted by date and id."""
    return f"T#{tenant}#SETTLE#{venue}#{month}"


def devices_group(tenant: str) -> str:
    """GSI1: the devices of a tenant, sorted by venue."""
    return f"T#{tenant}#DEVICES"


def tenants_group() -> str:
    """GSI1: every municipality of the deployment, `<number>#<tenant>`; the one list that belongs to no tenant."""
    return "TENANTS"


def expires_group(tenant: str, programme: str, month: str) -> str:
    """GSI1: the cards of a programme whose validity ends in a month."""
    return f"T#{tenant}#EXPIRES#{programme}#{month}"


def epoch(instant: datetime) -> int:
    """Give seconds since 1970, as `expires` holds them."""
    return int(instant.astimezone(UTC).timestamp())


def bind(*, name: str, region: str, engine: str | None) -> None:
    """Say where the table is. Every kind of row then shares one connection, and so one client."""
    Row.Meta.table_name = name
    Row.Meta.region = region
    Row.Meta.host = engine
    Row._connection = None  # noqa: SLF001  PynamoDB offers no other way to bind a model late
    shared = Row._get_connection()  # noqa: SLF001
    # A fixed name: botocore otherwise puts its own together anew for every request, a tenth of what a request costs.
    shared.connection.session.set_default_client_config(BotocoreConfig(user_agent="opplev"))
    for kind in _kinds(Row):
        kind._connection = shared  # noqa: SLF001  None here would make each kind a client of its own


def connection() -> Connection:
    """Give the connection that a transaction is sent through."""
    return Row._get_connection().connection  # noqa: SLF001  the one place that reaches for it


def kinds() -> list[str]:
    """Give every kind of row there is, as `kind` holds it."""
    return sorted(str(kind.kind.get_discriminator(kind)) for kind in _kinds(Row))


def _kinds(row: type[Row]) -> Iterator[type[Row]]:
    for kind in row.__subclasses__():
        yield kind
        yield from _kinds(kind)
