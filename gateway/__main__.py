"""Runs the gateway: `python -m gateway`, configured by the file that XIEZHI_CONFIG names."""

from gateway.app import NAME, run
from gateway.settings import GatewaySettings
from services.chassis.process import main

if __name__ == "__main__":
    main(NAME, run, GatewaySettings)
