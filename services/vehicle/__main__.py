"""Runs the vehicle service: `python -m services.vehicle`, configured by the file that XIEZHI_CONFIG names."""

from services.chassis.process import main
from services.vehicle.app import NAME, run
from services.vehicle.settings import VehicleSettings

if __name__ == "__main__":
    main(NAME, run, VehicleSettings)
