"""Human approval over the exact bytes of a request (notice 一.1, R-1.7)."""
