"""An entry as a person reads it: one sentence, and each change in words."""

from typing import Final

from chalicelib.audit.rules.checking import Fault, Finding
from chalicelib.audit.rules.entries import Deed, Entry
from chalicelib.shared.calendar import OSLO

MARK: Final = "#"  # how the notary marks what is hidden
_MOST_NAMED: Final = 3
# What was done, to one or to several of its kind.
_SAYS: Final = {
    "municipality.made": "Made the municipality {ids}",
    "municipality.changed": "Changed the municipality {ids}",
    "programme.made": "Made the programme {ids}",
    "programme.changed": "Changed the programme {ids}",
    "programme.closed": "Closed the programme {ids} early",
    "programme.opened": "Opened the programme {ids} again",
    "venue.made": "Made the venue {ids}",
    "venue.changed": "Changed the venue {ids}",
    "venue.account_asked": "Asked for another account number for the venue {ids}",
    "venue.account_confirmed": "Confirmed the new account number of the venue {ids}",
    "offer.made": "Made the offer {ids}",
    "offer.changed": "Changed the offer {ids}",
    "agreement.made": "Made the agreement {ids}",
    "agreement.changed": "Changed the agreement {ids}",
    "enrolment.opened": "Made a code for a phone: {ids}",
    "device.enrolled": "Enrolled the phone {ids}",
    "device.revoked": "Stopped the phone {ids}",
    "unit.made": "Made the issuer unit {ids}",
    "unit.changed": "Changed the issuer unit {ids}",
    "person.added": "Let {ids} work for an issuer unit",
    "person.removed": "Let {ids} work for an issuer unit no longer",
    "currency.made": "Made the currency of time {ids}",
    "currency.changed": "Changed the currency of time {ids}",
    "operator.made": "Made the operator {ids}",
    "operator.changed": "Changed the operator {ids}",
    "organisation.made": "Made the organisation {ids}",
    "organisation.changed": "Changed the organisation {ids}",
    "acceptance.made": "Let one currency's minutes be taken in another: {ids}",
    "acceptance.changed": "Changed how much of one currency is taken in another: {ids}",
    "payoff.made": "Noted that one currency paid off what it owed another: {ids}",
    "partner.asked": "A venue asked to take a currency: {ids}",
    "partner.approved": "Let a venue take a currency: {ids}",
    "partner.ended": "Let a venue take a currency no longer: {ids}",
    "worker.added": "Let {ids} act in a currency",
    "worker.removed": "Let {ids} act in a currency no longer",
    "link.made": "{ids} said which member they are",
    "link.removed": "Undid which member {ids} had said to be",
    "activity.made": "Wrote the activity {ids}",
    "activity.changed": "Changed the activity {ids}",
    "activity.approved": "Approved the activity {ids}",
    "activity.granted": "Granted minutes to the activity {ids}",
    "activity.closed": "Closed the activity {ids}",
    "award.made": "Made the award {ids}",
    "award.reversed": "Took the award {ids} back",
    "settlement.closing": "Began to close the month {ids}",
    "settlement.closed": "Closed the month {ids}",
    "settlement.approved": "Approved the month {ids}",
    "settlement.exported": "Exported the month {ids}",
    "settlement.paid": "Noted the month {ids} as paid",
    "objection.made": "A venue objected to its statement: {ids}",
    "objection.accepted": "Agreed with a venue's objection: {ids}",
    "objection.rejected": "Did not agree with a venue's objection: {ids}",
    "adjustment.proposed": "Proposed the adjustment {ids}",
    "adjustment.accepted": "Confirmed the adjustment {ids}, which settles now",
    "adjustment.rejected": "Turned the adjustment {ids} down",
    "survey.made": "Set up the asking round {ids}",
    "survey.changed": "Changed the asking round {ids}",
    "notes.issued": "Made printed notes, batch {ids}",
    "notes.printed": "Printed the notes of the batch {ids}",
    "notes.voided": "Took the notes of the batch {ids} out of use",
    "notes.expired": "Ended the notes of the batch {ids}, whose last day had passed",
    "attestation.issued": "Gave the attestation {ids}",
    "attestation.revoked": "Took the attestation {ids} back",
    "attestation.forgotten": "Deleted the record of the attestation {ids}",
    "card.issued": "Issued {count}: {ids}",
    "card.stocked": "Made {count} as blanks: {ids}",
    "card.activated": "Activated a blank as somebody's card: {ids}",
    "card.corrected": "Corrected the card {ids}",
    "card.blocked": "Blocked the card {ids}",
    "card.unblocked": "Unblocked the card {ids}",
    "card.replaced": "Replaced the card {ids}",
    "card.renewed": "Renewed a card as {ids}",
    "card.ended": "Ended the card {ids}",
    "card.tagged": "Tied a tag to the card {ids}",
    "member.joined": "Somebody joined TimeKred: {ids}",
    "member.prepared": "Made {count} on paper, to be named later: {ids}",
    "member.named": "A code on paper was named: {ids}",
    "member.pin_set": "A new code was given a PIN: {ids}",
    "member.code_replaced": "Gave the member {ids} a new code",
    "member.left": "The member {ids} left",
    "member.erased": "The member {ids} left, and the name was erased",
    "session.made": "Made the session {ids}",
    "session.changed": "Changed the session {ids}",
    "session.released": "Gave out seats that were held back at the session {ids}",
    "session.cancelled": "Called the session {ids} off",
    "time_offer.made": "Set what is taken in time: {ids}",
    "time_offer.changed": "Changed what is taken in time: {ids}",
    "card.renewal_cancelled": "Took a renewal back: ended the card {ids}",
}
_FAULTS: Final = {
    Fault.CHANGED: "The entry of {at} is not as it was sealed: it has been changed.",
    Fault.REMOVED: "An entry of {at} was sealed and is no longer there: it has been removed.",
    Fault.INSERTED: "The entry of {at} is not covered by its seal: it was put in afterwards, or landed late.",
    Fault.SEAL_CHANGED: "The seal of the hour from {at} is not as it was made: it has been changed.",
    Fault.SEAL_REMOVED: "The chain is broken at {at}: a seal has been removed or put in.",
    Fault.OTHER_CHAIN: "The seal of the hour from {at} is not the one that was kept: the chain has been made anew.",
}


def sentence(entry: Entry, deed: Deed | None) -> str:
    """Say in one sentence what was done; the code itself for a deed without words."""
    if deed is None:
        return "This entry cannot be read."
    kind, ids = deed.records[0] if deed.records else ("", ())
    named = ", ".join(shown(each) for each in ids[:_MOST_NAMED])
    named += f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
    count = f"{len(ids)} {kind}{'' if len(ids) == 1 else 's'}"
    fallback = f"{entry.what.replace('.', ' ').replace('_', ' ').capitalize()}: {{ids}}"
    return _SAYS.get(entry.what, fallback).format(ids=named, count=count) + "."


def shown(value: str | int | None) -> str:
    """Write a value as people read it; what is hidden says so, with the mark that equal values share."""
    match value:
        case None:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case str() if value.startswith(MARK):
            mark, _, tail = value.removeprefix(MARK).partition("…")
            return f"hidden ({mark})" + (f", ending in {tail}" if tail else "")
        case _:
            return str(value)


def fault_sentence(finding: Finding) -> str:
    """Say in one sentence what does not fit, in Oslo time."""
    return _FAULTS[finding.fault].format(at=f"{finding.at.astimezone(OSLO):%d.%m.%Y %H:%M:%S}")
