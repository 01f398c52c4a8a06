"""`xiezhi demo`: the main job of the exchange, played in the terminal with real processes and real calls."""
