"""What the command line says: text for people, one JSON document for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from xiezhi.client import ReceiptError
from xiezhi.errors import XiezhiError


class CommandError(Exception):
    """A command cannot do what it was asked to.

    Attributes:
        message: What is wrong.
        next_step: What the person can do about it.
    """

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


def as_sentence(failure: Exception) -> str:
    """Returns a failure's clause as a sentence; names within it keep their letters."""
    clause = str(failure)
    return f"{clause[:1].upper()}{clause[1:]}."


class Output:
    """Writes results to standard output and everything else to standard error.

    Args:
        as_json: Whether results are one JSON document.
        console: Where results go; None for standard output.
        errors: Where the rest goes; None for standard error.
    """

    def __init__(self, *, as_json: bool, console: Console | None = None, errors: Console | None = None) -> None:
        self.as_json = as_json
        self.console = console or Console(highlight=False)
        self.errors = errors or Console(stderr=True, highlight=False)

    def result(self, data: Mapping[str, Any] | list[Any], human: RenderableType) -> None:
        """Writes the result of a command.

        Args:
            data: The result for programs.
            human: The same for people.
        """
        if self.as_json:
            self._document(data)
        else:
            self.console.print(human, soft_wrap=isinstance(human, str))

    def note(self, text: str) -> None:
        """Tells a person something by the way; programs do not see it."""
        if not self.as_json:
            self.errors.print(text)

    def refusal(self, failure: Exception) -> None:
        """Tells why a command came to nothing, what to do next, and the trace to name to the operator."""
        told = describe(failure)
        if self.as_json:
            self._document({"error": told})
            return
        lines = [Text(str(told["message"]))]
        lines += [Text(f"  {v['field']}: {v['description']}") for v in told.get("violations", ())]
        if told.get("next_step"):
            lines.append(Text(f"Next: {told['next_step']}", style="cyan"))
        for name, title in (("trace_id", "Trace"), ("error_id", "Error")):
            if told.get(name):
                lines.append(Text(f"{title}: {told[name]}", style="dim"))
        self.errors.print(Panel(Group(*lines), title=str(told["reason"]), title_align="left", border_style="red"))

    def _document(self, data: Mapping[str, Any] | list[Any]) -> None:
        self.console.out(json.dumps(data, ensure_ascii=False, indent=2), highlight=False)


def describe(failure: Exception) -> dict[str, Any]:
    """Returns what is known of a failure, for programs."""
    told: dict[str, Any] = {"reason": _reason(failure), "message": str(getattr(failure, "message", failure))}
    for name in ("next_step", "trace_id", "error_id", "resource"):
        if getattr(failure, name, ""):
            told[name] = getattr(failure, name)
    if isinstance(failure, XiezhiError):
        told["violations"] = [{"field": v.field, "description": v.description} for v in failure.violations]
        if failure.retry_after is not None:
            told["retry_after_seconds"] = failure.retry_after.total_seconds()
    return {name: value for name, value in told.items() if value != []}


def _reason(failure: Exception) -> str:
    if isinstance(failure, XiezhiError):
        return failure.reason.value
    return "RECEIPT_INVALID" if isinstance(failure, ReceiptError) else "REFUSED"
