"""Registers commands: adds the options that all share, and turns refusals into a message and an exit code.

A command's argument whose type is a dataclass stands for an option for each of its fields: what several commands ask
for is told once.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import typer

from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output, as_sentence
from xiezhi.cli.session import Session
from xiezhi.client import ReceiptError, ReviewError, UnknownMethodError
from xiezhi.errors import XiezhiError

REFUSED = 1
"""Exit code of a command that was refused or failed; 2 is a wrong call of the command itself."""

SHARED = "Options of every command"
CALLING = "Who calls, and whom"

_SHARED: dict[str, tuple[object, object]] = {
    "home": (
        Annotated[
            Path | None,
            typer.Option("--home", help="Data folder; else XIEZHI_HOME, else ./var.", rich_help_panel=SHARED),
        ],
        None,
    ),
    "as_json": (
        Annotated[bool, typer.Option("--json", help="Print one JSON document.", rich_help_panel=SHARED)],
        False,
    ),
}
_CALLING: dict[str, tuple[object, object]] = {
    "officer_id": (
        Annotated[
            str,
            typer.Option(
                "--as",
                metavar="OFFICER",
                help="Act as this officer, with a token from the development keys.",
                rich_help_panel=CALLING,
            ),
        ],
        "",
    ),
    "system": (
        Annotated[
            str,
            typer.Option(
                "--system",
                help="Connect as this system instead of the officer's own.",
                rich_help_panel=CALLING,
            ),
        ],
        "",
    ),
    "gateway": (
        Annotated[
            str,
            typer.Option(
                "--gateway",
                metavar="HOST:PORT",
                help="Gateway; else XIEZHI_GATEWAY, else the one that `xiezhi up` runs.",
                rich_help_panel=CALLING,
            ),
        ],
        "",
    ),
}

Register = Callable[[Callable[..., None]], Callable[..., None]]


def command(app: typer.Typer, name: str | None = None, *, calls: bool = False, **settings: Any) -> Register:
    """Registers a function as a command. Its first argument is the `Session`, the others are its own options.

    Args:
        app: Where to.
        name: Name of the command; None for the function's.
        calls: Whether it calls the exchange, and so has the options that say who calls.
        **settings: As `typer.Typer.command` takes them.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.command(name, **settings)(_adapt(function, calls=calls))
        return function

    return register


def callback(app: typer.Typer, *, calls: bool = False, **settings: Any) -> Register:
    """Registers a function that runs when a group is called without a command; as `command` otherwise."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.callback(invoke_without_command=True, **settings)(_adapt(function, calls=calls))
        return function

    return register


def examples(*lines: str) -> str:
    """Returns the end of a command's help that shows how it is called.

    Args:
        *lines: A whole call each.
    """
    return "\n\n".join(["[bold]Examples[/]", *(f"$ {line}" for line in lines)])


def _adapt(function: Callable[..., None], *, calls: bool) -> Callable[..., None]:
    shared = {**(_CALLING if calls else {}), **_SHARED}
    _, *own = inspect.signature(function, eval_str=True).parameters.values()
    groups: dict[str, Any] = {one.name: one.annotation for one in own if is_dataclass(one.annotation)}

    def run(ctx: typer.Context, **given: Any) -> None:
        common = {name: given.pop(name) for name in shared}
        inherited = ctx.find_root().obj or {}
        session = Session(
            home=Home.find(common.pop("home") or inherited.get("home")),
            output=Output(as_json=common.pop("as_json") or inherited.get("as_json", False)),
            **common,
        )
        if ctx.invoked_subcommand is not None:
            ctx.find_root().obj = {"home": session.home.root, "as_json": session.output.as_json}
        else:
            for name, kind in groups.items():
                given[name] = kind(**{field.name: given.pop(field.name) for field in fields(kind)})
            with reporting(session.output):
                function(session, **given)

    context = inspect.Parameter("ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context)
    added = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in shared.items()
    ]
    own = [option for parameter in own for option in _options(parameter)]
    run.__signature__ = inspect.Signature([context, *own, *added])  # type: ignore[attr-defined]
    run.__annotations__ = {}
    run.__name__, run.__doc__ = function.__name__, function.__doc__
    return run


def _options(parameter: inspect.Parameter) -> Iterator[inspect.Parameter]:
    """Yields a command's argument as an option, or one option for each field of the dataclass that it is."""
    if not is_dataclass(parameter.annotation):
        yield parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        return
    hints = get_type_hints(parameter.annotation, include_extras=True)
    for field in fields(parameter.annotation):
        default = inspect.Parameter.empty if field.default is MISSING else field.default
        kind = inspect.Parameter.KEYWORD_ONLY
        yield inspect.Parameter(field.name, kind, default=default, annotation=hints[field.name])


@contextmanager
def reporting(output: Output) -> Iterator[None]:
    """Turns a refusal within the block into a message and exit code 1.

    Args:
        output: Where the message goes.

    Raises:
        typer.Exit: If the block was refused.
    """
    try:
        yield
    except (XiezhiError, ReceiptError, ReviewError, CommandError) as failure:
        output.refusal(failure)
        raise typer.Exit(REFUSED) from None
    except UnknownMethodError as failure:
        output.refusal(CommandError(as_sentence(failure)))
        raise typer.Exit(REFUSED) from None
