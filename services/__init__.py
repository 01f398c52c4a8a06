"""The services of Xiezhi, each its own process, and the chassis that they share."""
