"""Commands of coordination: disputes, and what organisations are told."""
