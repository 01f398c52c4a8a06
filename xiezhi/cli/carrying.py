"""Calls of courts and officers, made and told: with an approval where the method needs one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from google.protobuf.message import Message
from rich.console import RenderableType

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approved import ApprovalChoice, call_proven, obtain
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import Client, tracing

A = TypeVar("A", bound=Message)

PAGE = 500
"""Most items of a page that any method gives."""


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


def list_all(
    session: Session,
    service: str,
    request: Any,
    *,
    kind: type[A],
    field: str,
    view: Callable[[A], RenderableType],
    limit: int | None = None,
) -> None:
    """Calls a method that lists in pages until there are no more, or enough, and tells all of it.

    Args:
        session: Who asks.
        service: Its service, "/package.Service/".
        request: The request, without a page.
        kind: Type of its answer.
        field: Field of the answer that has the items.
        view: Shows them; where there are more than the limit, the answer has the token of the next page.
        limit: Most items; None for all.

    Raises:
        CommandError: If a page says that there are more and has none: whoever answers could keep the caller asking.
    """
    answer: Any = kind()
    proven: list[ProvenAnswer] = []
    with session.connect() as client, tracing() as trace:
        while not proven or (request.page_token and (limit is None or len(getattr(answer, field)) < limit)):
            request.page_size = PAGE if limit is None else min(PAGE, limit - len(getattr(answer, field)))
            page: Any
            page, own = fetch(client, service, request, kind=kind)
            proven.append(own)
            items = getattr(page, field)
            getattr(answer, field).extend(items)
            request.page_token = answer.next_page_token = page.next_page_token
            if request.page_token and not items:
                raise CommandError("The exchange tells of more and gives none.", next_step="Tell the operator.")
    tell_answer(session, answer, view(answer), proven=proven, trace_id=trace.trace_id)


def method_of(service: str, message: Message | type[Message]) -> str:
    """Returns the full name of the method that takes a request, or gives an answer: theirs follow from its own."""
    return service + str(message.DESCRIPTOR.name).removesuffix("Request").removesuffix("Response")
