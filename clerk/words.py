"""What the clerk says, in bokmål and English, and what to do about what the API answers."""

import os
from collections.abc import Mapping
from typing import Final

_WORDS: Final[Mapping[str, tuple[str, str]]] = {  # what is said: bokmål, English
    "issued": ("{count} kort er utstedt", "{count} cards issued"),
    "before": ("{count} var utstedt fra før", "{count} had been issued before"),
    "renewed": ("{count} kort er fornyet", "{count} cards renewed"),
    "problems": ("{count} rader må rettes", "{count} rows need to be put right"),
    "left": ("{count} rader ble ikke nådd: gi samme kommando en gang til",
             "{count} rows were not reached: give the same command again"),
    "same_card": ("{count} rader er samme kort som en rad over (samme referanse og år): gi hvert barn sin referanse",
                  "{count} rows are the same card as one above (same reference and year): give each child its own"),
    "older_numbers": ("Kortnumre som sto i resultatene fra før, er tatt vare på i {file}",
                      "Card numbers that the results held before are kept in {file}"),
    "results": ("Resultatet står i {file}", "The result is in {file}"),
    "issuing": ("Utsteder", "Issuing"),
    "renewing": ("Fornyer", "Renewing"),
    "printing": ("Skriver ut", "Printing"),
    "checking": ("Kontrollerer", "Verifying"),
    "listing": ("Henter", "Listing"),
    "row": ("rad {row}", "row {row}"),
    "more": ("… og {count} til", "… and {count} more"),
    "work_list": ("{count} kort utløper; {too_old} er for gamle. Liste: {file}",
                  "{count} cards expire; {too_old} are for children too old. List: {file}"),
    "work_list_next": ("Fjern krysset i «renew» for dem som ikke skal fornyes, og kjør: {command}",
                       "Take the x in `renew` away from those that are not to be renewed, then: {command}"),
    "none_chosen": ("Ingen rad har kryss i «renew».", "No row has an x in `renew`."),
    "printed": ("Kort: {count}, i {pages}", "Cards: {count}, in {pages}"),
    "sheets": ("Ark: {count}, i {pages}", "Sheets: {count}, in {pages}"),
    "keep_names": ("Ta vare på navnelisten til alle kort har kommet riktig ut; skriv ut på nytt med --only NUMMER.",
                   "Keep the list of names until all cards have come out right; print some again with --only NUMBER."),
    "without_name": ("{count} kort har ikke navn i listen og trykkes uten navn",
                     "{count} cards have no name in the list and are printed without one"),
    "no_numbers": ("Ingen rad har et kortnummer.", "No row has a card number."),
    "told": ("Året er fortalt til og med {until}: {visits} besøk, {hidden} tall skjult. Filene ligger i {folder}",
             "The year is told to the end of {until}: {visits} visits, {hidden} figures hidden. Files: {folder}"),
    "cancelled": ("{count} fornyelser er tatt tilbake; kortene fra før gjelder.",
                  "{count} renewals were taken back; the cards from before stand."),
    "tagged": ("{count} brikker er knyttet til kortene sine", "{count} tags tied to their cards"),
    "tagged_before": ("{count} var knyttet fra før", "{count} had been tied before"),
    "tagging": ("Knytter", "Tying"),
    "voided": ("Besøket er annullert.", "The visit was taken back."),
    "chain_holds": ("Loggen stemmer: {entries} oppføringer, {seals} segl.",
                    "The log holds: {entries} entries, {seals} seals."),
    "nothing_sealed": (
        "Ingenting er forseglet eller bevist ennå: {count} venter. Det første seglet kommer {first} eller senere.",
        "Nothing is sealed yet, so nothing is proven: {count} wait. The first seal comes {first} or later.",
    ),
    "waiting": ("{count} oppføringer er ikke forseglet ennå, den eldste fra {since}.",
                "{count} entries are not sealed yet, the oldest from {since}."),
    "keep_head": ("Skriv ned, og gi med --kept neste gang: {name} {digest}",
                  "Write this down, and give it with --kept next time: {name} {digest}"),
    "no_sessions": ("Ingen samlinger i dag eller senere.", "No sessions today or later."),
    "seats_any": ("plass til alle", "room for everybody"),
    "seats_left": ("{count} plasser igjen", "{count} seats left"),
    "gives": ("gir {minutes} minutter", "gives {minutes} minutes"),
    "costs": ("koster {adult} minutter, barn {child}", "costs {adult} minutes, children {child}"),
    "called_off": ("AVLYST", "CALLED OFF"),
    "present": ("{count} møtte, av {listed} på listen", "{count} were there, of {listed} on the list"),
    "has_minutes": ("har fått {minutes} minutter", "has been given {minutes} minutes"),
    "nobody_there": ("Ingen er registrert som møtt.", "Nobody is checked in."),
    "award_all": ("Gi {minutes} minutter til hver av {count}? [j/N]",
                  "Give {minutes} minutes to each of {count}? [y/N]"),
    "nothing_done": ("Ingenting er gjort. Svar ja, eller gi --yes.", "Nothing was done. Answer yes, or give --yes."),
    "awarding": ("Gir", "Awarding"),
    "awarded": ("{count} har fått tiden sin", "{count} have been given their time"),
    "awarded_before": ("{count} hadde fått den fra før", "{count} had been given it before"),
    "poster": ("{file} er skrevet; koden åpner {address}", "{file} is written; its code opens {address}"),
    "codes": ("{count} koder til utskrift står i {file}; de er nye hver gang",
              "{count} codes to print are in {file}; each time they are new ones"),
    "no_activities": ("Det er ingen aktiviteter.", "There are no activities."),
    "grant": ("{left} minutter igjen, {free} kan gis i dag", "{left} minutes left, {free} may be given today"),
    "chain_breaks": ("Loggen stemmer ikke: {fault}", "The log does not hold: {fault}"),
}  # fmt: skip
_REMEDIES: Final[Mapping[str, tuple[str, str]]] = {  # the API's code: what to do
    "already_has_card": ("Referansen har kort i ordningen. Finn det, eller erstatt det om det er mistet.",
                         "The reference has a card in the programme. Find it, or replace it if it is lost."),
    "quota_reached": ("Årets kort er brukt opp. Kulturkontoret kan heve kvoten.",
                      "The year's cards have been given out. The culture department can raise the quota."),
    "age_outside_programme": ("Se på fødselsåret; ordningen er for andre aldre.",
                              "Check the birth year; the programme is for other ages."),
    "outside_programme": ("Datoene ligger utenfor ordningens.", "The dates are outside the programme's."),
    "programme_closed": ("Ordningen er lukket; spør kulturkontoret.", "The programme is closed; ask the office."),
    "unknown_programme": ("Det er ingen slik ordning; se på --programme, --to eller kolonnen programme.",
                          "There is no such programme; check --programme, --to or the column `programme`."),
    "identity_number": ("Fjern fødselsnummeret: bruk din egen referanse til saken.",
                        "Remove the identity number: use a reference of your own to the case."),
    "idempotency_conflict": ("Samme id er brukt på et annet kort. Gi raden en ny id.",
                             "The same id was used for another card. Give the row a new id."),
    "bad_fields": ("Rett feltet som er nevnt.", "Put the named field right."),
    "try_again": ("Gi samme kommando en gang til.", "Give the same command again."),
    "unknown_card": ("Det er ikke noe slikt kort her; se på nummeret.",
                     "There is no such card here; check the number."),
    "not_in_that_state": ("Kortet er erstattet, sperret eller avsluttet; hent listen på nytt.",
                          "The card was replaced, blocked or ended; fetch the list again."),
    "has_another_tag": ("Kortet har en annen brikke. Er den byttet, gi --replaces.",
                        "The card has another tag. If it was exchanged, give --replaces."),
    "same_tag_twice": ("Samme brikke står på et annet kort i listen; spør leverandøren.",
                       "The same tag stands by another card of the list; ask the bureau."),
    "not_original": ("Brikken er ikke ekte, og er ikke knyttet til kortet; spør leverandøren.",
                     "The chip is not the maker's own, and was not tied to the card; ask the bureau."),
    "token_expired": ("Hent et nytt token.", "Get a new token."),
    "wrong_role": ("Denne rollen har ikke lov til det.", "This role may not do that."),
}  # fmt: skip
_WHY: Final[Mapping[str, tuple[str, str]]] = {  # why somebody was not awarded
    "not_present": ("var ikke registrert som møtt", "was not checked in"),
    "self_award": ("ingen gir til seg selv; la en annen gjøre det", "nobody awards themselves; let somebody else"),
    "not_linked": ("si først hvilket medlem du selv er", "say first which member you are yourself"),
    "no_award": ("samlingen gir ikke tid", "the session gives no time"),
    "session_cancelled": ("samlingen er avlyst", "the session was called off"),
    "not_approved": ("aktiviteten er ikke godkjent", "the activity is not approved"),
    "no_grant": ("aktiviteten har ingen tildeling", "the activity has no grant"),
    "before_start": ("tildelingen har ikke begynt", "the grant has not begun"),
    "after_end": ("tildelingen er over", "the grant has ended"),
    "above_grant": ("det er ikke nok igjen av tildelingen", "the grant has not enough left"),
    "above_step": ("resten av tildelingen er ikke fri ennå", "the rest of the grant is not free yet"),
    "over_limit": ("ville ha mer enn valutaen tillater", "would hold more than the currency allows"),
    "account_closed": ("er ikke medlem lenger", "is a member no longer"),
    "unknown_member": ("er ikke medlem", "is not a member"),
    "try_again": ("ble ikke nådd: gi samme kommando en gang til", "was not reached: give the same command again"),
}  # fmt: skip
_STATES: Final[Mapping[str, str]] = {"draft": "kladd", "approved": "godkjent", "closed": "lukket"}
_SAY_ALL: Final = frozenset(  # codes whose remedy says what the API says, and more
    {"already_has_card", "quota_reached", "programme_closed", "unknown_programme", "identity_number", "unknown_card"}
)
_NORWEGIAN: Final = ("nb", "nn", "no")


def language(named: str | None = None) -> int:
    """Give 0 for bokmål and 1 for English: what was asked for, else what the machine speaks."""
    spoken = named or os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return 0 if spoken.lower().startswith(_NORWEGIAN) else 1


def say(speech: int, what: str, **values: object) -> str:
    """Say it."""
    return _WORDS[what][speech].format(**values)


def remedy(speech: int, code: str, detail: str) -> str:
    """Say what is wrong and what to do; a code that is not known here is told in the API's own words."""
    found = _REMEDIES.get(code)
    if found is None:
        return detail
    return found[speech] if code in _SAY_ALL or not detail else f"{detail.rstrip('.')}. {found[speech]}"


def why(speech: int, because: str) -> str:
    """Say why somebody was not awarded; a reason that is not known here is told by its code."""
    return _WHY[because][speech] if because in _WHY else because


def state(speech: int, code: str) -> str:
    """Say what state an activity is in."""
    return _STATES.get(code, code) if speech == 0 else code
