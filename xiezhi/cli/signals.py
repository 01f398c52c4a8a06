"""Signals that end a command: each becomes KeyboardInterrupt, so that what was started is stopped on the way out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
INTERRUPTED = 130
"""Exit code of a command that was interrupted, as shells have it."""


@contextmanager
def interrupting() -> Iterator[None]:
    """Makes every ending signal within the block raise KeyboardInterrupt. For the main thread."""
    former = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def holding() -> Iterator[None]:
    """Keeps ending signals from breaking the block apart; one that came raises KeyboardInterrupt at its end."""
    caught: list[int] = []
    former = {number: signal.signal(number, lambda number, _: caught.append(number)) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if caught:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
