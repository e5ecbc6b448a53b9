"""The ticket window: check, visit, void, today."""
