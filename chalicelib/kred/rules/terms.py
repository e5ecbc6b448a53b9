"""What of a currency's own rules members, sessions and spending go by."""

from dataclasses import dataclass, field
from hashlib import sha256

from chalicelib.kred.rules.currencies import Currency, Leave
from chalicelib.ledger.rules import ISSUER, POT, Account, Limits, member_account
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import MemberId


@dataclass(frozen=True, slots=True)
class TimeTerms:
    """A currency as it is today. Minutes throughout; `most` is what a member may have at the most."""

    currency: str
    code: int  # stands in every member's code, as a programme's does in a card
    name: dict[str, str]
    step: int = 30
    offline_floor: int = 0  # what may be spent at a time without network; 0: nothing
    most: int | None = None
    leave_to: Account = POT
    expires_after: int | None = None  # months
    contact: str = ""
    colours: dict[str, str] = field(default_factory=dict)

    def caps(self, *members: MemberId) -> Limits:
        """Give the limits of a transfer to members."""
        return Limits(caps={} if self.most is None else {member_account(each): self.most for each in members})

    def insist_on_step(self, minutes: int) -> int:
        """Give minutes that the currency can move. RuleError `out_of_step`."""
        if minutes < 1 or minutes % self.step:
            detail = f"The currency goes in steps of {self.step} minutes."
            raise RuleError("out_of_step", detail, (Field("minutes", "out_of_step", detail),))
        return minutes


def terms_of(currency: Currency) -> TimeTerms:
    """Give what a currency's own record says.

    Its code fills one byte of a member's code and tells no more than a colour would: two currencies may have the same,
    since it is the code's row that says which one it is of.
    """
    return TimeTerms(
        currency=currency.id, code=sha256(currency.id.encode()).digest()[0], name=dict(currency.name),
        step=currency.step, offline_floor=currency.offline_floor, most=currency.most,
        leave_to=POT if currency.leave is Leave.POT else ISSUER, expires_after=currency.expires_after,
        contact=currency.contact, colours={"paper": currency.colour, "ink": currency.text_colour},
    )  # fmt: skip
