"""The demo's own data folder, which it wipes before each run, and only if it made it."""

from __future__ import annotations

import shutil
from pathlib import Path

from xiezhi.cli.home import Home
from xiezhi.cli.lock import require_nothing_runs
from xiezhi.cli.output import CommandError

MARKER = "MADE-BY-XIEZHI-DEMO.txt"
MARKER_TEXT = "`xiezhi demo` made this folder and empties it whenever it runs again.\n"


def fresh_folder(folder: Path) -> Home:
    """Empties the demo's folder, or makes it.

    Args:
        folder: The folder.

    Raises:
        CommandError: If it holds something that no demo put there, or a demo runs in it.
    """
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARKER).is_file():
            raise CommandError(
                f"{folder} was not made by the demo and is left alone.",
                next_step="Name another data folder with --home, or move that one away.",
            )
        require_nothing_runs(Home(folder))
        shutil.rmtree(folder)
    folder.mkdir(mode=0o700, parents=True)
    (folder / MARKER).write_text(MARKER_TEXT, encoding="ascii")
    return Home(folder)
