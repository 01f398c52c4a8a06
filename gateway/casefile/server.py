"""The case registry service: from messages to use cases and back."""

from __future__ import annotations

from gateway.casefile import handlers
from gateway.casefile.convert import from_case, to_change, to_register
from gateway.casefile.domain import Case
from gateway.casefile.store import CaseStore
from gateway.parties import require_numbers
from services.chassis.call import Call
from services.chassis.clock import Clock
from services.codes.legal_time import legal_date
from xiezhi.casefile.v1 import casefile_pb2


class CaseRegistryServicer:
    """`xiezhi.casefile.v1.CaseRegistryService`.

    Args:
        store: The case registry.
        clock: Source of now.
    """

    def __init__(self, *, store: CaseStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def RegisterCase(
        self, request: casefile_pb2.RegisterCaseRequest, call: Call
    ) -> casefile_pb2.RegisterCaseResponse:
        """Registers a case."""
        _note(call, request.court_code, request.case_number)
        require_numbers(call.method, request, on=legal_date(call.received_at))
        case = await handlers.register(to_register(request), caller=call.officer, store=self._store, clock=self._clock)
        return casefile_pb2.RegisterCaseResponse(case=_show(case, call))

    async def ReassignCase(
        self, request: casefile_pb2.ReassignCaseRequest, call: Call
    ) -> casefile_pb2.ReassignCaseResponse:
        """Hands a case to another judge."""
        _note(call, request.court_code, request.case_number)
        case = await handlers.reassign(
            to_change(request), request.handler, caller=call.officer, store=self._store, clock=self._clock
        )
        return casefile_pb2.ReassignCaseResponse(case=_show(case, call))

    async def CloseCase(self, request: casefile_pb2.CloseCaseRequest, call: Call) -> casefile_pb2.CloseCaseResponse:
        """Closes a case."""
        _note(call, request.court_code, request.case_number)
        case = await handlers.close(to_change(request), caller=call.officer, store=self._store, clock=self._clock)
        return casefile_pb2.CloseCaseResponse(case=_show(case, call))

    async def GetCase(self, request: casefile_pb2.GetCaseRequest, call: Call) -> casefile_pb2.GetCaseResponse:
        """Reads a case."""
        _note(call, request.court_code, request.case_number)
        case = await handlers.read(request.court_code, request.case_number, caller=call.officer, store=self._store)
        return casefile_pb2.GetCaseResponse(case=_show(case, call))


def _note(call: Call, court_code: str, case_number: str) -> None:
    """Has the ledger know which case was asked for, also where the call is refused."""
    call.court_code, call.case_number = court_code, case_number


def _show(case: Case, call: Call) -> casefile_pb2.Case:
    _note(call, case.court_code, case.case_number)
    return from_case(case)
