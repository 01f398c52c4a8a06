"""Between the contract's messages and the domain's cases."""

from __future__ import annotations

import uuid

from gateway.casefile.domain import Case
from gateway.casefile.handlers import Change, Register
from xiezhi.casefile.v1 import casefile_pb2


def to_register(request: casefile_pb2.RegisterCaseRequest) -> Register:
    """Converts a registration; names are not kept."""
    return Register(
        request_id=str(uuid.UUID(request.request_id)),
        court_code=request.court_code,
        case_number=request.case_number,
        handler=request.handler,
        parties=tuple(party.id_number for party in request.parties),
    )


def to_change(request: casefile_pb2.ReassignCaseRequest | casefile_pb2.CloseCaseRequest) -> Change:
    """Converts which case is to be changed."""
    return Change(str(uuid.UUID(request.request_id)), request.court_code, request.case_number)


def from_case(case: Case) -> casefile_pb2.Case:
    """Converts a case."""
    message = casefile_pb2.Case(
        court_code=case.court_code,
        case_number=case.case_number,
        state=f"CASE_STATE_{case.state.name}",
        handler=case.handler,
        party_count=len(case.parties),
    )
    for event in case.assignments:
        assignment = message.assignments.add(handler=event.handler, assigned_by=event.actor)
        assignment.start_time.FromDatetime(event.time)
    return message
