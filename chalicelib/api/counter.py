"""The card desk as whoever asks sees it: an issuer's own units' cards, and for the office blanks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalicelib import wiring

if TYPE_CHECKING:
    from chalicelib.api.endpoint import Asking
    from chalicelib.cards.actions import CardDesk


def desk(asking: Asking) -> CardDesk:
    """Give the desk; every door that takes a card's number or a reference asks at this one (requirement OK-37)."""
    house = wiring.house()
    return house.cards.seen_by(house.units.sight(asking.caller))
