"""The cast of the examples is that of every province, and the examples name it."""

from __future__ import annotations

import re

from services.synthetic import SCENARIO, Province
from xiezhi.cli.scenario import load_cast, scenario_examples
from xiezhi.cli.suite import synthetic_officers


def test_the_cast_is_the_scenarios() -> None:
    cast = load_cast()
    assert (cast.case, cast.debtor_name, cast.debtor_number) == (
        SCENARIO.case,
        SCENARIO.debtor_name,
        SCENARIO.debtor_number,
    )
    officers = {officer.officer_id for officer in synthetic_officers()}
    assert {cast.judge, cast.colleague, cast.approver, cast.auditor, cast.other_judge, cast.other_approver} <= officers


def test_the_examples_name_officers_that_there_are() -> None:
    named = {name for line in scenario_examples() for name in re.findall("--as ([A-Z0-9-]+)", line)}
    assert len(named) == 5
    assert named <= {officer.officer_id for officer in Province(1).officers()}
