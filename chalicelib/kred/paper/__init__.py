"""What TimeKred prints: notes on A4 sheets, to be cut."""
