"""Minutes between accounts: double entry, each transfer once and never changed, the sum of a currency always zero."""
