"""Which figures may be told, so that no small one can be worked out from everything that has been told.

The year is told in releases, each of the year so far, and a release cannot be taken back. So every small figure, also
one that is the difference of two releases, must keep a witness: another year that would have been told in exactly the
same words, and in which that figure is another. A figure is told only as long as every small one keeps its witness.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from chalicelib.shared.money import Ore

SMALL: Final = 5  # visits or children: fewer are never told
ROUNDINGS: Final = (Ore(100_000), Ore(1_000_000), Ore(10_000_000))  # a thousand kroner, ten, a hundred
Span = tuple[int, int]  # of columns: from, and before


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One figure of one table: the visits of a venue, say."""

    table: str
    key: str


TOTAL: Final = Cell("total", "")


@dataclass(frozen=True, slots=True)
class Part:
    """The smallest that is counted, and the cells it counts in. `visits` and `amounts` have one figure per release.

    `only` is the one release in which it can have visits at all, as a month has; `price` what a visit would cost, as
    the agreements tell everyone, where there has been none.
    """

    key: str
    cells: frozenset[Cell]
    visits: tuple[int, ...]
    amounts: tuple[Ore, ...]
    only: int | None = None
    price: Ore | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What has been said: cells, and amounts with their rounding, each with the release it was said in (from 1)."""

    cells: frozenset[tuple[Cell, int]] = frozenset()
    amounts: Mapping[tuple[Cell, int], Ore] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Move:
    """Visits that could as well have been another part's; where `back` is given, as many the other way then."""

    source: Part
    goal: Part
    column: int
    back: int | None
    visits: int

    def signs(self) -> Iterator[tuple[Cell, int]]:
        """Give the cells that see it: 1 for those that gain in `column`, -1 for those that lose."""
        for cell in self.goal.cells - self.source.cells:
            yield cell, 1
        for cell in self.source.cells - self.goal.cells:
            yield cell, -1

    def rise(self, span: Span) -> int:
        """Give what a gaining cell gains over a span of releases."""
        there = self.visits if span[0] <= self.column < span[1] else 0
        back = self.visits if self.back is not None and span[0] <= self.back < span[1] else 0
        return there - back

    def dearer(self, cell: Cell, release: int) -> Ore:
        """Give by how much it would change the amount of a cell as told in a release."""
        change = self.rise((0, release))
        gained = change * _price(self.goal, self.source) if cell in self.goal.cells or cell == TOTAL else 0
        lost = change * _price(self.source, self.goal) if cell in self.source.cells or cell == TOTAL else 0
        return Ore(gained - lost)


def rounded(amount: Ore, to: Ore) -> Ore:
    """Round an amount to the nearest whole thousand kroner, or ten or a hundred of them."""
    return Ore((amount + to // 2) // to * to)


def visits_of(parts: Iterable[Part], cell: Cell, span: Span) -> int:
    """Count a cell's visits over a span of releases."""
    return sum(sum(part.visits[span[0] : span[1]]) for part in parts if cell == TOTAL or cell in part.cells)


def amount_of(parts: Iterable[Part], cell: Cell, release: int) -> Ore:
    """Add up a cell's amounts up to a release."""
    return Ore(sum(sum(part.amounts[:release]) for part in parts if cell == TOTAL or cell in part.cells))


def spans(releases: int) -> list[Span]:
    """Give every run of releases: their figures are what telling and subtracting could show."""
    return [(start, end) for end in range(1, releases + 1) for start in range(end)]


def tell(
    parts: Sequence[Part],
    told: Told,
    *,
    few: frozenset[tuple[Cell, Span]],
    cells: Iterable[Cell],
    amounts: Iterable[Cell] = (),
) -> Told:
    """Give what may be told of the latest release, in the order wished for, with all that has been told before.

    `few` are the cells with fewer than five children over a span of releases, however many their visits. An amount is
    told only of a cell that is told, in whole thousands of kroner, or more coarsely where that would give one away.
    The total of every release is taken to be told, and to be neither small nor of few.
    """
    release = len(parts[0].visits) if parts else 0
    guard = _Guard(parts, told, few)
    known, sums = set(told.cells), dict(told.amounts)
    for cell in cells:
        if guard.allows(guard.seen_by(cell)):
            known.add((cell, release))
    for cell in amounts:
        if cell != TOTAL and (cell, release) not in known:
            continue
        exact = amount_of(parts, cell, release)
        for to in ROUNDINGS:
            if guard.allows(guard.noticed_by(cell, release, exact, to)):
                sums[cell, release] = to
                break
    return Told(frozenset(known), sums)


class _Guard:
    """Keeps at least one witness for every small figure."""

    def __init__(self, parts: Sequence[Part], told: Told, few: frozenset[tuple[Cell, Span]]) -> None:
        releases = len(parts[0].visits) if parts else 0
        small = _small(parts, releases, few)
        exact = {figure: amount_of(parts, *figure) for figure in told.amounts}
        self._moves = [
            move for move in _moves(parts, small.keys()) if _unseen(move, told) and _unnoticed(move, told, exact)
        ]
        self._alive = [True] * len(self._moves)
        self._seen: dict[Cell, list[int]] = defaultdict(list)
        self._shields: list[list[int]] = [[] for _ in self._moves]  # of a move: the small figures it is a witness for
        self._witnesses: Counter[int] = Counter()
        strong: dict[int, list[int]] = defaultdict(list)
        weak: dict[int, list[int]] = defaultdict(list)
        for number, move in enumerate(self._moves):
            for cell, sign in move.signs():
                if move.back is None:
                    self._seen[cell].append(number)
                for figure, span, visits in small.get(cell, ()):
                    rise = sign * move.rise(span)
                    if rise:
                        weak[figure].append(number)
                    if rise and (visits >= SMALL or visits + rise >= SMALL):
                        strong[figure].append(number)
        for figure, any_other in weak.items():
            # Best is that a small figure could as well be five or more; where it never could, that it could be another.
            for number in strong.get(figure, any_other):
                self._shields[number].append(figure)
                self._witnesses[figure] += 1

    def seen_by(self, cell: Cell) -> list[int]:
        """Give the moves that a cell would show, if it were told now."""
        return [number for number in self._seen.get(cell, ()) if self._alive[number]]

    def noticed_by(self, cell: Cell, release: int, exact: Ore, to: Ore) -> list[int]:
        """Give the moves that a cell's rounded amount would show, if it were told now."""
        shown = rounded(exact, to)
        return [
            number
            for number, move in enumerate(self._moves)
            if self._alive[number] and rounded(Ore(exact + move.dearer(cell, release)), to) != shown
        ]

    def allows(self, given_up: list[int]) -> bool:
        """Give these moves up, if every small figure keeps a witness without them."""
        fewer = Counter(figure for number in given_up for figure in self._shields[number])
        if any(self._witnesses[figure] <= lost for figure, lost in fewer.items()):
            return False
        for number in given_up:
            self._alive[number] = False
        self._witnesses.subtract(fewer)
        return True


def _small(
    parts: Sequence[Part], releases: int, few: frozenset[tuple[Cell, Span]]
) -> dict[Cell, list[tuple[int, Span, int]]]:
    """Find the figures that must not come out, under five visits or of fewer than five children, and number them."""
    visits: dict[tuple[Cell, Span], int] = {}
    for part in parts:
        for span in spans(releases):
            count = sum(part.visits[span[0] : span[1]])
            for cell in part.cells:
                visits[cell, span] = visits.get((cell, span), 0) + count
    found: dict[Cell, list[tuple[int, Span, int]]] = defaultdict(list)
    for number, ((cell, span), count) in enumerate(visits.items()):
        if count < SMALL or (cell, span) in few:
            found[cell].append((number, span, count))
    return found


def _moves(parts: Sequence[Part], small: AbstractSet[Cell]) -> Iterator[_Move]:
    """Give the ways in which a small figure could have been another, with the same total in each release."""
    for source in parts:
        for goal in parts:
            if small.isdisjoint(source.cells ^ goal.cells):
                continue
            for column, visits in enumerate(source.visits):
                if not visits or goal.only not in {None, column}:
                    continue
                most = min(visits, SMALL)
                yield _Move(source, goal, column, None, most)
                for back, others in enumerate(goal.visits):
                    if back != column and others and source.only is None and goal.only is None:
                        yield _Move(source, goal, column, back, min(most, others))


def _unseen(move: _Move, told: Told) -> bool:
    """Say whether everything told so far would have been told in the same words."""
    cells = {cell for cell, _ in move.signs()}
    return not any(cell in cells and move.rise((0, release)) for cell, release in told.cells)


def _unnoticed(move: _Move, told: Told, exact: Mapping[tuple[Cell, int], Ore]) -> bool:
    return all(
        rounded(Ore(exact[figure] + move.dearer(*figure)), to) == rounded(exact[figure], to)
        for figure, to in told.amounts.items()
    )


def _price(part: Part, other: Part) -> int:
    """Give what a visit costs there on average, or by the agreement; where neither is known, as much as the other's."""
    if sum(part.visits):
        return sum(part.amounts) // sum(part.visits)
    if part.price is not None:
        return part.price
    return sum(other.amounts) // max(sum(other.visits), 1)
