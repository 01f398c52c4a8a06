"""Looks at real processes of the suite from outside."""

from __future__ import annotations

import os
from pathlib import Path

import psutil

from xiezhi.cli.suite import MODULES

NAMES = {module: name for name, module in MODULES.items()}
"""Which process runs a module."""


def clean_environment() -> dict[str, str]:
    """Returns this environment without anything that the command line or a process would read of it."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XIEZHI_")}
    return kept | {"NO_COLOR": "1"}


def suite_processes(home: Path) -> dict[str, int]:
    """Returns the ids of the processes of the suite that run in a folder or below it, by their names."""
    found: dict[str, int] = {}
    for process in psutil.process_iter():
        try:
            folder = Path(process.cwd())
            words = [word for word in process.cmdline() if word]
        except psutil.Error:
            continue
        if folder.is_relative_to(home) and words[-1:] and words[-1] in NAMES:
            found[NAMES[words[-1]]] = process.pid
    return found
