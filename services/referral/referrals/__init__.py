"""Referrals as courts send them: taken in on sealed papers, kept as facts, and shown as they stand."""
