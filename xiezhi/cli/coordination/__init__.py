"""Commands of coordination: liaisons, duty credentials, the channel, disputes, and what organisations are told."""
