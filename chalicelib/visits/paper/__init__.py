"""Paper for the ticket window: what the staff need to know, and a list for the day the phone is dead."""

from chalicelib.visits.paper.staff_sheet import draw_staff_sheet

__all__ = ["draw_staff_sheet"]
