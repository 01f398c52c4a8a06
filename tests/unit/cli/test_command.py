"""A dataclass among a command's arguments stands for options of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer
from click.testing import Result
from typer.testing import CliRunner

from xiezhi.cli.command import command
from xiezhi.cli.session import Session


@dataclass(frozen=True)
class Place:
    """A group of options."""

    town: Annotated[str, typer.Option("--town")]
    road: Annotated[str, typer.Option("--road")] = "none"


def _call(*arguments: str) -> Result:
    app = typer.Typer()

    @command(app)
    def say(session: Session, place: Place, times: Annotated[int, typer.Option("--times")] = 1) -> None:
        session.output.result({"town": place.town, "road": place.road, "times": times}, f"{place}")

    return CliRunner().invoke(app, list(arguments))


def test_its_fields_are_options_with_their_defaults() -> None:
    assert "road='none'" in _call("--town", "A").output
    assert "road='B'" in _call("--town", "A", "--road", "B", "--times", "2").output


def test_a_field_without_a_default_is_asked_for() -> None:
    assert _call().exit_code == 2
    assert "--town" in _call().output
