"""Referrals as units of criminal investigation handle them: received, reviewed, decided, and answered under seal."""
