"""The use cases of the case registry: register, reassign, close, read."""

from __future__ import annotations

from dataclasses import dataclass

from gateway.casefile.domain import Case, Event, Kind, RequestKey, read_number
from gateway.casefile.store import CaseStore
from services.chassis.clock import Clock
from services.chassis.tokens import Caller
from xiezhi.errors import Reason, XiezhiError, error


@dataclass(frozen=True, slots=True)
class Register:
    """A case to be registered.

    Attributes:
        request_id: Idempotency key, a UUID in lower case.
        court_code: Its court.
        case_number: Its number as the court wrote it.
        handler: Officer id of the handling judge.
        parties: Identity numbers of its parties.
    """

    request_id: str
    court_code: str
    case_number: str
    handler: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A case to be changed.

    Attributes:
        request_id: Idempotency key, a UUID in lower case.
        court_code: Its court.
        case_number: Its number as the court wrote it.
    """

    request_id: str
    court_code: str
    case_number: str


async def register(command: Register, *, caller: Caller, store: CaseStore, clock: Clock) -> Case:
    """Registers a case of the caller's own court.

    Raises:
        XiezhiError: OUT_OF_JURISDICTION, FIELDS_INVALID, CASE_EXISTS or REQUEST_ID_REUSED.
    """
    _require_own_court(command.court_code, caller)
    number = read_number(command.court_code, command.case_number)
    parties = store.index(command.parties)
    case = Case(
        court_code=command.court_code,
        case_number=number,
        parties=parties,
        timeline=(Event(Kind.REGISTERED, clock.now(), caller.officer_id, command.handler),),
    )
    key = RequestKey.of(
        command.court_code, command.request_id, "register", number, command.handler, parties.packed.hex()
    )
    return await store.register(case, key=key)


async def reassign(command: Change, handler: str, *, caller: Caller, store: CaseStore, clock: Clock) -> Case:
    """Hands an open case of the caller's own court to another judge, at once.

    Args:
        command: Which case.
        handler: Officer id of the judge.
        caller: Who asks.
        store: The case registry.
        clock: Source of now.

    Raises:
        XiezhiError: OUT_OF_JURISDICTION, NOT_FOUND, CASE_CLOSED or REQUEST_ID_REUSED.
    """
    _require_own_court(command.court_code, caller)
    number = _find_number(command.court_code, command.case_number)
    key = RequestKey.of(command.court_code, command.request_id, "reassign", number, handler)
    return await store.change(
        command.court_code,
        number,
        lambda case: case.reassigned(handler, actor=caller.officer_id, now=clock.now()),
        key=key,
    )


async def close(command: Change, *, caller: Caller, store: CaseStore, clock: Clock) -> Case:
    """Closes a case of the caller's own court, at once and for good.

    Raises:
        XiezhiError: OUT_OF_JURISDICTION, NOT_FOUND or REQUEST_ID_REUSED.
    """
    _require_own_court(command.court_code, caller)
    number = _find_number(command.court_code, command.case_number)
    key = RequestKey.of(command.court_code, command.request_id, "close", number)
    return await store.change(
        command.court_code, number, lambda case: case.closed(actor=caller.officer_id, now=clock.now()), key=key
    )


async def read(court_code: str, case_number: str, *, caller: Caller, store: CaseStore) -> Case:
    """Reads a case of the caller's own court; one of another court looks like one that is not there.

    Raises:
        NotFound: NOT_FOUND.
    """
    if court_code != caller.organisation:
        raise _not_found()
    case = await store.get(court_code, _find_number(court_code, case_number))
    if case is None:
        raise _not_found()
    return case


def _require_own_court(court_code: str, caller: Caller) -> None:
    if court_code != caller.organisation:
        raise error(Reason.OUT_OF_JURISDICTION, "The case is not one of the caller's own court.")


def _find_number(court_code: str, case_number: str) -> str:
    """Reads the number of a case that must be there; one that no case can have is not there."""
    try:
        return read_number(court_code, case_number)
    except XiezhiError:
        raise _not_found() from None


def _not_found() -> XiezhiError:
    return error(Reason.NOT_FOUND, "The court has no case of this number.")
