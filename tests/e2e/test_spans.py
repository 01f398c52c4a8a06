"""The shape of the story's span tree, literally: what calls what, in which process, and where trace and ledger meet."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.e2e.lines import Answer
from tests.e2e.players import APPROVALS, BATCH, LOOKUP, WHY, Players
from tests.e2e.running import Suite, await_that
from tests.e2e.vehicles import INSPECTION, Vehicles
from tests.e2e.watching import Watch
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.vehicle import CHECK
from xiezhi.cli.waterfall import Span, read_trace
from xiezhi.client import Review, Trace
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.proof.statement import Decision
from xiezhi.vehicle.v1 import check_pb2

STORY = """
    gateway server ApprovalService/SubmitApproval answered
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
      gateway internal db.read
      gateway internal db.write
      gateway internal db.read
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
    gateway server ApprovalService/GetApproval answered
      gateway internal db.read
      gateway internal db.read
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
    gateway server ApprovalService/ApproveApproval answered
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
      gateway internal db.write
      gateway internal db.read
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
    gateway server IdentityService/LookupHousehold answered
      gateway internal db.write
      identity server IdentityService/LookupHousehold answered
        identity internal db.read
        identity internal db.read
        identity internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
    gateway server IdentityService/LookupHousehold answered
      identity server IdentityService/LookupHousehold answered
        identity internal db.read
        identity internal db.read
        identity internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
    gateway server IdentityService/LookupHousehold refused NOT_HANDLING_JUDGE
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
"""

FAR_REFUSAL = """
    gateway server IdentityService/LookupHousehold refused FIELDS_INVALID
      gateway internal db.write
      identity server IdentityService/LookupHousehold refused FIELDS_INVALID
        identity internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
"""

NO_APPROVAL = """
    gateway server IdentityService/LookupHousehold refused APPROVAL_REQUIRED
      gateway internal ledger.append
        ledger server LedgerService/Append answered
          ledger internal db.write
"""

BATCH_OF_TWO = """
    gateway server IdentityService/BatchLookupHouseholds answered
      gateway internal db.write
      identity server IdentityService/BatchLookupHouseholds answered
        identity internal db.read
        identity internal db.read
        identity internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
"""


SEIZURE = """
    gateway server SeizureService/RegisterSeizure answered
      gateway internal db.write
      vehicle server SeizureService/RegisterSeizure answered
        vehicle internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
        vehicle internal db.read
        vehicle internal db.write
        vehicle internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
"""

CHECKED = """
    gateway server VehicleCheckService/CheckVehicle answered
      vehicle server VehicleCheckService/CheckVehicle answered
        vehicle internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
        vehicle internal db.write
        vehicle internal ledger.append
          ledger server LedgerService/Append answered
            ledger internal db.write
"""


def _draw(spans: Sequence[Span], parent: str, depth: int = 0) -> list[str]:
    lines = []
    for span in spans:
        if span.parent_id == parent:
            name = span.name.rpartition(".")[2] if "/" in span.name else span.name
            told = [span.service, span.kind, name, *filter(None, (span.decision, span.reason))]
            lines += ["  " * depth + " ".join(told), *_draw(spans, span.span_id, depth + 1)]
    return lines


def _require_tree(suite: Suite, trace: Trace, literal: str) -> tuple[Span, ...]:
    """Requires that all that was recorded of a trace is a tree below the caller's own span; returns the spans."""
    expected = textwrap.dedent(literal).strip().splitlines()
    await_that(lambda: len(_read(suite, trace)) >= len(expected), "spans are missing", seconds=10)
    spans = _read(suite, trace)
    assert _draw(spans, trace.span_id) == expected
    assert len(spans) == len(expected)
    return spans


def _read(suite: Suite, trace: Trace) -> tuple[Span, ...]:
    return read_trace(suite.home.traces, trace.trace_id)


def test_the_story_is_one_tree(suite: Suite, players: Players) -> None:
    case, trace = players.register(), Trace.start()
    judge, chief = players.cast.judge, players.cast.approver
    request = players.question(case=case)
    submitted = players.call(judge, f"{APPROVALS}SubmitApproval", players.submission(request), trace=trace)
    name = approval_pb2.SubmitApprovalResponse.FromString(submitted.payload).approval.name
    read = players.call(chief, f"{APPROVALS}GetApproval", approval_pb2.GetApprovalRequest(name=name), trace=trace)
    review = Review.of(approval_pb2.GetApprovalResponse.FromString(read.payload).approval)
    statement = players.sign(review.claims(Decision.CONSENT, reason=WHY, now=datetime.now(UTC)))
    decided = players.call(chief, *players.step(name, statement), trace=trace)
    looked = [players.call(judge, LOOKUP, request, approval=name, trace=trace) for _ in range(2)]
    other = players.question(players.cast.colleague, case=case)
    players.refuse(Reason.NOT_HANDLING_JUDGE, players.cast.colleague, LOOKUP, other, trace=trace)
    spans = _require_tree(suite, trace, STORY)
    _require_same_places(spans, [submitted, read, decided, *looked])
    assert all(span.start <= span.end for span in spans)


def _require_same_places(spans: Sequence[Span], answers: Sequence[Answer]) -> None:
    """Requires that the trace names the ledger's entries, and that their receipts are of this trace (architecture)."""
    recorded = [span.attributes["xiezhi.ledger.index"] for span in spans if span.name == "ledger.append"]
    assert len(set(recorded)) == len(recorded)
    assert {answer.receipt.leaf_index for answer in answers} <= set(recorded)
    answered = [s for s in spans if s.kind == "server" and "xiezhi.ledger.index" in s.attributes]
    assert [s.attributes["xiezhi.ledger.index"] for s in answered] == [a.receipt.leaf_index for a in answers]


def test_a_refusal_of_the_service_is_one_of_the_gateway_too_and_recorded_once(suite: Suite, players: Players) -> None:
    request = players.question()
    request.categories[:] = [identity_pb2.CATEGORY_PHOTOS]
    name = players.approved(request)
    refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, request, approval=name)
    _require_tree(suite, refused.trace, FAR_REFUSAL)


def test_a_list_is_read_and_recorded_together(suite: Suite, players: Players) -> None:
    one = players.question()
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=one.context, debtors=[one.debtor, one.debtor], categories=one.categories
    )
    answer = players.call(players.cast.judge, BATCH, batch, approval=players.approved(batch, method=BATCH))
    spans = _require_tree(suite, answer.trace, BATCH_OF_TWO)
    assert [s.attributes["xiezhi.ledger.index"] for s in spans if s.name == "ledger.append"] == [
        answer.receipt.leaf_index
    ]


def test_a_caller_without_a_trace_gets_one(suite: Suite, players: Players) -> None:
    line = players.line("courts")
    future = line.start(LOOKUP, players.question().SerializeToString(), (players.token(players.cast.judge),))
    future.exception(timeout=20)
    told = dict(future.trailing_metadata())["xiezhi-trace-id"]
    trace = Trace(str(told), "", sampled=True)
    _require_tree(suite, trace, NO_APPROVAL)


def test_a_lookup_leads_back_to_who_asked_and_who_approved(suite: Suite, players: Players) -> None:
    request, asking, approving = players.question(), Trace.start(), Trace.start()
    submission = players.submission(request)
    submitted = players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", submission, trace=asking)
    name = approval_pb2.SubmitApprovalResponse.FromString(submitted.payload).approval.name
    players.call(players.cast.approver, *players.step(name, players.sign(players.claims(name))), trace=approving)
    for _ in range(2):
        answer = players.call(players.cast.judge, LOOKUP, request, approval=name)
        await_that(lambda: _links(suite, answer.trace), "the lookup is linked to nothing", seconds=10)  # noqa: B023 - called at once
        assert _links(suite, answer.trace) == {asking.trace_id, approving.trace_id}
    shown = players.review(name, officer=players.cast.judge).approval.timeline
    assert [event.trace_id for event in shown][:2] == [asking.trace_id, approving.trace_id]


def _links(suite: Suite, trace: Trace) -> set[str]:
    return {link for span in _read(suite, trace) for link in span.links}


def test_a_seizure_is_one_tree(suite: Suite, vehicles: Vehicles) -> None:
    request = vehicles.order().register(vehicles.cars(), months=0, last_day="")
    answer = vehicles.carry_out(request)
    spans = _require_tree(suite, answer.trace, SEIZURE)
    _require_same_places(spans, [answer])


def test_a_check_leads_to_whoever_was_told_of_it(suite: Suite, vehicles: Vehicles, players: Players) -> None:
    """The trace of the watcher is linked to that of the check, and the notice names it."""
    (car,) = vehicles.cars()
    vehicles.seizure(car)
    with Watch(players, vehicles.cast.command_centre) as watch:
        answer = players.call(vehicles.cast.register_officer, CHECK, vehicles.sight(car, INSPECTION))
        told = check_pb2.CheckVehicleResponse.FromString(answer.payload)
        assert watch.arrival(told.sighting).notice.trace_id == answer.trace.trace_id
    spans = _require_tree(suite, answer.trace, CHECKED)
    _require_same_places(spans, [answer])
    watching = Trace(watch.trace.trace_id, "", sampled=True)
    await_that(lambda: answer.trace.trace_id in _links(suite, watching), "the watcher is linked to nothing", seconds=10)
