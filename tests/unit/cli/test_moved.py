"""A data folder that lives ahead of the machine: everything in it does, loudly, and never goes back."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from rich.console import Console

from tests.unit.cli.conftest import JUDGE, Run, document
from xiezhi.cli.home import Home
from xiezhi.cli.layout import read_layout, write_layout
from xiezhi.cli.moved import CLOCK_FILE, clock_ahead, move_clock, shout_if_moved
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.cli.suite import PROCESSES

YEAR = timedelta(days=365)


def test_a_folder_lives_at_the_machines_time_until_it_is_moved(home: Home) -> None:
    assert clock_ahead(home) == timedelta(0)
    move_clock(home, YEAR)
    assert clock_ahead(home) == YEAR
    session = Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)
    assert abs(session.now() - session.machine_now() - YEAR) < timedelta(seconds=5)


def test_the_clock_never_goes_back(home: Home) -> None:
    move_clock(home, YEAR)
    with pytest.raises(CommandError, match="365 days ahead already"):
        move_clock(home, YEAR - timedelta(days=1))
    move_clock(home, YEAR)
    assert clock_ahead(home) == YEAR


@pytest.mark.parametrize("text", ["", "{}", '{"seconds_ahead": "soon"}', "[]"])
def test_a_note_that_says_nothing_is_refused(home: Home, text: str) -> None:
    (home.root / CLOCK_FILE).write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match="does not say"):
        clock_ahead(home)


def test_every_process_is_told(home: Home) -> None:
    write_layout(home)
    assert all("insecure_clock_ahead" not in read_layout(home, name) for name in PROCESSES)
    move_clock(home, YEAR)
    write_layout(home)
    assert {read_layout(home, name)["insecure_clock_ahead"] for name in PROCESSES} == {YEAR.total_seconds()}


def test_it_shouts(home: Home) -> None:
    told = io.StringIO()
    output = Output(as_json=False, errors=Console(file=told, width=200))
    shout_if_moved(home, output)
    assert not told.getvalue()
    move_clock(home, YEAR)
    shout_if_moved(home, output)
    assert "MOVED CLOCK" in told.getvalue()


def test_certificates_of_tls_count_for_both_clocks_and_seals_for_the_moved_one(home: Home) -> None:
    move_clock(home, 2 * YEAR)
    session = Session(home, Output(as_json=True))
    home.keys.create(now=session.now(), machine_now=session.machine_now())
    found = home.keys.certificates()
    for name in ("gateway", "courts"):
        assert found[name].not_valid_before_utc <= session.machine_now()
        assert found[name].not_valid_after_utc > session.now() + timedelta(days=300)
    seal = home.keys.seals.signer(JUDGE.organisation).certificate
    assert seal.not_valid_after_utc > session.now()


def test_tokens_are_of_the_moved_time(run: Run, home: Home) -> None:
    move_clock(home, YEAR)
    assert document(run("token", "--as", JUDGE.officer_id, "--json"))["token"]
