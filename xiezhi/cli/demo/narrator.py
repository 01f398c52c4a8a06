"""Tells the story as it happens, and keeps what happened."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from xiezhi.cli.output import CommandError, Output
from xiezhi.errors import Reason, XiezhiError


class StoryError(CommandError):
    """A step did not come out as it is told."""


@dataclass(slots=True)
class Narrator:
    """Tells steps one after the other.

    Attributes:
        output: Where to.
        told: What happened, for programs: one entry a step.
        chapter: What the steps that are told now belong to.
    """

    output: Output
    told: list[dict[str, Any]] = field(default_factory=list)
    chapter: str = ""

    @contextmanager
    def step(self, title: str, text: str = "") -> Iterator[dict[str, Any]]:
        """Tells a step: its title, then whatever is shown within the block, then how long it took.

        Args:
            title: What happens.
            text: A sentence or two of explanation.

        Yields:
            The step's entry, to be completed.
        """
        entry: dict[str, Any] = {"step": len(self.told) + 1, "chapter": self.chapter, "title": title, "text": text}
        self.told.append(entry)
        self._print(Rule(Text(f" {entry['step']}. {title} ", "bold cyan"), align="left", style="cyan"))
        if text:
            self.show(Text(text))
        begun = time.monotonic()
        yield entry
        entry["seconds"] = round(time.monotonic() - begun, 3)
        self.show(Text(f"{entry['seconds'] * 1000:,.0f} ms", "dim"))

    def show(self, shown: RenderableType) -> None:
        """Shows something within a step."""
        self._print(Padding(shown, (0, 3)))

    def good(self, text: str) -> None:
        """Tells that something is as it should be."""
        if self.told:
            self.told[-1].setdefault("found", []).append(text)
        self.show(Text.assemble(("✓ ", "bold green"), text))

    def refused(self, entry: dict[str, Any], reason: Reason, attempt: Callable[[], object]) -> XiezhiError:
        """Makes an attempt that must be refused for a reason, and tells the refusal.

        Args:
            entry: The step's entry.
            reason: The reason expected.
            attempt: The attempt.

        Raises:
            StoryError: If it is not refused, or for another reason.
        """
        entry["expected"] = reason.value
        try:
            attempt()
        except XiezhiError as refusal:
            entry["refused"] = refusal.reason.value
            if refusal.reason is not reason:
                raise self.wrong(entry, f"it was refused with {refusal.reason}: {refusal.message}") from None
            self.show(
                Text.assemble(("✗ REFUSED  ", "bold red"), (refusal.reason.value, "bold"), f"  {refusal.message}")
            )
            self.show(Text(f"  Next: {refusal.next_step}", "cyan"))
            self.good("and that is right.")
            return refusal
        raise self.wrong(entry, "it was let through")

    def require(self, entry: dict[str, Any], claim: bool, wrong: str) -> None:
        """Holds the story to a claim.

        Raises:
            StoryError: If the claim is false.
        """
        if not claim:
            raise self.wrong(entry, wrong)

    def wrong(self, entry: dict[str, Any], what: str) -> StoryError:
        """Makes the error of a step that did not come out as told."""
        entry["wrong"] = what
        return StoryError(
            f"Step {entry['step']} ({entry['title']}) did not come out as told: {what}.",
            next_step="This is a fault of the suite; the logs are in the demo's data folder.",
        )

    def _print(self, shown: RenderableType) -> None:
        if not self.output.as_json:
            self.output.console.print(shown)
