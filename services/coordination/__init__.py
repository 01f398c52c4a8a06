"""The coordination service: liaisons, duty credentials, the channel, and disputes (notice 四)."""
