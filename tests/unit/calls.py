"""Calls as the chassis hands them to a service, for the tests of servers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable
from datetime import datetime

from google.protobuf.message import Message

from services.chassis.call import FOREVER, Call, Peer, VerifiedGrant
from services.chassis.policy import Contracts
from services.chassis.tokens import Caller
from xiezhi.proof.statement import Rank

CONTRACTS = Contracts.load()


def make_call(
    request: Message,
    service: str,
    *,
    at: datetime,
    officer: str,
    organisation: str,
    rank: Rank | None = None,
    permissions: Iterable[str] = (),
    system: bytes = bytes(32),
    grant: VerifiedGrant | None = None,
    liaison: bool = True,
) -> Call:
    """Makes the call of a request by the gateway.

    Args:
        request: The request.
        service: Full name of the service, after a slash.
        at: When it comes.
        officer: Who calls.
        organisation: Of which court, unit or body.
        rank: The officer's.
        permissions: What the officer's token holds.
        system: Digest of the certificate of the officer's system.
        grant: What the gateway has verified of an approval.
        liaison: Whether the directory names the officer a liaison.
    """
    content = request.SerializeToString(deterministic=True)
    return Call(
        method=CONTRACTS.method(f"{service}/{type(request).__name__.removesuffix('Request')}"),
        received_at=at,
        trace_id=uuid.uuid4().hex,
        metadata={},
        peer=Peer("gateway", bytes(32)),
        accepted_at=at,
        request=content,
        request_sha256=hashlib.sha256(content).digest(),
        caller=Caller(officer, organisation, rank, frozenset(permissions), "", "", system, FOREVER),
        grant=grant,
        liaison=liaison,
    )
