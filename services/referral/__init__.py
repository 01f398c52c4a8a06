"""The referral service: suspected crimes that courts refer to the police, with their statutory clocks."""
