"""Which judge handles which case, and who its parties are (notice 五.2, R-5.2)."""
