"""The report of compliance: what is missing is told, each in its own sentence, and the page is what was found."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tools.clauses import CLAUSES, REQUIREMENTS
from tools.compliance import Run, Serving, Shown, faults, find_tests, main, read_methods, read_run, render
from xiezhi.policy.v1 import policy_pb2

IMAGE = Path("gen/xiezhi/image.binpb")
SERVING = Serving("xiezhi.zoo.v1.ZooService", "Feed", external=True)
METHODS = {clause.name: [SERVING] for clause in CLAUSES}
TEST = "tests/unit/test_a.py::test_a"
OTHER = "tests/unit/test_a.py::test_b"
FILE = "tests/unit/test_a.py"


def shown(name, *outcomes, test=TEST):
    return Shown(test, name, frozenset(outcomes or ("passed",)))


def run(*changed, without=(), **known):
    """A run in which every requirement but some is shown."""
    whole = [shown(name) for name in sorted(REQUIREMENTS - set(without))]
    return Run(**({"shown": (*whole, *changed), "gaps": (), "passed": True} | known))


def call(**changed):
    return {"exit": 0, "files": [FILE], "left_out": 0, "unrun": 0, "tests": {}} | changed


@pytest.fixture
def write(tmp_path):
    def write(*calls):
        record = tmp_path / "clauses.jsonl"
        record.write_text("".join(json.dumps(one) + "\n" for one in calls), encoding="utf-8")
        return record

    return write


def test_every_clause_asks_for_something_and_each_name_is_there_once():
    names = [requirement.name for clause in CLAUSES for requirement in clause.requirements]
    assert len(names) == len(set(names)) == len(REQUIREMENTS)
    assert len({clause.name for clause in CLAUSES}) == len(CLAUSES) == 16
    assert all(clause.requirements for clause in CLAUSES)
    assert {"R-1.1", "R-1.14", "R-5.5"} < REQUIREMENTS


def test_of_a_whole_run_that_shows_everything_nothing_is_missing():
    assert list(faults(METHODS, run())) == []


INTERNAL = Serving("xiezhi.zoo.v1.ZooService", "Clean", external=False)
FAULTS = {
    "no method that agencies may call declares 二.2": (METHODS | {"二.2": []}, run()),
    "no method that agencies may call declares 五.1": (METHODS | {"五.1": [INTERNAL]}, run()),
    "ZooService.Feed declares 五.9, which is no clause": (METHODS | {"五.9": [SERVING]}, run()),
    "no test that passed shows R-1.3:": (METHODS, run(without=["R-1.3"])),
    "test_b failed, so it does not show R-1.3": (METHODS, run(shown("R-1.3", "failed", test=OTHER))),
    "test_b failed, so it does not show R-1.4": (METHODS, run(shown("R-1.4", "failed", "passed", test=OTHER))),
    "test_b was skipped wherever it shows R-1.3": (METHODS, run(shown("R-1.3", "skipped", test=OTHER))),
    "the recorded run did not pass": (METHODS, run(passed=False)),
    "the recorded run left out something": (METHODS, run(gaps=("the recorded run left out something",))),
}


@pytest.mark.parametrize("sentence", FAULTS)
def test_what_is_missing_is_told_in_one_sentence(sentence):
    found = list(faults(*FAULTS[sentence]))
    assert len(found) == 1, found
    assert sentence in found[0]


@pytest.mark.parametrize("outcome", ["failed", "skipped"])
def test_a_requirement_of_which_no_test_passed_is_not_shown(outcome):
    told = list(faults(METHODS, run(shown("R-2.6", outcome), without=["R-2.6"])))
    assert len(told) == 2
    assert "no test that passed shows R-2.6" in told[1]


def test_a_test_that_is_skipped_for_some_parameters_shows_it():
    assert list(faults(METHODS, run(shown("R-2.6", "passed", "skipped"), without=["R-2.6"]))) == []


@pytest.mark.parametrize(
    ("calls", "gap"),
    [
        ([], "no run of the tests is recorded"),
        ([call(files=[])], f"the recorded run left out 1 files, {FILE} among them"),
        ([call(), call(left_out=2), call(left_out=1)], "the recorded run left out 3 tests by its arguments"),
        ([call(unrun=4)], "the recorded run ended before 4 of its tests"),
    ],
)
def test_a_run_of_a_part_is_not_taken_for_a_whole_one(write, calls, gap):
    assert read_run(write(*calls), files=[FILE]).gaps == (gap,)


def test_without_a_record_there_was_no_run(tmp_path):
    assert read_run(tmp_path / "none", files=[FILE]).gaps == ("no run of the tests is recorded",)


def test_all_calls_make_one_run(write):
    first = call(tests={TEST: {"R-1.3": ["passed"]}}, files=[])
    second = call(tests={TEST: {"R-1.3": ["skipped"], "R-1.2": ["failed"]}}, exit=1)
    found = read_run(write(first, second), files=[FILE])
    assert found.shown == (shown("R-1.2", "failed"), shown("R-1.3", "passed", "skipped"))
    assert (found.gaps, found.passed) == ((), False)
    assert found.showing("R-1.3") == [TEST]
    assert found.showing("R-1.2") == []


def test_the_page_does_not_depend_on_the_order_of_calls_and_methods(write):
    calls = [call(tests={OTHER: {"R-1.3": ["passed"]}}), call(tests={TEST: {"R-1.3": ["passed"], "R-1.2": ["passed"]}})]
    methods = METHODS | {"一.1": [INTERNAL, SERVING]}
    page = render(methods, read_run(write(*calls), files=[FILE]))
    assert page == render(methods | {"一.1": [SERVING, INTERNAL]}, read_run(write(*reversed(calls)), files=[FILE]))
    assert f"\n- [{FILE}](../{FILE}): `test_a`, `test_b`\n" in page
    assert "\n- `xiezhi.zoo.v1.ZooService`: Clean (within the suite), Feed\n" in page


def test_the_page_says_what_it_lacks():
    page = render(METHODS | {"二.2": []}, run(without=["R-1.3"], gaps=("a part",)))
    assert "Only a part of the tests was run" in page
    assert "No method declares it." in page
    assert page.count("- no test\n") == 1
    assert "Only a part" not in render(METHODS, run())


def test_methods_are_those_of_the_contracts():
    image = FileDescriptorSet.FromString(IMAGE.read_bytes())
    methods = read_methods(image)
    assert Serving("xiezhi.identity.v1.IdentityService", "LookupHousehold", external=True) in methods["一.1"]
    assert Serving("xiezhi.ledger.v1.LedgerService", "Append", external=False) in methods["五.1"]
    names = (method for file in image.file for service in file.service for method in service.method)
    policies = [method.options.Extensions[policy_pb2.method] for method in names]
    assert sum(map(len, methods.values())) == sum(len(policy.clauses) for policy in policies)


def test_the_tests_that_there_are_are_named_as_pytest_does():
    assert "tests/unit/tools/test_compliance.py" in find_tests(Path())


def test_a_page_that_is_out_of_date_fails_the_check(write, tmp_path, capsys):
    page = tmp_path / "compliance.md"
    record = write(call(files=find_tests(Path()), tests={TEST: {"R-1.3": ["passed"]}}))
    arguments = ["--record", str(record), "--page", str(page)]
    stale = "is not what contracts and tests say"
    assert main(["--check", *arguments]) == 1
    assert stale in capsys.readouterr().err
    assert not page.exists()
    assert main(arguments) == 0
    assert "no test that passed shows R-1.2" in capsys.readouterr().err
    main(["--check", *arguments])
    assert stale not in capsys.readouterr().err
    page.write_text(page.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert main(["--check", *arguments]) == 1
    assert stale in capsys.readouterr().err


def test_a_part_of_a_run_fails_the_check_and_says_so_when_it_is_written(write, tmp_path, capsys):
    page = tmp_path / "compliance.md"
    arguments = ["--record", str(write(call())), "--page", str(page)]
    assert main(arguments) == 0
    assert "Only a part of the tests was run" in page.read_text(encoding="utf-8")
    assert "only `make test` without PYTEST_ARGS" in capsys.readouterr().err
    assert main(["--check", *arguments]) == 1
    assert "left out" in capsys.readouterr().err
