"""The register of vehicles: who owns which, and what courts may know of it."""
