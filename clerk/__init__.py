"""A clerk at the command line, an API client like any other: cards issued, renewed and printed by the list."""
