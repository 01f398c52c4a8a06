"""`xiezhi trace`: where the time of a call went, over all processes."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from xiezhi.cli.command import command, examples
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.cli.waterfall import as_data, read_trace, render

_TRACE_ID = re.compile("[0-9a-f]{32}")
_EPILOG = examples(
    "xiezhi trace 4bf92f3577b34da6a3ce929d0e0e4736",
    "xiezhi trace 4bf92f3577b34da6a3ce929d0e0e4736 --json",
)


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=_EPILOG)
    def trace(
        session: Session,
        trace_id: Annotated[str, typer.Argument(metavar="TRACE_ID", help="32 hexadecimal characters.")],
    ) -> None:
        """Draw a trace as a waterfall, from the spans that the processes of this data folder wrote.

        Every answer, error and ledger entry names its trace. Refusals are always there; of other calls those whose
        caller recorded the trace or that were sampled.
        """
        wanted = trace_id.strip().lower()
        if not _TRACE_ID.fullmatch(wanted):
            raise CommandError(
                "A trace id is 32 hexadecimal characters.", next_step="Answers, errors and receipts name it."
            )
        spans = read_trace(session.home.traces, wanted)
        if not spans:
            raise CommandError(
                f"There is no trace {wanted} in {session.home.traces}.",
                next_step="Wait a second, as spans are written in batches; or look where the processes send them.",
            )
        session.output.result(as_data(spans), render(spans))
