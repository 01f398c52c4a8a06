"""What liaisons, credentials, channels and disputes are, and what follows from what happened."""
