"""Checks of vehicles against the alerts of seizures."""
