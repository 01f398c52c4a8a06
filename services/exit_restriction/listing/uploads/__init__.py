"""Uploads: entries of a court in bulk, staged without effect and pushed when their digest is approved."""
