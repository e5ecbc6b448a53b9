"""The year pack: what a councillor reads before the meeting, in plain words and big figures."""

import colorsys
import io
from dataclasses import dataclass
from typing import Final

from PIL import Image

from chalicelib.press.pen import DEEP, GREY, INK, Colour, Picture, mm, picture
from chalicelib.reports.paper.sheet import A4, GAP, LEFT, WIDE, Bar, Sheet, contrast, on
from chalicelib.reports.paper.words import CATEGORIES, COMPANION, KINDS, WEEKDAYS, WORDS, month_name, number
from chalicelib.reports.rules import ROUNDINGS, Reached, Row, Statement, funding_name
from chalicelib.shared.calendar import oslo_date
from chalicelib.venues.rules import in_language

_LISTED: Final = 12  # names of what is hidden, before the rest are only counted
_READABLE: Final = 4.5  # contrast to white that headings need (WCAG 2.2)


def year_pack(statement: Statement, language: str, arms: bytes | None = None) -> bytes:
    """Draw the year pack in bokmål, nynorsk or English, in the colour of the municipality's coat of arms.

    The same statement and arms give the same bytes.
    """
    words = WORDS[language]
    colour = DEEP if arms is None else colour_of(arms)
    foot = (f"{statement.municipality} · {words['foot']}", words["page"])
    sheet = Sheet(language, statement.made_at, colour, foot)
    pack = _Pack(statement, language, words, sheet)
    pack.front(None if arms is None else picture(arms, "coat_of_arms"))
    pack.places()
    pack.when_and_who()
    pack.money_and_cards()
    pack.how_to_read()
    return sheet.finish()


def colour_of(arms: bytes) -> Colour:
    """Find the strongest colour of a coat of arms, darkened until white can be read on it; a colour of ours else."""
    try:
        with Image.open(io.BytesIO(arms), formats=("PNG", "JPEG")) as opened:
            small = opened.convert("RGBA").resize((48, 48))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return DEEP
    weights: dict[int, float] = {}
    for red, green, blue, alpha in zip(*(iter(small.tobytes()),) * 4, strict=True):
        hue, strength, light = colorsys.rgb_to_hsv(red / 255, green / 255, blue / 255)
        if alpha > 127 and strength > 0.3 and light > 0.2:  # noqa: PLR2004  neither white, grey nor black
            weights[round(hue * 24) % 24] = weights.get(round(hue * 24) % 24, 0) + strength
    if not weights:
        return DEEP
    hue = max(sorted(weights), key=lambda each: weights[each]) / 24
    for light in range(80, 10, -5):
        red, green, blue = (round(part * 255) for part in colorsys.hsv_to_rgb(hue, 0.85, light / 100))
        if contrast((red, green, blue), (255, 255, 255)) >= 2 * _READABLE:
            return red, green, blue
    return DEEP


@dataclass(slots=True)
class _Pack:
    """The chapters."""

    told: Statement
    language: str
    words: dict[str, str]
    sheet: Sheet

    def front(self, arms: Picture | None) -> None:
        """Write what it is, the big figures, and the year month by month."""
        self.sheet.turn()
        pen, colour, high = self.sheet.pen, self.sheet.colour, mm(62)
        pen.fill(colour, 0, 0, A4[0], high)
        ink, room = on(colour), WIDE - mm(34)
        pen.say(self.told.municipality, LEFT, mm(22), 13, colour=ink, room=room)
        pen.say(self._title(), LEFT, mm(37), 31, font="strong", colour=ink, room=room)
        pen.say(self._period(), LEFT, mm(48), 13, colour=ink, room=room)
        if arms is not None:
            tall = min(mm(34), mm(28) / arms.ratio)
            pen.image(arms, LEFT + WIDE - tall * arms.ratio, mm(14), tall)
        self.sheet.y = high + mm(14)
        self._big_figures()
        months = self.told.tables["month"]
        most = max((row for row in months if row.visits), key=lambda row: row.visits or 0, default=None)
        note = "" if most is None else self._text("most_month", name=month_name(most.key, self.language), row=most)
        self.sheet.heading(self.words["months"], note, keep=mm(76))
        bars = [self._bar(row, month_name(row.key, self.language)[:3]) for row in months]
        self.sheet.columns(bars, LEFT, WIDE * max(len(bars), 6) / 12, mm(74))
        self.sheet.y += mm(74) + mm(3)
        self._hidden([month_name(row.key, self.language) for row in months if row.visits is None])

    def _title(self) -> str:
        names = [words for name, words in self.told.names.items() if name.startswith("programme:")]
        if len(names) == 1 and in_language(names[0], self.language):
            return f"{in_language(names[0], self.language)} {self.told.year}"
        return self.words["title"].format(year=self.told.year)

    def _period(self) -> str:
        if self.told.until.endswith("-12"):
            return self.words["whole_year"]
        if self.told.until.endswith("-01"):
            return self.words["one_month"]
        return self.words["so_far"].format(month=month_name(self.told.until, self.language))

    def _big_figures(self) -> None:
        cards = sum(each.cards for each in self.told.reach)
        used = sum(each.used for each in self.told.reach)
        company = {row.key: row.visits for row in self.told.tables["companion"]}
        figures = [
            (self._number(self.told.visits), "visits"),
            (self._number(cards or None), "cards"),
            (_percent(used, cards), "used"),
            (_percent(company.get("with"), self.told.visits), "companion"),
            (self._number(None if self.told.amount is None else self.told.amount // 100), "spent"),
        ]
        step = WIDE / 3
        for place, (figure, says) in enumerate(figures):
            x, y = LEFT + place % 3 * step, self.sheet.y + place // 3 * mm(31)
            shown = figure or self.words["hidden_figure"]
            size, colour = (34, self.sheet.colour) if figure else (17, GREY)
            self.sheet.pen.say(shown, x, y + mm(11), size, font="strong", colour=colour, room=step - mm(6))
            for row, line in enumerate(self.sheet.wrapped(self.words[says], step - mm(8), 11)):
                self.sheet.pen.say(line, x, y + mm(17.5) + row * mm(5), 11)
        self.sheet.y += mm(31) * 2 + mm(4)

    def places(self) -> None:
        """Write where they went."""
        self.sheet.turn()
        venues = self.told.tables.get("venue", ())
        shown = [row for row in venues if row.visits is not None]
        note = "" if not shown else self._text("most_venue", name=self._name("venue", shown[0].key), row=shown[0])
        self._ranking("venue", "venues", note)
        if len(self.told.tables.get("programme", ())) > 1:
            self._ranking("programme", "programmes")
        self._ranking("category", "categories")
        if len(self.told.tables.get("kind", ())) > 1:
            self._ranking("kind", "kinds")
        if len(self.told.tables.get("offer", ())) > len(venues):
            self._ranking("offer", "offers")

    def _ranking(self, table: str, heading: str, note: str = "") -> None:
        rows = self.told.tables.get(table, ())
        bars = [self._bar(row, self._name(table, row.key)) for row in rows if row.visits is not None or row.at_least]
        self.sheet.heading(self.words[heading], note, keep=mm(7.4) * min(len(bars) + 1, 6))
        if not bars:
            self.sheet.paragraph(self.words["all_hidden"], colour=GREY)
        self.sheet.bars(bars)
        if bars:
            self._hidden([self._name(table, row.key) for row in rows if row.visits is None and not row.at_least])
        self.sheet.y += GAP

    def when_and_who(self) -> None:
        """Write on which days, at what time, how old, and with whom."""
        half, high = (WIDE - mm(12)) / 2, mm(58)
        self.sheet.need(2 * high + mm(40))
        self.sheet.heading(self.words["who"])
        left = [self._bar(row, WEEKDAYS[self.language][int(row.key) - 1]) for row in self.told.tables["weekday"]]
        right = [self._bar(row, row.key.replace("-", "–")) for row in self.told.tables["band"]]  # noqa: RUF001  a span
        self._pair(("weekdays", left), ("bands", right), half, high)
        ages = [self._bar(row, row.key.replace("-", "–")) for row in self.told.tables["age"]]  # noqa: RUF001  the same
        company = [self._bar(row, COMPANION[row.key][self.language]) for row in self.told.tables["companion"]]
        self._pair(("ages", ages), ("company", company), half, high)
        self.sheet.paragraph(self.words["ages_note"], size=9.5, colour=GREY)
        self.sheet.y += GAP

    def _pair(self, left: tuple[str, list[Bar]], right: tuple[str, list[Bar]], half: float, high: float) -> None:
        for x, (heading, bars) in ((LEFT, left), (LEFT + half + mm(12), right)):
            self.sheet.pen.say(self.words[heading], x, self.sheet.y + mm(4), 11.5, font="strong", colour=INK)
            self.sheet.y += mm(6)
            self.sheet.columns(bars, x, half if len(bars) > 2 else half * 0.7, high)  # noqa: PLR2004  two stay slim
            self.sheet.y -= mm(6)
        self.sheet.y += high + mm(12)

    def money_and_cards(self) -> None:
        """Write what it cost by who pays, and how many cards were used."""
        rows = self.told.tables.get("funding", ())
        to = max((row.rounded_to or ROUNDINGS[0] for row in rows), default=ROUNDINGS[0])
        note = self.words["funding_note"].format(to=self._number(to // 100))
        bars = [
            Bar(self._name("funding", row.key), row.amount // 100, f"{self._number(row.amount // 100)} kr")
            for row in rows
            if row.amount is not None
        ]
        self.sheet.heading(self.words["funding"], note, keep=mm(7.4) * 4)
        if not bars:
            self.sheet.paragraph(self.words["all_hidden"], colour=GREY)
        self.sheet.bars(bars)
        if bars:
            self._hidden([self._name("funding", row.key) for row in rows if row.amount is None])
        self.sheet.y += GAP
        self._cards()

    def _cards(self) -> None:
        self.sheet.heading(self.words["reach"], self.words["reach_note"], keep=mm(30))
        if not self.told.reach:
            self.sheet.paragraph(self.words["all_hidden"], colour=GREY)
        largest = max((each.cards for each in self.told.reach), default=0)
        for each in self.told.reach:
            self._card_bar(each, largest)
        self.sheet.y += GAP / 2

    def _card_bar(self, each: Reached, largest: int) -> None:
        self.sheet.need(mm(26))
        name = self._name("programme", each.programme)
        self.sheet.pen.say(name, LEFT, self.sheet.y + mm(4), 11.5, font="strong", room=WIDE)
        self.sheet.y += mm(6.5)
        self.sheet.split(min(each.used, each.cards), each.cards, largest)
        figures = {"cards": self._number(each.cards), "used": self._number(each.used)}
        line = self.words["reach_line"].format(**figures)
        if each.quota is not None:
            line += " " + self.words["quota"].format(quota=self._number(each.quota))
        self.sheet.paragraph(line)
        self.sheet.y += mm(3)

    def how_to_read(self) -> None:
        """Say what is hidden, and why."""
        self.sheet.heading(self.words["how"], keep=mm(60))
        rows = sum(len(table) for table in self.told.tables.values())
        counted = "count_hidden" if self.told.hidden else "none_hidden"
        self.sheet.paragraph(self.words[counted].format(hidden=self.told.hidden, rows=rows), strong=True)
        for says in ("why", "colon", "count"):
            self.sheet.paragraph(self.words[says])
        made = f"{oslo_date(self.told.made_at):%d.%m.%Y}"
        self.sheet.paragraph(self.words["made"].format(day=made), size=9.5, colour=GREY)

    def _hidden(self, names: list[str]) -> None:
        if names:
            listed = ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")
            text = self.words["hidden"].format(names=f"{listed} ({len(names)})" if len(names) > 1 else listed)
            self.sheet.paragraph(text, size=9.5, colour=GREY)

    def _bar(self, row: Row, name: str) -> Bar:
        if row.visits is not None:
            return Bar(name, row.visits, self._number(row.visits))
        if row.at_least:
            return Bar(name, row.at_least, self.words["at_least"].format(figure=self._number(row.at_least)), faint=True)
        return Bar(name, None, ":")

    def _text(self, says: str, *, name: str, row: Row) -> str:
        return self.words[says].format(
            name=name, figure=self._number(row.visits or 0), all=self._number(self.told.visits)
        )

    def _number(self, figure: int | None) -> str:
        return "" if figure is None else number(figure, self.language)

    def _name(self, table: str, key: str) -> str:
        if table == "funding":
            return funding_name(key, self.words["no_funding"])
        fixed = {"category": CATEGORIES, "kind": KINDS}.get(table, {}).get(key)
        if fixed is not None:
            return fixed[self.language]
        name = in_language(self.told.names.get(f"{table}:{key}", {}), self.language) or key
        if table != "offer":
            return name
        venue = in_language(self.told.names.get(f"venue:{key.partition('/')[0]}", {}), self.language)
        return f"{name}, {venue}" if venue and venue not in name else name


def _percent(part: int | None, whole: int | None) -> str:
    return "" if part is None or not whole else f"{round(100 * part / whole)} %"
