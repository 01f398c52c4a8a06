"""`xiezhi doctor`: what is wrong with the suite of this machine, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli import checks
from xiezhi.cli.checks import Finding, State
from xiezhi.cli.command import REFUSED, command, examples
from xiezhi.cli.configured import examine_configured
from xiezhi.cli.session import Session

_STYLES = {State.OK: "green", State.WARN: "yellow", State.FAIL: "bold red"}
_EPILOG = examples(
    "xiezhi doctor", "xiezhi --home /srv/xiezhi doctor --json", "xiezhi doctor --config /etc/xiezhi/gateway.toml"
)


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=_EPILOG)
    def doctor(
        session: Session,
        config: Annotated[
            Path | None,
            typer.Option("--config", help="Check one process of an operator's instead, by its file: PROCESS.toml."),
        ] = None,
    ) -> None:
        """Check keys, certificates, configuration, databases, processes, clocks and disk, and say what to mend.

        Changes nothing. Where the suite runs, one call is made through the gateway, which the ledger records like any
        other. With --config the files, the database and the peers that one process is configured for are checked
        instead, as its user would find them. Exits with 1 if something fails.
        """
        findings = tuple(checks.examine(session) if config is None else examine_configured(config, now=session.now()))
        failed = any(finding.state is State.FAIL for finding in findings)
        data = {
            "healthy": not failed,
            "findings": [
                {"check": f.check, "state": f.state.value, "detail": f.detail, "next_step": f.next_step}
                for f in findings
            ],
        }
        session.output.result(data, _view(findings))
        if failed:
            raise typer.Exit(REFUSED)


def _view(findings: Iterable[Finding]) -> RenderableType:
    table = Table("Check", "", "Finding", box=None)
    counts = dict.fromkeys(State, 0)
    for finding in findings:
        counts[finding.state] += 1
        told = Text(finding.detail)
        if finding.next_step:
            told.append(f"\n→ {finding.next_step}", "cyan")
        table.add_row(finding.check, Text(finding.state.value, _STYLES[finding.state]), told)
    summary = ", ".join(f"{count} {state.value}" for state, count in counts.items() if count)
    return Group(table, Text(f"\n{summary}"))
