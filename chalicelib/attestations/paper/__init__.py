"""The attestation on paper: one A4 page that is worth framing, with the code that proves it."""

from chalicelib.attestations.paper.page import draw, insist_printable

__all__ = ["draw", "insist_printable"]
