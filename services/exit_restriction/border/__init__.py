"""Checks of travellers at ports, and the hits of which courts are told."""
