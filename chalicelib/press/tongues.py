"""The words that a family reads, on the pages and on paper: one list for each language."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).parent / "words"  # those of the pages


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: which way it runs, and what is said to the holder of a card in it."""

    language: str
    from_the_right: bool
    words: dict[str, str]

    def say(self, key: str, **values: object) -> str:
        """Give the words of a key, with its values filled in."""
        return self.words[key].format(**values)


@cache
def tongue(language: str) -> Tongue:
    """Read a language's words."""
    read = json.loads((_WORDS / f"{language}.json").read_text("utf-8"))
    return Tongue(language, read["direction"] == "rtl", read["holder"])
