"""Progress of long work, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from xiezhi.cli.output import Output

Report = Callable[[int, int], None]
"""Told how much of how much is done."""


@contextmanager
def showing_progress(output: Output, what: str) -> Iterator[Report]:
    """Shows a bar on standard error while the block works; programs see none.

    Args:
        output: Where to.
        what: What is done, for example "Seeding".
    """
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=output.errors, disable=output.as_json, transient=False) as bar:
        task = bar.add_task(what, total=None)

        def report(done: int, of: int) -> None:
            bar.update(task, completed=done, total=of)

        yield report
