"""What organisations are told of coordination."""
