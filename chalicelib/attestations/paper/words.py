"""What stands on an attestation beside its facts, in each of its languages."""

from datetime import date
from typing import Final, TypedDict

from chalicelib.attestations.rules import Extent, Measure
from chalicelib.press.days import MONTHS

_HOUR: Final = 60
_HALF: Final = 30


class Words(TypedDict):
    """The words of one language; what stands in braces is filled in."""

    title: str
    subtitle: str
    is_to_say: str
    has: str
    organisation: str
    period: str
    extent: str
    tasks: str
    total: str
    week: str
    percent: str
    hour: str
    hours: str
    minutes: str
    dot: str
    months: tuple[str, ...]
    issued: str
    signature: str
    check: str
    check_how: str
    check_where: str
    number: str


_NB: Final[Words] = {
    "title": "Attest",
    "subtitle": "for frivillig innsats",
    "is_to_say": "Det bekreftes at",
    "has": "har gjort en innsats i nærmiljøet.",
    "organisation": "Hvor",
    "period": "Når",
    "extent": "Omfang",
    "tasks": "Oppgaver",
    "total": "{} til sammen",
    "week": "{} i uken",
    "percent": "{} % av full tid",
    "hour": "time",
    "hours": "timer",
    "minutes": "minutter",
    "dot": ".",
    "months": MONTHS["nb"],
    "issued": "Utstedt {}",
    "signature": "Underskrift",
    "check": "Er attesten ekte?",
    "check_how": "Hold telefonens kamera over koden, eller trykk på den der attesten er en fil. Da vises det som ble "
    "attestert, ord for ord. Står det noe annet på siden enn her, gjelder det som står på siden.",
    "check_where": "Siden ligger på {}.",
    "number": "Nr. {}",
}  # fmt: skip
_NN: Final[Words] = {
    "title": "Attest",
    "subtitle": "for frivillig innsats",
    "is_to_say": "Vi stadfestar at",
    "has": "har gjort ein innsats i nærmiljøet.",
    "organisation": "Kvar",
    "period": "Når",
    "extent": "Omfang",
    "tasks": "Oppgåver",
    "total": "{} til saman",
    "week": "{} i veka",
    "percent": "{} % av full tid",
    "hour": "time",
    "hours": "timar",
    "minutes": "minutt",
    "dot": ".",
    "months": MONTHS["nn"],
    "issued": "Utferda {}",
    "signature": "Underskrift",
    "check": "Er attesten ekte?",
    "check_how": "Hald telefonkameraet over koden, eller trykk på han der attesten er ei fil. Då kjem det fram kva som "
    "vart attestert, ord for ord. Står det noko anna på sida enn her, gjeld det som står på sida.",
    "check_where": "Sida ligg på {}.",
    "number": "Nr. {}",
}
_EN: Final[Words] = {
    "title": "Attestation",
    "subtitle": "of voluntary work",
    "is_to_say": "This is to confirm that",
    "has": "has done voluntary work in the community.",
    "organisation": "Where",
    "period": "When",
    "extent": "Extent",
    "tasks": "Tasks",
    "total": "{} in all",
    "week": "{} a week",
    "percent": "{} % of full time",
    "hour": "hour",
    "hours": "hours",
    "minutes": "minutes",
    "dot": "",
    "months": MONTHS["en"],
    "issued": "Issued {}",
    "signature": "Signature",
    "check": "Is it genuine?",
    "check_how": "Hold a phone's camera over the code, or click it where this is a file. You will see what was "
    "attested, word for word. If the page says anything else than this paper, the page is right.",
    "check_where": "The page is at {}.",
    "number": "No. {}",
}  # fmt: skip
_WORDS: Final = {"nb": _NB, "nn": _NN, "en": _EN}


def words_in(language: str) -> Words:
    """Give the words of a language."""
    return _WORDS[language]


def day(given: date, words: Words) -> str:
    """Write a date as people say it."""
    return f"{given.day}{words['dot']} {words['months'][given.month - 1]} {given.year}"


def how_much(extent: Extent, words: Words) -> str:
    """Write the extent as people say it."""
    if extent.measure is Measure.PERCENT:
        return words["percent"].format(extent.amount)
    said = words["total"] if extent.measure is Measure.TOTAL else words["week"]
    return said.format(_time(extent.amount, words))


def _time(minutes: int, words: Words) -> str:
    hours, rest = divmod(minutes, _HOUR)
    point = "," if words["dot"] else "."
    if rest == _HALF and hours:
        return f"{hours}{point}5 {words['hours']}"
    whole = f"{hours} {words['hour'] if hours == 1 else words['hours']}" if hours else ""
    return f"{whole} {rest} {words['minutes']}".strip() if rest else whole
