"""Commands of coordination: liaisons, duty cards, where the exchange runs, disputes, and notices (notice 四)."""
