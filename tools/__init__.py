"""Programs that keep the project in order; no part of what is installed."""
