"""What commands of coordination share: names of services, departments and resources, and lists in pages."""

from __future__ import annotations

import sys
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

import typer
from google.protobuf.message import Message
from rich.console import RenderableType

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.carrying import fetch
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.pki import UnknownOfficerError
from xiezhi.policy.v1 import policy_pb2

DIRECTORY = "/xiezhi.coordination.v1.DirectoryService/"
CREDENTIALS = "/xiezhi.coordination.v1.CredentialService/"
CHANNELS = "/xiezhi.coordination.v1.ChannelService/"

PAGE = 500
PIPED = "-"
"""Stands for a text that is typed or piped in, so that no list of processes shows it."""

A = TypeVar("A", bound=Message)


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


def list_all(
    session: Session, service: str, request: Any, *, kind: type[A], field: str, view: Callable[[A], RenderableType]
) -> None:
    """Calls a method that lists in pages until there are no more, and tells all of it.

    Args:
        session: Who asks.
        service: Its service, "/package.Service/".
        request: The request, without a page.
        kind: Type of its answer.
        field: Field of the answer that has the items.
        view: Shows them.
    """
    answer, proven = kind(), list[ProvenAnswer]()
    request.page_size = PAGE
    with session.connect() as client, tracing() as trace:
        while not proven or request.page_token:
            page, own = fetch(client, service, request, kind=kind)
            proven.append(own)
            items = getattr(page, field)
            getattr(answer, field).extend(items)
            request.page_token = page.next_page_token  # type: ignore[attr-defined]
            # Whoever answers could keep the caller asking for ever.
            if request.page_token and not items:
                raise CommandError("The exchange tells of more and gives none.", next_step="Tell the operator.")
    tell_answer(session, answer, view(answer), proven=proven, trace_id=trace.trace_id)
