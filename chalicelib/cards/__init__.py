"""The cards: issued, read, blocked, replaced, printed."""
