"""Machines of the demo: keys and clock of a data folder, nothing else of it, and a network only where there is one."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.demo.coordination.machines import Heard, Machine, TracedSession
from xiezhi.cli.home import Home
from xiezhi.cli.moved import clock_ahead, move_clock
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session


@pytest.fixture
def machine(home: Home, tmp_path: Path) -> Machine:
    move_clock(home, timedelta(days=370))
    (home.root / "run").mkdir()
    home.address_file("gateway").write_text("127.0.0.1:1", encoding="utf-8")
    return Machine.put_up(tmp_path / "machines" / "judge", like=home, traceparent=lambda: "t")


def test_a_machine_has_the_keys_and_the_clock_and_no_more(machine: Machine, home: Home) -> None:
    assert machine.home.keys.officers.get(JUDGE.officer_id).name == JUDGE.name
    assert clock_ahead(machine.home) == timedelta(days=370)
    assert {file.name for file in machine.home.root.iterdir()} < {file.name for file in home.root.iterdir()}


def test_a_machine_without_a_network_finds_no_gateway(machine: Machine) -> None:
    with pytest.raises(CommandError, match="No gateway"):
        Session(machine.home, Heard(), JUDGE.officer_id, gateway=machine.gateway).connect()


def test_a_session_connects_within_the_trace_of_the_story(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []
    monkeypatch.setattr(Session, "connect", lambda session, **said: given.append(said["traceparent"]()))
    TracedSession(home, Heard(), JUDGE.officer_id, traceparent=lambda: "of the story").connect()
    assert given == ["of the story"]


def test_what_a_command_tells_is_kept_and_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    heard = Heard()
    heard.result({"count": 1}, "one")
    assert (heard.data, heard.human) == ({"count": 1}, "one")
    assert capsys.readouterr() == ("", "")
