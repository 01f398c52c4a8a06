"""What the gateway keeps of liaisons, credentials and channels."""
