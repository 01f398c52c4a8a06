"""What commands of coordination share: names of services, departments and resources, and texts that are piped in."""

from __future__ import annotations

import sys
from enum import StrEnum

import typer

from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.pki import UnknownOfficerError
from xiezhi.policy.v1 import policy_pb2

DIRECTORY = "/xiezhi.coordination.v1.DirectoryService/"
CREDENTIALS = "/xiezhi.coordination.v1.CredentialService/"
CHANNELS = "/xiezhi.coordination.v1.ChannelService/"

PIPED = "-"
"""Stands for a text that is typed or piped in, so that no list of processes shows it."""


class Department(StrEnum):
    """The six departments of the police."""

    COMMAND_CENTRE = "command-centre"
    CRIMINAL_INVESTIGATION = "criminal-investigation"
    PUBLIC_ORDER = "public-order"
    TRAFFIC = "traffic"
    EXIT_ENTRY = "exit-entry"
    BORDER = "border"


def department_value(department: Department | None) -> str:
    """Returns a department by its name in the contract; unspecified for none."""
    return f"DEPARTMENT_{'UNSPECIFIED' if department is None else department.name}"


def department_name(number: int) -> str:
    """Returns a department as commands name it, empty for none."""
    name = policy_pb2.Department.Name(number).removeprefix("DEPARTMENT_")
    return "" if name == "UNSPECIFIED" else name.lower().replace("_", "-")


def full_name(name: str, kind: str) -> str:
    """Returns the resource name of what is given by name or by UUID.

    Args:
        name: The name.
        kind: What its names begin with, for example "liaisons/".
    """
    return name if name.startswith(kind) else kind + name


def own_organisation(session: Session, named: str) -> str:
    """Returns the organisation that is named, else the officer's own by the development keys.

    Raises:
        CommandError: If neither is there.
    """
    if named:
        return named
    try:
        return session.home.keys.officers.get(session.officer_id).organisation
    except (UnknownOfficerError, OSError):
        raise CommandError("Whose it is is not named.", next_step="Name the court or unit.") from None


def read_secret(what: str, *, is_hidden: bool = True) -> str:
    """Reads a text that no list of processes and no history of commands shall show: from a prompt, or standard input.

    Args:
        what: What it is.
        is_hidden: Whether the terminal does not show it either.

    Raises:
        CommandError: If there is none.
    """
    text = typer.prompt(what, hide_input=is_hidden, err=True) if sys.stdin.isatty() else sys.stdin.readline()
    if not text.strip():
        raise CommandError(f"No {what} was given.", next_step="Type it at the prompt, or send it to standard input.")
    return str(text).strip()


def read_words(given: str) -> str:
    """Returns what is written, from standard input where the command line says "-".

    Args:
        given: What the command line says.

    Raises:
        CommandError: If there is nothing, or no text.
    """
    if given != PIPED:
        return given
    try:
        text = sys.stdin.read().strip()
    except UnicodeDecodeError:
        raise CommandError("Standard input is no text in UTF-8.") from None
    if not text:
        raise CommandError("No text was given.", next_step="Pipe it in, or type it and end with Ctrl-D.")
    return text
