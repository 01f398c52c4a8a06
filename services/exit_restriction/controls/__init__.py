"""Border controls (边控) as courts hand them over and lift them."""
