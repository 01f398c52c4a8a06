"""Disputes between courts and police (notice 四.4)."""
