"""Commands of coordination: liaisons, duty credentials, and where the exchange runs (notice 四)."""
