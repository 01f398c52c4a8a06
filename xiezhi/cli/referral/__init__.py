"""`xiezhi referral`: criminal referral (拒执犯罪移送) for courts, investigating units and provincial bodies."""
