"""The words of the files, for the finance officer who opens them."""

from typing import Final

from chalicelib.settlement.rules import Because, LineType, Summed, Way
from chalicelib.venues.rules import SettleBy

ROUNDING: Final = "Avrunding: beløpet er regnet ut per linje i hele øre, og en halv øre er rundet opp."
WAITS: Final = {
    Because.NO_ACCOUNT: "Holdt tilbake: brukerstedet mangler kontonummer",
    Because.NO_SUPPLIER: "Holdt tilbake: brukerstedet mangler leverandørnummer i økonomisystemet",
    Because.NO_INTERNAL_ACCOUNT: "Holdt tilbake: brukerstedet mangler kontokode for intern ompostering",
}
# What the codes of the files for machines are called in those for people.
KINDS: Final = {
    LineType.VISIT: "Besøk",
    LineType.CORRECTION: "Korreksjon",
    LineType.OVER_ALLOWANCE: "Besøk over kvote",
    LineType.ADJUSTMENT: "Justering",
}
WAYS: Final = {
    SettleBy.INVOICE: "Egen faktura",
    SettleBy.VOUCHER: "Utbetaling",
    SettleBy.INTERNAL: "Ompostering",
    SettleBy.NONE: "Statistikk",
}
TREATED: Final = {
    Way.INVOICE: "Brukerstedet fakturerer",
    Way.VOUCHER: "Utbetales",
    Way.INTERNAL: "Omposteres internt",
    Way.STATISTICS: "Bare statistikk",
    Way.HELD: "Holdt tilbake",
    Way.CARRIED: "Overført til neste",
}
CARRIED: Final = "Under null: overført til neste oppgjør"
BROUGHT: Final = "Overført fra"


def remark(row: Summed) -> str:
    """Say in words where a row's money comes from and where it waits."""
    said = [f"{BROUGHT} {', '.join(row.months)}"] if row.months else []
    if row.because is not None:
        said.append(WAITS[row.because])
    elif row.way is Way.CARRIED:
        said.append(CARRIED)
    return ". ".join(said)
