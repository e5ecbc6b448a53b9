"""TimeKred: what residents earn by taking part, and spend on experiences; it knows nothing of any card."""
