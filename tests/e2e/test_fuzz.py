"""Every external method is sent what nobody would send: refused in so many words, at once, and nothing repeated."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.message import DecodeError, Message
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis import strategies as st

from tests.e2e.exits import COUNTER, Exits
from tests.e2e.lines import Refused
from tests.e2e.players import APPROVALS, BATCH, CASES, COURT, LEDGER, LOOKUP, REGISTRAR, Players
from tests.e2e.referrals import Referrals
from tests.e2e.running import Suite
from tests.e2e.samples import dispute_requests, exit_requests, referral_requests, vehicle_requests
from tests.e2e.strategies import Hints, changed, payloads, texts
from tests.e2e.vehicles import SEIZURES, Vehicles
from tests.e2e.watching import COORDINATION_WATCH, COURT_WATCH, REFERRAL_WATCH, WATCH
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.cli.referral.calls import UNIT
from xiezhi.cli.suite import PROCESSES
from xiezhi.client import Trace, find_method, list_methods
from xiezhi.client.contract import MethodContract
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.policy.v1 import policy_pb2

EXTENSION = "xiezhi.vehicle.v1.ExtendSeizureRequest"
EXAMPLES, EXAMPLES_OF_VEHICLES, TOGETHER = 12, 4, 5
"""Examples of each method, fewer where papers are long; and requests of an example, which are sent at once."""
SECONDS = 5.0
"""How long an answer to nonsense may take."""
REPEATED = 8
"""Characters from which on a text that comes back was repeated and is not there by chance."""
LONG = ("/xiezhi.vehicle.", "/xiezhi.exit_restriction.", "/xiezhi.referral.")
"""Packages whose requests are long."""
ENDLESS = {WATCH, COORDINATION_WATCH, COURT_WATCH, REFERRAL_WATCH, f"{COUNTER}WatchRestrictions"}
"""Streams that have no end."""
OPERATOR = "POL360000-O001"
NEVER = {"INTERNAL", "UNKNOWN", "DATA_LOSS", "UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "ABORTED"}

_FEW = settings(
    max_examples=EXAMPLES_OF_VEHICLES,
    derandomize=True,
    database=None,
    deadline=None,
    # What was sent is not printed: a base may name people.
    verbosity=Verbosity.quiet,
    phases=(Phase.generate,),
    suppress_health_check=list(HealthCheck),
)
_QUIETLY = settings(_FEW, max_examples=EXAMPLES)


def _quietly(method: str) -> settings:
    return _FEW if method.startswith(LONG) else _QUIETLY


def _policy(method: MethodContract) -> policy_pb2.MethodPolicy:
    service, _, name = method.full_name[1:].partition("/")
    descriptor = method.input_class.DESCRIPTOR.file.pool.FindServiceByName(service).methods_by_name[name]
    told: Any = descriptor.GetOptions().Extensions[policy_pb2.method]  # type: ignore[index]
    assert isinstance(told, policy_pb2.MethodPolicy)
    return told


METHODS = [m.full_name for m in list_methods() if _policy(m).exposure == policy_pb2.EXPOSURE_EXTERNAL]


@pytest.fixture(scope="module")
def known(players: Players, vehicles: Vehicles, exits: Exits, referrals: Referrals) -> dict[str, Any]:
    """Things that are there: a case of these tests, approvals that have ended or are given, a list of each."""
    case = players.register()
    request = players.question(case=case)
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=request.context, debtors=[request.debtor], categories=request.categories
    )
    rejected = players.approved(request)
    return {
        "case": case,
        "request": request,
        "batch": batch,
        "approvals": [players.approved(request), rejected],
        "batch approval": players.approved(batch, method=BATCH),
        "statement": players.sign(players.claims(players.submit(request))),
        "requests": {
            request.DESCRIPTOR.full_name: request
            for request in (
                *vehicle_requests(vehicles),
                *exit_requests(exits),
                *referral_requests(referrals),
                *dispute_requests(referrals),
            )
        },
    }


def _hints(known: dict[str, Any]) -> Hints:
    encoded = known["request"].SerializeToString(deterministic=True)
    return {
        "name": st.sampled_from((*known["approvals"], known["requests"][EXTENSION].name)),
        "plate": st.sampled_from(("赣A12345", "粤B12345", "赣AI2345")),
        "plate_type": st.sampled_from(("01", "02", "52")),
        "packed_plates": st.binary(min_size=8, max_size=8),
        "statement": st.just(known["statement"]),
        "method": st.sampled_from((*METHODS, f"{LEDGER}Append")),
        "request": st.one_of(st.just(encoded), st.binary(max_size=400).map(lambda more: encoded + more)),
        "court_code": st.sampled_from((COURT, "赣0702", "粤01")),
        "case_number": st.sampled_from((known["case"], "（2018）赣0102执999999号")),
        "handler": st.just("GAN0102-J005"),
        "seconds": st.integers(-(1 << 40), 1 << 40),
        "id_number": st.sampled_from((known["request"].debtor.id_number, "369901198001150012")),
    }


def _base(method: str, known: dict[str, Any]) -> Message | None:
    """Returns a request of a method that would be answered, as far as there is one that changes nothing for others."""
    names = {"GetApproval", "WatchApproval", "ApproveApproval", "RejectApproval", "RevokeApproval", "WithdrawApproval"}
    name = method.rpartition("/")[2]
    if name in names:
        made = getattr(approval_pb2, f"{name}Request")(name=known["approvals"][0])
        if "statement" in made.DESCRIPTOR.fields_by_name:
            made.statement = known["statement"]
        return made  # type: ignore[no-any-return]
    if method.startswith(CASES):
        return casefile_pb2.GetCaseRequest(court_code=COURT, case_number=known["case"]) if name == "GetCase" else None
    asked = find_method(method).input_class.DESCRIPTOR.full_name
    if asked in known["requests"]:
        return known["requests"][asked]  # type: ignore[no-any-return]
    bases: dict[str, Message] = {
        LOOKUP: known["request"],
        BATCH: known["batch"],
        f"{APPROVALS}SubmitApproval": approval_pb2.SubmitApprovalRequest(
            request_id=str(uuid.UUID(int=1)), method=LOOKUP, request=known["request"].SerializeToString(), reason="r"
        ),
        f"{APPROVALS}ListApprovals": approval_pb2.ListApprovalsRequest(page_size=3),
        f"{LEDGER}ListEntries": ledger_pb2.ListEntriesRequest(page_size=3),
        f"{LEDGER}GetInclusionProof": ledger_pb2.GetInclusionProofRequest(leaf_index=1),
        f"{LEDGER}GetConsistencyProof": ledger_pb2.GetConsistencyProofRequest(from_tree_size=1),
    }
    return bases.get(method)


def _caller(players: Players, method: str) -> str:
    if method.startswith(CASES):
        return REGISTRAR
    if method.startswith(LEDGER):
        return players.cast.auditor
    cast = players.cast
    if method.startswith(UNIT):
        return cast.unit_head
    return {
        "approval.decide": cast.approver,
        "vehicle.check": cast.register_officer,
        "vehicle.check.stream": cast.camera,
        "vehicle.sighting.watch": cast.command_centre,
        "vehicle.operate": OPERATOR,
        "vehicle.violation.clear": cast.window,
        "exit.counter.check": cast.counter_officer,
        "exit.counter.copy": cast.counter_officer,
        "exit.history.read": cast.counter_officer,
        "border.check": cast.border_officer,
        "border.check.stream": cast.border_officer,
        "exit.operate": OPERATOR,
        "coordination.operate": OPERATOR,
        "dispute.settle": cast.court_supervisor,
        "referral.operate": OPERATOR,
        "referral.supervise": cast.court_supervisor,
        "referral.calendar": cast.court_supervisor,
    }.get(_policy(find_method(method)).permission, cast.judge)


@pytest.mark.parametrize("method", METHODS)
def test_nonsense(suite: Suite, players: Players, known: dict[str, Any], method: str) -> None:
    contract, caller = find_method(method), _caller(players, method)
    approval = {LOOKUP: known["approvals"][0], BATCH: known["batch approval"]}.get(method, "")
    if contract.needs_approval and not approval:
        # Some ask for a rank that the scenario's approver does not have.
        approver = "" if method.startswith("/xiezhi.vehicle.") else players.cast.superior_approver
        approval = players.approved(_base(method, known) or b"", method=method, approver=approver)
    token = players.token(caller)
    outcomes: set[str] = set()

    def send(request: bytes) -> None:
        try:
            if method in ENDLESS:
                _watch(players, caller, method, request=request, token=token)
            else:
                players.call(caller, method, request, approval=approval, metadata=(token,), timeout=SECONDS)
        except Refused as refused:
            outcomes.add(refused.reason)
            _require_told(contract, request, refused)
        else:
            outcomes.add("answered")

    one = payloads(contract, _hints(known), _base(method, known))
    with ThreadPoolExecutor(TOGETHER) as pool:

        @_quietly(method)
        @given(st.lists(one, min_size=TOGETHER, max_size=TOGETHER))
        def run(requests: list[bytes]) -> None:
            for _ in pool.map(send, requests):
                pass

        run()
    assert outcomes - {"answered"} or not contract.input_class.DESCRIPTOR.fields
    _require_no_failure(suite)


def _watch(players: Players, caller: str, method: str, *, request: bytes, token: tuple[str, str]) -> None:
    """Reads the first answer of a stream that has no end."""
    system = players.home.keys.officers.get(caller).system
    try:
        next(players.line(system).stream(method, request, (token,), timeout=SECONDS))
    except grpc.RpcError as failure:
        raise Refused(failure, Trace.start()) from None


def _require_no_failure(suite: Suite) -> None:
    for process in PROCESSES:
        assert "call.failed" not in suite.log(process)


@pytest.mark.parametrize("method", [LOOKUP, BATCH, f"{SEIZURES}RegisterSeizure"])
def test_nonsense_that_was_approved(suite: Suite, players: Players, known: dict[str, Any], method: str) -> None:
    """What people consent to reaches the service itself, whatever it says."""
    contract, base = find_method(method), _base(method, known)
    assert base is not None
    # Of a case of its own: the one that is known may have been closed by the nonsense before.
    case = players.register()
    base.context.case_number = case  # type: ignore[attr-defined]
    outcomes: set[str] = set()

    @_quietly(method)
    @given(changed(base, {name: found for name, found in _hints({**known, "case": case}).items() if name != "name"}))
    def run(request: Message) -> None:
        try:
            approval = players.approved(request, method=method)
            players.call(players.cast.judge, method, request, approval=approval, timeout=SECONDS)
        except Refused as refused:
            outcomes.add(refused.reason)
            _require_told(contract, request.SerializeToString(), refused)
        else:
            outcomes.add("answered")

    run()
    assert "answered" in outcomes
    _require_no_failure(suite)


def _require_told(method: MethodContract, request: bytes, refused: Refused) -> None:
    """Requires that a refusal is one of the contract's, and has nothing in it of what was sent."""
    assert refused.code not in NEVER, f"{refused.code} {refused.reason}"
    assert refused.details, "the refusal has no details"
    try:
        message = method.input_class.FromString(request)
    except DecodeError:
        return
    for text in texts(message):
        if len(text) >= REPEATED:
            encoded = text.encode()
            # Not compared by `in` within the assertion, which would print both.
            found = encoded in refused.details or encoded in refused.text.encode()
            assert not found, "the refusal repeats what was sent"


def test_every_method_that_agencies_may_call_is_there() -> None:
    assert len(METHODS) >= 90
    assert f"{LEDGER}Append" not in METHODS
