"""Violations of vehicles that courts have sold, cleared once for their buyers (notice 二.2)."""
