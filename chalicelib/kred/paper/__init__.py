"""What TimeKred prints: notes and codes on A4 sheets, to be cut, and the posters of sessions."""
