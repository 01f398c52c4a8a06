"""Migrations of the exit restriction service's tables."""
