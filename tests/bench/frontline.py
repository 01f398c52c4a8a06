"""How soon a release is known at a counter that watches, and a hit at a port in the court."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime

from services.synthetic import SCENARIO
from tests.bench.calls import Debtor, Desk
from tests.bench.frontier import Frontier
from tests.bench.promptness import REQUESTED, Delays
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.papers import PapersChoice, collect
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.client.follower import Follower
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import (
    border_pb2,
    border_pb2_grpc,
    counter_pb2_grpc,
    hit_pb2,
    notice_pb2,
    notice_pb2_grpc,
    restriction_pb2,
    restriction_pb2_grpc,
)

RELEASE = "/xiezhi.exit_restriction.v1.RestrictionService/ReleaseRestriction"
ON_ONE_NOTICE = 10
"""Debtors whom one synthetic notice names."""
PATIENCE = 10.0
POLL_SECONDS = 0.001
"""How often the counter's copy is asked."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An approved request to release somebody."""

    request: restriction_pb2.ReleaseRestrictionRequest
    approval: str

    @property
    def number(self) -> str:
        return self.request.debtor.id_number


class Frontline:
    """Measures both through the gateway, every receipt verified by the clients.

    Args:
        stack: Closes what is opened.
        desk: The judge and the approver.
        frontier: Who is restricted and under control.
        releases: How many releases are prepared.
    """

    def __init__(self, stack: ExitStack, desk: Desk, frontier: Frontier, *, releases: int) -> None:
        self._judge = stack.enter_context(desk.client())
        self._border = stack.enter_context(desk.session(SCENARIO.border_officer).connect())
        self._copy = CounterCopy()
        counter = stack.enter_context(desk.session(SCENARIO.counter_officer).connect())
        follower = Follower(self._copy, counter_pb2_grpc.ApplicationCounterServiceStub(counter.channel))
        threading.Thread(target=follower.follow, name="counter", daemon=True).start()
        stack.callback(follower.stop)
        self._arrived: queue.SimpleQueue[tuple[float, str]] = queue.SimpleQueue()
        threading.Thread(target=self._watch, name="court", daemon=True).start()
        chosen = dict([*frontier.restricted.items()][:releases])
        self._prepared = iter(
            [
                _Prepared(one, desk.approve(one.SerializeToString(deterministic=True), method=RELEASE).approval)
                for one in _releases(desk, chosen)
            ]
        )
        self._controlled = iter(frontier.controlled.items())
        self._await(lambda: self._copy.lease_end is not None and not self._copy.is_empty)

    def releases(self, key: str, when: str, goes_on: Callable[[int], bool]) -> tuple[Delays, Delays]:
        """Releases people while it goes on; returns the times from the answer and from the request."""
        answered: list[float] = []
        asked: list[float] = []
        while goes_on(len(asked)) and (one := next(self._prepared, None)) is not None:
            since_answer, since_request = self._release(one)
            answered.append(since_answer)
            asked.append(since_request)
        told = "to the counter's copy that lets the person pass"
        return (
            Delays(key, f"the answer to a release {told}, {when}", answered),
            Delays(f"{key}{REQUESTED}", f"a court's request to release, its notice verified, {told}, {when}", asked),
        )

    def hits(self, key: str, when: str, goes_on: Callable[[int], bool]) -> Delays:
        """Checks people under control while it goes on; returns the times from the check to the court's notice."""
        times: list[float] = []
        while goes_on(len(times)) and (one := next(self._controlled, None)) is not None:
            times.append(self._meet(*one))
        return Delays(key, f"a check that hits to its notice in the court, {when}", times)

    def _release(self, prepared: _Prepared) -> tuple[float, float]:
        if self._verdict(prepared.number) is not Decision.RESTRICTED:
            raise RuntimeError("the counter's copy does not restrict whoever is to be released")
        passes: queue.SimpleQueue[float] = queue.SimpleQueue()

        def watch() -> None:
            self._await(lambda: self._verdict(prepared.number) is Decision.PASS)
            passes.put(time.perf_counter())

        threading.Thread(target=watch, daemon=True).start()
        started = time.perf_counter()
        with self._judge.using(prepared.approval):
            stub = restriction_pb2_grpc.RestrictionServiceStub(self._judge.channel)
            answer = stub.ReleaseRestriction(prepared.request)
        answered = time.perf_counter()
        if answer.already_ended:
            raise RuntimeError("a restriction had ended before")
        passed = passes.get(timeout=PATIENCE)
        # A copy may hear of it before the court has its answer.
        return max(passed - answered, 0.0), passed - started

    def _meet(self, control: str, number: str) -> float:
        request = border_pb2.CheckTravellerRequest(
            request_id=str(uuid.uuid4()),
            direction=hit_pb2.TRAVEL_DIRECTION_EXIT,
            port="南昌昌北机场",
            id_number=number,
        )
        started = time.perf_counter()
        answer = border_pb2_grpc.BorderCheckServiceStub(self._border.channel).CheckTraveller(request)
        if not answer.hit:
            raise RuntimeError("a check did not hit")
        while True:
            at, measure = self._arrived.get(timeout=PATIENCE)
            if measure == control:
                return at - started

    def _watch(self) -> None:
        """Follows the notices to the judge's court until the connection is closed."""
        stub = notice_pb2_grpc.CourtNoticeServiceStub(self._judge.channel)
        with suppress(XiezhiError, ValueError):
            for answer in stub.WatchCourtNotices(notice_pb2.WatchCourtNoticesRequest()):
                at = time.perf_counter()
                for notice in answer.notices:
                    self._arrived.put((at, notice.measure))

    def _verdict(self, number: str) -> Decision:
        return self._copy.decide(number, datetime.now(UTC)).decision

    @staticmethod
    def _await(true: Callable[[], bool]) -> None:
        ends = time.perf_counter() + PATIENCE
        while not true():
            if time.perf_counter() > ends:
                raise RuntimeError("what was waited for did not come about")
            time.sleep(POLL_SECONDS)


def _releases(desk: Desk, restricted: Mapping[str, Debtor]) -> Iterator[restriction_pb2.ReleaseRestrictionRequest]:
    """Makes requests to release one debtor each, some of them on one notice."""
    session = desk.session(SCENARIO.judge)
    items = [*restricted.items()]
    for start in range(0, len(items), ON_ONE_NOTICE):
        some = items[start : start + ON_ONE_NOTICE]
        about = CaseQuestion(case=some[0][1].case)
        facts = [f"解除限制出境：{debtor.number}" for _, debtor in some]
        drafted = about.context(session, request_id=str(uuid.uuid4()))
        papers = collect(session, drafted, PapersChoice(draft=True), kind="", facts=facts)
        for name, debtor in some:
            context = about.context(session, request_id=str(uuid.uuid4()), documents=drafted.documents)
            party = DebtorQuestion(debtor_name=debtor.name, debtor_number=debtor.number).party()
            yield restriction_pb2.ReleaseRestrictionRequest(
                context=context, debtor=party, name=name, notice_pdf=papers.notice
            )
