"""The fifth chapter in steps: every call is real, and every outcome is held to what is told."""

from __future__ import annotations

from collections.abc import Callable

from xiezhi.cli.demo.coordination import carrying, disputing, liaisons, overseeing
from xiezhi.cli.demo.coordination.acting import Coordinating

Step = Callable[[Coordinating], None]


def play(coordinating: Coordinating) -> None:
    """Plays all steps.

    Args:
        coordinating: Who acts.

    Raises:
        StoryError: If one does not come out as told.
    """
    for name, step in STEPS.items():
        with coordinating.within(f"demo.{name}"):
            step(coordinating)


STEPS: dict[str, Step] = {
    "hand_over": liaisons.hand_over,
    "route": liaisons.route,
    "find_gaps": liaisons.find_gaps,
    "revoke": liaisons.revoke,
    "dispute": disputing.open_one,
    "disagree": disputing.disagree,
    "settle": disputing.settle,
    "refuse_platform": carrying.refuse_platform,
    "pack": carrying.pack,
    "carry": carrying.carry,
    "open_results": carrying.open_results,
    "cut_over": carrying.cut_over,
    "search": overseeing.search,
    "find_patterns": overseeing.find_patterns,
    "search_again": overseeing.search_again,
}
"""The steps in order, by the name of their span."""
