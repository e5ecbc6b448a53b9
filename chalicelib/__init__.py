"""Opplev: access to experiences, run by a municipality."""

__version__ = "0.1.0"
