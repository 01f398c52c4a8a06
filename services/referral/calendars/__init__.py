"""Calendars of working days, by which deadlines are computed."""
