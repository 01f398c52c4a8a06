"""Between the register of credentials and the contract's messages."""

from __future__ import annotations

from datetime import datetime

from services.chassis.paging import invalid_token
from services.coordination.credentials.domain import PREFIX, Registered
from services.directory.credentials import Card, CredentialKind, CredentialState, state_of
from services.filing.convert import read_date, write_date
from xiezhi.coordination.v1 import credential_pb2

MOST_DIGITS = 18
"""Digits of a place; the database takes no greater numbers."""


def read_card(request: credential_pb2.RegisterCredentialRequest) -> Card:
    """Reads the credential that is registered.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    return Card(
        request.court_code,
        request.officer_id,
        CredentialKind(request.kind),
        request.number,
        first=read_date(request.issue_date, field="issue_date"),
        last=read_date(request.expire_date, field="expire_date"),
    )


def write_credential(message: credential_pb2.Credential, registered: Registered, *, now: datetime) -> None:
    """Writes a credential into an empty message, as it stands at an instant."""
    card = registered.card
    message.name, message.court_code, message.officer_id = PREFIX + registered.key, card.court_code, card.officer_id
    message.kind = int(card.kind)  # type: ignore[assignment]
    message.number = card.number
    write_date(message.issue_date, card.first)
    write_date(message.expire_date, card.last)
    state = state_of(card.first, card.last, registered.revoked_at, now=now)
    message.state = int(state)  # type: ignore[assignment]
    if state is CredentialState.REVOKED and registered.revoked_at is not None:
        message.revoke_time.FromDatetime(registered.revoked_at)


def read_place(text: str) -> int:
    """Reads the place after which a page begins; 0 for the first page.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID.
    """
    if not text:
        return 0
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise invalid_token()
    return int(text)
