"""What is shown while it lasts and when it is done: a bar for people, one line of JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from clerk import words

Step = Callable[[int], None]  # so many more are done


@dataclass(frozen=True, slots=True)
class Screen:
    """Speaks to people on the error channel and gives results on the other."""

    speech: int = 1
    as_json: bool = False

    def line(self, what: str, **values: object) -> None:
        """Say one thing to people."""
        if not self.as_json:
            print(words.say(self.speech, what, **values), file=sys.stderr)

    def aside(self, text: str) -> None:
        """Say what has no words of its own, such as a row's problem."""
        if not self.as_json:
            print(text, file=sys.stderr)

    def result(self, told: dict[str, Any]) -> None:
        """Give programs what came of it."""
        if self.as_json:
            print(json.dumps(told, ensure_ascii=False))

    @contextmanager
    def count(self, what: str) -> Iterator[Step]:
        """Show how many are done where nobody knows how many there are."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _: None
            return
        yield _plain(words.say(self.speech, what), None)
        print("\r\033[K", end="", file=sys.stderr, flush=True)

    @contextmanager
    def bar(self, what: str, total: int) -> Iterator[Step]:
        """Show how far it has come: a bar where somebody watches, nothing where nobody does."""
        if self.as_json or not sys.stderr.isatty():
            yield lambda _: None
            return
        try:
            from rich.console import Console  # noqa: PLC0415  a script needs no bar, and a machine may lack it
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415
        except ImportError:
            yield _plain(words.say(self.speech, what), total)
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True)) as progress:
            task = progress.add_task(words.say(self.speech, what), total=total)
            yield lambda count: progress.advance(task, count)


def _plain(what: str, total: int | None) -> Step:
    done = 0

    def step(count: int) -> None:
        nonlocal done
        done += count
        of = "" if total is None else f"/{total}"
        print(f"\r{what}: {done}{of}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return step
