"""Migrations of the coordination service's tables."""
