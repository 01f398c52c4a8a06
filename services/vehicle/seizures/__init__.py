"""Seizures of vehicles: courts' orders taken in on sealed papers, kept as facts, and shown as they stand."""
