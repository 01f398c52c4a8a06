"""What a run of pytest records of the requirements that its tests show, with workers and without."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

pytest_plugins = ("pytester",)

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 120
"""Seconds within which a run with workers ends."""
SETTINGS = """
[pytest]
addopts = --strict-markers --import-mode=importlib -p tests.clauses -p no:cacheprovider
markers =
    clause: shows requirements
    long: takes long
"""
SHOWING = """
import pytest

@pytest.fixture
def falling():
    yield
    raise RuntimeError

@pytest.mark.clause("R-2.1")
def test_fails():
    raise RuntimeError

@pytest.mark.clause("R-1.3")
class TestAll:
    @pytest.mark.clause("R-1.2", "R-5.1")
    @pytest.mark.parametrize("number", [1, 2])
    def test_passes(self, number):
        assert number

@pytest.mark.parametrize("number", [1, pytest.param(2, marks=pytest.mark.clause("R-1.4"))])
@pytest.mark.clause("R-1.1")
def test_is_skipped_once(number):
    if number == 2:
        pytest.skip("no")

@pytest.mark.clause("R-2.2")
def test_fails_afterwards(falling):
    pass

@pytest.mark.clause("R-2.3")
@pytest.mark.long
def test_takes_long():
    pass
"""
UNMARKED = """
def test_shows_nothing():
    pass
"""
SHOWN = "cases/test_showing.py"
TESTS = {
    f"{SHOWN}::test_fails": {"R-2.1": ["failed"]},
    f"{SHOWN}::TestAll::test_passes": {name: ["passed"] for name in ("R-1.2", "R-1.3", "R-5.1")},
    f"{SHOWN}::test_is_skipped_once": {"R-1.1": ["passed", "skipped"], "R-1.4": ["skipped"]},
    f"{SHOWN}::test_fails_afterwards": {"R-2.2": ["failed"]},
}
FILES = [SHOWN, "cases/test_unmarked.py"]


@pytest.fixture
def call(pytester, monkeypatch):
    """Calls pytest in a folder of its own; returns what it printed and the lines of its record."""
    cases = pytester.mkdir("cases")
    pytester.makeini(SETTINGS)
    (pytester.path / SHOWN).write_text(SHOWING, encoding="utf-8")
    (cases / "test_unmarked.py").write_text(UNMARKED, encoding="utf-8")

    # Only the plugins that are named: the others take longer to import than these runs.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.setenv("PYTHONPATH", f"{ROOT}:{ROOT / 'gen'}")

    def call(*arguments, more=None, workers=0):
        if more is not None:
            (cases / "test_more.py").write_text(more, encoding="utf-8")
        recording = ("--record-clauses", "run/record.jsonl", *arguments)
        if workers:
            spread = ("-p", "xdist", "--numprocesses", str(workers), "--dist", "loadfile")
            done = pytester.run(sys.executable, "-m", "pytest", *spread, *recording, timeout=PATIENCE)
        else:
            done = pytester.runpytest_inprocess(*recording)
        lines = (pytester.path / "run" / "record.jsonl").read_text(encoding="utf-8").splitlines()
        return done.stdout.str(), [json.loads(line) for line in lines]

    return call


def test_a_whole_run_is_recorded(call):
    _, (line,) = call("-m", "not long", "cases")
    assert line == {"exit": 1, "files": FILES, "left_out": 0, "unrun": 0, "tests": TESTS}


def test_workers_record_the_same(call):
    _, (line,) = call("-m", "not long", "cases", workers=2)
    assert line == {"exit": 1, "files": FILES, "left_out": 0, "unrun": 0, "tests": TESTS}


def test_a_further_call_adds_its_line(call):
    call("cases/test_unmarked.py")
    _, (first, second) = call("cases/test_showing.py", "-m", "not long")
    assert (first["files"], first["tests"], first["exit"]) == (FILES[1:], {}, 0)
    assert (second["files"], second["tests"], second["exit"]) == (FILES[:1], TESTS, 1)


@pytest.mark.parametrize(
    ("arguments", "left_out", "is_unrun"),
    [
        (("-k", "skipped", "cases"), 5, False),
        ((f"{SHOWN}::test_fails",), 1, False),
        (("-m", "not long", "-x", "cases"), 0, True),
    ],
    ids=["chosen by name", "named", "stopped"],
)
def test_what_was_left_out_or_not_reached_is_counted(call, arguments, left_out, is_unrun):
    _, (line,) = call(*arguments)
    assert line["left_out"] == left_out
    assert (line["unrun"] > 0) is is_unrun


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ('pytest.mark.clause("R-1.3", "R-9.9")', "R-9.9"),
        ('pytest.mark.clause("一.1")', "一.1"),
        ("pytest.mark.clause()", "nothing that is one"),
        ("pytest.mark.clause", "nothing that is one"),
        ('pytest.mark.clause("R-1.3", of="R-1.3")', "nothing that is one"),
    ],
)
def test_a_mark_that_names_no_requirement_fails_the_collection(call, mark, told):
    written = f"import pytest\n\n@{mark}\ndef test_a():\n    pass\n"
    output, (line,) = call("cases", more=written)
    assert f"cases/test_more.py::test_a is marked with {told}; tools/clauses.py has the names" in output
    assert (line["exit"], line["tests"]) == (2, {})


def test_under_workers_such_a_mark_fails_the_run_too(call):
    written = 'import pytest\n\npytestmark = pytest.mark.clause("R-9.9")\n\ndef test_a():\n    pass\n'
    output, (line,) = call("cases", more=written, workers=2)
    assert "is marked with R-9.9" in output
    assert line["exit"] != 0
