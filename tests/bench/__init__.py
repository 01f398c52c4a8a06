"""The benchmark: the suite beside a bare server that does nothing, in one run on one machine."""
