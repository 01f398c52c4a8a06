"""Runs the identity service: `python -m services.identity`, configured by the file that XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.identity.app import NAME, run
from services.identity.settings import IdentitySettings

if __name__ == "__main__":
    main(NAME, run, IdentitySettings)
