"""The command line, run as a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.e2e.processes import clean_environment

PATIENCE = 180


def run_command(home: Path, *arguments: str, expected: int = 0) -> Any:
    """Runs a command on a data folder; returns the document that it prints with --json."""
    ended = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean_environment(),
        check=False,
    )
    assert ended.returncode == expected, ended.stdout[-4000:] + ended.stderr[-4000:]
    return json.loads(ended.stdout)
