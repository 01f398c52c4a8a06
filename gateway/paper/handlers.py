"""The use cases of the paper channel: to perform what came, once, and to list it.

Between any two steps the process may be killed. Whatever comes first is found again by the approval's name: the item,
the approval, its use, and with the service behind the gateway the request's own key.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from gateway.approval.domain import Cause, Kind
from gateway.approval.store import ApprovalStore
from gateway.decision import Grant
from gateway.gate import Gate
from gateway.paper.domain import Answer, Entry, Item, Place, is_answer, is_final, may_be_done, reference_reused
from gateway.paper.reading import Paper, Perform, Signatures, require_consents, take_apart, verify
from gateway.paper.registering import register
from gateway.paper.store import PaperStore
from services.chassis import on_paper
from services.chassis.admission import APPROVAL_KEY, AUTHORIZATION_KEY
from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.policy import Contracts
from services.chassis.rules import Jurisdiction
from services.chassis.tokens import Caller
from services.chassis.trust import OfficerTrust
from services.chassis.validation import parse
from xiezhi.errors import XiezhiError
from xiezhi.proof.answer import seal_answer
from xiezhi.proof.statement import invalid


class Refused(Exception):
    """A refusal of the service behind the gateway, which has recorded it.

    Attributes:
        failure: The refusal.
        status: google.rpc.Status, serialised, as the service sent it.
    """

    def __init__(self, failure: XiezhiError, status: bytes) -> None:
        super().__init__(failure.reason.value)
        self.failure = failure
        self.status = status


Ask = Callable[[Call, Grant], Awaitable[bytes]]
"""Makes a call to the service behind the gateway; raises `Refused`, or an error where it cannot be asked."""
Record = Callable[[Call, XiezhiError], Awaitable[None]]
"""Records a refusal: `services.chassis.recorder.Recorder.refused`."""
Serialise = Callable[[XiezhiError, Call], bytes]
"""Serialises a refusal as google.rpc.Status."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the desk stands on at which papers are handed in.

    Attributes:
        contracts: The contracts.
        trust: Verifies officers' statements.
        jurisdiction: Courts and their order.
        gate: Holds a request to what every call is held to.
        approvals: The approvals.
        papers: What came on paper.
        ask: Makes calls to the services.
        record: Records refusals.
        serialise: Serialises refusals.
        clock: Source of now.
        framework_ref: The rules under which approvals are asked for.
    """

    contracts: Contracts
    trust: OfficerTrust
    jurisdiction: Jurisdiction
    gate: Gate
    approvals: ApprovalStore
    papers: PaperStore
    ask: Ask
    record: Record
    serialise: Serialise
    clock: Clock
    framework_ref: str


@dataclass(frozen=True, slots=True)
class Performed:
    """How a request came out.

    Attributes:
        item: The request.
        answer: What became of it.
        is_repeated: Whether that was so before.
    """

    item: Item
    answer: Answer
    is_repeated: bool = False


async def perform(command: Perform, *, call: Call, desk: Desk) -> Performed:
    """Performs one request that came on paper, or finds out what became of it before.

    Args:
        command: What was brought.
        call: The call that brings it.
        desk: What all of it stands on.

    Raises:
        XiezhiError: If it cannot be brought, or cannot be performed now.
    """
    now = desk.clock.now()
    paper = take_apart(command, importer=call.officer, contracts=desk.contracts, now=now)
    claims = paper.claims
    kept = await desk.papers.find(claims.approval)
    is_again = kept is not None and kept.item.is_again(paper.item)
    # What was kept was verified before. Of all else nothing is believed, recorded or compared before it is verified:
    # whoever makes up a statement learns nothing of what came, and names no case in the log.
    if kept is not None and kept.answer is not None and is_again:
        _tell_about(call, paper)
        return Performed(kept.item, kept.answer, is_repeated=True)
    try:
        signatures = verify(paper, trust=desk.trust, now=now)
    except XiezhiError as failure:
        raise (await _told(failure, paper, desk) if is_again else failure) from None
    _tell_about(call, paper)
    if kept is not None and not is_again:
        raise reference_reused()
    return await _perform_verified(paper, signatures, call=call, desk=desk, now=now)


async def list_papers(
    *, caller: Caller, size: int, after: Place | None, papers: PaperStore, jurisdiction: Jurisdiction
) -> tuple[tuple[Entry, ...], Place | None]:
    """Lists what the caller's court filed, or what the caller's police organisation brought in, the newest first.

    Returns:
        The page, and the place after which the next one begins; None on the last page.
    """
    own = caller.organisation
    is_court = jurisdiction.level(own) > 0
    found = await papers.page(
        court_code=own if is_court else "", organisation="" if is_court else own, after=after, limit=size + 1
    )
    page = found[:size]
    if len(found) <= size:
        return page, None
    last = page[-1].item
    return page, Place(last.imported_at, last.approval)


async def _perform_verified(
    paper: Paper, signatures: Signatures, *, call: Call, desk: Desk, now: datetime
) -> Performed:
    """Has a request performed whose signatures hold, and keeps what became of it."""
    claims = paper.claims
    inner = _inner(paper, signatures.judge, call=call, now=now)
    try:
        payload = await _pass(paper, signatures, call=inner, desk=desk)
    except Refused as refused:
        if not is_answer(refused.failure):
            raise await _told(refused.failure, paper, desk) from None
        return await _finish(paper, _refusal(refused.failure, refused.status, desk), desk)
    except XiezhiError as failure:
        if not is_answer(failure) or await _is_spent(claims.approval, desk):
            raise await _told(failure, paper, desk) from None
        await desk.record(inner, failure)
        return await _finish(paper, _refusal(failure, desk.serialise(failure, inner), desk), desk)
    sealed = seal_answer(payload, key=claims.result_key, approval=claims.approval, method=paper.method.full_name)
    return await _finish(paper, Answer(sealed, b"", "", desk.clock.now()), desk)


def _tell_about(call: Call, paper: Paper) -> None:
    """Lets the log say about what the call is."""
    claims = paper.claims
    call.approval, call.court_code, call.case_number = claims.approval, claims.court_code, claims.case_number


async def _pass(paper: Paper, signatures: Signatures, *, call: Call, desk: Desk) -> bytes:
    """Takes a request through everything that a call goes through, to the service's answer."""
    claims, method = paper.claims, paper.method
    require_consents(paper, signatures, jurisdiction=desk.jurisdiction, now=call.received_at)
    message = parse(method, call.request)
    call.subjects = tuple(method.subjects(message))
    facts = await desk.gate.admit_submission(method.full_name, call.request, call.officer, filed_at=claims.issued_at)
    if (facts.court_code, facts.case_number) != (claims.court_code, claims.case_number):
        raise invalid("it is about another case")
    await desk.papers.begin(paper.item)
    cause = Cause(call.trace_id, call.span_id)
    await register(paper, signatures, cause=cause, store=desk.approvals, framework_ref=desk.framework_ref)
    granted = await desk.gate.grant(call, message, filed_at=claims.issued_at)
    return await desk.ask(call, granted)


async def _is_spent(approval: str, desk: Desk) -> bool:
    """Whether the service may have done what was asked already, so that no refusal would be the answer."""
    kept = await desk.approvals.get(approval)
    return kept is not None and any(event.kind is Kind.SPENT for event in kept.timeline)


async def _told(failure: XiezhiError, paper: Paper, desk: Desk) -> XiezhiError:
    """Returns what is told of a refusal that is no answer: never one of today about what may have been done before."""
    if is_final(failure) and await _is_spent(paper.claims.approval, desk):
        return may_be_done()
    return failure


async def _finish(paper: Paper, answer: Answer, desk: Desk) -> Performed:
    kept = await desk.papers.finish(paper.item, answer)
    return Performed(paper.item, kept, is_repeated=kept != answer)


def _refusal(failure: XiezhiError, status: bytes, desk: Desk) -> Answer:
    return Answer(b"", status, failure.reason.value, desk.clock.now())


def _inner(paper: Paper, judge: Caller, *, call: Call, now: datetime) -> Call:
    """Makes the call that the judge would have made over the platform."""
    return Call(
        method=paper.method,
        received_at=now,
        accepted_at=now,
        trace_id=call.trace_id,
        span_id=call.span_id,
        metadata={
            AUTHORIZATION_KEY: f"{on_paper.SCHEME}{paper.command.statement}",
            APPROVAL_KEY: paper.claims.approval,
        },
        peer=call.peer,
        request=paper.command.request,
        request_sha256=paper.request_sha256,
        caller=judge,
        approval=paper.claims.approval,
        court_code=paper.claims.court_code,
        case_number=paper.claims.case_number,
    )
