"""Runs the coordination service: `python -m services.coordination`, configured by what XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.coordination.app import NAME, run
from services.coordination.settings import CoordinationSettings

if __name__ == "__main__":
    main(NAME, run, CoordinationSettings)
