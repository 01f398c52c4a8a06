"""Hits: people under control who were met at ports, and what was done with them."""
