"""The card's number and the body of its token, as bits and digits."""

from dataclasses import dataclass
from datetime import date

from chalicelib.shared.ids import CardNumber


@dataclass(frozen=True, slots=True)
class CardBody:
    """The 14 bytes that are signed: no personal data (decision: the card code).

    format and key id (1), tenant (2), programme code (1), class and flags (1), number as 40 bits (5),
    valid from and until (last day included) as days since 2020-01-01 (2 + 2).
    """

    key_id: int
    tenant: int  # the municipality's number
    programme: int  # the programme's code
    flags: int
    number: CardNumber
    valid_from: date
    valid_until: date
