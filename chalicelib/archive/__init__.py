"""The way out: everything a municipality owns in one file, read in again elsewhere; and what is to go by itself."""
