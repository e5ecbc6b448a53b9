"""The doors of those who attest what somebody has done: an operator, or an organisation under one."""

from datetime import date
from typing import TYPE_CHECKING, Annotated, Final

from msgspec import Meta

from chalicelib import wiring
from chalicelib.access.rules import Role
from chalicelib.api.answering import Answer
from chalicelib.api.answers import Shape
from chalicelib.api.endpoint import PUBLIC, Asking, Doors
from chalicelib.api.kred_members import CodeBody as MemberBody
from chalicelib.api.kred_members import key_of
from chalicelib.api.prints import as_file
from chalicelib.api.proofs import FactsAnswer, facts
from chalicelib.api.reading import Body, Id, Uuid
from chalicelib.shared.answers import UnknownError
from chalicelib.shared.ids import CurrencyId, MemberId, Tenant

if TYPE_CHECKING:
    from chalicelib.attestations.rules import Attestation
    from chalicelib.kred.rules.standing import Known, Standing

doors = Doors(__name__)

# Not the coordinator, who knows nobody's name.
_WHO: Final = frozenset({Role.OPERATOR, Role.AWARDER})
_Name = Annotated[str, Meta(min_length=1, max_length=80)]


class ExtentBody(Body, frozen=True):
    """How much it was: minutes in all (`total`), minutes a week (`week`), or percent of full time (`percent`)."""

    measure: Annotated[str, Meta(pattern="^(total|week|percent)$")]
    amount: Annotated[int, Meta(ge=1, le=1_200_000)]


class AttestationBody(Body, frozen=True):
    """What is attested. `of` is the operator or the organisation that you act for; `signatory` stands on the paper."""

    id: Uuid
    of: Id
    person: _Name
    organisation: Annotated[str, Meta(min_length=1, max_length=100)]
    tasks: Annotated[str, Meta(min_length=1, max_length=600)]
    first: date
    last: date
    extent: ExtentBody
    language: Annotated[str, Meta(pattern="^(nb|nn|en)$")] = "nb"
    signatory: Annotated[str, Meta(max_length=80)] = ""
    member: Id | None = None


class RevokeBody(Body, frozen=True):
    """Why it is taken back; whoever checks it is told that it was, and not why."""

    reason: Annotated[str, Meta(pattern="^(mistake|replaced|misuse)$")]


class OwnBody(MemberBody, frozen=True, kw_only=True):
    """Which of a member's own attestations."""

    id: Uuid


class AttestationAnswer(Shape):
    id: str
    of: str
    issued_on: date
    attested: FactsAnswer
    member: str | None
    revoked_on: date | None
    code: Annotated[str, Meta(description="the address in its code")]


class AttestationsAnswer(Shape):
    attestations: list[AttestationAnswer]


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/attestations", who=_WHO, takes=AttestationBody, gives=AttestationAnswer,
    status=201, says="Attest what somebody has done, by name. The same id and content again: the same attestation.",
)  # fmt: skip
def issue_attestation(asking: Asking, sent: AttestationBody, currency: str) -> Answer:
    """Attest it."""
    from chalicelib.attestations.paper import insist_printable
    from chalicelib.attestations.rules import AttestationId, Extent, Facts, Measure

    known, standing = _here(asking, currency)
    if not _is_own(known, standing, sent.of):
        raise UnknownError("unknown_operator", "There is no such operator in this currency.")
    told = Facts(
        sent.person, sent.organisation, sent.tasks, sent.first, sent.last,
        Extent(Measure(sent.extent.measure), sent.extent.amount), sent.language, sent.signatory,
    )  # fmt: skip
    insist_printable(told)
    if sent.member is not None:
        wiring.house().members.known(asking.tenant, currency, MemberId(sent.member))
    made = wiring.house().attestations.issue(
        asking.tenant, currency, AttestationId(sent.id), told, of=sent.of, member=sent.member, by=asking.by,
        now=asking.now,
    )  # fmt: skip
    return Answer(_shown(asking, made), 201)


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/attestations", who=_WHO, gives=AttestationsAnswer,
    says="Your own attestations, newest first; one just given may be missing for a moment.",
)  # fmt: skip
def list_attestations(asking: Asking, currency: str) -> Answer:
    """List them."""
    known, standing = _here(asking, currency)
    found = wiring.house().attestations.all(asking.tenant, currency, now=asking.now)
    own = [_shown(asking, each) for each in found if _is_own(known, standing, each.of)]
    return Answer(AttestationsAnswer(attestations=own))


@doors.open(
    "GET", "/v1/kred/currencies/{currency}/attestations/{attestation}/paper", who=_WHO, gives=bytes,
    content_types=("application/pdf",), says="The attestation on one A4 page, with the code that proves it.",
)  # fmt: skip
def print_attestation(asking: Asking, currency: str, attestation: str) -> Answer:
    """Print it."""
    return _drawn(asking.tenant, _own(asking, currency, attestation))


@doors.open(
    "POST", "/v1/kred/currencies/{currency}/attestations/{attestation}/revoke", who=_WHO, takes=RevokeBody,
    gives=AttestationAnswer, says="Take it back: whoever checks it is told so from now on. Again: nothing changes.",
)  # fmt: skip
def revoke_attestation(asking: Asking, sent: RevokeBody, currency: str, attestation: str) -> Answer:
    """Take it back."""
    from chalicelib.attestations.rules import Because

    found = _own(asking, currency, attestation)
    desk = wiring.house().attestations
    revoked = desk.revoke(asking.tenant, currency, found.id, Because(sent.reason), by=asking.by, now=asking.now)
    return Answer(_shown(asking, revoked))


@doors.open(
    "POST", "/v1/kred/member/attestation", who=PUBLIC, takes=OwnBody, gives=bytes, content_types=("application/pdf",),
    says="A member's own attestation on its page, to keep.", why_public="the member's code and its PIN are the proof",
)  # fmt: skip
def print_own_attestation(asking: Asking, sent: OwnBody) -> Answer:
    """Print it."""
    house = wiring.house()
    tenant, member = house.members.opened(key_of(sent), now=asking.now)
    own = house.attestations.of_member(tenant, member.id, now=asking.now)
    found = next((each for each in own if each.id == sent.id), None)
    if found is None:
        raise UnknownError("unknown_attestation", "There is no such attestation.")
    return _drawn(tenant, found)


def _drawn(tenant: Tenant, found: "Attestation") -> Answer:
    from chalicelib.attestations.paper import draw

    house = wiring.house()
    municipality = house.terms.configuration(tenant).municipality
    name = house.currencies.setup(tenant, CurrencyId(found.currency)).currency.name
    arms = None if municipality.coat_of_arms is None else house.files.get(municipality.coat_of_arms)
    drawn = draw(
        found, house.attestations.address(tenant, found), issuer=municipality.name,
        programme=name.get(found.facts.language) or next(iter(name.values())), arms=arms,
    )  # fmt: skip
    return as_file(drawn, "application/pdf", "attest.pdf")


def _here(asking: Asking, currency: str) -> "tuple[Known, Standing]":
    return wiring.house().currencies.for_whom(asking.caller, CurrencyId(currency))


def _own(asking: Asking, currency: str, named: str) -> "Attestation":
    from chalicelib.attestations.rules import AttestationId

    known, standing = _here(asking, currency)
    found = wiring.house().attestations.one(asking.tenant, currency, AttestationId(named), now=asking.now)
    if not _is_own(known, standing, found.of):
        raise UnknownError("unknown_attestation", "There is no such attestation.")
    return found


def _is_own(known: "Known", standing: "Standing", of: str) -> bool:
    """Say whether an operator or an organisation is the caller's, or its operator's."""
    organisation = next((each for each in known.roster.organisations if each.id == of), None)
    if organisation is not None:
        return standing.sees(organisation)
    return standing.operators is not None and of in standing.operators


def _shown(asking: Asking, made: "Attestation") -> AttestationAnswer:
    return AttestationAnswer(
        id=made.id, of=made.of, issued_on=made.issued_on, attested=facts(made.facts), member=made.member,
        revoked_on=None if made.revoked is None else made.revoked.on,
        code=wiring.house().attestations.address(asking.tenant, made),
    )  # fmt: skip
