"""What may be visited on which terms: programmes, venues, offers and agreements."""
