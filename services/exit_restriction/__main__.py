"""Runs the exit restriction service: `python -m services.exit_restriction`, configured by what XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.exit_restriction.app import NAME, run
from services.exit_restriction.settings import ExitRestrictionSettings

if __name__ == "__main__":
    main(NAME, run, ExitRestrictionSettings)
