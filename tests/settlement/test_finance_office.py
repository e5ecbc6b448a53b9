"""Sentences from a finance office, each computed to the øre; and that every line of random months stands one way.

A story is told in short sentences, one after another:
`kino invoice 50% 95,50+80,00 copay 10,00+5,00 fund bufdir` are the terms from now on (way of payment, share, price of
holder and companion); `v1 kino 2 jan` is a visit of two received in January (`on 2025-12-31`: that happened that day;
`over`: above the allowance; `card nav`: the card's own funding); `void v1 mar` takes it back in March;
`adjust kino -10,00 feb` is a confirmed adjustment; `kino has no account` and `kino has an account from mar`.
What is expected is told the same way: month, venue, where its lines stand, what they come to, what is settled now, and
`> amount` for what is left to a later month.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.settlement import paper
from chalicelib.settlement.rules import (
    Account,
    Adjusted,
    Book,
    Chart,
    Entry,
    Payee,
    Run,
    TakenBack,
    Tally,
    Terms,
    Visited,
    Way,
    by_funding,
    by_way,
    line_of,
    payments_of,
    settle,
    summary_of,
    tally_of,
)
from chalicelib.shared.calendar import next_month
from chalicelib.shared.ids import OfferId, ProgrammeId, Tenant, VenueId, VisitId
from chalicelib.shared.money import Ore, kroner, share
from chalicelib.venues.rules import Agreement, SettleBy

NAMES = ("jan", "feb", "mar", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "des")


def month_of(word: str) -> str:
    return f"20{word[3:] or '26'}-{NAMES.index(word[:3]) + 1:02d}"


def ore(word: str) -> Ore:
    return Ore(int(word.replace(",", "")))


@dataclass
class Town:
    """What a story has told so far."""

    terms: dict[str, tuple[Agreement, SettleBy]] = field(default_factory=dict)
    rows: dict[str, dict[str, list[Entry]]] = field(default_factory=dict)  # month -> venue -> rows
    visits: dict[str, tuple[Terms, str]] = field(default_factory=dict)
    unpaid: dict[str, str] = field(default_factory=dict)  # venue -> the month from which it has an account
    gl07: bool = False

    def tell(self, said: str) -> None:
        words = said.split()
        if words[:2] == ["ledger", "gl07"]:
            self.gl07 = True
        elif words[0] == "void":
            self.void(words[1], month_of(words[2]))
        elif words[0] == "adjust":
            self.adjust(words[1], ore(words[2]), month_of(words[3]))
        elif words[1:2] == ["has"]:
            self.unpaid[words[0]] = "9999-12" if words[2] == "no" else month_of(words[-1])
        elif words[0][0] == "v" and words[0][1:].isdigit():
            self.visit(words)
        else:
            self.agree(words)

    def agree(self, words: list[str]) -> None:
        venue, way, percent, price, *more = words
        holder, _, companion = price.partition("+")
        copay = more[more.index("copay") + 1] if "copay" in more else "0+0"
        own, _, other = copay.partition("+")
        funding = more[more.index("fund") + 1] if "fund" in more else None
        agreement = Agreement(
            ProgrammeId("kort"), VenueId(venue), OfferId("inn"), date(2025, 1, 1), date(2027, 12, 31), None, venue,
            price_holder=ore(holder), price_companion=ore(companion or holder), copay_holder=ore(own),
            copay_companion=ore(other or own), reimburse=int(percent.rstrip("%")), funding_source=funding,
        )  # fmt: skip
        self.terms[venue] = (agreement, SettleBy(way))

    def visit(self, words: list[str]) -> None:
        name, venue, persons, received, *more = words
        agreement, settle_by = self.terms[venue]
        month = month_of(received)
        day = date.fromisoformat(more[more.index("on") + 1]) if "on" in more else date.fromisoformat(f"{month}-14")
        funding = more[more.index("card") + 1] if "card" in more else agreement.funding_source
        many = int(persons)
        terms = Terms(
            VenueId(venue), OfferId("inn"), ProgrammeId("kort"), day, "123", many, agreement.price(many),
            agreement.copay(many), agreement.reimburse, agreement.reimbursed(many), "2025-01-01", settle_by,
            funding=funding,
        )  # fmt: skip
        self.visits[name] = (terms, month)
        self.add(month, venue, Visited(VisitId(name), terms, ("over",) if "over" in more else ()))

    def void(self, name: str, month: str) -> None:
        terms, received = self.visits[name]
        rows = self.rows[received][terms.venue]
        place = next(place for place, row in enumerate(rows) if isinstance(row, Visited) and row.visit == name)
        before = rows[place]
        assert isinstance(before, Visited)
        rows[place] = Visited(before.visit, before.terms, before.flags, month)
        self.add(month, terms.venue, TakenBack(VisitId(name), terms, received))

    def adjust(self, venue: str, amount: Ore, month: str) -> None:
        agreement, settle_by = self.terms[venue]
        day = date.fromisoformat(f"{month}-28")
        terms = Terms(
            VenueId(venue), OfferId("inn"), ProgrammeId("kort"), day, "", 0, Ore(0), Ore(0), 0, amount, "", settle_by,
            funding=agreement.funding_source,
        )  # fmt: skip
        self.add(month, venue, Adjusted(VisitId(f"a{month}{venue}"), terms))

    def add(self, month: str, venue: str, row: Entry) -> None:
        self.rows.setdefault(month, {}).setdefault(venue, []).append(row)

    def settled(self) -> Iterator[tuple[Book, tuple[Account, ...], dict[VenueId, Tally]]]:
        """Settle each month from the first that has rows to the last that the story needs, one after another."""
        months = sorted({*self.rows, *(each for each in self.unpaid.values() if each < "9999")})
        month, before = months[0], ()
        while month <= months[-1]:
            book = self.book(month)
            tallies = {
                VenueId(venue): tally_of(filter(None, (line_of(row, month) for row in rows)), month).tally
                for venue, rows in self.rows.get(month, {}).items()
            }
            accounts = settle(book, tallies, before)
            yield book, accounts, tallies
            month, before = next_month(month), accounts  # type: ignore[assignment]

    def book(self, month: str) -> Book:
        payees = {
            VenueId(venue): Payee(
                venue, account=None if month < self.unpaid.get(venue, "") else "12345678903", name=venue,
                reference=f"3222-{month.replace('-', '')}-{place:04d}",
            )
            for place, venue in enumerate(sorted(self.terms), start=1)
        }  # fmt: skip
        return Book(Tenant("t"), month, payees, {}, "By", 3222, {}, "gl07" if self.gl07 else "")


def told(story: str) -> Town:
    town = Town()
    for said in filter(None, (each.strip() for each in story.split(";"))):
        town.tell(said)
    return town


def results(story: str) -> list[str]:
    found = []
    for book, accounts, _ in told(story).settled():
        name = NAMES[int(book.month[5:]) - 1] + (book.month[2:4] if book.month[:4] != "2026" else "")
        for each in accounts:
            left = f" > {kroner(each.forward)}" if each.stays else ""
            found.append(f"{name} {each.venue} {each.way} {kroner(each.lines)} {kroner(each.settled)}{left}")
    return found


CASES = [
    # Shares
    ("full price for one is paid in full", "kino invoice 100% 125,00; v1 kino 1 jan",
     "jan kino invoice 125,00 125,00"),
    ("half of 125,00 for one", "kino invoice 50% 125,00; v1 kino 1 jan", "jan kino invoice 62,50 62,50"),
    ("half of 95,50 for two", "kino invoice 50% 95,50; v1 kino 2 jan", "jan kino invoice 95,50 95,50"),
    ("half of 95,50 for one is 47,75", "kino invoice 50% 95,50; v1 kino 1 jan", "jan kino invoice 47,75 47,75"),
    ("half of 95,51 is 47,755, and half an øre goes up", "kino invoice 50% 95,51; v1 kino 1 jan",
     "jan kino invoice 47,76 47,76"),
    ("two visits of half of 95,51 are rounded each by itself", "kino invoice 50% 95,51; v1 kino 1 jan; v2 kino 1 jan",
     "jan kino invoice 95,52 95,52"),
    ("two persons on one visit are rounded once", "kino invoice 50% 95,51; v1 kino 2 jan",
     "jan kino invoice 95,51 95,51"),
    ("a third of 100,00 is 33,00 when the share is 33 percent", "kino invoice 33% 100,00; v1 kino 1 jan",
     "jan kino invoice 33,00 33,00"),
    ("33 percent of 99,99 is 32,9967, up to 33,00", "kino invoice 33% 99,99; v1 kino 1 jan",
     "jan kino invoice 33,00 33,00"),
    ("67 percent of 0,01 is one øre", "kino invoice 67% 0,01; v1 kino 1 jan", "jan kino invoice 0,01 0,01"),
    ("49 percent of 0,01 is nothing", "kino invoice 49% 0,01; v1 kino 1 jan", "jan kino invoice 0,00 0,00"),
    ("one percent of 12 345,67", "kino invoice 1% 12345,67; v1 kino 1 jan", "jan kino invoice 123,46 123,46"),
    ("a venue with no share has a line of nothing and stays an invoice", "kino invoice 0% 125,00; v1 kino 1 jan",
     "jan kino invoice 0,00 0,00"),
    ("a venue that takes its own costs is statistics", "klubb none 0% 90,00; v1 klubb 2 jan",
     "jan klubb statistics 0,00 0,00"),
    ("and is statistics whatever its agreement says", "klubb none 100% 90,00; v1 klubb 2 jan",
     "jan klubb statistics 0,00 0,00"),
    # Companions
    ("a companion at half the holder's price", "kino invoice 100% 120,00+60,00; v1 kino 2 jan",
     "jan kino invoice 180,00 180,00"),
    ("a companion that is free", "kino invoice 100% 120,00+0,00; v1 kino 2 jan", "jan kino invoice 120,00 120,00"),
    ("three persons are a holder and two companions", "bad invoice 50% 50,00+70,00; v1 bad 3 jan",
     "jan bad invoice 95,00 95,00"),
    ("a free child and a paying companion", "bad invoice 100% 0,00+75,50; v1 bad 2 jan",
     "jan bad invoice 75,50 75,50"),
    # Co-payment: the share is of price less co-payment
    ("half of 120,00 less 20,00", "kino invoice 50% 120,00 copay 20,00; v1 kino 1 jan",
     "jan kino invoice 50,00 50,00"),
    ("full share of 95,50 less 25,00", "kino invoice 100% 95,50 copay 25,00; v1 kino 1 jan",
     "jan kino invoice 70,50 70,50"),
    ("each pays at the till", "kino invoice 100% 95,50 copay 25,00+30,00; v1 kino 2 jan",
     "jan kino invoice 136,00 136,00"),
    ("half of 95,51 less 10,00 is 42,755, up", "kino invoice 50% 95,51 copay 10,00; v1 kino 1 jan",
     "jan kino invoice 42,76 42,76"),
    ("who pays all of it at the till leaves nothing to reimburse", "kino invoice 50% 80,00 copay 80,00; v1 kino 1 jan",
     "jan kino invoice 0,00 0,00"),
    # Ways
    ("a voucher goes to the accounting system", "dans voucher 100% 80,00; v1 dans 1 jan",
     "jan dans voucher 80,00 80,00"),
    ("a municipal pool is re-posted", "bad internal 100% 45,00; v1 bad 1 jan", "jan bad internal 45,00 45,00"),
    ("a pool without a code for re-posting is held where the ledger needs one",
     "ledger gl07; bad internal 100% 45,00; v1 bad 1 jan", "jan bad held 45,00 0,00 > 45,00"),
    ("a club without a number in the ledger is held", "ledger gl07; dans voucher 100% 80,00; v1 dans 1 jan",
     "jan dans held 80,00 0,00 > 80,00"),
    ("a cinema that invoices needs neither", "ledger gl07; kino invoice 100% 80,00; v1 kino 1 jan",
     "jan kino invoice 80,00 80,00"),
    ("a venue that goes over from invoice to voucher has an account of each",
     "kino invoice 100% 80,00; v1 kino 1 jan; kino voucher 100% 80,00; v2 kino 1 jan",
     "jan kino invoice 80,00 80,00; jan kino voucher 80,00 80,00"),
    ("three venues, each its own way",
     "a1 invoice 100% 10,00; b1 voucher 50% 10,01; c1 none 0% 5,00; v1 a1 1 jan; v2 b1 1 jan; v3 c1 1 jan",
     "jan a1 invoice 10,00 10,00; jan b1 voucher 5,01 5,01; jan c1 statistics 0,00 0,00"),
    # Held
    ("a club without an account is held", "dans voucher 100% 80,00; dans has no account; v1 dans 1 jan",
     "jan dans held 80,00 0,00 > 80,00"),
    ("and is paid with the next month once it has one",
     "dans voucher 100% 80,00; dans has an account from feb; v1 dans 1 jan; v2 dans 1 feb",
     "jan dans held 80,00 0,00 > 80,00; feb dans voucher 80,00 160,00"),
    ("also when it has no visits in that month", "dans voucher 100% 80,00; dans has an account from feb; v1 dans 1 jan",
     "jan dans held 80,00 0,00 > 80,00; feb dans voucher 0,00 80,00"),
    ("what is held grows month by month",
     "dans voucher 100% 80,00; dans has an account from mar; v1 dans 1 jan; v2 dans 1 feb",
     "jan dans held 80,00 0,00 > 80,00; feb dans held 80,00 0,00 > 160,00; mar dans voucher 0,00 160,00"),
    ("a held venue does not stop the others",
     "dans voucher 100% 80,00; kino voucher 100% 10,00; dans has no account; v1 dans 1 jan; v2 kino 1 jan",
     "jan dans held 80,00 0,00 > 80,00; jan kino voucher 10,00 10,00"),
    ("a held visit that is taken back leaves nothing to hold",
     "dans voucher 100% 80,00; dans has no account; v1 dans 1 jan; void v1 feb",
     "jan dans held 80,00 0,00 > 80,00; feb dans voucher -80,00 0,00"),
    ("nothing is held where nothing is owed", "dans voucher 0% 80,00; dans has no account; v1 dans 1 jan",
     "jan dans voucher 0,00 0,00"),
    ("a cinema that invoices is not held for want of an account",
     "kino invoice 50% 95,50; kino has no account; v1 kino 2 jan", "jan kino invoice 95,50 95,50"),
    # Corrections
    ("a visit taken back in its own month was never there", "kino invoice 100% 80,00; v1 kino 1 jan; void v1 jan", ""),
    ("half of 95,50 for two, corrected in March after a void in March",
     "kino invoice 50% 95,50; v1 kino 2 jan; void v1 mar; v2 kino 2 mar; v3 kino 2 mar",
     "jan kino invoice 95,50 95,50; mar kino invoice 95,50 95,50"),
    ("the rounded half øre is taken back as it was paid",
     "kino invoice 50% 95,51; v1 kino 1 jan; v2 kino 1 feb; v3 kino 1 feb; void v1 feb",
     "jan kino invoice 47,76 47,76; feb kino invoice 47,76 47,76"),
    ("a correction copies the old share after the agreement has changed",
     "kino voucher 50% 100,00; v1 kino 1 jan; kino voucher 100% 100,00; v2 kino 1 feb; void v1 feb",
     "jan kino voucher 50,00 50,00; feb kino voucher 50,00 50,00"),
    ("a correction copies the old price after it has risen",
     "kino voucher 100% 100,00; v1 kino 2 jan; kino voucher 100% 130,00; v2 kino 2 feb; void v1 feb",
     "jan kino voucher 200,00 200,00; feb kino voucher 60,00 60,00"),
    ("more taken back than visited is carried forward",
     "kino voucher 100% 80,00; v1 kino 1 jan; v2 kino 1 jan; void v1 feb; void v2 feb; v3 kino 1 feb",
     "jan kino voucher 160,00 160,00; feb kino carried -80,00 0,00 > -80,00"),
    ("and taken from the next month",
     "kino voucher 100% 80,00; v1 kino 1 jan; void v1 feb; v2 kino 1 mar; v3 kino 1 mar",
     "jan kino voucher 80,00 80,00; feb kino carried -80,00 0,00 > -80,00; mar kino voucher 160,00 80,00"),
    ("and carried on where that month is too small",
     ("kino voucher 100% 80,00; kino voucher 100% 100,00; v1 kino 1 jan; kino voucher 100% 30,00; void v1 feb; "
     "v2 kino 1 mar; v3 kino 1 apr; v4 kino 1 mai; v5 kino 1 mai"),
     ("jan kino voucher 100,00 100,00; feb kino carried -100,00 0,00 > -100,00; mar kino carried 30,00 0,00 > -70,00; "
     "apr kino carried 30,00 0,00 > -40,00; mai kino voucher 60,00 20,00")),
    ("what is carried to nothing is settled with nothing to pay",
     "kino voucher 100% 80,00; v1 kino 1 jan; void v1 feb; v2 kino 1 mar",
     "jan kino voucher 80,00 80,00; feb kino carried -80,00 0,00 > -80,00; mar kino voucher 80,00 0,00"),
    ("an invoice basis below zero is carried forward too",
     "kino invoice 100% 80,00; v1 kino 1 jan; void v1 feb; v2 kino 2 mar",
     "jan kino invoice 80,00 80,00; feb kino carried -80,00 0,00 > -80,00; mar kino invoice 160,00 80,00"),
    ("and so is a re-posting", "bad internal 100% 45,00; v1 bad 1 jan; void v1 feb",
     "jan bad internal 45,00 45,00; feb bad carried -45,00 0,00 > -45,00"),
    ("a taken back visit of a free venue stays nothing", "klubb none 100% 90,00; v1 klubb 1 jan; void v1 feb",
     "jan klubb statistics 0,00 0,00; feb klubb statistics 0,00 0,00"),
    ("below zero comes before missing payee data",
     "dans voucher 100% 80,00; dans has no account; adjust dans -10,00 jan",
     "jan dans carried -10,00 0,00 > -10,00"),
    # Over the allowance
    ("a visit over the allowance is paid", "kino invoice 50% 95,50; v1 kino 2 jan over",
     "jan kino invoice 95,50 95,50"),
    ("and taken back like any other", "kino invoice 50% 95,50; v1 kino 2 jan over; void v1 feb",
     "jan kino invoice 95,50 95,50; feb kino carried -95,50 0,00 > -95,50"),
    # Months and years
    ("a visit of New Year's Eve that arrives in January settles in January",
     "kino invoice 100% 80,00; v1 kino 1 jan on 2025-12-31", "jan kino invoice 80,00 80,00"),
    ("a visit of 30 October that arrives in November settles in November",
     "kino invoice 100% 80,00; v1 kino 1 nov on 2026-10-30", "nov kino invoice 80,00 80,00"),
    ("a price that rises on 1 July is paid from July",
     "kino invoice 100% 80,00; v1 kino 1 jun; kino invoice 100% 85,00; v2 kino 1 jul",
     "jun kino invoice 80,00 80,00; jul kino invoice 85,00 85,00"),
    ("a share that is halved at New Year",
     "kino invoice 100% 80,00; v1 kino 1 des; kino invoice 50% 80,00; v2 kino 1 jan27",
     "des kino invoice 80,00 80,00; jan27 kino invoice 40,00 40,00"),
    ("what is below zero in December is taken from January",
     "kino voucher 100% 80,00; v1 kino 1 nov; void v1 des; v2 kino 2 jan27",
     "nov kino voucher 80,00 80,00; des kino carried -80,00 0,00 > -80,00; jan27 kino voucher 160,00 80,00"),
    # Adjustments
    ("a visit that was never registered is adjusted in", "kino invoice 50% 95,50; v1 kino 1 jan; adjust kino 47,75 feb",
     "jan kino invoice 47,75 47,75; feb kino invoice 47,75 47,75"),
    ("a wrong one is adjusted out of the month's sum",
     "kino invoice 50% 95,50; v1 kino 2 jan; adjust kino -47,75 jan", "jan kino invoice 47,75 47,75"),
    ("an adjustment alone below zero is carried", "kino voucher 50% 95,50; adjust kino -10,00 jan",
     "jan kino carried -10,00 0,00 > -10,00"),
    ("an adjustment at a free venue is nothing", "klubb none 0% 10,00; adjust klubb 10,00 jan",
     "jan klubb statistics 0,00 0,00"),
    ("a thousand visits of 0,05 at half are 0,03 each", "; ".join(
        ["kino invoice 50% 0,05", *(f"v{number} kino 1 jan" for number in range(1000))]),
     "jan kino invoice 30,00 30,00"),
]  # fmt: skip


@pytest.mark.parametrize(("says", "story", "expected"), CASES, ids=[says for says, _, _ in CASES])
def test_the_finance_office_has_it_to_the_ore(says: str, story: str, expected: str) -> None:
    assert says
    wanted = [each for each in expected.split("; ") if each]
    quiet = {each for each in results(story) if each.endswith(" 0,00 0,00")} - set(wanted)
    assert [each for each in results(story) if each not in quiet] == wanted


def test_there_are_at_least_sixty_sentences() -> None:
    assert len(CASES) >= 60


FUNDING = [
    ("the agreement's source pays", "kino invoice 100% 80,00 fund bufdir; v1 kino 1 jan", {("bufdir", 2026): 8_000}),
    ("the card's own wins", "kino invoice 100% 80,00 fund bufdir; v1 kino 1 jan card nav", {("nav", 2026): 8_000}),
    ("without a source there is none", "kino invoice 100% 80,00; v1 kino 1 jan", {(None, 2026): 8_000}),
    ("a correction goes back to the source that paid",
     "kino invoice 100% 80,00 fund bufdir; v1 kino 1 jan; v2 kino 1 jan card nav; void v2 jan",
     {("bufdir", 2026): 8_000}),
    ("January is split by the visits' year",
     "kino invoice 100% 80,00 fund bufdir; v1 kino 1 jan on 2025-12-30; v2 kino 1 jan; v3 kino 1 jan",
     {("bufdir", 2025): 8_000, ("bufdir", 2026): 16_000}),
]  # fmt: skip


@pytest.mark.parametrize(("says", "story", "expected"), FUNDING, ids=[says for says, _, _ in FUNDING])
def test_each_grant_is_charged_with_its_own(says: str, story: str, expected: dict[tuple[str | None, int], int]) -> None:
    assert says
    _, accounts, _ = next(told(story).settled())
    assert {key: settled for key, (_, settled) in by_funding(accounts).items()} == expected


def test_what_is_carried_is_named_with_the_month_it_comes_from() -> None:
    story = "kino voucher 100% 80,00; v1 kino 1 jan; void v1 feb; v2 kino 1 apr; v3 kino 1 apr"
    *_, (_, (april,), _) = told(story).settled()
    assert (april.months, april.opening, april.settled) == (("2026-02",), -8_000, 8_000)


VENUES = ("bad", "dans", "kino", "klubb")
VISITS = st.lists(
    st.tuples(
        st.sampled_from(VENUES),
        st.integers(1, 4),  # persons
        st.sampled_from(NAMES[:4]),  # received
        st.sampled_from([None, None, None, *NAMES[:6]]),  # taken back, if that is not before
        st.sampled_from(["", "card nav", "card bufdir"]),
    ),
    max_size=25,
)
TERMS = st.lists(
    st.tuples(
        st.sampled_from(VENUES), st.sampled_from(["invoice", "voucher", "internal", "none"]), st.integers(0, 100),
        st.integers(0, 30_000), st.integers(0, 30_000),
    ),
    max_size=4,
)  # fmt: skip


@settings(max_examples=120, deadline=None)
@given(
    visits=VISITS,
    changes=TERMS,
    adjusted=st.lists(st.tuples(st.sampled_from(VENUES), st.integers(-20_000, 20_000), st.sampled_from(NAMES[:4]))),
    unpaid=st.dictionaries(st.sampled_from(VENUES), st.sampled_from(["9999-12", "2026-03"]), max_size=3),
)
def test_every_line_stands_one_way_each_file_has_its_own_sum_and_in_the_end_everything_is_settled_once(
    visits: list[tuple[str, int, str, str | None, str]],
    changes: list[tuple[str, str, int, int, int]],
    adjusted: list[tuple[str, int, str]],
    unpaid: dict[str, str],
) -> None:
    town = told("bad internal 100% 45,00; dans voucher 50% 80,01; kino invoice 33% 125,50; klubb none 50% 60,00")
    town.unpaid = dict(unpaid)
    for number, (venue, persons, month, void, card) in enumerate(visits):
        if number < len(changes):
            changed, way, percent, holder, companion = changes[number]
            town.tell(f"{changed} {way} {percent}% {holder}+{companion}")
        town.tell(f"v{number} {venue} {persons} {month} {card}")
        if void is not None and NAMES.index(void) >= NAMES.index(month):
            town.void(f"v{number}", month_of(void))
    for venue, amount, month in adjusted:
        town.adjust(venue, Ore(amount), month_of(month))
    if not town.rows:
        return
    everything = settled_in_all = 0
    waiting: dict[tuple[VenueId, SettleBy], int] = {}
    for book, accounts, tallies in town.settled():
        lines = sum(each.totals.to_settle for tally in tallies.values() for each in tally)
        everything += lines
        # Each account once, each in one way; together they are the lines.
        assert len({(each.venue, each.settle_by) for each in accounts}) == len(accounts)
        assert sum(by_way(accounts).values()) == lines
        for each in accounts:
            assert each.opening == waiting.get((each.venue, each.settle_by), 0)
            assert each.opening + each.lines == each.settled + each.forward
            assert each.settled >= 0
            assert each.forward <= 0 or each.way is Way.HELD
            assert all(part.month < book.month for part in each.brought)
        waiting = {(each.venue, each.settle_by): each.forward for each in accounts if each.forward}
        settled = sum(each.settled for each in accounts)
        settled_in_all += settled
        # The summary and the funding sheet say the same.
        summed = summary_of(accounts, tallies)
        assert sum(row.totals.to_settle for row in summed) == lines
        assert (sum(row.settled for row in summed), sum(row.forward for row in summed)) == (
            settled, sum(waiting.values()),
        )  # fmt: skip
        assert sum(each for each, _ in by_funding(accounts).values()) == lines
        assert sum(each for _, each in by_funding(accounts).values()) == settled
        # What goes to the ledger is what stands as voucher and as re-posting, and nothing else.
        own = {way: sum(each.settled for each in accounts if each.way is way) for way in Way}
        payments = payments_of(book, accounts)
        assert sum(each.amount for each in payments if not each.is_internal) == own[Way.VOUCHER]
        assert sum(each.amount for each in payments if each.is_internal) == own[Way.INTERNAL]
        codes = {"interface": "I", "voucher_type": "V", "client": "C", "responsible": "R", "account": "1"}
        chart = Chart(codes, {VenueId(venue): {"supplier": "1", "internal_account": "2"} for venue in VENUES})
        ledger = paper.gl07_txt(Run(book, payments, chart, date(2026, 12, 1))).decode("iso-8859-1").splitlines()
        assert -sum(int(row[399:419]) for row in ledger if row[75:77] == "AP") == own[Way.VOUCHER]
        assert sum(int(row[399:419]) for row in ledger) == 0
    assert everything == settled_in_all + sum(waiting.values())


@given(st.integers(0, 10**7), st.integers(0, 100))
def test_a_share_is_within_half_an_ore_of_the_exact_one(price: int, percent: int) -> None:
    assert -50 < share(Ore(price), percent) * 100 - price * percent <= 50
