"""Active alerts in memory: what is sought, known only by keyed hashes, and how old that knowledge is."""
