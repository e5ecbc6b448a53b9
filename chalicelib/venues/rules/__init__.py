"""What a programme, a venue, an offer and an agreement are, and which agreement holds on a day."""

from chalicelib.venues.rules.checking import (
    MOST_PER_TICKET,
    faults_of_agreement,
    faults_of_municipality,
    faults_of_offer,
    faults_of_programme,
    faults_of_venue,
    insist,
    plain_digits,
)
from chalicelib.venues.rules.configuration import Configuration, Reading
from chalicelib.venues.rules.phrases import CATEGORIES, LANGUAGES, PHRASES, Words, in_language
from chalicelib.venues.rules.records import (
    Agreement,
    Counts,
    Municipality,
    Offer,
    PendingAccount,
    Programme,
    Record,
    SettleBy,
    State,
    Venue,
    VenueKind,
    own_quota,
)
from chalicelib.venues.rules.saving import CODES, ended_by, lowest_free_code, with_account

__all__ = [
    "CATEGORIES",
    "CODES",
    "LANGUAGES",
    "MOST_PER_TICKET",
    "PHRASES",
    "Agreement",
    "Configuration",
    "Counts",
    "Municipality",
    "Offer",
    "PendingAccount",
    "Programme",
    "Reading",
    "Record",
    "SettleBy",
    "State",
    "Venue",
    "VenueKind",
    "Words",
    "ended_by",
    "faults_of_agreement",
    "faults_of_municipality",
    "faults_of_offer",
    "faults_of_programme",
    "faults_of_venue",
    "in_language",
    "insist",
    "lowest_free_code",
    "own_quota",
    "plain_digits",
    "with_account",
]
