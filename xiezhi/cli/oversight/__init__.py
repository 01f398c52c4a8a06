"""`xiezhi oversight`: what overseers of either agency ask."""
