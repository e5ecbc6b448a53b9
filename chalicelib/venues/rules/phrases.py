"""The words that offers are told in, and what statistics are split by."""

from typing import Final

Words = dict[str, str]  # language (BCP 47) -> text

LANGUAGES: Final = frozenset({"nb", "nn", "en", "ar", "so", "ti", "uk", "pl", "fa"})
# What an offer may say that it includes or not, without translating it: the words stand with the scanner's.
PHRASES: Final = frozenset({
    "entrance", "ticket", "booking_fee", "3d_glasses", "snacks", "popcorn", "drinks", "food", "equipment_rental",
    "skates", "swimwear", "locker", "grip_socks", "arcade_games", "instruction", "safety_course", "course_materials",
    "instrument_loan", "membership_fee", "training_fee", "insurance", "club_clothes", "tournaments", "transport",
    "guided_tour", "special_events", "parking",
})  # fmt: skip
# What statistics are split by (requirement OK-05).
CATEGORIES: Final = frozenset({
    "cinema", "play_centre", "pool", "performance", "dance", "music", "theatre", "sport", "museum", "other",
})  # fmt: skip


def in_language(words: Words, language: str) -> str:
    """Give a text in a language, else in bokmål, else in whatever language there is."""
    return words.get(language) or words.get("nb") or next(iter(words.values()), "")
