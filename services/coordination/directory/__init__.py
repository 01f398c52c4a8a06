"""Liaisons of courts and police departments, and where a request goes (notice 四.2)."""
