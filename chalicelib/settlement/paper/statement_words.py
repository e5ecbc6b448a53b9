"""The words of a statement in bokmål and nynorsk: a venue reads its own language form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from chalicelib.press.days import MONTHS
from chalicelib.settlement.rules import Because, Explained, LineType
from chalicelib.shared.money import Ore
from chalicelib.venues.rules import SettleBy


@dataclass(frozen=True, slots=True)
class Words:
    """Everything a statement says."""

    title: str
    not_an_invoice: str
    page: str
    reference: str
    orgnr: str
    account: str
    open_month: str
    columns: tuple[str, ...]
    kinds: dict[LineType, str]
    ways: dict[SettleBy, str]
    due: dict[SettleBy, str]
    held: str
    carried: str
    carried_why: str
    lines_sum: str
    brought: str
    do: dict[SettleBy, str]
    missing: dict[Because, str]
    over: str
    corrected: str
    adjusted: str
    corrects: str  # which day an adjustment is about
    people: tuple[str, str]
    stood: str  # what the day came to
    why: str
    gross: str
    rounding: str

    def month_named(self, month: str) -> str:
        """Name a month: `november 2026`."""
        return f"{MONTHS['nb'][int(month[5:]) - 1]} {month[:4]}"

    def day_named(self, day: date) -> str:
        """Name a day: `3. november 2026`."""
        return f"{day.day}. {self.month_named(day.isoformat()[:7])}"

    def explain(self, told: Explained, money: Callable[[Ore], str]) -> str:
        """Say what an adjustment corrects, for how many, what the day came to and comes to, and why."""
        people = self.people[told.persons != 1].format(n=told.persons) if told.persons else ""
        said = [self.corrects.format(day=self.day_named(told.date)) + (f", {people}." if people else ".")]
        if told.was is not None and told.becomes is not None and told.settle_by is not SettleBy.NONE:
            said.append(self.stood.format(was=money(told.was), becomes=money(told.becomes)))
        return " ".join([*said, *([f"{self.why}: {told.reason}"] if told.reason else [])])


_BOKMAL: Final = Words(
    title="Oppgjørsoversikt",
    not_an_invoice="ikke et salgsdokument",
    page="Side",
    reference="Referanse",
    orgnr="Org.nr.",
    account="Konto",
    open_month="Måneden er ikke avsluttet. Tallene kan endre seg.",
    columns=("Dato", "Hva", "Besøk", "Personer", "Grunnlag", "Andel", "Refusjon"),
    kinds={
        LineType.VISIT: "Besøk",
        LineType.OVER_ALLOWANCE: "Besøk over kvote",
        LineType.CORRECTION: "Korreksjon",
        LineType.ADJUSTMENT: "Justering",
    },
    ways={
        SettleBy.INVOICE: "grunnlag for egen faktura",
        SettleBy.VOUCHER: "utbetales av kommunen",
        SettleBy.INTERNAL: "intern ompostering",
        SettleBy.NONE: "statistikk, uten refusjon",
    },
    due={
        SettleBy.INVOICE: "Beløp å fakturere",
        SettleBy.VOUCHER: "Til utbetaling",
        SettleBy.INTERNAL: "Til ompostering",
        SettleBy.NONE: "Refusjon",
    },
    held="Holdes tilbake inntil videre",
    carried="Overføres til neste måned",
    carried_why="Summen er under null. Den trekkes fra i oppgjøret for neste måned; dere skal ikke betale noe inn.",
    lines_sum="Sum for måneden",
    brought="Overført fra",
    do={
        SettleBy.INVOICE: "Send egen faktura til kommunen og oppgi referansen {reference}.",
        SettleBy.VOUCHER: "Dere trenger ikke sende faktura. Utbetalingen er merket {reference}.",
        SettleBy.INTERNAL: "Beløpet omposteres i kommunens regnskap, merket {reference}.",
        SettleBy.NONE: "Besøkene er med i kommunens statistikk. Det utbetales ikke refusjon.",
    },
    missing={
        Because.NO_ACCOUNT: "Kontonummeret deres mangler. Gi det til kulturkontoret, så følger beløpet neste oppgjør.",
        Because.NO_SUPPLIER: "Dere er ikke registrert i økonomisystemet ennå. Beløpet følger neste oppgjør.",
        Because.NO_INTERNAL_ACCOUNT: "Kontokode for intern ompostering mangler. Beløpet følger neste oppgjør.",
    },
    over="Besøk over kvote ble registrert uten nett. De refunderes som andre besøk.",
    corrected="En korreksjon trekker fra et besøk som var med i et tidligere oppgjør og siden er annullert.",
    adjusted="En justering er foreslått av kulturkontoret og bekreftet av økonomi.",
    corrects="Retter {day}",
    people=("1 person", "{n} personer"),
    stood="Refusjonen for dagen var kr {was} og blir kr {becomes}.",
    why="Begrunnelse",
    gross="Grunnlaget er prisen uten egenandelen, brutto. Merverdiavgift følger av brukerstedets eget salgsdokument.",
    rounding="Refusjonen er regnet ut per besøk i hele øre, og en halv øre er rundet opp.",
)
_NYNORSK: Final = Words(
    title="Oppgjersoversyn",
    not_an_invoice="ikkje eit salsdokument",
    page="Side",
    reference="Referanse",
    orgnr="Org.nr.",
    account="Konto",
    open_month="Månaden er ikkje avslutta. Tala kan endre seg.",
    columns=("Dato", "Kva", "Besøk", "Personar", "Grunnlag", "Del", "Refusjon"),
    kinds={
        LineType.VISIT: "Besøk",
        LineType.OVER_ALLOWANCE: "Besøk over kvote",
        LineType.CORRECTION: "Korreksjon",
        LineType.ADJUSTMENT: "Justering",
    },
    ways={
        SettleBy.INVOICE: "grunnlag for eigen faktura",
        SettleBy.VOUCHER: "blir utbetalt av kommunen",
        SettleBy.INTERNAL: "intern ompostering",
        SettleBy.NONE: "statistikk, utan refusjon",
    },
    due={
        SettleBy.INVOICE: "Beløp å fakturere",
        SettleBy.VOUCHER: "Til utbetaling",
        SettleBy.INTERNAL: "Til ompostering",
        SettleBy.NONE: "Refusjon",
    },
    held="Blir halde tilbake inntil vidare",
    carried="Blir ført over til neste månad",
    carried_why="Summen er under null. Han blir trekt frå i oppgjeret for neste månad; de skal ikkje betale noko inn.",
    lines_sum="Sum for månaden",
    brought="Ført over frå",
    do={
        SettleBy.INVOICE: "Send eigen faktura til kommunen og oppgje referansen {reference}.",
        SettleBy.VOUCHER: "De treng ikkje sende faktura. Utbetalinga er merkt {reference}.",
        SettleBy.INTERNAL: "Beløpet blir ompostert i rekneskapen til kommunen, merkt {reference}.",
        SettleBy.NONE: "Besøka er med i statistikken til kommunen. Det blir ikkje utbetalt refusjon.",
    },
    missing={
        Because.NO_ACCOUNT: "Kontonummeret dykkar manglar. Gje det til kommunen, så følgjer beløpet neste oppgjer.",
        Because.NO_SUPPLIER: "De er ikkje registrerte i økonomisystemet enno. Beløpet følgjer neste oppgjer.",
        Because.NO_INTERNAL_ACCOUNT: "Kontokode for intern ompostering manglar. Beløpet følgjer neste oppgjer.",
    },
    over="Besøk over kvote vart registrerte utan nett. Dei blir refunderte som andre besøk.",
    corrected="Ein korreksjon trekkjer frå eit besøk som var med i eit tidlegare oppgjer og sidan er annullert.",
    adjusted="Ei justering er foreslått av kulturkontoret og stadfesta av økonomi.",
    corrects="Rettar {day}",
    people=("1 person", "{n} personar"),
    stood="Refusjonen for dagen var kr {was} og blir kr {becomes}.",
    why="Grunngjeving",
    gross="Grunnlaget er prisen utan eigendelen, brutto. Meirverdiavgift følgjer av salsdokumentet til brukarstaden.",
    rounding="Refusjonen er rekna ut per besøk i heile øre, og ein halv øre er runda opp.",
)


def words_in(language: str) -> Words:
    """Give nynorsk to who asks for it, bokmål to everyone else."""
    return _NYNORSK if language == "nn" else _BOKMAL
