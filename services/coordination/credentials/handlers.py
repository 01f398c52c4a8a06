"""The use cases of the register: a court registers its officers' credentials, and revokes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.codes.courts import find_court
from services.codes.legal_time import legal_date
from services.coordination.credentials.domain import Files, Registered, not_found, require_new
from services.directory.credentials import Card
from services.filing.domain import RequestKey
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

LONGEST_YEARS = 10

Write = Callable[[Registered], bytes]
"""Writes the answer that is kept."""


class Store(Protocol):
    """The register; `services.coordination.credentials.store.CredentialStore` is one."""

    async def step(self, key: RequestKey, papers: tuple[()], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key."""
        ...


@dataclass(frozen=True, slots=True)
class Register:
    """What the use cases need.

    Attributes:
        store: The register.
        clock: Source of now.
        ids: Source of ids.
    """

    store: Store
    clock: Clock
    ids: IdSource


async def register(key: RequestKey, card: Card, write: Write, *, book: Register) -> bytes:
    """Registers a credential of an officer of the court that asks.

    Args:
        key: Under which key it is asked.
        card: The credential.
        write: Writes the answer that is kept.
        book: What is needed.

    Raises:
        XiezhiError: CREDENTIAL_OF_ANOTHER_COURT, CREDENTIAL_EXISTS, FIELDS_INVALID, REQUEST_ID_REUSED or
            STORE_UNAVAILABLE.
    """

    def act(files: Files) -> bytes:
        now = book.clock.now()
        if card.court_code != key.court_code or find_court(card.court_code) is None:
            raise error(Reason.CREDENTIAL_OF_ANOTHER_COURT, "A court registers the credentials that it issued itself.")
        _require_days(card, legal_date(now))
        require_new(
            card,
            of_officer=files.of_officer(card.court_code, card.officer_id, card.kind),
            of_number=files.of_number(card.court_code, card.kind, card.number),
            today=legal_date(now),
        )
        registered = Registered(str(book.ids.uuid()), card, now)
        files.add(registered)
        return write(registered)

    return await book.store.step(key, (), act)


async def revoke(key: RequestKey, credential_id: str, write: Write, *, reason: str, book: Register) -> bytes:
    """Revokes a credential of the court that asks; one that is revoked stays as it is.

    Args:
        key: Under which key it is asked.
        credential_id: The credential.
        write: Writes the answer that is kept.
        reason: Why.
        book: What is needed.

    Raises:
        XiezhiError: CREDENTIAL_NOT_FOUND, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
    """

    def act(files: Files) -> bytes:
        registered = files.find(credential_id)
        if registered is None or registered.card.court_code != key.court_code:
            raise not_found()
        if registered.revoked_at is not None:
            return write(registered)
        now = book.clock.now()
        files.revoke(registered, reason, at=now)
        return write(replace(registered, revoked_at=now))

    return await book.store.step(key, (), act)


def _require_days(card: Card, today: date) -> None:
    longest = (card.first.year + LONGEST_YEARS, card.first.month, card.first.day)
    if card.last < card.first or (card.last.year, card.last.month, card.last.day) > longest:
        raise _invalid("expire_date", f"it is before the first day, or more than {LONGEST_YEARS} years after it")
    if card.last < today:
        raise _invalid("expire_date", "it is past: the credential has expired")


def _invalid(field: str, description: str) -> XiezhiError:
    return invalid_fields(Violation(field, description))
