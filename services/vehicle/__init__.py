"""The vehicle service: owners, seizures, checks and sightings."""
