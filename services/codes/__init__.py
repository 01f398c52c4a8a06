"""National code tables, and the numbers and codes that parse themselves; the standard library only."""
