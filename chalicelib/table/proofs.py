"""Attestations, and the rounds that ask what taking part has meant."""

from pynamodb.attributes import (
    NumberAttribute,
    UnicodeAttribute,
)

from chalicelib.table.row import Row


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
