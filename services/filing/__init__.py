"""What a court hands in: each once, and only on papers that hold."""
