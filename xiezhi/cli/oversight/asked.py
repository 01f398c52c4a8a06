"""What an overseer asks about, as options tell it: a person's number never, which is typed or piped in."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Annotated

import typer

from xiezhi.cli.approvals import full_name
from xiezhi.cli.duration import read_instant
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import read_date
from xiezhi.cli.render import LEGAL_ZONE
from xiezhi.ledger.v1 import oversight_pb2

ABOUT, WHEN = "About whom or what; exactly one", "When"
TYPED = "-"
"""Stands for a number that is typed in or piped."""
_COURT = re.compile(r"[)）](赣[0-9]*)")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class About:
    """Whom or what entries are about.

    Attributes:
        case: Case number.
        court: Code of its court.
        officer: Officer id.
        subject: "-": the number is asked for at the terminal, or read from standard input.
        approval: Name of an approval.
    """

    case: Annotated[
        str, typer.Option("--case", help="Case number, e.g. （2018）赣0102执1234号.", rich_help_panel=ABOUT)
    ] = ""
    court: Annotated[
        str, typer.Option("--court", help="Its court, e.g. 赣0102; else that of the number.", rich_help_panel=ABOUT)
    ] = ""
    officer: Annotated[
        str,
        typer.Option(
            "--officer", help="Officer who called; who searched for that officer is found too.", rich_help_panel=ABOUT
        ),
    ] = ""
    subject: Annotated[
        str,
        typer.Option(
            "--subject",
            metavar="-",
            help="A person or organisation. The number is asked for, or read from standard input; never an argument.",
            rich_help_panel=ABOUT,
        ),
    ] = ""
    approval: Annotated[
        str, typer.Option("--approval", help="Name of an approval, or its UUID.", rich_help_panel=ABOUT)
    ] = ""

    def write(self, request: oversight_pb2.SearchEntriesRequest) -> None:
        """Writes into a request what is asked about.

        Raises:
            CommandError: If it is nothing, or several things, or a number on the command line.
        """
        given = {"--case": self.case, "--officer": self.officer, "--subject": self.subject, "--approval": self.approval}
        if len([value for value in given.values() if value]) != 1:
            raise CommandError(f"Name exactly one of {', '.join(given)}.")
        if self.case:
            request.case.court_code = self.court or _court_of(self.case)
            request.case.case_number = self.case
        elif self.officer:
            request.officer_id = self.officer
        elif self.subject:
            request.subject_number = _ask_number(self.subject)
        else:
            request.approval = full_name(self.approval)


@dataclass(frozen=True, slots=True)
class When:
    """A period.

    Attributes:
        since: First day or instant, inclusive; empty for none.
        until: Last day, inclusive, or instant, exclusive; empty for none.
    """

    since: Annotated[
        str,
        typer.Option("--since", help="First day, YYYY-MM-DD, or an instant with its zone.", rich_help_panel=WHEN),
    ] = ""
    until: Annotated[
        str,
        typer.Option("--until", help="Last day, inclusive, or an instant, exclusive.", rich_help_panel=WHEN),
    ] = ""

    @property
    def start(self) -> datetime | None:
        """Begin of the period, inclusive, UTC; None for none.

        Raises:
            CommandError: If it is neither a day nor an instant.
        """
        return _read(self.since) if self.since else None

    @property
    def end(self) -> datetime | None:
        """End of the period, exclusive, UTC; None for none.

        Raises:
            CommandError: If it is neither a day nor an instant.
        """
        if not self.until:
            return None
        return _read(self.until) + (_ONE_DAY if _DAY.fullmatch(self.until) else timedelta())


def _read(text: str) -> datetime:
    """Reads a day, of which it is the beginning in Asia/Shanghai, or an instant."""
    if _DAY.fullmatch(text):
        return datetime.combine(read_date(text), time(), LEGAL_ZONE).astimezone(UTC)
    return read_instant(text).astimezone(UTC)


def _court_of(case: str) -> str:
    found = _COURT.search(case)
    if found is None:
        raise CommandError("The case number names no court of Jiangxi.", next_step="Name it with --court.")
    return found[1]


def _ask_number(given: str) -> str:
    """Returns the number of a data subject.

    Args:
        given: What the command line says.

    Raises:
        CommandError: If that is the number itself, which stays in histories and lists of processes; it is not repeated.
    """
    if given != TYPED:
        raise CommandError(
            "A person's number is not taken from the command line, where others can read it.",
            next_step="Write --subject - and type the number, or pipe it in.",
        )
    number = typer.prompt("Number", hide_input=True, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not number.strip():
        raise CommandError("There is no number.", next_step="Type it, or pipe it in.")
    return str(number).strip()
