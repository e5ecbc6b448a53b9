"""Attestations: what somebody has done, on paper that anyone can check."""
