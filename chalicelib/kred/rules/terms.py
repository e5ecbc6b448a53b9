"""What of a currency's own rules members, sessions and spending go by."""

from dataclasses import dataclass, field

from chalicelib.ledger.rules import POT, Account, Limits, member_account
from chalicelib.shared.answers import Field, RuleError
from chalicelib.shared.ids import MemberId


@dataclass(frozen=True, slots=True)
class Terms:
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
