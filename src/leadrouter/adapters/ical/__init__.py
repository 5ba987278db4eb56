"""iCalendar: duties out of a calendar, and duties as a calendar."""

from leadrouter.adapters.ical.export import export_calendar
from leadrouter.adapters.ical.reading import read_calendar
from leadrouter.adapters.ical.writing import write_calendar

__all__ = ["export_calendar", "read_calendar", "write_calendar"]
