"""`xiezhi up`: the whole suite on this machine."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.home import Home
from xiezhi.cli.keys import make_keys
from xiezhi.cli.layout import metrics_url, write_layout
from xiezhi.cli.lock import require_nothing_runs
from xiezhi.cli.moved import move_clock, shout_if_moved
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.scenario import scenario_examples
from xiezhi.cli.session import Session
from xiezhi.cli.signals import INTERRUPTED, interrupting
from xiezhi.cli.suite import PROCESSES, suite_required, synthetic_officers
from xiezhi.cli.supervisor import Supervisor, last_lines, log_file, running_suite

DEFAULT_PEOPLE = 2_000
DETACHED_LOG = "up"

_EPILOG = examples(
    "xiezhi up                     stays until Ctrl-C",
    "xiezhi up --people 100000     with a larger province, if there is none yet",
    "xiezhi up --detach            leaves the suite running; `xiezhi down` stops it",
    "xiezhi --home /srv/xiezhi up --json",
)


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=_EPILOG)
    def up(
        session: Session,
        people: Annotated[
            int, typer.Option("--people", min=0, help="Synthetic people to seed where there are none yet.")
        ] = DEFAULT_PEOPLE,
        detach: Annotated[bool, typer.Option("--detach", help="Come back once the suite serves.")] = False,
        ahead: Annotated[
            str,
            typer.Option(
                "--development-time-offset",
                help="Live so far ahead of this machine's clock, as 365d: processes, tokens, seals and commands of the "
                "data folder. Never back; refused by processes with other than development keys.",
            ),
        ] = "",
    ) -> None:
        """Run the whole suite on this machine: gateway, ledger and five services, on SQLite.

        Makes development keys, configuration and a synthetic province where they are missing, starts the processes,
        says how to call them, and starts them again should they crash. Stays until Ctrl-C, and stops what it started;
        with --detach it comes back, and `xiezhi down` stops the suite.
        """
        if ahead:
            require_nothing_runs(session.home)
            move_clock(session.home, parse_duration(ahead, timedelta(seconds=1)))
        if detach:
            _detach(session, people=people)
            return
        with interrupting():
            try:
                _run(session, people=people)
            except KeyboardInterrupt:
                session.output.note("Stopped.")


def prepare(home: Home, output: Output, *, people: int, session: Session) -> None:
    """Makes the keys, the configuration and the synthetic province that a data folder lacks.

    Args:
        home: The data folder.
        output: Where progress goes.
        people: How many people to seed where there are none; 0 for none.
        session: Tells the present instant.
    """
    session = replace(session, home=home, output=output)
    shout_if_moved(home, output)
    officers = () if home.keys.exists and home.keys.officers.list() else synthetic_officers()
    if officers:
        make_keys(session, officers=officers)
    else:
        home.keys.create(now=session.now(), machine_now=session.machine_now())
    write_layout(home)
    if people and _seed_if_empty(home, output, people=people):
        # That takes a while, in which others may have taken a port that was free.
        write_layout(home)


def _run(session: Session, *, people: int) -> None:
    home, output = session.home, session.output
    with suite_required("`xiezhi up`"):
        import services.chassis.process  # noqa: F401 - tells early what is not installed
    require_nothing_runs(home)
    prepare(home, output, people=people, session=session)
    ready = ready_file(home)
    with running_suite(home, report=output.note) as supervisor:
        try:
            told = _describe(home, supervisor)
            ready.write_text(json.dumps(told), encoding="utf-8")
            output.result(told, _instructions(told, stays=True))
            supervisor.watch()
        finally:
            ready.unlink(missing_ok=True)


def ready_file(home: Home) -> Path:
    """Returns the file that tells, while the suite serves, how to call it."""
    return home.run / "suite.json"


def _seed_if_empty(home: Home, output: Output, *, people: int) -> bool:
    """Seeds a province where there is none, and tells whether it did."""
    from xiezhi.cli.seed import DEFAULT_SEED, count_people, seed_province

    if count_people(home):
        return False
    with showing_progress(output, "Seeding the synthetic province") as progress:
        seed_province(home, people=people, seed=DEFAULT_SEED, progress=progress)
    return True


def _detach(session: Session, *, people: int) -> None:
    """Runs the same command in a session of its own and waits until it says that the suite serves."""
    home = session.home
    require_nothing_runs(home)
    with interrupting():
        try:
            if people:
                # Here, where the progress of seeding is seen.
                with suite_required("`xiezhi up`"):
                    prepare(home, session.output, people=people, session=session)
            told = _start_apart(home)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
    session.output.result(told, _instructions(told, stays=False))


def _start_apart(home: Home) -> dict[str, Any]:
    for folder in (home.run, home.logs):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ready_file(home).unlink(missing_ok=True)
    log = log_file(home, DETACHED_LOG)
    with log.open("wb") as output:
        child = subprocess.Popen(
            [sys.executable, "-m", "xiezhi.cli", "--home", str(home.root), "up", "--people", "0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        return _await(ready_file(home), child, log)
    except KeyboardInterrupt:
        child.terminate()
        child.wait()
        raise


def _await(ready: Path, child: subprocess.Popen[bytes], log: Path) -> dict[str, Any]:
    """Waits as long as the child lives: its start has a bound of its own."""
    while True:
        if ready.exists():
            told = _read(ready)
            if told:
                return told
        if child.poll() is not None:
            tail = "\n".join(last_lines(log))
            raise CommandError(f"The suite did not start.\n{tail}", next_step=f"Read {log}, or run `xiezhi doctor`.")
        time.sleep(0.1)


def _read(file: Path) -> dict[str, Any]:
    """Reads what the suite says of itself; empty while it is being written."""
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except ValueError:
        return {}


def _describe(home: Home, supervisor: Supervisor) -> dict[str, Any]:
    return {
        "home": str(home.root),
        "gateway": home.address("gateway"),
        "processes": [
            {
                "name": name,
                "pid": supervisor.process_id(name),
                "address": home.address(name),
                "metrics": metrics_url(home, name),
                "log": str(log_file(home, name)),
            }
            for name in PROCESSES
        ],
        "log_key": str(home.keys.log_key_file),
        "examples": _examples(home),
    }


def _examples(home: Home) -> list[str]:
    """Returns calls that work right now, about people and cases of the scenario that every province has."""
    at = f"--home {shlex.quote(str(home.root))} " if home.root != Home.find(None).root else ""
    return [
        f"xiezhi {at}{line}"
        for line in (
            *scenario_examples(),
            "trace TRACE_ID",
            "doctor",
            "down",
        )
    ]


def _instructions(told: dict[str, Any], *, stays: bool) -> RenderableType:
    """Says what runs and how to call it.

    Args:
        told: What `_describe` says of the suite.
        stays: Whether this command stays with the suite, and ends it.
    """
    table = Table("Process", "Address", "Id", "Metrics", title="The suite serves", title_justify="left")
    for process in told["processes"]:
        table.add_row(process["name"], process["address"], str(process["pid"]), process["metrics"])
    lines = Text("\n").join(Text(line, style="cyan") for line in told["examples"])
    end = "Ctrl-C here, or `xiezhi down`, stops the suite." if stays else "It goes on until `xiezhi down` stops it."
    return Group(
        table,
        Text(f"Gateway: {told['gateway']} (mutual TLS). Data folder: {told['home']}"),
        Text("\nTry, in another terminal:" if stays else "\nTry:"),
        Padding(lines, (0, 2)),
        Text(f"\n{end}", style="dim"),
    )
