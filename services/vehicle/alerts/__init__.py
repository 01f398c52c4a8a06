"""Active alerts in memory: which plates are sought, known only by keyed hashes, and how old that knowledge is."""
