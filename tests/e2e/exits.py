"""Exit restriction as courts, counters and ports use it: orders on sealed papers, checks, and a counter's copy."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.codes.legal_time import legal_date
from services.synthetic.numbers import citizen_id
from tests.e2e.lines import Answer, Refused
from tests.e2e.players import CASES, Players, method_of
from xiezhi.cli.border.orders import BorderOrder, LibertyChoice, Requirement
from xiezhi.cli.border.orders import item as make_item
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.exits.orders import RESTRICTIONS, ExitOrder
from xiezhi.cli.exits.questions import DecisionChoice, RecordQuestion, TermQuestion
from xiezhi.client.counter import CounterCopy
from xiezhi.client.follower import Follower
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import (
    border_pb2,
    control_pb2,
    counter_pb2,
    counter_pb2_grpc,
    hit_pb2,
    listing_pb2,
    notice_pb2,
    restriction_pb2,
)

PACKAGE = "/xiezhi.exit_restriction.v1."
COUNTER, CHECKS, NOTICES = (
    f"{PACKAGE}{name}/" for name in ("ApplicationCounterService", "BorderCheckService", "CourtNoticeService")
)
CHECK, APPLY = f"{CHECKS}CheckTraveller", f"{COUNTER}CheckApplication"
NAME = "测试人"
"""Name of everybody whom no register knows."""
OTHER_JUDGE = "GAN0702-J001"
"""A judge of another court, whose president approves."""
PORT = "南昌昌北国际机场"

A = TypeVar("A", bound=Message)
_PEOPLE = itertools.count(1)
_DECISIONS = itertools.count(1)


class Exits:
    """Everybody who has to do with exit restriction in one suite.

    Args:
        players: Who calls.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.cast = players.cast

    @staticmethod
    def people(count: int = 1) -> list[DebtorQuestion]:
        """Returns people whom no register knows and no other test has, born in 1890."""
        days = (divmod(next(_PEOPLE), 300) for _ in range(count))
        return [
            DebtorQuestion(NAME, citizen_id(date(1890, 1 + row % 12, 1 + row // 12), 600 + day)) for row, day in days
        ]

    def case(self, *people: DebtorQuestion, judge: str = "") -> str:
        """Registers a case of its own of a judge, the scenario's by default, against people; returns its number."""
        handler = judge or self.cast.judge
        court = self.players.home.keys.officers.get(handler).organisation
        case = self.players.new_case(court)
        request = self.players.registration(case, handler=handler, court=court)
        del request.parties[:]
        request.parties.extend(who.party() for who in people)
        self.players.call(f"{_court_of(handler)}-R001", f"{CASES}RegisterCase", request)
        return case

    def order(
        self,
        debtor: DebtorQuestion,
        *,
        case: str = "",
        judge: str = "",
        without_decision: bool = False,
        number: str = "",
    ) -> ExitOrder:
        """Returns what a judge orders, on papers that are drafted and sealed here.

        Args:
            debtor: Against whom.
            case: In which case; the scenario's by default.
            judge: Who orders; the scenario's judge by default.
            without_decision: Whether there is no decision.
            number: Number of the decision; a new one by default.
        """
        papers = DecisionChoice(
            draft=True, without_decision=without_decision, decision_number=number or self._decision(case)
        )
        session = self.players.session(judge or self.cast.judge)
        return ExitOrder(session, CaseQuestion(case=case or self.cast.exit_case), debtor, papers)

    def border(self, *, case: str = "", judge: str = "") -> BorderOrder:
        """Returns what a judge orders of the border, as `order`."""
        papers = DecisionChoice(draft=True, decision_number=self._decision(case))
        session = self.players.session(judge or self.cast.judge)
        return BorderOrder(session, CaseQuestion(case=case or self.cast.exit_case), papers)

    def carry_out(self, kind: type[A], request: Message, *, approver: str = "") -> A:
        """Has a court's order approved, by the court above unless an approver is named, and gives it."""
        __tracebackhide__ = True
        return kind.FromString(self.give(request, approver=approver).payload)

    def give(self, request: Message, *, approver: str = "", **options: Any) -> Answer:
        """Does the same, and returns all that came back."""
        __tracebackhide__ = True
        officer, approval = self._approved(request, approver)
        return self.players.call(officer, method_of(request), request, approval=approval, **options)

    def refuse(self, reason: Reason, request: Message, *, approver: str = "") -> Refused:
        """Has a court's order approved and gives it, which must be refused for a reason."""
        __tracebackhide__ = True
        officer, approval = self._approved(request, approver)
        return self.players.refuse(reason, officer, method_of(request), request, approval=approval)

    def push(
        self, debtor: DebtorQuestion, *, months: int = 12, last_day: str = "", approver: str = "", **order: Any
    ) -> listing_pb2.Entry:
        """Puts a debtor on the list; `order` as `Exits.order` takes it."""
        request = self.order(debtor, **order).push(RecordQuestion(), TermQuestion(months=months, last_day=last_day))
        return self.carry_out(listing_pb2.PushEntryResponse, request, approver=approver).entry

    def restrict(self, debtor: DebtorQuestion, **options: Any) -> str:
        """Lists and restricts a debtor; returns the name of the restriction."""
        outcome = self.push(debtor, **options).outcome
        assert outcome.forwarding == listing_pb2.FORWARDING_FORWARDED, list(outcome.reasons)
        return outcome.restriction

    def release(self, name: str, debtor: DebtorQuestion, **order: Any) -> restriction_pb2.ReleaseRestrictionResponse:
        """Releases a restriction."""
        request = self.order(debtor, **order).release(name)
        return self.carry_out(restriction_pb2.ReleaseRestrictionResponse, request)

    def restrictions(
        self, debtor: DebtorQuestion, *, at: Timestamp | None = None, case: str = "", judge: str = ""
    ) -> Sequence[restriction_pb2.Restriction]:
        """Lists a case's restrictions of a debtor as they stood at a moment, now by default."""
        asked = self.order(debtor, case=case, judge=judge)
        context = asked.about.context(asked.session, request_id=new_id())
        request = restriction_pb2.ListRestrictionsRequest(context=context, debtor=debtor.party(), as_of_time=at)
        answer = self.players.call(asked.session.officer_id, f"{RESTRICTIONS}ListRestrictions", request)
        return restriction_pb2.ListRestrictionsResponse.FromString(answer.payload).restrictions

    @staticmethod
    def item(person: DebtorQuestion, requirement: Requirement = Requirement.BLOCK_EXIT, **term: Any) -> Any:
        """Makes one person of a batch."""
        return make_item(person, requirement, **term)

    def control(
        self, *items: control_pb2.ControlItem, case: str = "", judge: str = "", approver: str = ""
    ) -> Sequence[control_pb2.ControlOutcome]:
        """Hands people over for control; returns what became of each."""
        request = self.border(case=case, judge=judge).file(items, LibertyChoice())
        return self.carry_out(control_pb2.FileControlsResponse, request, approver=approver).outcomes

    def apply(self, person: DebtorQuestion) -> counter_pb2.CheckApplicationResponse:
        """Has a counter ask about somebody who applies for a passport."""
        answer = self.players.call(self.cast.counter_officer, APPLY, application(person))
        return counter_pb2.CheckApplicationResponse.FromString(answer.payload)

    def travel(self, number: str, *, entry: bool = False, document: bool = False) -> border_pb2.CheckTravellerResponse:
        """Has a port check who leaves, or enters, with a number."""
        answer = self.players.call(self.cast.border_officer, CHECK, journey(number, entry=entry, document=document))
        return border_pb2.CheckTravellerResponse.FromString(answer.payload)

    def past(self, person: DebtorQuestion, at: datetime) -> Sequence[counter_pb2.PastMeasure]:
        """Has a counter ask what was in force at a past moment."""
        key = counter_pb2.PersonKey(id_number=person.debtor_number, name=person.debtor_name)
        asked = counter_pb2.AskPastRequest(person=key, purpose="A complaint.")
        asked.as_of_time.FromDatetime(at)
        answer = self.players.call(self.cast.counter_officer, f"{COUNTER}AskPast", asked)
        return counter_pb2.AskPastResponse.FromString(answer.payload).measures

    def acknowledge(self, *notice_ids: str, officer: str = "") -> int:
        """Acknowledges notices to the judge's court; returns how many were not before."""
        asked = notice_pb2.AcknowledgeCourtNoticesRequest(notice_ids=notice_ids)
        answer = self.players.call(officer or self.cast.judge, f"{NOTICES}AcknowledgeCourtNotices", asked)
        return notice_pb2.AcknowledgeCourtNoticesResponse.FromString(answer.payload).acknowledged_count

    @contextmanager
    def copying(self) -> Iterator[CounterCopy]:
        """Keeps a counter's copy up to date while the block runs; it outlives it as it is then."""
        copy, client = CounterCopy(), self.players.client(self.cast.counter_officer)
        follower = Follower(copy, counter_pb2_grpc.ApplicationCounterServiceStub(client.channel), now=self.players.now)
        wrong: list[XiezhiError] = []

        def follow() -> None:
            try:
                follower.follow()
            except XiezhiError as failure:
                wrong.append(failure)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        try:
            yield copy
        finally:
            follower.stop()
            thread.join(timeout=20)
        assert not thread.is_alive(), "a counter hangs"
        assert not wrong, wrong[0].reason

    def _approved(self, request: Any, approver: str) -> tuple[str, str]:
        """Has an order of a judge approved; returns the judge and the approval."""
        officer, method = str(request.context.handler.officer_id), method_of(request)
        is_own = _court_of(officer) == _court_of(self.cast.judge)
        chosen = approver or (self.cast.superior_approver if is_own else f"{_court_of(officer)}-P001")
        return officer, self.players.approved(request, officer=officer, method=method, approver=chosen)

    def _decision(self, case: str) -> str:
        return f"{case or self.cast.exit_case}之{next(_DECISIONS)}"


def _court_of(officer: str) -> str:
    return officer.rpartition("-")[0]


def new_id() -> str:
    """Returns a new key of a request."""
    return str(uuid.uuid4())


def today() -> str:
    """Returns the legal date of now."""
    return legal_date(datetime.now(UTC)).isoformat()


def application(person: DebtorQuestion) -> counter_pb2.CheckApplicationRequest:
    """Makes a counter's question about somebody who applies for a passport."""
    return counter_pb2.CheckApplicationRequest(
        person=counter_pb2.PersonKey(id_number=person.debtor_number, name=person.debtor_name),
        kind=counter_pb2.APPLICATION_KIND_PASSPORT,
    )


def journey(
    number: str, *, entry: bool = False, document: bool = False, port: str = PORT
) -> border_pb2.CheckTravellerRequest:
    """Makes a port's question about who leaves, or enters, with a number."""
    direction = hit_pb2.TRAVEL_DIRECTION_ENTRY if entry else hit_pb2.TRAVEL_DIRECTION_EXIT
    shown = {"document_number" if document else "id_number": number}
    return border_pb2.CheckTravellerRequest(request_id=new_id(), direction=direction, port=port, **shown)
