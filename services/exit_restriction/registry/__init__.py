"""The exit-entry register: who is on file with which numbers and documents, and those whom only courts named."""
