"""A process of the suite whose clock is wrong: started in place of its module, which the environment names."""

from __future__ import annotations

import os
import runpy
from datetime import datetime, timedelta

from services.chassis import clock
from services.chassis.clock import SystemClock

MODULE, SECONDS = "WRONG_CLOCK_MODULE", "WRONG_CLOCK_SECONDS"
"""Environment variables: the module of the process, and by how much its clock is ahead."""


class WrongClock(SystemClock):
    """The machine's clock, ahead or behind by a constant."""

    def now(self) -> datetime:
        """Returns what this process takes for the present instant."""
        return super().now() + timedelta(seconds=float(os.environ[SECONDS]))


if __name__ == "__main__":
    clock.SystemClock = WrongClock  # type: ignore[misc]
    runpy.run_module(os.environ[MODULE], run_name="__main__")
