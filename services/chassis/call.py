"""One call on its way through a process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import grpc
from google.protobuf.message import Message

from services.chassis.policy import MethodInfo
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from xiezhi.proof.receipt import MOST_COVERED

FOREVER = datetime.max.replace(tzinfo=UTC)

Context = grpc.aio.ServicerContext[Any, Any]
"""gRPC's context of a call that came in."""
Metadata = tuple[tuple[str, str | bytes], ...]
"""gRPC's metadata of a call: keys, several times perhaps, with text or, where they end in "-bin", bytes."""


@dataclass(frozen=True, slots=True)
class Peer:
    """The system at the other end of the connection, from its verified certificate.

    Attributes:
        name: Its URI subject alternative name, for example "spiffe://xiezhi.jx/service/gateway".
        certificate_sha256: Fingerprint of its certificate, 32 bytes.
        expires_at: End of its certificate, UTC, exclusive; a connection may last longer.
    """

    name: str
    certificate_sha256: bytes
    expires_at: datetime = FOREVER


@dataclass(frozen=True, slots=True)
class VerifiedGrant:
    """A grant whose statements and token the process has verified itself.

    Attributes:
        approval: Name of the approval; empty where the method needs none.
        statements: The approvers' statements; empty where the method needs none.
    """

    approval: str
    statements: tuple[Statement, ...]


@dataclass(slots=True)
class Call:
    """What is known of a call; filled in as it is admitted.

    Attributes:
        method: The method called.
        received_at: When the call was taken up, UTC.
        trace_id: Its trace, 32 hexadecimal characters.
        span_id: Its span within the trace, 16 hexadecimal characters; empty where there is none.
        metadata: Its metadata; for a repeated key the last value.
        peer: The system that called.
        request_sha256: SHA-256 of the request's bytes; empty for a stream of requests.
        request: The request's bytes; empty for a stream of requests.
        accepted_at: When the exchange accepted the request; answers are as of its legal date.
        caller: The officer, once authenticated.
        offered: The statements that came with the call, compact JWS each; not verified.
        grant: The grant, once verified.
        court_code: Court of the case, once known.
        case_number: Number of the case, once known.
        subjects: Numbers of the data subjects, once known.
        liaison: Whether the caller acts as liaison of the own organisation, once known.
        company: How many calls set off with it, itself among them; see `services.chassis.cohorts`.
    """

    method: MethodInfo
    received_at: datetime
    trace_id: str
    metadata: Mapping[str, str | bytes]
    peer: Peer
    accepted_at: datetime
    span_id: str = ""
    request: bytes = b""
    request_sha256: bytes = b""
    caller: Caller | None = None
    offered: tuple[str, ...] = ()
    grant: VerifiedGrant | None = None
    approval: str = ""
    court_code: str = ""
    case_number: str = ""
    subjects: tuple[str, ...] = field(default=())
    liaison: bool = False
    company: int = 1

    @property
    def officer(self) -> Caller:
        """The authenticated officer.

        Raises:
            RuntimeError: If the method is one that processes call, which has no officer.
        """
        if self.caller is None:
            raise RuntimeError(f"{self.method.full_name} has no authenticated officer")
        return self.caller

    def text(self, key: str) -> str:
        """Returns a metadata value as text, empty where the caller sent none."""
        value = self.metadata.get(key, "")
        return value if isinstance(value, str) else ""

    def binary(self, key: str) -> bytes:
        """Returns a "-bin" metadata value, empty where the caller sent none."""
        value = self.metadata.get(key, b"")
        return value if isinstance(value, bytes) else b""


@dataclass(frozen=True, slots=True)
class Joint:
    """Several messages of a stream of answers that are recorded by one entry; the receipt comes with the last of them.

    A servicer of many small answers may yield it in place of the messages: a ledger takes fewer entries than a stream
    has answers.

    Attributes:
        messages: The messages, at least one and at most `MOST_COVERED`.
        subjects: Numbers of the data subjects whom any of them is about, as the requests have them.

    Raises:
        ValueError: If there are no messages or too many.
    """

    messages: tuple[Message, ...]
    subjects: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= len(self.messages) <= MOST_COVERED:
            raise ValueError(f"an entry is about 1 to {MOST_COVERED:,} answers")


@dataclass(frozen=True, slots=True)
class Part:
    """One message of a stream of answers that is about some of the call's data subjects only.

    A servicer may yield it in place of the message, so that the entry of each message names whom that one is about.

    Attributes:
        message: The message.
        subjects: Numbers of those data subjects, as the request has them.
    """

    message: Message
    subjects: tuple[str, ...]
