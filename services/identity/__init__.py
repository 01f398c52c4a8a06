"""Identity service: who is registered in a household, their photos, and a debtor's exit documents (notice 一.1)."""
