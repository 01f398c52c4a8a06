"""The ledger: an append-only Merkle log in which every call is recorded before it is answered."""
