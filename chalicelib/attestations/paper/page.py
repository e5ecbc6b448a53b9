"""The page: who, where, when, how much and what, and below them the code that says it again."""

from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Final

from chalicelib.attestations.paper.words import Words, day, how_much, words_in
from chalicelib.attestations.rules import Attestation, Facts
from chalicelib.press.leaf import A4, Leaf, leading
from chalicelib.press.letters import is_printable
from chalicelib.press.pen import (
    DEEP,
    GREY,
    INK,
    LIGHT,
    LINE,
    MIDDLE,
    PALE,
    SUN,
    WHITE,
    Pen,
    Picture,
    code_of,
    mm,
    picture,
)
from chalicelib.shared.answers import Field, RuleError

_SIDE: Final = mm(25)
_ROOM: Final = A4[0] - 2 * _SIDE
_LABELS: Final = mm(34)
_BAND: Final = mm(37)
_FACTS: Final = mm(121)
_PROOF: Final = A4[1] - mm(60)
_SIGNED: Final = _PROOF - mm(17)
_TASKS_END: Final = _SIGNED - mm(9)
_ARMS: Final = mm(20)
_HALF: Final = (_ROOM - mm(12)) / 2
_SMALLEST: Final = 7  # points
_MOST_LINES: Final = 40


def draw(attestation: Attestation, address: str, *, issuer: str, programme: str, arms: bytes | None = None) -> bytes:
    """Draw an attestation as a PDF of one page; the same bytes for the same facts.

    `issuer` is the municipality and `programme` the currency by name. RuleError `letters_not_printable` where a text
    holds letters that no font here has.
    """
    insist_printable(attestation.facts)
    shown = None if arms is None else picture(arms, "coat_of_arms")
    made = datetime.combine(attestation.issued_on, time(12), UTC)
    with closing(Pen(A4, attestation.facts.language, made, two_sided=False)) as pen:
        pen.page()
        page = _Page(Leaf(pen, from_the_right=False), attestation, words_in(attestation.facts.language))
        page.head(issuer, programme, shown)
        page.name()
        page.facts()
        page.signature(issuer)
        page.proof(address)
        return pen.finish()


def insist_printable(facts: Facts) -> None:
    """Raise RuleError `letters_not_printable` where a text cannot be printed, before it is signed."""
    remedy = "The text holds letters that cannot be printed; write it with other letters."
    faults = tuple(
        Field(name, "letters_not_printable", remedy)
        for name in ("person", "organisation", "tasks", "signatory")
        if not is_printable(getattr(facts, name))
    )
    if faults:
        raise RuleError("letters_not_printable", remedy, faults)


@dataclass(frozen=True, slots=True)
class _Page:
    """Draws from the top down."""

    leaf: Leaf
    attestation: Attestation
    words: Words

    def head(self, issuer: str, programme: str, arms: Picture | None) -> None:
        """Draw whose paper it is, and the landscape that all papers here have."""
        leaf, pen = self.leaf, self.leaf.pen
        pen.fill(DEEP, 0, 0, A4[0], _BAND)
        leaf.disc(SUN, A4[0] - mm(58), mm(32), mm(8))
        pen.hill(MIDDLE, (0, 0, A4[0]), (32, 24, 42, 28), 38)
        pen.hill(LIGHT, (0, 0, A4[0]), (36.5, 40.5, 28, 35), 38)
        pen.hill(WHITE, (0, 0, A4[0]), (37.5, 34, 41, 36), 43)
        room = _ROOM - _ARMS - mm(6)
        leaf.line(issuer, _SIDE, mm(14.5), 17, room, font="strong", colour=WHITE)
        leaf.line(programme, _SIDE, mm(21.5), 12, room, colour=LIGHT)
        if arms is not None:
            left = A4[0] - _SIDE - _ARMS
            pen.fill(WHITE, left, mm(6), _ARMS, _ARMS, round_by=mm(2))
            high = (_ARMS - mm(4)) / max(arms.ratio, 1)
            pen.image(arms, left + (_ARMS - high * arms.ratio) / 2, mm(6) + (_ARMS - high) / 2, high)

    def name(self) -> None:
        """Draw the title, and whom it is about: a name is never cut short."""
        leaf, words, person = self.leaf, self.words, self.attestation.facts.person
        leaf.line(words["title"], _SIDE, mm(61), 38, _ROOM, font="strong", colour=DEEP)
        leaf.line(words["subtitle"], _SIDE, mm(70), 17, _ROOM, colour=MIDDLE)
        leaf.line(words["is_to_say"], _SIDE, mm(87), 12, _ROOM, colour=GREY)
        if leaf.pen.fits(person, "strong", _ROOM, 27):
            leaf.line(person, _SIDE, mm(98.5), 27, _ROOM, font="strong")
        else:
            leaf.lines(person, _SIDE, mm(94), 15, _ROOM, font="strong", most=2)
        leaf.fill(SUN, _SIDE, mm(104), mm(22), mm(1))
        leaf.line(words["has"], _SIDE, mm(113), 12, _ROOM, colour=GREY)

    def facts(self) -> None:
        """Draw where, when, how much and what."""
        facts, words = self.attestation.facts, self.words
        period = " \u2013 ".join(day(each, words) for each in (facts.first, facts.last))
        at = float(_FACTS)
        for label, text in (
            (words["organisation"], facts.organisation),
            (words["period"], day(facts.first, words) if facts.first == facts.last else period),
            (words["extent"], how_much(facts.extent, words)),
        ):
            at = self._fact(label, text, at, 13, font="strong")
        # As large as the room allows: a short list of tasks is read at a glance, a long one still fits.
        size = 12.5
        while size > _SMALLEST and self._high(facts.tasks, size) > _TASKS_END - at - mm(3):
            size -= 0.5
        self._fact(words["tasks"], facts.tasks, at, size, font="text")

    def _high(self, text: str, size: float) -> float:
        return len(self.leaf.pen.lines(text, size, _ROOM - _LABELS)) * leading(size)

    def _fact(self, label: str, text: str, at: float, size: float, *, font: str) -> float:
        leaf, baseline = self.leaf, at + mm(7.2)
        leaf.fill(LINE, _SIDE, at, _ROOM, 2)
        leaf.line(label, _SIDE, baseline, 10.5, _LABELS - mm(4), colour=GREY)
        below = leaf.lines(text, _SIDE + _LABELS, baseline, size, _ROOM - _LABELS, font=font, most=_MOST_LINES)
        return below - leading(size) + mm(4.6)

    def signature(self, issuer: str) -> None:
        """Draw the day, and a line for whoever vouches to sign on."""
        leaf, words, start = self.leaf, self.words, _SIDE + _HALF + mm(12)
        issued = words["issued"].format(day(self.attestation.issued_on, words))
        leaf.line(issued, _SIDE, _SIGNED + mm(5), 11, _HALF)
        leaf.line(issuer, _SIDE, _SIGNED + mm(10), 10, _HALF, colour=GREY)
        leaf.fill(INK, start, _SIGNED, _HALF, 2)
        signatory = self.attestation.facts.signatory or words["signature"]
        leaf.lines(signatory, start, _SIGNED + mm(5), 10.5, _HALF, most=3)

    def proof(self, address: str) -> None:
        """Draw the code, and how the paper is checked with it."""
        leaf, pen, words = self.leaf, self.leaf.pen, self.words
        code = code_of(address)
        leaf.fill(PALE, 0, _PROOF, A4[0], A4[1] - _PROOF)
        left, top = A4[0] - _SIDE - mm(2) - code.side, _PROOF + (A4[1] - _PROOF - code.side) // 2
        pen.fill(WHITE, left - mm(2), top - mm(2), code.side + mm(4), code.side + mm(4), round_by=mm(2))
        pen.code(code, left, top)
        pen.link(address, left, top, code.side, code.side)
        room, at = left - _SIDE - mm(10), float(_PROOF + mm(15))
        leaf.line(words["check"], _SIDE, at, 13, room, font="strong", colour=DEEP)
        at = leaf.lines(words["check_how"], _SIDE, at + mm(6.5), 10, room, most=6)
        host = address.partition("/A#")[0].lower()
        leaf.line(words["check_where"].format(f"{host}/A"), _SIDE, at + mm(1), 10, room, font="strong")
        leaf.line(words["number"].format(self.attestation.id), _SIDE, at + mm(7.5), 8, room, colour=GREY)
