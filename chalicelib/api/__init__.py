"""The doors, grouped by who is calling."""
