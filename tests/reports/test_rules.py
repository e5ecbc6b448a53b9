"""What of a year may be told: by hand for the cases a caseworker can follow, by attack for all the others."""

from datetime import UTC, datetime

import pytest

from chalicelib.reports.rules import SMALL, TOTAL, Cell, Part, Told, age_band, check_until, rounded, statement_of, tell
from chalicelib.shared.answers import MalformedError, RuleError
from chalicelib.shared.money import Ore
from tests.reports.attack import families, hear, recovered, world
from tests.reports.attack import tell as tell_all

WORLDS = 1_000
# A slice each, so that a failure names its worlds and the slices run beside each other.
SLICES = [range(start, start + 50) for start in range(0, WORLDS, 50)]


def part(key: str, *visits: int, amount: int = 0, **more: str) -> Part:
    cells = frozenset({Cell("venue", key), *(Cell(table, to) for table, to in more.items())})
    return Part(key, cells, visits, tuple(Ore(amount * each) for each in visits))


def told_of(*parts: Part, before: Told | None = None, few: frozenset = frozenset()) -> dict[str, int]:  # type: ignore[type-arg]
    cells = sorted({cell for each in parts for cell in each.cells}, key=lambda cell: -_visits(parts, cell))
    release = len(parts[0].visits)
    said = tell(parts, before or Told(), few=few, cells=cells)
    return {f"{cell.table}:{cell.key}": _visits(parts, cell) for cell, when in said.cells if when == release}


def _visits(parts: tuple[Part, ...], cell: Cell) -> int:
    return sum(sum(each.visits) for each in parts if cell in each.cells)


def test_venues_with_five_visits_or_more_are_told() -> None:
    assert told_of(part("kino", 40), part("bad", 12), part("klubb", 5)) == {
        "venue:kino": 40, "venue:bad": 12, "venue:klubb": 5,
    }  # fmt: skip


def test_one_small_venue_takes_the_smallest_other_with_it_since_the_sum_is_told() -> None:
    assert told_of(part("kino", 40), part("bad", 12), part("klubb", 2)) == {"venue:kino": 40}


def test_two_small_venues_that_together_could_not_be_five_take_a_third_with_them() -> None:
    assert told_of(part("kino", 40), part("bad", 12), part("klubb", 2), part("lag", 1)) == {"venue:kino": 40}


def test_two_small_venues_hide_each_other_where_either_could_be_five() -> None:
    assert told_of(part("kino", 40), part("bad", 12), part("klubb", 4), part("lag", 3)) == {
        "venue:kino": 40, "venue:bad": 12,
    }  # fmt: skip


def test_nothing_at_all_is_as_hidden_as_a_little() -> None:
    assert told_of(part("kino", 40), part("bad", 12), part("klubb", 0)) == {"venue:kino": 40}


def test_many_visits_of_few_children_are_hidden() -> None:
    few = frozenset({(Cell("venue", "klubb"), (0, 1))})
    assert told_of(part("kino", 40), part("bad", 60), part("klubb", 30), few=few) == {"venue:bad": 60}


def test_a_category_gives_no_venue_of_its_own_away() -> None:
    parts = (part("kino", 40, category="film"), part("bad", 12, category="vann"), part("klubb", 2, category="sport"))
    told = told_of(*parts)
    assert "category:vann" not in told
    assert "category:sport" not in told
    assert told["category:film"] == 40


def test_a_venue_that_hardly_anybody_came_to_since_last_time_is_not_told_again() -> None:
    first = Told(frozenset({(Cell("venue", key), 1) for key in ("kino", "bad", "klubb")}))
    told = told_of(part("kino", 40, 30), part("bad", 12, 3), part("klubb", 9, 20), before=first)
    assert "venue:bad" not in told  # 15 less 12 would be 3
    assert told == {"venue:kino": 70}


def test_an_amount_is_told_in_whole_thousands_of_kroner() -> None:
    assert rounded(Ore(12_345_678), Ore(100_000)) == 12_300_000
    parts = (part("kino", 40, amount=10_000), part("bad", 12, amount=10_000))
    said = tell(parts, Told(), few=frozenset(), cells=[], amounts=[TOTAL])
    assert said.amounts == {(TOTAL, 1): Ore(100_000)}


def test_an_amount_that_would_give_a_dear_offer_away_is_told_more_coarsely() -> None:
    # One visit at the camp costs as much as all the others: a thousand kroner would say how many there were.
    parts = (part("kino", 40, amount=10_000), part("bad", 12, amount=10_000), part("leir", 1, amount=400_000))
    said = tell(parts, Told(), few=frozenset(), cells=[Cell("venue", "kino")], amounts=[TOTAL])
    assert said.amounts.get((TOTAL, 1)) != Ore(100_000)


@pytest.mark.parametrize(
    ("born", "band"),
    [(2026, "0-5"), (2021, "0-5"), (2020, "6-9"), (2013, "13-15"), (2009, "16-17"), (2008, "18+"), (None, "18+")],
)
def test_an_age_is_the_one_reached_in_the_year(born: int | None, band: str) -> None:
    assert age_band(born, 2026) == band


def test_a_month_is_told_of_a_quarter_of_an_hour_after_it_has_ended() -> None:
    check_until("2026-11", datetime(2026, 11, 30, 23, 15, tzinfo=UTC))
    with pytest.raises(RuleError):
        check_until("2026-11", datetime(2026, 11, 30, 23, 14, tzinfo=UTC))
    with pytest.raises(MalformedError):
        check_until("2026-13", datetime(2027, 11, 30, tzinfo=UTC))


@pytest.mark.parametrize("seeds", SLICES, ids=lambda seeds: f"worlds {seeds.start} to {seeds.stop - 1}")
def test_no_figure_under_five_can_be_recovered_from_everything_that_was_told(seeds: range) -> None:
    told = 0
    for seed in seeds:
        town = world(seed)
        releases = tell_all(town)
        if not releases:
            continue
        told += 1
        heard = hear(releases)
        for name, family in families(town, heard):
            assert recovered(family, len(releases)) == [], (seed, name)
    assert told > len(seeds) / 3


def test_the_attack_recovers_what_a_plain_threshold_would_leave() -> None:
    # The test of the test: hide only what is small, and the attacker subtracts.
    broken = 0
    for seed in range(30):
        town = world(seed)
        releases = tell_all(town)
        if not releases:
            continue
        heard = hear(releases)
        for _, family in families(town, heard):
            cells = {cell for where in family.cells.values() for cell in where}
            for cell in cells:
                over = family.over(cell, (0, 1))
                figure = int(over @ family.truth)
                if figure >= SMALL:
                    family.told.append((over, figure, figure))
            broken += bool(recovered(family, len(releases)))
    assert broken > 10


def test_cards_are_told_so_that_neither_a_telling_nor_two_of_them_say_how_many_a_handful_was() -> None:
    # Every way that two tellings of one programme can be true: cards and used cards never become fewer.
    ways = [
        (cards, used, later, more)
        for cards in range(16) for used in range(cards + 1)
        for later in range(cards, 16) for more in range(used, later + 1)
    ]  # fmt: skip
    seen: dict[tuple[int, ...], list[set[int]]] = {}
    for cards, used, later, more in ways:
        heard = tuple(_told_of_cards(each) for each in (cards, used, later, more))
        small = (cards, used, cards - used, later, more, later - more, later - cards, more - used)
        found = seen.setdefault(heard, [set() for _ in small])
        for place, figure in enumerate(small):
            found[place].add(figure)
    for heard, found in seen.items():
        assert all(len(figures) > 1 for figures in found if min(figures) < SMALL), heard


def _told_of_cards(cards: int) -> int:
    return (cards + 2) // 5 * 5


def test_cards_are_counted_once_also_where_two_venues_saw_them() -> None:
    town = world(3)
    told = tell_all(town)[-1]
    held = len([each for each in town.holders if each.programme == "kort0"])
    used = len({each.child for each in town.visits})
    reach = statement_of(told).reach[0]
    assert (reach.cards, reach.used) == (_told_of_cards(held), _told_of_cards(used))


def test_no_row_is_left_out_where_nothing_has_happened() -> None:
    releases = next(told for told in (tell_all(world(seed)) for seed in range(50)) if told)
    tables = statement_of(releases[-1]).tables
    assert [row.key for row in tables["weekday"]] == [str(day) for day in range(1, 8)]
    assert len(tables["band"]) == 6
    assert len(tables["age"]) == 6
    assert len(tables["month"]) == 12
