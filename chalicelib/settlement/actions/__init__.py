"""Closing a month, approving it, and giving out its files."""

from chalicelib.settlement.actions.closing import LARGE, Closing, Fetched

__all__ = ["LARGE", "Closing", "Fetched"]
