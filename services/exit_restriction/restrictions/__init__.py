"""Restrictions of applications for exit documents: filed, renewed, released, and in force by themselves."""
