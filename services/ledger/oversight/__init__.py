"""Oversight: an index over the log, searches in it, and what in it a person should look at."""
