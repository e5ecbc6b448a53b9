"""Closing a month, approving it, giving out its files, and computing it again."""

from chalicelib.settlement.actions.casework import Casework
from chalicelib.settlement.actions.closing import LARGE, Closing, Fetched, no_hurry
from chalicelib.settlement.actions.counting import Pace
from chalicelib.settlement.actions.verifying import Auditor, Finding, Verified

__all__ = ["LARGE", "Auditor", "Casework", "Closing", "Fetched", "Finding", "Pace", "Verified", "no_hurry"]
