"""What `xiezhi up` says: how the suite is called, and how it ends."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from rich.console import Console

from xiezhi.cli import up
from xiezhi.cli.suite import PROCESSES

TOLD: dict[str, Any] = {"home": "/srv/var", "gateway": "127.0.0.1:1", "processes": [], "examples": ["xiezhi doctor"]}
NUMBERS = ("none", "one", "two", "three", "four", "five", "six", "seven")


def _shown(*, stays: bool) -> str:
    console = Console(width=80)
    with console.capture() as captured:
        console.print(up._instructions(TOLD, stays=stays))
    return captured.get()


def test_whoever_is_left_alone_with_the_suite_is_told_how_to_end_it() -> None:
    assert "Ctrl-C here" in _shown(stays=True)
    alone = _shown(stays=False)
    assert "Ctrl-C" not in alone
    assert "another terminal" not in alone
    assert "xiezhi down" in alone


def test_make_up_comes_back_and_leaves_the_suite_running() -> None:
    makefile = Path(__file__).resolve().parents[3] / "Makefile"
    recipe = re.search(r"^up:.*\n((?:\t.*\n)+)", makefile.read_text(encoding="utf-8"), re.MULTILINE)
    assert recipe is not None
    assert "xiezhi up --detach" in recipe[1]


def test_its_help_counts_the_services(run: Any) -> None:
    services = NUMBERS[len(PROCESSES) - 2]
    shown = run("up", "--help").output
    assert f"gateway, ledger and {services} services" in " ".join(shown.split())


def test_the_province_is_seeded_where_its_progress_is_seen(run: Any, home: Any, monkeypatch: Any) -> None:
    done: list[object] = []
    monkeypatch.setattr(up, "prepare", lambda home, output, *, people, session: done.append(people))
    monkeypatch.setattr(up, "_start_apart", lambda home: done.append("apart") or TOLD)
    assert run("up", "--detach", "--people", "7").exit_code == 0
    assert done == [7, "apart"]
    assert run("up", "--detach", "--people", "0").exit_code == 0
    assert done == [7, "apart", "apart"]
