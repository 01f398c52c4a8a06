"""What follows from the directory: who is liaison, whose credentials hold, where the exchange runs (notice 四).

Pure, so that the service that keeps the directory and the gateway that has a copy of it decide by the same rules.
"""
