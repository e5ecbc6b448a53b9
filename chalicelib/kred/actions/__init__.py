"""What is done in TimeKred: a desk for each subject."""

from chalicelib.kred.actions.activities import ActivityDesk
from chalicelib.kred.actions.awards import AwardDesk
from chalicelib.kred.actions.currencies import CurrencyDesk
from chalicelib.kred.actions.sums import SumsDesk

__all__ = ["ActivityDesk", "AwardDesk", "CurrencyDesk", "SumsDesk"]
