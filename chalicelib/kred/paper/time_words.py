"""Minutes as paper says them: whole and half hours in hours, else minutes."""

from typing import Final, TypedDict

_HOUR: Final = 60
_HALF: Final = 30


class _Words(TypedDict):
    hour: str
    hours: str
    minutes: str
    point: str


_WORDS: Final[dict[str, _Words]] = {
    "nb": {"hour": "{} time", "hours": "{} timer", "minutes": "{} minutter", "point": ","},
    "nn": {"hour": "{} time", "hours": "{} timar", "minutes": "{} minutt", "point": ","},
    "en": {"hour": "{} hour", "hours": "{} hours", "minutes": "{} minutes", "point": "."},
}


def time_in(minutes: int, language: str) -> str:
    """Give minutes in words: «2 timer», «1,5 timer», «45 minutter»."""
    words = _WORDS[language]
    if minutes > _HOUR and minutes % _HOUR == _HALF:
        return words["hours"].format(f"{minutes // _HOUR}{words['point']}5")
    if minutes == 0 or minutes % _HOUR:
        return words["minutes"].format(minutes)
    return words["hour" if minutes == _HOUR else "hours"].format(minutes // _HOUR)
