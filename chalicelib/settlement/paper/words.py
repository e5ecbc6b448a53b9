"""The words of the files, for the finance officer who opens them."""

from typing import Final

from chalicelib.settlement.rules import Because, Summed, Way

ROUNDING: Final = "Avrunding: beløpet er regnet ut per linje i hele øre, og en halv øre er rundet opp."
WAITS: Final = {
    Because.NO_ACCOUNT: "Holdt tilbake: brukerstedet mangler kontonummer",
    Because.NO_SUPPLIER: "Holdt tilbake: brukerstedet mangler leverandørnummer i økonomisystemet",
    Because.NO_INTERNAL_ACCOUNT: "Holdt tilbake: brukerstedet mangler kontokode for intern ompostering",
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
