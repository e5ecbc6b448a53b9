"""The words that a family reads, on the pages and on paper: one list for each language."""

import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

_WORDS: Final = Path(__file__).parent / "words"  # those of the pages


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: which way it runs, and what is said to the holder of a card in it.

    `because` says for each refusal its title and the line to say to the family; `staff` has the till's own words.
    """

    language: str
    from_the_right: bool
    words: dict[str, str]
    phrases: dict[str, str] = field(default_factory=dict)
    because: dict[str, dict[str, str]] = field(default_factory=dict)
    staff: dict[str, str] = field(default_factory=dict)

    def say(self, key: str, **values: object) -> str:
        """Give the words of a key, with its values filled in."""
        return self.words[key].format(**values)


@cache
def tongue(language: str) -> Tongue:
    """Read a language's words."""
    read = json.loads((_WORDS / f"{language}.json").read_text("utf-8"))
    sheets = _WORDS / "sheets" / f"{language}.json"
    staff = {**read.get("staff", {}), **(json.loads(sheets.read_text("utf-8")) if sheets.is_file() else {})}
    return Tongue(language, read["direction"] == "rtl", read["holder"], read["phrases"], read["because"], staff)
