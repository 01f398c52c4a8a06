"""Referrals of suspected crimes as courts send, supplement and withdraw them."""
