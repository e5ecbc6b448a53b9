"""The days and months of paper that is read in bokmål, nynorsk and English."""

from datetime import date
from typing import Final

_NORSK: Final = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip
MONTHS: Final = {
    "nb": _NORSK,
    "nn": _NORSK,
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"),
}  # fmt: skip
WEEKDAYS: Final = {
    "nb": ("mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag", "søndag"),
    "nn": ("måndag", "tysdag", "onsdag", "torsdag", "fredag", "laurdag", "sundag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}


def weekday_and_date(day: date, language: str) -> str:
    """Give a day of the near future: «lørdag 3. oktober», “Saturday 3 October”."""
    dot = "" if language == "en" else "."
    return f"{WEEKDAYS[language][day.weekday()]} {day.day}{dot} {MONTHS[language][day.month - 1]}"
