"""Two who do at once what only one of them can: whatever the order, what is told is what happened."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from tests.e2e.lines import Answer, Line, Refused
from tests.e2e.players import APPROVALS, COURT, LOOKUP, SECOND_CHIEF, Players
from tests.e2e.reading import Reading
from xiezhi.approval.v1 import approval_pb2
from xiezhi.client import Trace
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.proof.statement import Decision

ROUNDS = 8

KIND = approval_pb2.TimelineEvent.Kind
Attempt = Callable[[], Answer]
Outcome = Answer | Refused


@pytest.fixture
def lines(players: Players) -> Iterator[tuple[Line, Line]]:
    """Two connections, so that no order is given by a shared one."""
    opened = Line(players.home, system="courts"), Line(players.home, system="courts")
    yield opened
    for line in opened:
        line.close()


def _at_once(*attempts: Attempt) -> list[Outcome]:
    """Makes calls at the same moment; returns what came of each."""
    gate = threading.Barrier(len(attempts))

    def run(attempt: Attempt) -> Outcome:
        gate.wait(timeout=20)
        try:
            return attempt()
        except Refused as refused:
            return refused

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(run, attempts))


def _reason(outcome: Outcome) -> Reason | None:
    return outcome.reason if isinstance(outcome, Refused) else None


def _show(players: Players, name: str) -> approval_pb2.Approval:
    asked = approval_pb2.GetApprovalRequest(name=name)
    answer = players.call(players.cast.judge, f"{APPROVALS}GetApproval", asked)
    return approval_pb2.GetApprovalResponse.FromString(answer.payload).approval


def _kinds(approval: approval_pb2.Approval) -> list[str]:
    return [KIND.Name(event.kind).removeprefix("KIND_") for event in approval.timeline]


def _withdraw(players: Players, name: str, line: Line) -> Attempt:
    asked = approval_pb2.WithdrawApprovalRequest(request_id=str(uuid.uuid4()), name=name, reason="No longer needed.")
    return lambda: players.call(players.cast.judge, f"{APPROVALS}WithdrawApproval", asked, line=line)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_chief_consents_and_the_other_refuses(players: Players, lines: tuple[Line, Line], _round: int) -> None:
    name = players.submit(players.question())
    consent = players.step(name, players.sign(players.claims(name)))
    rejecting = players.sign(players.claims(name, Decision.REJECT), officer=SECOND_CHIEF)
    rejection = players.step(name, rejecting, Decision.REJECT)
    consented, rejected = _at_once(
        lambda: players.call(players.cast.approver, *consent, line=lines[0]),
        lambda: players.call(SECOND_CHIEF, *rejection, line=lines[1]),
    )
    kept = _show(players, name)
    if _reason(consented) is None:
        assert _reason(rejected) is Reason.APPROVAL_STATE
        assert (kept.state, _kinds(kept)) == (approval_pb2.STATE_APPROVED, ["SUBMITTED", "CONSENTED"])
    else:
        assert (_reason(consented), _reason(rejected)) == (Reason.APPROVAL_STATE, None)
        assert (kept.state, _kinds(kept)) == (approval_pb2.STATE_REJECTED, ["SUBMITTED", "REJECTED"])


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_chiefs_consent(players: Players, lines: tuple[Line, Line], _round: int) -> None:
    name = players.submit(players.question())
    claims = players.claims(name)
    one = players.step(name, players.sign(claims))
    other = players.step(name, players.sign(claims, officer=SECOND_CHIEF))
    outcomes = _at_once(
        lambda: players.call(players.cast.approver, *one, line=lines[0]),
        lambda: players.call(SECOND_CHIEF, *other, line=lines[1]),
    )
    assert {_reason(outcome) for outcome in outcomes} == {None, Reason.APPROVAL_STATE}
    assert _kinds(_show(players, name)) == ["SUBMITTED", "CONSENTED"]


def test_one_statement_is_handed_in_many_times(players: Players) -> None:
    name = players.submit(players.question())
    step = players.step(name, players.sign(players.claims(name)))
    outcomes = _at_once(*[lambda: players.call(players.cast.approver, *step)] * 8)
    assert {_reason(outcome) for outcome in outcomes} == {None}
    assert _kinds(_show(players, name)) == ["SUBMITTED", "CONSENTED"]


def test_one_submission_is_sent_many_times(players: Players) -> None:
    submission = players.submission(players.question())
    attempt: Attempt = lambda: players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", submission)  # noqa: E731
    outcomes = _at_once(*[attempt] * 8)
    names = {
        approval_pb2.SubmitApprovalResponse.FromString(outcome.payload).approval.name
        for outcome in outcomes
        if isinstance(outcome, Answer)
    }
    assert len(names) == 1
    assert {_reason(outcome) for outcome in outcomes} == {None}


def test_first_lookups_race_and_are_of_one_acceptance(players: Players, lines: tuple[Line, Line]) -> None:
    request = players.question()
    name = players.approved(request)
    outcomes = _at_once(
        *[
            lambda line=line: players.call(players.cast.judge, LOOKUP, request, approval=name, line=line)
            for line in lines
        ]  # type: ignore[misc]
        * 4
    )
    answers = [outcome for outcome in outcomes if isinstance(outcome, Answer)]
    assert len(answers) == len(outcomes)
    assert len({answer.payload for answer in answers}) == 1
    assert len({answer.receipt.leaf_index for answer in answers}) == len(answers)
    assert _kinds(_show(players, name)) == ["SUBMITTED", "CONSENTED", "USED"]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_a_lookup_races_its_approvals_withdrawal(players: Players, lines: tuple[Line, Line], _round: int) -> None:
    request = players.question()
    name = players.approved(request)
    looked, withdrawn = _at_once(
        lambda: players.call(players.cast.judge, LOOKUP, request, approval=name, line=lines[0]),
        _withdraw(players, name, lines[1]),
    )
    assert _reason(withdrawn) is None
    kept = _show(players, name)
    assert kept.state == approval_pb2.STATE_WITHDRAWN
    if isinstance(looked, Answer):
        assert identity_pb2.LookupHouseholdResponse.FromString(looked.payload).answer.household.members
        assert _kinds(kept) == ["SUBMITTED", "CONSENTED", "USED", "WITHDRAWN"]
    else:
        assert looked.reason is Reason.APPROVAL_WITHDRAWN
        assert _kinds(kept) == ["SUBMITTED", "CONSENTED", "WITHDRAWN"]
    players.refuse(Reason.APPROVAL_WITHDRAWN, players.cast.judge, LOOKUP, request, approval=name)


def test_a_consent_races_the_withdrawal(players: Players, lines: tuple[Line, Line]) -> None:
    for _ in range(ROUNDS):
        name = players.submit(players.question())
        step = players.step(name, players.sign(players.claims(name)))
        consented, withdrawn = _at_once(
            lambda step=step: players.call(players.cast.approver, *step, line=lines[0]),  # type: ignore[misc]
            _withdraw(players, name, lines[1]),
        )
        assert _reason(withdrawn) is None
        assert _reason(consented) in {None, Reason.APPROVAL_STATE}
        kinds = _kinds(_show(players, name))
        assert kinds == ["SUBMITTED", *(["CONSENTED"] if _reason(consented) is None else []), "WITHDRAWN"]


@pytest.mark.parametrize("what", ["revoked", "withdrawn", "reassigned"])
def test_a_list_that_is_being_answered_ends_when_what_it_rests_on_does(players: Players, what: str) -> None:
    case = players.register()
    reading = Reading(players, case=case)
    assert reading.begun.wait(timeout=30)
    if what == "revoked":
        players.decide(reading.approval, Decision.REVOKE)
    elif what == "withdrawn":
        _withdraw(players, reading.approval, players.line("courts"))()
    else:
        players.reassign(case, players.cast.colleague)
    with pytest.raises(grpc.RpcError) as caught:
        reading.result()
    refused = Refused(caught.value, Trace.start())
    reasons = {"revoked": Reason.APPROVAL_REVOKED, "withdrawn": Reason.APPROVAL_WITHDRAWN}
    assert refused.reason is reasons.get(what, Reason.NOT_HANDLING_JUDGE)
    assert refused.details


@pytest.mark.clause("R-5.2")
def test_lookups_race_a_reassignment_and_none_is_answered_after_it(players: Players) -> None:
    case = players.register()
    request = players.question(case=case)
    name = players.approved(request)
    done = threading.Event()
    begun_after: list[Outcome] = []

    def look_on() -> None:
        while not begun_after:
            after = done.is_set()
            (outcome,) = _at_once(lambda: players.call(players.cast.judge, LOOKUP, request, approval=name))
            assert _reason(outcome) in {None, Reason.NOT_HANDLING_JUDGE}
            if after:
                begun_after.append(outcome)

    with ThreadPoolExecutor() as pool:
        looking = pool.submit(look_on)
        players.reassign(case, players.cast.colleague)
        done.set()
        looking.result(timeout=20)
    assert {_reason(outcome) for outcome in begun_after} == {Reason.NOT_HANDLING_JUDGE}
    assert case.startswith(f"（2020）{COURT}")
