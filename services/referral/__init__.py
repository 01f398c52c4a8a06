"""Criminal referral (拒执犯罪线索移送): what courts refer, and the clocks within which the police answer in writing."""
