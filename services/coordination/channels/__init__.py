"""Whether the exchange runs between a court and a department (notice 四.1)."""
