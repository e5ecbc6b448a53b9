"""The doors to what paper proves of itself: an attestation is checked by whoever is shown one."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from chalicelib import wiring
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.reading import Body

if TYPE_CHECKING:
    from chalicelib.attestations.rules import Extent, Facts

doors = Doors(__name__)


class CodeBody(Body, frozen=True):
    """What the code on a paper holds: its address, or what stands after `#` in it."""

    code: Annotated[str, Meta(min_length=1, max_length=4000)]


class ExtentAnswer(Shape):
    measure: str
    amount: Annotated[int, Meta(description="minutes in all, minutes a week, or percent of full time")]


class FactsAnswer(Shape):
    person: str
    organisation: str
    tasks: str
    first: date
    last: date
    extent: ExtentAnswer
    language: str
    signatory: str


class VerifiedAnswer(Shape):
    standing: Annotated[str, Meta(description="holds, not_kept, revoked or not_ours")]
    municipality: str | None = None
    id: str | None = None
    issued_on: date | None = None
    revoked_on: date | None = None
    attested: FactsAnswer | None = None


@doors.open(
    "POST", "/v1/attestations/verify", who=PUBLIC, takes=CodeBody, gives=VerifiedAnswer,
    says="What was attested, read from the signed code alone; and whether it was taken back. Where the municipality "
    "no longer keeps the record (`not_kept`), the signature still proves it.",
    why_public="whoever is shown an attestation checks it; the code in hand is the proof",
)  # fmt: skip
def verify_attestation(asking: Asking, sent: CodeBody) -> Answer:
    """Check it."""
    house = wiring.house()
    found = house.attestations.verify(sent.code, now=asking.now)
    issuer = None if found.tenant is None else house.terms.configuration(found.tenant).municipality.name
    return Answer(
        VerifiedAnswer(
            standing=found.standing, municipality=issuer, id=found.id, issued_on=found.issued_on,
            revoked_on=found.revoked_on, attested=None if found.facts is None else facts(found.facts),
        )
    )  # fmt: skip


class NoteAnswer(Shape):
    state: Annotated[str, Meta(description="good, used, voided, expired or unknown")]
    municipality: str | None = None
    currency: dict[str, str] | None = None
    currency_id: str | None = None
    colour: str | None = None
    text_colour: str | None = None
    minutes: int | None = None
    serial: str | None = None
    last_day: date | None = None
    contact: str | None = None


@doors.open(
    "POST", "/v1/kred/notes/look", who=PUBLIC, takes=CodeBody, gives=NoteAnswer,
    says="What a printed note is and whether it is good; nothing happens to it.",
    why_public="whoever holds a note owns it; its code in hand is the proof",
)  # fmt: skip
def look_at_note(asking: Asking, sent: CodeBody) -> Answer:
    """Look at it."""
    house = wiring.house()
    found = house.notes.look(sent.code, now=asking.now)
    if found is None:
        return Answer(NoteAnswer(state="unknown"))
    tenant, looked = found
    currency = house.currencies.setup(tenant, looked.note.currency).currency
    return Answer(
        NoteAnswer(
            state=looked.state, municipality=house.terms.configuration(tenant).municipality.name,
            currency=currency.name, currency_id=currency.id, colour=currency.colour, text_colour=currency.text_colour,
            minutes=looked.note.worth, serial=looked.note.serial, last_day=looked.note.last_day,
            contact=currency.contact,
        )
    )  # fmt: skip


def facts(told: "Facts") -> FactsAnswer:
    """Show what was attested."""
    return FactsAnswer(
        person=told.person, organisation=told.organisation, tasks=told.tasks, first=told.first, last=told.last,
        extent=extent(told.extent), language=told.language, signatory=told.signatory,
    )  # fmt: skip


def extent(told: "Extent") -> ExtentAnswer:
    """Show how much it was."""
    return ExtentAnswer(measure=told.measure, amount=told.amount)
