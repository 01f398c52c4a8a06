"""Signals end a command only where it can be ended cleanly."""

from __future__ import annotations

import os
import signal

import pytest

from xiezhi.cli.signals import ENDING, holding, interrupting


@pytest.mark.parametrize("number", ENDING)
def test_an_ending_signal_interrupts(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with pytest.raises(KeyboardInterrupt), interrupting():
        os.kill(os.getpid(), number)
    assert signal.getsignal(number) == before


def test_a_held_signal_waits_for_the_end_of_the_block() -> None:
    done: list[str] = []

    def work() -> None:
        with interrupting(), holding():
            os.kill(os.getpid(), signal.SIGTERM)
            done.append("finished")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["finished"]
