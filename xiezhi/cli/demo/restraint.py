"""What the steps about exit restriction share: who orders and checks, on whose approval, and who hears of it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self, TypeVar

from google.protobuf.message import Message

from xiezhi.cli.carrying import method_of
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.demo.lookout import Lookout, court_heard
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import PATIENCE, Stage
from xiezhi.cli.exits.counter import COUNTER
from xiezhi.cli.exits.notices import CourtWatcher, notice_view
from xiezhi.cli.exits.orders import RESTRICTIONS, ExitOrder
from xiezhi.cli.exits.questions import DecisionChoice, RecordQuestion
from xiezhi.cli.receipt import ProvenAnswer, check_receipt, receipt_document
from xiezhi.client.counter import CounterCopy
from xiezhi.client.follower import Follower
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import (
    border_pb2,
    counter_pb2,
    counter_pb2_grpc,
    hit_pb2,
    notice_pb2,
    notice_pb2_grpc,
    restriction_pb2,
)

CHECK = "/xiezhi.exit_restriction.v1.BorderCheckService/CheckTraveller"
PORT = "南昌昌北国际机场"

A = TypeVar("A", bound=Message)


@dataclass(slots=True)
class Restraint:
    """The chapter about exit restriction, and what one step hands to the next.

    Attributes:
        stage: Who acts; another one each time the suite starts again.
        narrator: Tells it.
        within: Opens a span around each step.
        copy: A counter's copy of the restrictions, which outlives the suite.
        entry: Name of the first debtor's entry on the list.
        restrictions: Names of the restrictions, by the name of the debtor.
        proven: Answers whose receipts are looked at again at the end.
    """

    stage: Stage
    narrator: Narrator
    within: Callable[[str], Any]
    copy: CounterCopy = field(default_factory=CounterCopy)
    entry: str = ""
    restrictions: dict[str, str] = field(default_factory=dict)
    proven: list[ProvenAnswer] = field(default_factory=list)

    @property
    def debtor(self) -> DebtorQuestion:
        """The first debtor."""
        return DebtorQuestion(self.stage.cast.debtor_name, self.stage.cast.debtor_number)

    @property
    def second(self) -> DebtorQuestion:
        """The second debtor."""
        return DebtorQuestion(self.stage.cast.second_name, self.stage.cast.second_number)

    @property
    def third(self) -> DebtorQuestion:
        """The third debtor."""
        return DebtorQuestion(self.stage.cast.third_name, self.stage.cast.third_number)

    @property
    def about(self) -> CaseQuestion:
        """The case of all of them."""
        return CaseQuestion(case=self.stage.cast.exit_case)

    def order(self, debtor: DebtorQuestion, *, number: str = "", without_decision: bool = False) -> ExitOrder:
        """Returns what the judge orders, on papers that are drafted and sealed here.

        Args:
            debtor: Against whom.
            number: Number of the decision; empty for the first of the case.
            without_decision: Whether there is none.
        """
        papers = DecisionChoice(draft=True, decision_number=number, without_decision=without_decision)
        return ExitOrder(self.stage.session(self.stage.cast.judge), self.about, debtor, papers)

    def record(self) -> RecordQuestion:
        """Returns what the court writes of a debtor, made up."""
        return RecordQuestion()

    def carry_out(self, service: str, kind: type[A], request: Message, *, approver: str = "") -> A:
        """Has a request of the judge approved, by the court above unless an approver is named, and makes the call."""
        cast = self.stage.cast
        method = method_of(service, kind)
        name = self.stage.approve(cast.judge, method, request, approver=approver or cast.superior_approver)
        proven = self.stage.call(cast.judge, method, request, approval=name)
        self.proven.append(proven)
        return kind.FromString(proven.payload)

    def at_the_counter(self, debtor: DebtorQuestion) -> counter_pb2.CheckApplicationResponse:
        """Has the officer at the counter ask about a debtor who applies for a passport."""
        request = counter_pb2.CheckApplicationRequest(
            person=counter_pb2.PersonKey(id_number=debtor.debtor_number, name=debtor.debtor_name),
            kind=counter_pb2.APPLICATION_KIND_PASSPORT,
        )
        proven = self.stage.call(self.stage.cast.counter_officer, f"{COUNTER}CheckApplication", request)
        return counter_pb2.CheckApplicationResponse.FromString(proven.payload)

    def at_the_port(self, document: str) -> border_pb2.CheckTravellerResponse:
        """Has the officer at the port check who leaves with a document."""
        request = border_pb2.CheckTravellerRequest(
            request_id=self.new_id(),
            direction=hit_pb2.TRAVEL_DIRECTION_EXIT,
            port=PORT,
            document_number=document,
        )
        proven = self.stage.call(self.stage.cast.border_officer, CHECK, request)
        return border_pb2.CheckTravellerResponse.FromString(proven.payload)

    def lookout(self) -> Lookout[notice_pb2.CourtNotice]:
        """Returns the judge, watching for notices to the court."""
        client = self.stage.open(self.stage.cast.judge)
        return Lookout(client, CourtWatcher(notice_pb2_grpc.CourtNoticeServiceStub(client.channel)))

    def counter(self) -> Counter:
        """Returns a counter that keeps the copy up to date."""
        client = self.stage.client(self.stage.cast.counter_officer)
        now = self.stage.session(self.stage.cast.counter_officer).now
        stub = counter_pb2_grpc.ApplicationCounterServiceStub(client.channel)
        return Counter(self.copy, Follower(self.copy, stub, now=now))

    def copied(self, debtor: DebtorQuestion) -> str:
        """Returns what the counter's copy says of a debtor."""
        now = self.stage.session(self.stage.cast.counter_officer).now()
        return self.copy.decide(debtor.debtor_number, now).decision.name

    def listed(self, debtor: DebtorQuestion) -> restriction_pb2.ListRestrictionsResponse:
        """Has the judge list the restrictions of a debtor."""
        session = self.stage.session(self.stage.cast.judge)
        context = self.about.context(session, request_id=self.new_id())
        request = restriction_pb2.ListRestrictionsRequest(context=context, debtor=debtor.party())
        proven = self.stage.call(self.stage.cast.judge, f"{RESTRICTIONS}ListRestrictions", request)
        return restriction_pb2.ListRestrictionsResponse.FromString(proven.payload)

    def verify_receipts(self) -> int:
        """Verifies the receipts of all orders with nothing but the log's public key; returns how many there are.

        Raises:
            CommandError: If one does not hold.
        """
        for proven in self.proven:
            check_receipt(receipt_document(proven), self.stage.log_key())
        return len(self.proven)

    @staticmethod
    def new_id() -> str:
        """Returns a new key of a request."""
        return str(uuid.uuid4())

    def hear(
        self,
        entry: dict[str, Any],
        lookout: Lookout[notice_pb2.CourtNotice],
        kind: notice_pb2.CourtNoticeKind,
        *,
        measure: str = "",
        since: float = 0.0,
    ) -> notice_pb2.CourtNotice:
        """Waits until the judge hears of something, and has it acknowledged.

        Args:
            entry: The step's entry.
            lookout: The judge, watching.
            kind: What is to be heard; notices of other kinds before it are passed over.
            measure: Name of the measure that it is about; empty for any.
            since: When it happened, by the monotonic clock, if it is to be heard of within a second; else 0.
        """
        arrival = lookout.await_notice(lambda one: one.kind == kind and (not measure or one.measure == measure))
        if arrival is None:
            raise self.narrator.wrong(entry, "the court hears nothing")
        self.narrator.show(notice_view(arrival.notice))
        if since:
            court_heard(self.narrator, entry, after=arrival.at - since, of="check")
        return arrival.notice


@dataclass(slots=True)
class Counter:
    """Keeps a copy up to date in a thread of its own; used in a with statement."""

    copy: CounterCopy
    follower: Follower
    _thread: threading.Thread = field(init=False)

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._follow, name="counter", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.follower.stop()
        self._thread.join(timeout=5)

    def wait_for(self, claim: Callable[[], bool]) -> bool:
        """Waits until the copy is as claimed; returns whether it came to be."""
        ends = time.monotonic() + PATIENCE.total_seconds()
        while not claim() and time.monotonic() < ends:
            time.sleep(0.01)
        return claim()

    def _follow(self) -> None:
        try:
            self.follower.follow()
        except (XiezhiError, ValueError):
            # The connection was closed, or the story misses what the copy should say.
            return
