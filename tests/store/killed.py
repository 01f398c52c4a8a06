"""A process that writes until it is killed at an arbitrary moment."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

PATIENCE = 60


def write_and_kill(writer, url, keyring_file, *, moment):
    """Has another process write until it is killed, and returns how much it said was written.

    Args:
        writer: Name of the module that it runs; it says a line for each thing that is written.
        url: The database.
        keyring_file: Keys of its fields at rest.
        moment: How many lines it says before it is killed.
    """
    command = [sys.executable, "-m", writer, url, str(keyring_file)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    with running.stdout:
        for _ in range(moment):
            assert running.stdout.readline()
        os.kill(running.pid, signal.SIGKILL)
        said = moment + len(running.stdout.readlines())
    assert running.wait(PATIENCE) == -signal.SIGKILL, "it had ended before it was killed"
    return said
