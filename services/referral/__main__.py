"""Runs the referral service: `python -m services.referral`, configured by what XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.referral.app import NAME, run
from services.referral.settings import ReferralSettings

if __name__ == "__main__":
    main(NAME, run, ReferralSettings)
