"""What is wrong with a record, field by field."""

import re
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import is_id
from chalicelib.shared.money import Ore
from chalicelib.venues.rules.phrases import CATEGORIES, LANGUAGES, PHRASES
from chalicelib.venues.rules.records import Agreement, Municipality, Offer, Programme, Venue, VenueKind, own_quota

MOST_PER_TICKET: Final = Ore(100_000_00)
_FIRST_DAY: Final = date(2020, 1, 1)  # a token counts its days from here, in 16 bits
_LAST_DAY: Final = date(2199, 12, 31)
_LIST: Final = 20
_CODES: Final = 200
_CODE: Final = 100
# What a cost is booked on, and every other code that a payment file reads (docs/operations.md says what each is).
_COST_CODES: Final = frozenset({"account", "tax_code", *(f"dim_{number}" for number in range(1, 8))})
_CODE_NAMES: Final = _COST_CODES | {
    "file", "interface", "voucher_type", "client", "responsible", "payable_account", "pay_method", "due_days",
    "debtor_account", "debtor_name", "debtor_bic", "debtor_id", "debtor_id_scheme", "pain_version", "pay_days",
    "language",
}  # fmt: skip
_MOST_SIBLINGS: Final = 10
_VALIDITIES: Final = "programme|calendar_year|school_year|half_year"
_DURATIONS: Final = "P([1-9]|10)Y|P([1-9]|[1-9][0-9]|1[01][0-9]|120)M"
_COMPANIONS: Final = "none|any|adult|adult_under:[1-9][0-9]?|adult_only_under:[1-9][0-9]?|family"


def insist(faults: Iterable[Field]) -> None:
    """Raise RuleError naming every fault, if there is any."""
    found = tuple(faults)
    if found:
        raise RuleError("bad_fields", "Some fields are against a rule.", found)


def faults_of_municipality(sent: Municipality) -> Iterator[Field]:
    """Name what is wrong with a municipality."""
    yield from _id("id", sent.id)
    yield from _text("name", sent.name, 1, 100)
    yield from _number("number", sent.number, 1, 9999)
    yield from _number("signing_key", sent.signing_key, 0, 15)
    yield from _image("coat_of_arms", sent.coat_of_arms)


def faults_of_programme(sent: Programme) -> Iterator[Field]:
    """Name what is wrong with a programme."""
    yield from _id("id", sent.id)
    yield from _words("name", sent.name, 80, needed=True)
    yield from _dates("valid_from", sent.valid_from, "valid_until", sent.valid_until)
    yield from _cards(sent)
    yield from _number("ages.from", sent.ages_from, 0, 150)
    yield from _number("ages.to", sent.ages_to, 0, 150)
    if sent.ages_from > sent.ages_to:
        yield Field("ages.to", "before_from", "The highest age is at least the lowest.")
    if not re.fullmatch(_COMPANIONS, sent.companion):
        named = "`none`, `any`, `adult`, `family`, or `adult_under:` or `adult_only_under:` and an age"
        yield Field("companion", "bad_companion", f"Write {named}.")
    if sent.ceiling is not None:
        yield from _number("ceiling", sent.ceiling, 1, MOST_PER_TICKET)
    if not sent.languages or len(set(sent.languages)) < len(sent.languages) or set(sent.languages) - LANGUAGES:
        yield Field("languages", "bad_languages", f"Name each language once, out of {', '.join(sorted(LANGUAGES))}.")
    yield from _text("contact", sent.contact, 0, 1000)
    yield from _number("offline_days", sent.offline_days, 1, 60)
    yield from _image("logo", sent.logo)


def _cards(sent: Programme) -> Iterator[Field]:
    if sent.quota is not None:
        yield from _number("cards.quota", sent.quota, 0, 1_000_000)
    if not re.fullmatch(f"{_VALIDITIES}|{_DURATIONS}", sent.validity):
        named = ", ".join(f"`{each}`" for each in _VALIDITIES.split("|"))
        yield Field("cards.validity", "bad_validity", f"Write {named}, or years or months as in `P1Y` or `P6M`.")
    if sent.per_family is not None:
        yield from _number("cards.per_family", sent.per_family, 1, _LIST)
    yield from _number("cards.siblings", sent.siblings_max, 0, _MOST_SIBLINGS)


def faults_of_venue(sent: Venue) -> Iterator[Field]:
    """Name what is wrong with a venue. `orgnr` and `account` are plain digits here (`plain_digits`)."""
    yield from _id("id", sent.id)
    yield from _text("name", sent.name, 1, 100)
    if sent.orgnr is not None and not _is_orgnr(sent.orgnr):
        yield Field("orgnr", "bad_orgnr", "Write the 9 digits of the organisasjonsnummer; a digit is wrong here.")
    if sent.account is not None and not _is_account(sent.account):
        yield Field("account", "bad_account", "Write the 11 digits of the kontonummer; a digit is wrong here.")
    yield from _text("address", sent.address, 0, 200)
    yield from _text("contact", sent.contact, 0, 1000)
    if sent.link and not re.fullmatch(r"https?://[^\s<>\"]{1,290}", sent.link):
        yield Field("link", "bad_link", "Write an address that starts with https://.")
    yield from _image("logo", sent.logo)
    if len(sent.erp) > _LIST:
        yield Field("erp", "too_many", f"At most {_LIST} values.")
    for name, value in sent.erp.items():
        yield from _id("erp", name)
        yield from _text(f"erp.{name}", value, 0, 200)


def faults_of_offer(sent: Offer) -> Iterator[Field]:
    """Name what is wrong with an offer."""
    yield from _id("id", sent.id)
    yield from _words("title", sent.title, 100, needed=True)
    for path, codes in (("included", sent.included), ("excluded", sent.excluded)):
        yield from _phrases(path, codes)
    if set(sent.included) & set(sent.excluded):
        yield Field("excluded", "also_included", "The same thing cannot be both included and not.")
    yield from _words("included_text", sent.included_text, 500)
    yield from _words("excluded_text", sent.excluded_text, 500)
    if sent.category not in CATEGORIES:
        yield Field("category", "unknown_category", f"Choose one of {', '.join(sorted(CATEGORIES))}.")
    if sent.kind not in {"spectator", "participant"}:
        yield Field("kind", "unknown_kind", "Write `spectator` or `participant`.")
    if sent.age_limit is not None:
        yield from _number("age_limit", sent.age_limit, 0, 120)


def faults_of_agreement(sent: Agreement, programme: Programme) -> Iterator[Field]:
    """Name what is wrong with a version of the terms of an offer in a programme."""
    yield from _dates("from", sent.starts, "until", sent.until)
    if sent.starts < programme.valid_from:
        yield Field("from", "outside_programme", f"The programme starts on {programme.valid_from}.")
    if sent.until > programme.valid_until:
        yield Field("until", "outside_programme", f"The programme ends on {programme.valid_until}.")
    if sent.limit is not None:
        yield from _number("limit", sent.limit, 0, 10_000)
    if sent.quota != own_quota(sent.venue, sent.offer):
        yield from _id("quota", sent.quota)
    yield from _number("persons_max", sent.persons_max, 1, 10)
    yield from _ticket("holder", sent.price_holder, sent.copay_holder)
    yield from _ticket("companion", sent.price_companion, sent.copay_companion)
    yield from _number("reimburse", sent.reimburse, 0, 100)
    for path, code in (("vat_code", sent.vat_code), ("funding_source", sent.funding_source)):
        if code is not None:
            yield from _id(path, code)
    if sent.signed_on is not None:
        yield from _dates("signed_on", sent.signed_on, "until", sent.until)


def faults_of_codes(codes: Mapping[str, str], funding: AbstractSet[str] = frozenset()) -> Iterator[Field]:
    """Name what is wrong with a municipality's accounting codes. Whether they fit a file is known when it is made.

    What a cost is booked on may be a code for an earlier year, a kind of venue, or one of the `funding` sources.
    """
    if len(codes) > _CODES:
        yield Field("codes", "too_many", f"At most {_CODES} codes.")
    for name, code in codes.items():
        if len(name) > _CODE or len(code) > _CODE:
            yield Field(f"codes.{name[:_CODE]}", "too_long", f"At most {_CODE} characters.")
        elif name not in _CODE_NAMES:
            yield from _special(name, funding)
    if codes.get("file", "") not in {"", "gl07", "pain001"}:
        yield Field("codes.file", "unknown_file", "gl07, pain001, or nothing for neither.")
    account = codes.get("debtor_account")
    if account and not _is_account(account):
        yield Field("account", "bad_account", "Write the 11 digits of the kontonummer; a digit is wrong here.")


def _special(name: str, funding: AbstractSet[str]) -> Iterator[Field]:
    """Look at the name of a code for something special: `prior_year-account`, `association-dim_1`, `bufdir-dim_5`."""
    whose, _, code = name.rpartition("-")
    if code not in _COST_CODES or not whose:
        yield Field(f"codes.{name}", "unknown_code", f"No file reads this; what is read is {_told(_CODE_NAMES)}.")
    elif whose not in (known := {"prior_year", *(kind.value for kind in VenueKind), *funding}):
        yield Field(f"codes.{name}", "unknown_code", f"`{code}` may be told apart for {_told(known)}; not for this.")


def _told(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))


def plain_digits(number: str | None) -> str | None:
    """Give a number without the spaces and dots that people write in it; an empty one is none."""
    return None if number is None else re.sub(r"[ .]", "", number) or None


def _is_orgnr(digits: str) -> bool:
    # Imported here: no scan ever needs it.
    from stdnum.no import orgnr  # noqa: PLC0415

    return re.fullmatch("[0-9]{9}", digits) is not None and orgnr.is_valid(digits)


def _is_account(digits: str) -> bool:
    from stdnum.no import kontonr  # noqa: PLC0415  no scan ever needs it

    # The library also takes the seven digits of the old postgiro; a payment file does not.
    return re.fullmatch("[0-9]{11}", digits) is not None and kontonr.is_valid(digits)


def _id(path: str, text: str) -> Iterator[Field]:
    if not is_id(text):
        yield Field(path, "bad_id", "Use letters, digits, `_` and `-`, at most 64.")


def _number(path: str, value: int, least: int, most: int) -> Iterator[Field]:
    if not least <= value <= most:
        yield Field(path, "out_of_range", f"Write a number from {least} to {most}.")


def _text(path: str, text: str, least: int, most: int) -> Iterator[Field]:
    if not least <= len(text.strip()) or len(text) > most:
        yield Field(path, "bad_length", f"Write from {least} to {most} characters.")


def _words(path: str, words: Mapping[str, str], most: int, *, needed: bool = False) -> Iterator[Field]:
    if needed and not words:
        yield Field(path, "missing", "Write it in at least one language.")
    for language, text in words.items():
        if language not in LANGUAGES:
            yield Field(path, "unknown_language", f"Languages are {', '.join(sorted(LANGUAGES))}.")
        else:
            yield from _text(f"{path}.{language}", text, 1, most)


def _dates(path_from: str, first: date, path_until: str, last: date) -> Iterator[Field]:
    for path, day in ((path_from, first), (path_until, last)):
        if not _FIRST_DAY <= day <= _LAST_DAY:
            yield Field(path, "out_of_range", f"Write a day from {_FIRST_DAY} to {_LAST_DAY}.")
    if last < first:
        yield Field(path_until, "before_from", f"The last day is not before `{path_from}`.")


def _phrases(path: str, codes: tuple[str, ...]) -> Iterator[Field]:
    for index, code in enumerate(codes):
        if code not in PHRASES:
            yield Field(f"{path}[{index}]", "unknown_phrase", f"Choose from {', '.join(sorted(PHRASES))}.")
    if len(set(codes)) < len(codes):
        yield Field(path, "twice", "Name each thing once.")


def _ticket(who: str, price: Ore, copay: Ore) -> Iterator[Field]:
    yield from _number(f"price.{who}", price, 0, MOST_PER_TICKET)
    yield from _number(f"copay.{who}", copay, 0, MOST_PER_TICKET)
    if copay > price:
        yield Field(f"copay.{who}", "over_price", "What is paid at the till is at most the price.")


def _image(path: str, name: str | None) -> Iterator[Field]:
    if name is not None and not re.fullmatch(r"(images/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}", name):
        yield Field(path, "bad_image", "Name an image of the files, as in `images/logo.png`.")
