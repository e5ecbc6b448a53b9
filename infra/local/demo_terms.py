"""Which municipality the demo is, where its terms stand, and the children it gives cards to."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.shared.ids import ProgrammeId, Tenant, VenueId

FILE: Final = Path(__file__).parent / "municipalities" / "lorenskog.toml"
# What the demo needs of that file by name.
TENANT: Final = Tenant("lorenskog")
PROGRAMME: Final = ProgrammeId("opplevelseskort")
SCANNER_VENUE: Final = VenueId("kino")
LOGO: Final = "images/opplevelseskort.png"
ARMS: Final = "images/kommune.png"
PIN: Final = "4711"  # of the demo member's own page


@dataclass(frozen=True, slots=True)
class Child:
    """A demo card: an opaque reference, a language, an age, and a placeholder to print on the sheet."""

    ref: str
    language: str
    age: int
    printed: str


CHILDREN: Final = (
    Child("DEMO-01", "nb", 10, "Testbarn Én"),
    Child("DEMO-02", "ar", 8, "طفل تجريبي"),
    Child("DEMO-03", "ti", 12, "ቈልዓ ፈተነ"),
    Child("DEMO-04", "so", 6, "Testbarn Fire"),
    Child("DEMO-05", "uk", 15, "Тестова дитина"),
    Child("DEMO-06", "en", 9, "Testbarn Seks"),
    Child("DEMO-07", "pl", 11, "Testbarn Sju"),
    Child("DEMO-08", "fa", 14, "کودک آزمایشی"),
    Child("DEMO-09", "nn", 7, "Testbarn Ni"),
    Child("DEMO-10", "nb", 17, "Testbarn Ti"),
)
