"""Puts the commands together."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from xiezhi.cli import (
    approvals,
    calendars,
    doctor,
    down,
    due,
    events,
    keys,
    ledger,
    lookup,
    sealed,
    seed,
    seizure,
    submit,
    token,
    trace,
    up,
    vehicle,
    violations,
    watch,
)
from xiezhi.cli.border import checks as border_checks
from xiezhi.cli.border import commands as border
from xiezhi.cli.bundles import commands as bundles
from xiezhi.cli.command import examples
from xiezhi.cli.coordination import channels, credentials, disputes, liaisons
from xiezhi.cli.coordination import notices as coordination
from xiezhi.cli.demo import command as demo
from xiezhi.cli.exits import bulk as exit_bulk
from xiezhi.cli.exits import commands as exits
from xiezhi.cli.exits import counter as exit_counter
from xiezhi.cli.exits import notices as court_notices
from xiezhi.cli.oversight import command as oversight
from xiezhi.cli.referral import command as referral
from xiezhi.cli.session import ENVIRONMENT

_HELP = """Xiezhi (协执): provable, approved disclosure between courts and police.

Nothing is disclosed without a human approval signed over that exact request, and without a receipt in a log that both
agencies can verify.
"""
_EPILOG = (
    examples(
        "xiezhi demo                                  see all of it in a minute",
        "xiezhi up                                    run the suite on this machine",
        "xiezhi submit household --as GAN0102-J001 --help",
        "xiezhi approvals approve NAME --as GAN0102-C001 --reason 'Needed for enforcement.'",
        "xiezhi lookup household --as GAN0102-J001 --approval NAME --photos-dir photos",
        "xiezhi vehicle lookup --as GAN0102-J001 --help",
        "xiezhi exit push --as GAN0102-J001 --help",
        "xiezhi border check --as POL360000-B001 --help",
        "xiezhi watch --as GAN-E001",
        "xiezhi referral inbox --as POL360102-I001",
        "xiezhi due --as POL360102-I001",
        "xiezhi liaison list --as GAN0102-J001",
        "xiezhi credential list --as GAN0102-R001",
        "xiezhi channel show --court 赣0102 --department traffic --as GAN0102-J001",
        "xiezhi dispute list --as GAN0102-J001",
        "xiezhi ledger verify receipt.json",
        "xiezhi oversight search --as AUDIT-A001 --subject -",
        "xiezhi trace TRACE_ID",
    )
    + "\n\nFiles of an agency's own replace the development keys of the data folder:\n\n"
    + "\n\n".join(f"{name}: {meaning}" for name, meaning in ENVIRONMENT.items())
)


def build_app() -> typer.Typer:
    """Returns the application with all commands."""
    app = typer.Typer(
        name="xiezhi",
        help=_HELP,
        epilog=_EPILOG,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_root)
    for adding in (demo, up, down, seed):
        adding.add_to(app)
    app.add_typer(keys.app, name="keys")
    token.add_to(app)
    app.add_typer(submit.app, name="submit")
    app.add_typer(approvals.app, name="approvals")
    app.add_typer(lookup.app, name="lookup")
    app.add_typer(vehicle.app, name="vehicle")
    app.add_typer(seizure.app, name="seizure")
    app.add_typer(violations.app, name="violations")
    exits.app.add_typer(exit_counter.app)
    border.app.add_typer(border_checks.app)
    for group in (exits.app, border.app):
        group.add_typer(court_notices.app, name="notices")
    exits.app.add_typer(exit_bulk.app, name="bulk")
    app.add_typer(exits.app, name="exit")
    app.add_typer(border.app, name="border")
    watch.add_to(app)
    app.add_typer(referral.app, name="referral")
    due.add_to(app)
    app.add_typer(calendars.app, name="calendar")
    for group, name in ((liaisons.app, "liaison"), (credentials.app, "credential"), (channels.app, "channel")):
        app.add_typer(group, name=name)
    app.add_typer(disputes.app, name="dispute")
    app.add_typer(coordination.app, name="coordination")
    app.add_typer(events.app, name="events")
    app.add_typer(ledger.app, name="ledger")
    app.add_typer(oversight.app, name="oversight")
    app.add_typer(sealed.app, name="paper")
    app.add_typer(bundles.app, name="bundle")
    for adding in (trace, doctor):
        adding.add_to(app)
    return app


def main() -> None:
    """Runs the command line; exits with 0, with 1 when refused, with 2 when misused, with 130 when interrupted."""
    build_app()()


def _version(given: bool) -> None:
    if given:
        typer.echo(version("xiezhi"))
        raise typer.Exit


def _root(
    ctx: typer.Context,
    home: Annotated[Path | None, typer.Option("--home", help="Data folder; else XIEZHI_HOME, else ./var.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    show_version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_version, is_eager=True),
    ] = False,
) -> None:
    del show_version
    ctx.obj = {"home": home, "as_json": as_json}
