"""What stands on a printed card, in bokmål, nynorsk and English."""

from datetime import date
from typing import Final

from chalicelib.cards.rules import BackLine, PrintJob
from chalicelib.credentials.rules import Companion
from chalicelib.shared.calendar import Period

Words = dict[str, str]

_SOON: Final = frozenset({Period.MONTH, Period.WEEK, Period.DAY})


def words_in(language: str) -> Words:
    """Give the card's words in a language, else in bokmål."""
    return _WORDS.get(language, _WORDS["nb"])


def validity(job: PrintJob, language: str) -> str:
    """Give the days a card is valid, both included."""
    span = f"{_day(job.valid_from, language)}–{_day(job.valid_until, language)}"  # noqa: RUF001  a span takes an en dash
    return f"{words_in(language)['valid']} {span}"


def has_boxes(line: BackLine) -> bool:
    """Say whether visits are ticked. An allowance that starts afresh every month would need a year of boxes."""
    return line.visits is not None and line.per not in _SOON


def instead_of_boxes(line: BackLine, words: Words) -> str:
    """Give what stands where no boxes do: free entry, as often as the money lasts, or so many a month."""
    if line.by_ceiling:
        return words["by_ceiling"]
    return words["free"] if line.visits is None else f"{line.visits} {words[line.per]}"


def rule(job: PrintJob, words: Words) -> str:
    """Give the rule in one sentence: whose the card is, who may come along, what takes a tick."""
    along = job.persons_max - 1
    who = "" if along < 1 or job.companion is Companion.NONE else f"{job.companion}_{'one' if along == 1 else 'more'}"
    whose = words["shared"].format(1 + job.siblings) if job.siblings else words["personal"]
    parts = [whose, words.get(who, "").format(along)]
    if any(has_boxes(line) for line in job.lines):
        parts.append(words["by_person"] if job.each_person_counts else words["by_visit"])
    spoken = [part for part in parts if part]
    return f"{', '.join(spoken[:-1])}{words['and'] if len(spoken) > 1 else ''}{spoken[-1]}."


def _day(day: date, language: str) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day:%d.%m.%Y}"


_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WORDS: Final[dict[str, Words]] = {
    "nb": {
        "number": "Kortnummer",
        "valid": "Gyldig",
        "name": "Navn",
        "free": "Fri inngang",
        "by_ceiling": "Så lenge beløpet rekker",
        "month": "i måneden",
        "week": "i uka",
        "day": "per dag",
        "personal": "Kortet er personlig",
        "shared": "Kortet deles av {} søsken",
        "any_one": "du kan ta med én venn eller ledsager",
        "any_more": "du kan ta med opptil {} andre",
        "adult_one": "du kan ta med én voksen",
        "adult_more": "du kan ta med opptil {} voksne",
        "family_one": "du kan ta med én du bor sammen med",
        "family_more": "du kan ta med opptil {} av familien",
        "by_visit": "hvert besøk gir ett kryss",
        "by_person": "hver person gir ett kryss",
        "and": ", og ",
        "hint": "Skann koden på forsiden og se hva du har igjen.",
        "contact": "Spørsmål?",
        "more": "+ {} til: skann koden på forsiden",
    },
    "nn": {
        "number": "Kortnummer",
        "valid": "Gyldig",
        "name": "Namn",
        "free": "Fri inngang",
        "by_ceiling": "Så lenge beløpet rekk",
        "month": "i månaden",
        "week": "i veka",
        "day": "per dag",
        "personal": "Kortet er personleg",
        "shared": "{} søsken deler kortet",
        "any_one": "du kan ta med éin ven eller følgjesvein",
        "any_more": "du kan ta med opptil {} andre",
        "adult_one": "du kan ta med éin vaksen",
        "adult_more": "du kan ta med opptil {} vaksne",
        "family_one": "du kan ta med éin du bur saman med",
        "family_more": "du kan ta med opptil {} av familien",
        "by_visit": "kvart besøk gir eitt kryss",
        "by_person": "kvar person gir eitt kryss",
        "and": ", og ",
        "hint": "Skann koden på framsida og sjå kva du har att.",
        "contact": "Spørsmål?",
        "more": "+ {} til: skann koden på framsida",
    },
    "en": {
        "number": "Card number",
        "valid": "Valid",
        "name": "Name",
        "free": "Free entry",
        "by_ceiling": "While the amount lasts",
        "month": "a month",
        "week": "a week",
        "day": "a day",
        "personal": "This card is personal",
        "shared": "This card is shared by {} siblings",
        "any_one": "you may bring one friend or companion",
        "any_more": "you may bring up to {} others",
        "adult_one": "you may bring one adult",
        "adult_more": "you may bring up to {} adults",
        "family_one": "you may bring one from your household",
        "family_more": "you may bring up to {} of your family",
        "by_visit": "each visit takes one tick",
        "by_person": "each person takes one tick",
        "and": ", and ",
        "hint": "Scan the code on the front to see what you have left.",
        "contact": "Questions?",
        "more": "+ {} more: scan the code on the front",
    },
}
