"""What stands on a family's sheets beside the words of the holder's page, in nine languages."""

import json
from functools import cache
from pathlib import Path

SheetWords = dict[str, str]


@cache
def sheet_words() -> dict[str, SheetWords]:
    """Read the words of every language."""
    read: dict[str, SheetWords] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return read
