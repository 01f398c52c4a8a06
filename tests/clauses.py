"""Which tests show which requirements of the notice: holds their marks to the table, and records what a run showed."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

import pytest

from tools.clauses import REQUIREMENTS

MARK = "clause"


def pytest_addoption(parser):
    parser.addoption(
        "--record-clauses",
        metavar="FILE",
        type=Path,
        help="add to this file which requirements of the notice the tests showed",
    )


def pytest_configure(config):
    file = config.getoption("--record-clauses")
    if file is not None:
        config.pluginmanager.register(Recorder(config, file))


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem(collector):
    """Refuses a mark that names no requirement when its test is collected, and notes the others for the reports."""
    made = yield
    for item in made if isinstance(made, list) else [made]:
        if isinstance(item, pytest.Item):
            item.user_properties += [(MARK, name) for name in read_marks(item)]
    return made


def read_marks(item):
    """Returns the names of the requirements that a test shows.

    Raises:
        pytest.Collector.CollectError: If a mark names none, or one that is not in the table.
    """
    names = set()
    for mark in item.iter_markers(MARK):
        unknown = sorted(set(map(str, mark.args)) - REQUIREMENTS)
        if unknown or not mark.args or mark.kwargs:
            named = ", ".join(unknown) or "nothing that is one"
            raise pytest.Collector.CollectError(
                f"{item.nodeid} is marked with {named}; tools/clauses.py has the names of all requirements"
            )
        names.update(mark.args)
    return sorted(names)


class Recorder:
    """Adds a line to the record when a call of pytest ends: what it left out, and how marked tests ended.

    Under xdist the workers tell the controller what they collected, and the controller writes.
    """

    def __init__(self, config, file):
        self._config = config
        self._file = file
        self._collected = {"files": [], "left_out": 0, "selected": 0}
        self._outcomes = defaultdict(set)
        self._marks = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items):
        self._collected["files"] = sorted({item.nodeid.partition("::")[0] for item in items})
        # Whoever names a test leaves out its neighbours, whose number nobody knows.
        self._collected["left_out"] += sum("::" in argument for argument in self._config.args)

    def pytest_deselected(self, items):
        self._collected["left_out"] += sum(item.get_closest_marker("long") is None for item in items)

    def pytest_collection_finish(self, session):
        self._collected["selected"] = len(session.items)

    def pytest_runtest_logreport(self, report):
        self._marks[report.nodeid] = [name for key, name in report.user_properties if key == MARK]
        if report.when == "call" or report.outcome != "passed":
            self._outcomes[report.nodeid].add(report.outcome)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node):
        # Every worker collects the same; one that crashed tells nothing.
        self._collected = getattr(node, "workeroutput", {}).get("clauses", self._collected)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus):
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["clauses"] = self._collected
            return
        line = {
            "exit": int(exitstatus),
            "files": self._collected["files"],
            "left_out": self._collected["left_out"],
            "unrun": self._collected["selected"] - len(self._marks),
            "tests": self._showing(),
        }
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with self._file.open("a", encoding="utf-8") as record:
            record.write(json.dumps(line, ensure_ascii=False) + "\n")

    def _showing(self):
        tests = defaultdict(lambda: defaultdict(set))
        for nodeid, names in self._marks.items():
            ends = self._outcomes[nodeid]
            end = next(end for end in ("failed", "skipped", "passed") if end in ends)
            for name in names:
                tests[nodeid.partition("[")[0]][name].add(end)
        return {test: {name: sorted(ends) for name, ends in names.items()} for test, names in tests.items()}
