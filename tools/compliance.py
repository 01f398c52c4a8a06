"""Reports clause by clause which methods serve the notice and which tests show it: docs/compliance.md.

The methods come from the contracts, the tests from the last recorded run of all tests (`make test`), in which each
test says by `@pytest.mark.clause` what it shows. `python -m tools.compliance` rewrites the page; with `--check` it
fails when a clause has no method or a requirement no test that passed, and when the page is not what contracts and run
say.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from tools.clauses import CLAUSES, Clause
from xiezhi.policy.v1 import policy_pb2

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "gen" / "xiezhi" / "image.binpb"
RECORD = ROOT / ".pytest-run" / "clauses.jsonl"
PAGE = ROOT / "docs" / "compliance.md"
NOTE = "<!-- Written by `make compliance` from the contracts and the last run of the tests. Change those instead. -->"
_PARTIAL = "**Only a part of the tests was run for this page: it is not the report.**"

# The stubs of protoc and those of protobuf differ on what an extension is.
_METHOD: Any = policy_pb2.method


@dataclass(frozen=True, slots=True, order=True)
class Serving:
    """A method that declares a clause.

    Attributes:
        service: Full name of its service.
        method: Name of the method.
        external: Whether agencies may call it; the others do not show that a clause is served.
    """

    service: str
    method: str
    external: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """What a run says of one test and one requirement.

    Attributes:
        test: File and name of the test, without parameters.
        requirement: What the test is marked with.
        outcomes: How it ended, "passed", "failed" or "skipped", over all of its parameters.
    """

    test: str
    requirement: str
    outcomes: frozenset[str]

    @property
    def holds(self) -> bool:
        """Whether it passed, with at least one parameter and without failing for another."""
        return "passed" in self.outcomes and "failed" not in self.outcomes


@dataclass(frozen=True, slots=True)
class Run:
    """The recorded calls of pytest, taken together.

    Attributes:
        shown: What marked tests showed, in the order of their names.
        gaps: Sentences on what it left out of all tests; none for a whole run.
        passed: Whether every call ended well.
    """

    shown: tuple[Shown, ...]
    gaps: tuple[str, ...]
    passed: bool

    def showing(self, requirement: str) -> list[str]:
        """Returns the tests that passed and are marked with a requirement."""
        return [shown.test for shown in self.shown if shown.requirement == requirement and shown.holds]


def read_run(record: Path, *, files: Sequence[str]) -> Run:
    """Reads what the calls of pytest recorded.

    Args:
        record: File with one line of JSON for each call; none was made where it is not there.
        files: Files of all tests that there are, as pytest names them.
    """
    calls = [json.loads(line) for line in record.read_text("utf-8").splitlines()] if record.is_file() else []
    outcomes: dict[tuple[str, str], set[str]] = {}
    for call in calls:
        for test, requirements in call["tests"].items():
            for requirement, ends in requirements.items():
                outcomes.setdefault((test, requirement), set()).update(ends)
    return Run(
        shown=tuple(Shown(*key, frozenset(ends)) for key, ends in sorted(outcomes.items())),
        gaps=tuple(_gaps(calls, files)),
        passed=all(call["exit"] == 0 for call in calls),
    )


def _gaps(calls: list[dict[str, Any]], files: Sequence[str]) -> Iterator[str]:
    if not calls:
        yield "no run of the tests is recorded"
        return
    missing = set(files).difference(*(call["files"] for call in calls))
    if missing:
        yield f"the recorded run left out {len(missing)} files, {min(missing)} among them"
    left_out = sum(call["left_out"] for call in calls)
    if left_out:
        yield f"the recorded run left out {left_out} tests by its arguments"
    unrun = sum(call["unrun"] for call in calls)
    if unrun:
        yield f"the recorded run ended before {unrun} of its tests"


def read_methods(image: FileDescriptorSet) -> dict[str, list[Serving]]:
    """Maps clauses to the methods that declare them."""
    found: dict[str, list[Serving]] = {}
    for file in image.file:
        for service in file.service:
            for method in service.method:
                policy = cast(policy_pb2.MethodPolicy, method.options.Extensions[_METHOD])
                external = policy.exposure == policy_pb2.EXPOSURE_EXTERNAL
                for clause in policy.clauses:
                    found.setdefault(clause, []).append(
                        Serving(f"{file.package}.{service.name}", method.name, external)
                    )
    return found


def faults(methods: dict[str, list[Serving]], run: Run) -> Iterator[str]:
    """Yields what is missing between the notice, the contracts and the tests, a sentence each."""
    for name in sorted(methods.keys() - {clause.name for clause in CLAUSES}):
        yield f"{methods[name][0].service}.{methods[name][0].method} declares {name}, which is no clause of the notice"
    yield from run.gaps
    if not run.passed:
        yield "the recorded run did not pass"
    for shown in run.shown:
        if "failed" in shown.outcomes:
            yield f"{shown.test} failed, so it does not show {shown.requirement}"
        elif not shown.holds:
            yield f"{shown.test} was skipped wherever it shows {shown.requirement}"
    for clause in CLAUSES:
        if not any(serving.external for serving in methods.get(clause.name, ())):
            yield f"no method that agencies may call declares {clause.name} ({clause.english})"
        for requirement in clause.requirements:
            if not run.showing(requirement.name):
                yield f"no test that passed shows {requirement.name}: {requirement.what}"


def render(methods: dict[str, list[Serving]], run: Run) -> str:
    """Returns the page."""
    lines = [
        "# Compliance",
        "",
        NOTE,
        "",
        "Every clause of the notice 赣高法〔2018〕160号, the methods that declare it in their policy, and for each of",
        "its requirements the tests of `make test` that show it. What the methods do is in [methods.md](methods.md).",
    ]
    if run.gaps:
        lines += ["", _PARTIAL]
    for clause in CLAUSES:
        lines += ["", f"## {clause.name} {clause.english} ({clause.chinese})", ""]
        lines += _serving(methods.get(clause.name, []))
        lines += _requirements(clause, run)
    return "\n".join(lines) + "\n"


def _serving(methods: list[Serving]) -> list[str]:
    if not methods:
        return ["No method declares it."]
    services: dict[str, list[str]] = {}
    for serving in sorted(methods):
        within = "" if serving.external else " (within the suite)"
        services.setdefault(serving.service, []).append(f"{serving.method}{within}")
    return [f"- `{service}`: {', '.join(names)}" for service, names in services.items()]


def _requirements(clause: Clause, run: Run) -> list[str]:
    lines = []
    for requirement in clause.requirements:
        lines += ["", f"**{requirement.name}** {requirement.what}", ""]
        tests: dict[str, list[str]] = {}
        for test in run.showing(requirement.name):
            file, _, name = test.partition("::")
            tests.setdefault(file, []).append(f"`{name}`")
        lines += [f"- [{file}](../{file}): {', '.join(names)}" for file, names in tests.items()]
        if not tests:
            lines.append("- no test")
    return lines


def find_tests(root: Path) -> list[str]:
    """Returns the files of all tests under a folder's `tests`, as pytest names them."""
    return sorted(file.relative_to(root).as_posix() for file in (root / "tests").rglob("test_*.py"))


def main(arguments: list[str]) -> int:
    """Writes or checks the page.

    Returns:
        0, or 1 when checking and something is missing or out of date.
    """
    parser = argparse.ArgumentParser(prog="tools.compliance", description=main.__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing, fail when something is missing")
    parser.add_argument("--record", type=Path, default=RECORD, help="what the tests recorded")
    parser.add_argument("--page", type=Path, default=PAGE, help="the page")
    chosen = parser.parse_args(arguments)
    methods = read_methods(FileDescriptorSet.FromString(IMAGE.read_bytes()))
    run = read_run(chosen.record, files=find_tests(ROOT))
    found = list(faults(methods, run))
    page = render(methods, run)
    if not chosen.check:
        chosen.page.write_text(page, encoding="utf-8")
    elif not run.gaps and (not chosen.page.is_file() or chosen.page.read_text(encoding="utf-8") != page):
        found.append(f"docs/{chosen.page.name} is not what contracts and tests say; run `make compliance`")
    for fault in found:
        print(f"compliance: {fault}", file=sys.stderr)
    if run.gaps:
        print("compliance: only `make test` without PYTEST_ARGS records all tests", file=sys.stderr)
    return 1 if chosen.check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
