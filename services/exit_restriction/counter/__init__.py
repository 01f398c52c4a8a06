"""Checks at the counters of the exit-entry administration, and the copies that counters keep."""
