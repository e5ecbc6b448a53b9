"""The side of a card that is shown: programme, arms, name, number, validity, code."""

from dataclasses import dataclass
from typing import Final

from chalicelib.cards.paper.words import validity, words_in
from chalicelib.cards.rules import Look, PrintJob
from chalicelib.press.letters import font_for, halves, tidy
from chalicelib.press.pen import (
    CARD,
    DEEP,
    EDGE,
    GREY,
    LIGHT,
    LINE,
    MIDDLE,
    QUIET,
    SUN,
    WHITE,
    Colour,
    Pen,
    Picture,
    code_of,
    mm,
    picture,
)
from chalicelib.shared.ids import ProgrammeId

# Hills from far to near, in mm from the top: a wave, and how far down it is filled.
_HILLS: Final[tuple[tuple[Colour, tuple[float, float, float, float], float], ...]] = (
    (MIDDLE, (14.6, 11.4, 19.8, 13.6), 19.5),
    (LIGHT, (17.8, 19.6, 12.6, 17.2), 19.5),
    (WHITE, (18.6, 16.2, 21.6, 18), 20.5),
)


@dataclass(frozen=True, slots=True)
class Pictures:
    """The images that all cards of a print run share."""

    arms: Picture | None
    logos: dict[ProgrammeId, Picture]
    venues: tuple[Picture, ...]


def pictures_of(look: Look) -> Pictures:
    """Read the images of a print run; RuleError where one cannot be read."""
    return Pictures(
        None if look.coat_of_arms is None else picture(look.coat_of_arms, "coat_of_arms"),
        {programme: picture(logo, "logo") for programme, logo in look.logos.items()},
        tuple(picture(logo, "venue_logos") for logo in look.venue_logos),
    )


@dataclass(frozen=True, slots=True)
class Front:
    """Draws fronts of one print run."""

    pen: Pen
    look: Look
    pictures: Pictures

    def draw(self, job: PrintJob, at: tuple[int, int], *, bleed: int) -> None:
        """Draw a front with its corner at a place; the sky runs `bleed` dots over the cut."""
        x, y = at
        self._morning(at, bleed)
        self._heading(job, at)
        code = code_of(job.url)
        left, top = x + CARD[0] - EDGE + QUIET - code.side, y + CARD[1] - EDGE + QUIET - code.side
        self.pen.code(code, left, top)
        # A code for a long host is taller, and the name keeps beside it.
        over_it = top > y + mm(28.2)
        self._name(job.name, at, (x + CARD[0] - EDGE if over_it else left) - (x + EDGE))
        self._number(job, at)
        self._venues(x + EDGE, y + CARD[1] - EDGE, left - x - EDGE)

    def _morning(self, at: tuple[int, int], bleed: int) -> None:
        x, y = at
        width = CARD[0] + 2 * bleed
        self.pen.fill(DEEP, x - bleed, y - bleed, width, mm(19) + bleed)
        self.pen.disc(SUN, x + mm(58), y + mm(15.4), mm(3.4))
        for colour, wave, foot in _HILLS:
            self.pen.hill(colour, (x - bleed, y, width), wave, foot)

    def _heading(self, job: PrintJob, at: tuple[int, int]) -> None:
        x, y = at
        left, right = x + EDGE, x + CARD[0] - EDGE
        logo = self.pictures.logos.get(job.programme)
        if logo is not None:
            width = _tile_width(logo, mm(24))
            self._tile(logo, left, y, width)
            left += width + mm(2.6)
        if self.pictures.arms is not None:
            width = _tile_width(self.pictures.arms, mm(14))
            self._tile(self.pictures.arms, right - width, y, width)
            right -= width + mm(2.6)
        self._title(job.title, left, y, right - left)

    def _title(self, title: str, x: int, y: int, room: int) -> None:
        lines: tuple[tuple[str, int, float], ...] = ((title, mm(7.2), 14),)
        if not self.pen.fits(title, "strong", room, 14):
            upper, *lower = halves(tidy(title), lambda part: self.pen.wide(part, "strong", 1))
            lines = ((upper, mm(5), 9.5), (" ".join(lower), mm(8.6), 9.5))
        for line, baseline, size in lines:
            self.pen.say(line, x, y + baseline, size, font="strong", colour=WHITE, room=room)
        below = mm(11 if len(lines) == 1 else 11.8)
        self.pen.say(self.look.municipality, x, y + below, 7.5, colour=LIGHT, room=room)

    def _tile(self, shown: Picture, x: int, y: int, width: int) -> None:
        # On white, so that an image stands out whatever its colours.
        top = y + mm(2.4)
        self.pen.fill(WHITE, x, top, width, _TILE, round_by=mm(1.4))
        height = (width - 2 * _INSET) / shown.ratio
        self.pen.image(shown, x + _INSET, top + (_TILE - height) / 2, height)

    def _name(self, name: str | None, at: tuple[int, int], room: int) -> None:
        x, y = at[0] + EDGE, at[1]
        if name is None:
            self.pen.say(words_in(self.look.language)["name"], x, y + mm(24.6), 6, colour=GREY)
            self.pen.fill(LINE, x, y + mm(28.4), room, 2)
            return
        whole = tidy(name)
        font = font_for(whole)
        size = self.pen.fitting(whole, font, room, most=19, least=12.5)
        if size is not None:
            self.pen.say(whole, x, y + mm(27.4), size, font=font)
            return
        lines = halves(whole, lambda part: self.pen.wide(part, font, 1))
        size = min(self.pen.fitting(line, font, room, most=12, least=6) or 6 for line in lines)
        for line, baseline in zip(lines, (mm(25.2), mm(29.4)), strict=False):
            self.pen.say(line, x, y + baseline, size, font=font, room=room)

    def _number(self, job: PrintJob, at: tuple[int, int]) -> None:
        with_venues = bool(self.pictures.venues)
        x, y = at[0] + EDGE, at[1] + mm(33.6 if with_venues else 37)
        number = f"{job.number[:4]} {job.number[4:8]} {job.number[8:]}"
        self.pen.say(words_in(self.look.language)["number"], x, y, 6, colour=GREY)
        self.pen.say(number, x, y + mm(4.9), 15, font="strong", spacing=0.9)
        self.pen.say(validity(job, self.look.language), x, y + mm(8.8 if with_venues else 9.4), 7.5)

    def _venues(self, x: float, bottom: int, room: int) -> None:
        shown, between, height = self.pictures.venues, mm(2), mm(5)
        if not shown:
            return
        widest = (room - between * (len(shown) - 1)) / sum(each.ratio for each in shown)
        tall = min(height, widest)
        for each in shown:
            self.pen.image(each, x, bottom - (height + tall) / 2, tall)
            x += tall * each.ratio + between


_TILE: Final = mm(10)
_INSET: Final = mm(0.9)


def _tile_width(shown: Picture, most: int) -> int:
    return min(round((_TILE - 2 * _INSET) * shown.ratio) + 2 * _INSET, most)
