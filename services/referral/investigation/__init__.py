"""What the unit that investigates does with a referral, from its receipt to the written answer."""
