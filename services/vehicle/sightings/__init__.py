"""Sightings of seized vehicles, and the notices by which the command centre learns of them."""
