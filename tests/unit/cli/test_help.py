"""Every command explains itself."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner
from typer.main import get_command

from xiezhi.cli import build_app


def _commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(command: object, path: tuple[str, ...]) -> None:
        found.append(path)
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*path, name))

    walk(COMMAND_LINE, ())
    return found


COMMAND_LINE = get_command(build_app())
COMMANDS = _commands()


def test_the_commands_that_people_are_told_of_are_there() -> None:
    told = {"up", "demo", "seed", "keys", "token", "submit", "approvals", "lookup", "ledger", "trace", "doctor"}
    assert told <= {path[0] for path in COMMANDS if path}
    decisions = {"list", "show", "approve", "reject", "withdraw", "revoke"}
    assert decisions <= {path[1] for path in COMMANDS if path[:1] == ("approvals",) and len(path) == 2}
    assert {"head", "verify", "prove"} <= {path[1] for path in COMMANDS if path[:1] == ("ledger",) and len(path) == 2}


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_help_says_what_a_command_does_and_shows_examples(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(COMMAND_LINE, [*path, "--help"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    assert "Examples" in result.output
    assert f"$ xiezhi {' '.join(path[:1])}".rstrip() in result.output or "--home" in result.output
    if path:
        assert "--json" in result.output or "COMMAND" in result.output


def test_a_wrong_call_of_a_command_ends_with_two() -> None:
    result = CliRunner().invoke(COMMAND_LINE, ["trace"])
    assert result.exit_code == 2


def test_the_version_is_told() -> None:
    result = CliRunner().invoke(COMMAND_LINE, ["--version"])
    assert result.exit_code == 0
    assert result.output.strip()[0].isdigit()


def test_the_command_line_loads_without_the_servers_side() -> None:
    """Agencies install the client and the command line, not what the extra "suite" brings."""
    code = (
        "import sys\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'services', 'gateway', 'sqlalchemy', 'alembic', 'pydantic_settings',\n"
        "                                  'opentelemetry', 'prometheus_client', 'uvloop', 'PIL', 'psycopg',\n"
        "                                  'structlog', 'grpc_health', 'grpc_reflection'}:\n"
        "            raise ModuleNotFoundError(f'No module named {name!r}', name=name)\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "from xiezhi.cli import main\n"
        "sys.argv = ['xiezhi', '--home', sys.argv[1], 'up']\n"
        "main()\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, "nowhere-at-all"], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 1
    assert "xiezhi[suite]" in " ".join(ended.stderr.split())
