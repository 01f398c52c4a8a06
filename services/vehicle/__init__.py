"""Vehicles: their owners, their seizures, and the check of a passing plate against the active alerts."""
