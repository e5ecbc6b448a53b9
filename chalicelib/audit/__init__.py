"""Who did what: the book of changes, sealed by the hour so that nobody can alter it unseen."""
