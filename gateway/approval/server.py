"""The approval service: from messages to use cases and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from gateway.approval import handlers, reading
from gateway.approval.convert import from_view, to_listing, to_page_token, to_submit
from gateway.approval.domain import Cause
from gateway.approval.handlers import Admit, Decide
from gateway.approval.store import ApprovalStore
from gateway.approval.views import View
from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.chassis.rules import Jurisdiction
from services.chassis.trust import OfficerTrust
from xiezhi.approval.v1 import approval_pb2
from xiezhi.proof.statement import Decision


class ApprovalServicer:
    """`xiezhi.approval.v1.ApprovalService`.

    Args:
        store: The approvals.
        admit: Holds a submitted request to everything that a call of it would be held to.
        trust: Verifies approvers' statements.
        jurisdiction: Courts and their order.
        clock: Source of now.
        ids: Source of approvals' ids.
        framework_ref: The rules under which approvals are asked for.
    """

    def __init__(
        self,
        *,
        store: ApprovalStore,
        admit: Admit,
        trust: OfficerTrust,
        jurisdiction: Jurisdiction,
        clock: Clock,
        ids: IdSource,
        framework_ref: str,
    ) -> None:
        self._store = store
        self._admit = admit
        self._trust = trust
        self._jurisdiction = jurisdiction
        self._clock = clock
        self._ids = ids
        self._framework_ref = framework_ref

    async def SubmitApproval(
        self, request: approval_pb2.SubmitApprovalRequest, call: Call
    ) -> approval_pb2.SubmitApprovalResponse:
        """Submits a request for approval."""
        view = await handlers.submit(
            to_submit(request),
            caller=call.officer,
            cause=Cause(call.trace_id, call.span_id),
            admit=self._admit,
            store=self._store,
            clock=self._clock,
            ids=self._ids,
            framework_ref=self._framework_ref,
        )
        return approval_pb2.SubmitApprovalResponse(approval=self._show(view, call))

    async def GetApproval(
        self, request: approval_pb2.GetApprovalRequest, call: Call
    ) -> approval_pb2.GetApprovalResponse:
        """Reads one approval."""
        call.approval = request.name
        view = await reading.read(
            request.name,
            caller=call.officer,
            store=self._store,
            jurisdiction=self._jurisdiction,
            clock=self._clock,
        )
        return approval_pb2.GetApprovalResponse(approval=self._show(view, call))

    async def ReviewApproval(
        self, request: approval_pb2.ReviewApprovalRequest, call: Call
    ) -> approval_pb2.ReviewApprovalResponse:
        """Reads one approval for an overseer, without the request's bytes."""
        call.approval = request.name
        view = await reading.view_of(request.name, self._store)
        return approval_pb2.ReviewApprovalResponse(approval=self._show(view, call))

    async def ListApprovals(
        self, request: approval_pb2.ListApprovalsRequest, call: Call
    ) -> approval_pb2.ListApprovalsResponse:
        """Lists approvals, newest first."""
        officer = call.officer.officer_id
        page, after = await reading.list_visible(
            to_listing(request, officer),
            caller=call.officer,
            store=self._store,
            jurisdiction=self._jurisdiction,
            clock=self._clock,
        )
        now = self._clock.now()
        return approval_pb2.ListApprovalsResponse(
            approvals=[from_view(view, now) for view in page],
            next_page_token=to_page_token(request, officer, after),
        )

    async def WatchApproval(
        self, request: approval_pb2.WatchApprovalRequest, call: Call
    ) -> AsyncIterator[approval_pb2.WatchApprovalResponse]:
        """Streams an approval until it is decided."""
        call.approval = request.name
        views = reading.watch(
            request.name,
            caller=call.officer,
            store=self._store,
            jurisdiction=self._jurisdiction,
            clock=self._clock,
        )
        async with aclosing(views):
            async for view in views:
                yield approval_pb2.WatchApprovalResponse(approval=self._show(view, call))

    async def ApproveApproval(
        self, request: approval_pb2.ApproveApprovalRequest, call: Call
    ) -> approval_pb2.ApproveApprovalResponse:
        """Adds a consent."""
        view = await self._decide(Decide(request.name, Decision.CONSENT, request.statement), call)
        return approval_pb2.ApproveApprovalResponse(approval=self._show(view, call))

    async def RejectApproval(
        self, request: approval_pb2.RejectApprovalRequest, call: Call
    ) -> approval_pb2.RejectApprovalResponse:
        """Adds a refusal."""
        view = await self._decide(Decide(request.name, Decision.REJECT, request.statement), call)
        return approval_pb2.RejectApprovalResponse(approval=self._show(view, call))

    async def WithdrawApproval(
        self, request: approval_pb2.WithdrawApprovalRequest, call: Call
    ) -> approval_pb2.WithdrawApprovalResponse:
        """Withdraws the caller's own request."""
        call.approval = request.name
        view = await handlers.withdraw(
            request.name,
            request.reason,
            caller=call.officer,
            cause=Cause(call.trace_id, call.span_id),
            store=self._store,
            clock=self._clock,
        )
        return approval_pb2.WithdrawApprovalResponse(approval=self._show(view, call))

    async def RevokeApproval(
        self, request: approval_pb2.RevokeApprovalRequest, call: Call
    ) -> approval_pb2.RevokeApprovalResponse:
        """Takes a consent back."""
        view = await self._decide(Decide(request.name, Decision.REVOKE, request.statement), call)
        return approval_pb2.RevokeApprovalResponse(approval=self._show(view, call))

    async def _decide(self, command: Decide, call: Call) -> View:
        call.approval = command.name
        return await handlers.decide(
            command,
            caller=call.officer,
            cause=Cause(call.trace_id, call.span_id),
            trust=self._trust,
            store=self._store,
            jurisdiction=self._jurisdiction,
            clock=self._clock,
        )

    def _show(self, view: View, call: Call) -> approval_pb2.Approval:
        """Converts an approval, and names it and its case to the ledger."""
        approval = view.approval
        call.approval, call.court_code, call.case_number = approval.name, approval.court_code, approval.case_number
        return from_view(view, self._clock.now())
