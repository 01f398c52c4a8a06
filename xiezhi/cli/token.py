"""`xiezhi token`: a development token for other tools."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from xiezhi.cli.command import command, examples
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.output import CommandError, as_sentence
from xiezhi.cli.session import Session
from xiezhi.pki import UnknownOfficerError


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(
        app,
        calls=True,
        epilog=examples("xiezhi token --as GAN0102-J001", "xiezhi token --as AUDIT-A001 --scope ledger.head --json"),
    )
    def token(
        session: Session,
        scope: Annotated[
            list[str] | None, typer.Option("--scope", help="Permission; repeatable. Else the officer's own.")
        ] = None,
        lifetime: Annotated[str, typer.Option("--lifetime", help="At most 1h.")] = "1h",
    ) -> None:
        """Print a development token for an officer, bound to a system's certificate.

        The token is of no use over a connection with another certificate (RFC 8705).
        """
        if not session.officer_id:
            raise CommandError("A token needs an officer.", next_step="Name one with --as OFFICER.")
        lives = parse_duration(lifetime, timedelta(seconds=1))
        try:
            text = session.home.keys.mint_token(
                session.officer_id,
                now=session.now(),
                system=session.system or None,
                permissions=scope or None,
                lifetime=lives,
            )
        except UnknownOfficerError as failure:
            raise CommandError(as_sentence(failure), next_step="See `xiezhi keys show`.") from None
        except ValueError as failure:
            raise CommandError(as_sentence(failure)) from None
        session.output.result({"token": text, "officer": session.officer_id}, text)
