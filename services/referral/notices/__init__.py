"""Notices of duties that come due, and of those that were missed."""
