"""Calls of courts and officers, made and told: with an approval where the method needs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from google.protobuf.message import Message
from rich.console import RenderableType

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approved import ApprovalChoice, call_proven, obtain
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import Client, tracing

A = TypeVar("A", bound=Message)


@dataclass(frozen=True, slots=True)
class Ordered(Generic[A]):
    """A method with one answer, and how its answer is shown.

    Attributes:
        service: Its service, "/package.Service/".
        kind: Type of its answer, from whose name that of the method follows.
        view: Shows an answer.
    """

    service: str
    kind: type[A]
    view: Callable[[A], RenderableType]

    @property
    def method(self) -> str:
        """Full name of the method."""
        return method_of(self.service, self.kind)


def carry_out(
    session: Session, ordered: Ordered[A], *, build: Callable[[], Message], choice: ApprovalChoice
) -> A | None:
    """Comes to an approval, makes the call and tells its answer.

    Args:
        session: Who asks.
        ordered: The method.
        build: Makes the request; asked for a new one only.
        choice: How the caller comes to an approval.

    Returns:
        The answer, None where the call was submitted and is not to be waited for.
    """
    with session.connect() as client, tracing() as trace:
        granted = obtain(session, client, ordered.method, build=build, choice=choice)
        if granted is None:
            return None
        proven = call_proven(client, ordered.method, granted.request, approval=granted.approval)
    keep_receipts(choice.receipt, [proven])
    answer = ordered.kind.FromString(proven.payload)
    tell_answer(session, answer, ordered.view(answer), proven=[proven], trace_id=trace.trace_id)
    return answer


def ask(session: Session, ordered: Ordered[A], request: Message, *, receipt: Path | None = None) -> A:
    """Makes a call that needs no approval, and tells its answer.

    Args:
        session: Who asks.
        ordered: The method.
        request: The request.
        receipt: Where the receipt is written; None for nowhere.
    """
    with session.connect() as client, tracing() as trace:
        answer, proven = fetch(client, ordered.service, request, kind=ordered.kind)
    keep_receipts(receipt, [proven])
    tell_answer(session, answer, ordered.view(answer), proven=[proven], trace_id=trace.trace_id)
    return answer


def fetch(client: Client, service: str, request: Message, *, kind: type[A]) -> tuple[A, ProvenAnswer]:
    """Makes a call that needs no approval.

    Args:
        client: The caller's client.
        service: Its service, "/package.Service/".
        request: The request.
        kind: Type of the answer.

    Returns:
        The answer, and the same with its receipt, which has been verified.
    """
    proven = call_proven(client, method_of(service, kind), request.SerializeToString(deterministic=True))
    return kind.FromString(proven.payload), proven


def method_of(service: str, message: Message | type[Message]) -> str:
    """Returns the full name of the method that takes a request, or gives an answer: theirs follow from its own."""
    return service + str(message.DESCRIPTOR.name).removesuffix("Request").removesuffix("Response")
