"""Measurements, imported by nothing: what a scan costs, what an import costs, how many visits one machine takes."""
