"""Impact: what taking part has meant to people, and who came to partners, told so that nobody is in it."""
