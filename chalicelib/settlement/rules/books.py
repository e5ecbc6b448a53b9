"""Who is paid and what things are called, frozen when a month is closed."""

from collections import Counter
from dataclasses import dataclass, field

from chalicelib.settlement.rules.facts import Terms
from chalicelib.shared.ids import OfferId, Tenant, VenueId
from chalicelib.venues.rules import Configuration, SettleBy, Venue, VenueKind, in_language


@dataclass(frozen=True, slots=True)
class Payee:
    """A venue as it stood when the month was closed. `label` is its name, with the id where two share one.

    `account` is the confirmed one: a change that still waits for a second person is no payee data.
    """

    label: str
    orgnr: str | None = None
    account: str | None = None
    name: str = ""
    kind: VenueKind = VenueKind.PRIVATE
    address: str = ""
    language: str = "nb"
    reference: str = ""  # what its statement is called, and what it puts on its invoice
    account_waits: bool = False

    @property
    def masked_account(self) -> str | None:
        """The account with all but its last four digits hidden, as a file that travels shows it."""
        return self.account and "*" * (len(self.account) - 4) + self.account[-4:]


@dataclass(frozen=True, slots=True)
class Book:
    """What a month's lines refer to, frozen with them, so that a later rename does not change a file."""

    tenant: Tenant
    month: str
    payees: dict[VenueId, Payee]
    titles: dict[str, dict[str, str]]  # "<venue>/<offer>" -> title by language
    municipality: str = ""
    number: int = 0
    coded: dict[VenueId, frozenset[str]] = field(default_factory=dict)  # which accounting codes a venue had
    payment_file: str = ""  # which of the two the municipality has its vouchers in; empty: neither

    def title(self, terms: Terms) -> str:
        """Give an offer's title in bokmål, or its id where it has none."""
        return self.title_in(terms.venue, terms.offer, "nb")

    def title_in(self, venue: VenueId, offer: OfferId, language: str) -> str:
        """Give an offer's title in a language."""
        return in_language(self.titles.get(f"{venue}/{offer}") or {}, language) or offer

    def reference(self, venue: VenueId, settle_by: SettleBy) -> str:
        """Name a venue's settlement of the month, per way of payment, in at most 35 characters of any bank."""
        return f"{self.payees[venue].reference}{_LETTERS[settle_by]}"


_LETTERS = {SettleBy.INVOICE: "F", SettleBy.VOUCHER: "B", SettleBy.INTERNAL: "I", SettleBy.NONE: "S"}


def book_of(configuration: Configuration, month: str) -> Book:
    """Freeze what the lines of a month refer to."""
    names = Counter(venue.name for venue in configuration.venues.values())
    municipality = configuration.municipality
    numbered = enumerate(sorted(configuration.venues.values(), key=lambda venue: venue.id), start=1)
    stem = f"{municipality.number:04d}-{month.replace('-', '')}"
    return Book(
        tenant=municipality.id,
        month=month,
        payees={
            venue.id: _payee(
                venue, alone=names[venue.name] == 1, reference=f"{stem}-{place:04d}", municipal=dict(municipality.erp)
            )
            for place, venue in numbered
        },
        titles={f"{offer.venue}/{offer.id}": dict(offer.title) for offer in configuration.offers.values()},
        municipality=municipality.name,
        number=municipality.number,
        coded={
            venue.id: frozenset(name for name, code in venue.erp.items() if code)
            for venue in configuration.venues.values()
        },
        payment_file=municipality.erp.get("file", ""),
    )


def _payee(venue: Venue, *, alone: bool, reference: str, municipal: dict[str, str]) -> Payee:
    return Payee(
        label=venue.name if alone else f"{venue.name} ({venue.id})",
        orgnr=venue.orgnr,
        account=venue.account,
        name=venue.name,
        kind=venue.kind,
        address=venue.address,
        language=venue.erp.get("language") or municipal.get("language") or "nb",
        reference=reference,
        account_waits=venue.pending_account is not None,
    )
