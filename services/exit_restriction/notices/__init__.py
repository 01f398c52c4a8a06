"""Notices by which courts learn what became of their restrictions and controls."""
