"""Nobody is held a second longer than a term (invariant 5): whatever is stopped, cut off, or has a wrong clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from tests.e2e.exits import APPLY, CHECK, Exits, application, journey
from tests.e2e.players import Players
from tests.e2e.running import Suite, await_that, running
from xiezhi.cli.exits.questions import TermQuestion
from xiezhi.cli.home import Home
from xiezhi.cli.moved import move_clock
from xiezhi.cli.suite import PROCESSES
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import counter_pb2, hit_pb2, restriction_pb2

PASS, RESTRICTED = counter_pb2.APPLICATION_DECISION_PASS, counter_pb2.APPLICATION_DECISION_RESTRICTED
STOP, NOTHING = hit_pb2.BORDER_ACTION_STOP, hit_pb2.BORDER_ACTION_NOTHING
BEFORE = timedelta(seconds=15)
"""How long before the end of the second term everything is started again: longer than it takes."""
ELEVEN_MINUTES = 660
MONTH = TermQuestion(months=1)


class Held:
    """Somebody who may not apply and may not leave until a day, and what everybody says of it.

    Args:
        exits: Who acts.
        last_day: The last day of both.
    """

    def __init__(self, exits: Exits, last_day: date) -> None:
        (self.who,) = exits.people()
        self.case = exits.case(self.who)
        self.end = end_of(last_day)
        term: dict[str, Any] = {"months": 1, "last_day": last_day.isoformat()}
        self.restriction = exits.restrict(self.who, case=self.case, **term)
        (outcome,) = exits.control(exits.item(self.who, **term), case=self.case)
        assert outcome.control.end_time.ToDatetime(UTC) == self.end

    def require(self, exits: Exits) -> bool:
        """Requires of a counter and a port what the clock of the suite says; returns whether the term is over."""
        asked = exits.players.now()
        told = exits.apply(self.who)
        is_over = told.as_of_time.ToDatetime(UTC) >= self.end
        assert told.decision == (PASS if is_over else RESTRICTED)
        before = exits.players.now()
        action = exits.travel(self.who.debtor_number).action
        # A port's answer does not say as of when: only around the very end it may be the one or the other.
        if before >= self.end:
            assert action == NOTHING
        elif exits.players.now() < self.end:
            assert action == STOP
        return asked >= self.end


@pytest.mark.clause("R-1.10", "R-1.13", "R-2.8")
def test_no_term_is_a_second_too_long(home: Home) -> None:
    """One term ends while every process is stopped, the other while everything runs; a renewal comes a day too late."""
    today = legal_date(datetime.now(UTC))
    with running(home) as suite:
        players = Players(home)
        exits = Exits(players)
        stopped, serving = Held(exits, today + timedelta(days=2)), Held(exits, today + timedelta(days=3))
        longer = Held(exits, today + timedelta(days=20))
        assert not any(one.require(exits) for one in (stopped, serving, longer))
        _require_refusal_of_a_wrong_clock(suite, exits, longer)
        players.close()
    move_clock(home, serving.end - BEFORE - datetime.now(UTC))
    with running(home) as suite:
        players = Players(home)
        exits = Exits(players)
        assert stopped.require(exits)
        with exits.copying() as copy:
            await_that(lambda: copy.cursor, "the counter has no snapshot")
            _require_copied(exits, copy, stopped, serving, longer)
            await_that(lambda: serving.require(exits), "the clock stands still")
            _require_copied(exits, copy, stopped, serving, longer)
        assert not longer.require(exits)
        _require_past(exits, serving)
        exits.refuse(
            Reason.RESTRICTION_ALREADY_RELEASED,
            exits.order(serving.who, case=serving.case).renew(serving.restriction, MONTH),
        )
        for name in PROCESSES:
            suite.kill(name)
        _require_forgotten(copy, serving, longer)
        players.close()


def _require_refusal_of_a_wrong_clock(suite: Suite, exits: Exits, held: Held) -> None:
    """A process whose clock is eleven minutes ahead decides nothing, in either direction."""
    cast, refuse = exits.cast, exits.players.refuse
    order = exits.order(held.who, case=held.case).release(held.restriction)
    for seconds in (ELEVEN_MINUTES, -ELEVEN_MINUTES):
        suite.set_clock("exit_restriction", seconds=seconds)
        refuse(Reason.CLOCK_SKEW, cast.counter_officer, APPLY, application(held.who))
        refuse(Reason.CLOCK_SKEW, cast.border_officer, CHECK, journey(held.who.debtor_number))
    exits.refuse(Reason.CLOCK_SKEW, order)


def _require_copied(exits: Exits, copy: CounterCopy, *held: Held) -> None:
    """The copy of a counter says what the clock does."""
    for one in held:
        now = exits.players.now()
        decision = copy.decide(one.who.debtor_number, now).decision
        assert decision is (Decision.RESTRICTED if now < one.end else Decision.PASS)


def _require_past(exits: Exits, held: Held) -> None:
    """The last instant of the term was within it, and its end was not."""
    (listed,) = exits.restrictions(held.who, case=held.case)
    assert listed.state == restriction_pb2.RESTRICTION_STATE_EXPIRED
    assert listed.end_time.ToDatetime(UTC) == held.end
    assert len(exits.past(held.who, held.end - timedelta(microseconds=1))) == 2
    assert not exits.past(held.who, held.end)


def _require_forgotten(copy: CounterCopy, ended: Held, held: Held) -> None:
    """A counter that is cut off goes on for the rest of its lease, and then knows nothing."""
    lease_end = copy.lease_end
    assert lease_end is not None
    last = lease_end - timedelta(microseconds=1)
    assert copy.decide(held.who.debtor_number, last).decision is Decision.RESTRICTED
    assert copy.decide(ended.who.debtor_number, last).decision is Decision.PASS
    assert copy.decide(held.who.debtor_number, lease_end).decision is Decision.MANUAL
    assert len(copy) == 0
