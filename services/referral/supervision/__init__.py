"""What is due, campaigns, the yearly list of key cases, and reports, for both provincial bodies."""
