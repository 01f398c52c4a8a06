"""The client of an internal system: a channel for typed stubs, and the approval workflow around it."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

import grpc
from google.protobuf.message import Message

from xiezhi.approval.v1 import approval_pb2, approval_pb2_grpc
from xiezhi.client.calls import CallRules, encode, using_approval
from xiezhi.client.channel import ProvenChannel
from xiezhi.client.contract import MethodContract, find_method, list_methods, service_config
from xiezhi.client.credentials import Credentials, TokenSource
from xiezhi.client.decisions import Review, Signer
from xiezhi.client.receipts import ReceiptCheck
from xiezhi.client.trace import Trace, tracing
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Unavailable
from xiezhi.proof.receipt import LogKey
from xiezhi.proof.statement import Decision

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
"""The longest answer taken: a large household with its photos, or one message of a batch."""
FIRST_RECONNECT_MS, LAST_RECONNECT_MS = 200, 3_000
"""Milliseconds between attempts to reach an exchange that is away; gRPC's own two minutes outlast most outages."""
WATCH_PAUSE = 0.5
"""Seconds before an approval is watched again after the exchange was away."""

if TYPE_CHECKING:
    AnyMethod = (
        str
        | grpc.UnaryUnaryMultiCallable[Any, Any]
        | grpc.UnaryStreamMultiCallable[Any, Any]
        | grpc.StreamUnaryMultiCallable[Any, Any]
        | grpc.StreamStreamMultiCallable[Any, Any]
    )
    """A method: its full name, or the attribute of a stub over this client's channel."""


def connect(
    target: str,
    *,
    credentials: Credentials,
    token: str | TokenSource,
    log_key: LogKey | None,
    deadline: timedelta | None = None,
    traceparent: Callable[[], str | None] | None = None,
    options: Sequence[tuple[str, Any]] = (),
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Client:
    """Opens a client; the connection itself is made with the first call.

    Args:
        target: Address of the gateway, "host:port" or another gRPC target.
        credentials: TLS identity of the agency's system.
        token: The officer's token, or a source that is asked before every call.
        log_key: The ledger's public key. Without it only methods without receipts can be called.
        deadline: Bound on every call; None for the deadline that each method's contract names.
        traceparent: Asked for the W3C traceparent of calls outside of a `trace` block, for example from
            OpenTelemetry; None for a new trace for each call.
        options: Further gRPC channel options; they win over those set here.
        now: The clock, UTC, by which decisions are dated.

    Example:
        >>> with connect("gateway:7443", credentials=tls, token=source, log_key=key) as client:
        ...     stub = IdentityServiceStub(client.channel)
        ...     approval = client.submit(stub.LookupHousehold, request, reason="enforcement")
        ...     client.wait(approval, timeout=timedelta(hours=1))
        ...     answer = stub.LookupHousehold(request)
    """
    chosen: list[tuple[str, Any]] = [
        ("grpc.service_config", service_config(list_methods())),
        ("grpc.enable_retries", 1),
        ("grpc.initial_reconnect_backoff_ms", FIRST_RECONNECT_MS),
        ("grpc.max_reconnect_backoff_ms", LAST_RECONNECT_MS),
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
        ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
    ]
    if credentials.server_name:
        chosen.append(("grpc.ssl_target_name_override", credentials.server_name))
    given = {name for name, _ in options}
    merged = [option for option in chosen if option[0] not in given] + list(options)
    source: TokenSource = token if callable(token) else lambda: token
    rules = CallRules(token=source, receipts=ReceiptCheck(log_key), deadline=deadline, traceparent=traceparent)
    return Client(grpc.secure_channel(target, credentials.for_channel(), merged), rules, now=now)


class Client:
    """A connection of one system, for one officer or for whomever the token source names. Thread-safe."""

    def __init__(
        self,
        channel: grpc.Channel,
        rules: CallRules,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Wraps an open channel; `connect` opens one.

        Args:
            channel: The channel underneath, closed with the client.
            rules: What is done to every call.
            now: The clock, UTC.
        """
        self.channel = ProvenChannel(channel, rules)
        self._rules = rules
        self._now = now
        self._approvals = approval_pb2_grpc.ApprovalServiceStub(self.channel)

    @property
    def tree_head(self) -> receipt_pb2.TreeHead | None:
        """The verified head of the largest log tree that any answer has led to, None before the first."""
        return self._rules.receipts.tree_head

    def close(self) -> None:
        """Closes the connection; calls in flight are cancelled."""
        self.channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def trace(self, trace: Trace | None = None) -> AbstractContextManager[Trace]:
        """Makes the calls within a `with` block parts of one trace, a new one unless one is given."""
        return tracing(trace)

    def call(self, method: AnyMethod, request: Message | bytes, **options: Any) -> Any:
        """Calls a method with one answer by its name, for callers that have no stub of it.

        Args:
            method: Full name or stub attribute.
            request: The request, or its exact bytes.
            **options: As a stub takes them: timeout, metadata.

        Raises:
            XiezhiError: If the call is refused or fails.
            ReceiptError: If the answer is not proven.
        """
        contract = _contract_of(method)
        if contract.client_streaming or contract.server_streaming:
            raise ValueError(f"{contract.full_name} is a stream; call it through its stub")
        decode = contract.output_class.FromString
        return self.channel.unary_unary(contract.full_name, None, decode)(request, **options)

    def submit(
        self,
        method: AnyMethod,
        request: Message | bytes,
        *,
        reason: str,
        validity: timedelta | None = None,
        request_id: str | None = None,
    ) -> approval_pb2.Approval:
        """Submits a request for approval. The same call, made through this client, then carries the approval.

        Args:
            method: The method that the request is for: full name or stub attribute.
            request: The typed request, or its exact bytes.
            reason: Why, for the approvers.
            validity: How long the approval shall live; None for as long as the method's policy allows.
            request_id: Idempotency key (UUID); None for a new one.

        Raises:
            XiezhiError: If the submission is refused.
        """
        contract, payload = _contract_of(method), encode(request)
        submission = approval_pb2.SubmitApprovalRequest(
            request_id=request_id or str(uuid.uuid4()),
            method=contract.full_name,
            request=payload,
            reason=reason,
        )
        if validity is not None:
            submission.validity.FromTimedelta(validity)
        approval = self._approvals.SubmitApproval(submission).approval
        digest = hashlib.sha256(payload).digest()
        self._rules.approvals.note(contract.full_name, digest, approval.name)
        return approval

    def wait(self, approval: approval_pb2.Approval | str, *, timeout: timedelta) -> approval_pb2.Approval:
        """Follows an approval until it is decided.

        While the exchange is away it is asked again, until the time is over.

        Args:
            approval: The approval or its name.
            timeout: The longest to wait.

        Returns:
            The approval in the state it reached: approved, rejected, withdrawn, expired or revoked.

        Raises:
            DeadlineExceeded: If it still waits for decisions when the time is over.
            XiezhiError: If the caller may not see it.
        """
        request = approval_pb2.WatchApprovalRequest(name=_name_of(approval))
        ends = time.monotonic() + timeout.total_seconds()
        while True:
            try:
                for item in self._approvals.WatchApproval(request, timeout=max(ends - time.monotonic(), 0)):
                    if item.approval.state != approval_pb2.STATE_PENDING:
                        return item.approval
            except Unavailable:
                if time.monotonic() + WATCH_PAUSE >= ends:
                    raise
            time.sleep(WATCH_PAUSE)

    @contextmanager
    def using(self, approval: approval_pb2.Approval | str) -> Iterator[None]:
        """Makes the calls within a `with` block that need an approval name this one.

        Args:
            approval: The approval or its name.
        """
        with using_approval(_name_of(approval)):
            yield

    def review(self, approval: approval_pb2.Approval | str) -> Review:
        """Fetches an approval and decodes its request from the bytes themselves.

        Raises:
            ReviewError: If what the exchange shows contradicts itself.
            XiezhiError: If the caller may not see it.
        """
        request = approval_pb2.GetApprovalRequest(name=_name_of(approval))
        return Review.of(self._approvals.GetApproval(request).approval)

    def approve(self, approval: Review | str, signer: Signer, *, reason: str) -> approval_pb2.Approval:
        """Signs and sends a consent.

        Args:
            approval: What was reviewed; given by name it is reviewed now.
            signer: Signs under the approver's certificate.
            reason: Why, in the approver's words.

        Raises:
            ReviewError: If what the exchange shows contradicts itself.
            XiezhiError: If the decision is refused.
        """
        name, statement = self._sign(approval, signer, Decision.CONSENT, reason=reason)
        request = approval_pb2.ApproveApprovalRequest(name=name, statement=statement)
        return self._approvals.ApproveApproval(request).approval

    def reject(self, approval: Review | str, signer: Signer, *, reason: str) -> approval_pb2.Approval:
        """Signs and sends a refusal; as `approve` otherwise."""
        name, statement = self._sign(approval, signer, Decision.REJECT, reason=reason)
        request = approval_pb2.RejectApprovalRequest(name=name, statement=statement)
        return self._approvals.RejectApproval(request).approval

    def revoke(self, approval: Review | str, signer: Signer, *, reason: str) -> approval_pb2.Approval:
        """Signs and sends the revocation of an approval; as `approve` otherwise."""
        name, statement = self._sign(approval, signer, Decision.REVOKE, reason=reason)
        request = approval_pb2.RevokeApprovalRequest(name=name, statement=statement)
        return self._approvals.RevokeApproval(request).approval

    def withdraw(self, approval: approval_pb2.Approval | str, *, reason: str) -> approval_pb2.Approval:
        """Withdraws the caller's own request.

        Args:
            approval: The approval or its name.
            reason: Why.

        Raises:
            XiezhiError: If it is not the caller's or has ended.
        """
        request = approval_pb2.WithdrawApprovalRequest(
            name=_name_of(approval), reason=reason, request_id=str(uuid.uuid4())
        )
        return self._approvals.WithdrawApproval(request).approval

    def _sign(self, approval: Review | str, signer: Signer, decision: Decision, *, reason: str) -> tuple[str, str]:
        review = approval if isinstance(approval, Review) else self.review(approval)
        return review.approval.name, signer(review.claims(decision, reason=reason, now=self._now()))


def _name_of(approval: approval_pb2.Approval | str) -> str:
    return approval if isinstance(approval, str) else approval.name


def _contract_of(method: AnyMethod) -> MethodContract:
    if isinstance(method, str):
        return find_method(method)
    contract = getattr(method, "contract", None)
    if not isinstance(contract, MethodContract):
        raise TypeError("a method is named in full, or is an attribute of a stub over the client's channel")
    return contract
