"""A person under control is met: the strictest is done, and every court that handed the person over hears of it."""

from __future__ import annotations

import time

import pytest

from tests.e2e.exits import OTHER_JUDGE, Exits
from tests.e2e.plot import PROMPT
from tests.e2e.watching import CourtWatch
from xiezhi.cli.border.orders import Requirement
from xiezhi.exit_restriction.v1 import hit_pb2

MONITOR, BLOCK_EXIT = hit_pb2.CONTROL_REQUIREMENT_MONITOR, hit_pb2.CONTROL_REQUIREMENT_BLOCK_EXIT


@pytest.mark.clause("R-2.8")
def test_every_court_hears_of_a_hit_within_a_second(exits: Exits) -> None:
    first, second = exits.people(2)
    asked = {exits.cast.judge: Requirement.MONITOR, OTHER_JUDGE: Requirement.BLOCK_EXIT}
    for judge, requirement in asked.items():
        case = exits.case(first, second, judge=judge)
        items = (exits.item(person, requirement) for person in (first, second))
        assert not any(outcome.refused_reason for outcome in exits.control(*items, case=case, judge=judge))
    with CourtWatch(exits.players, exits.cast.judge) as watch, CourtWatch(exits.players, OTHER_JUDGE) as other:
        met = exits.travel(first.debtor_number).hit
        for one in (watch, other):
            one.hit_arrival(met)  # Whoever watches is up to date from here on.
        since = time.monotonic()
        answer = exits.travel(second.debtor_number)
        assert answer.action == hit_pb2.BORDER_ACTION_STOP
        arrived = [one.hit_arrival(answer.hit) for one in (watch, other)]
        assert max(one.at for one in arrived) - since < PROMPT
        assert [one.notice.hit.requirement for one in arrived] == [MONITOR, BLOCK_EXIT]
