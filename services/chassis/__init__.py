"""What every process shares. It knows nothing of the domain."""
