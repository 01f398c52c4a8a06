"""The service of the window: from messages to the use case and back."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.codes.errors import CodeError
from services.codes.legal_time import legal_date
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.convert import invalid, write_date
from services.filing.domain import RequestKey
from services.vehicle.domain import ClearingOutcome, PointsPolicy
from services.vehicle.seizures.convert import read_buyer
from services.vehicle.violations.domain import Application, Brought
from services.vehicle.violations.handlers import Cleared, Store, clear_violations
from xiezhi.vehicle.v1 import violation_pb2


class ViolationServicer:
    """`xiezhi.vehicle.v1.ViolationService`.

    Args:
        store: Violations and sales.
        policies: When points must be recorded.
        clock: Source of now.
    """

    def __init__(self, store: Store, *, policies: Sequence[PointsPolicy], clock: Clock) -> None:
        self._store = store
        self._policies = policies
        self._clock = clock

    async def ClearViolations(
        self, request: violation_pb2.ClearViolationsRequest, call: Call
    ) -> violation_pb2.ClearViolationsResponse:
        """Clears the violations of a sold vehicle."""
        answer = await clear_violations(
            _read(request, call), _write, store=self._store, policies=self._policies, clock=self._clock
        )
        return violation_pb2.ClearViolationsResponse.FromString(answer)


def _read(request: violation_pb2.ClearViolationsRequest, call: Call) -> Application:
    applicant = read_buyer(request.applicant, field="applicant", on=legal_date(call.accepted_at))
    vehicle = request.vehicle
    try:
        plate = Plate.parse(vehicle.plate, plate_type=vehicle.plate_type)
        vin = Vin.parse(vehicle.vin) if vehicle.vin else None
    except CodeError as failure:
        raise invalid("vehicle", str(failure)) from None
    return Application(
        RequestKey(call.officer.organisation, request.request_id, call.method.full_name, call.request_sha256),
        plate,
        vin,
        applicant,
        request.identity_card_shown,
        request.authorisation_shown,
        _read_document(request.ruling),
        _read_document(request.notice),
    )


def _read_document(document: violation_pb2.ShownDocument) -> Brought:
    return Brought(document.document_number, document.original_shown, document.copy_pdf)


def _write(cleared: Cleared) -> bytes:
    clearing = cleared.clearing
    response = violation_pb2.ClearViolationsResponse(
        outcome=clearing.outcome,  # type: ignore[arg-type]
        own_count=cleared.own_count,
        policy_version=clearing.policy_version,
    )
    response.process_time.FromDatetime(cleared.at)
    with_points = clearing.outcome is ClearingOutcome.POINTS_APPLIED_BY_POLICY
    for record in cleared.records:
        violation = response.violations.add(
            record_id=record.record_id,
            code=record.code,
            points=record.points,
            points_recorded=record.points if with_points else 0,
        )
        write_date(violation.commit_date, record.committed_on)
    return response.SerializeToString()
