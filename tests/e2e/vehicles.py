"""Vehicle control as courts and police use it: orders on sealed papers, checks, and the window."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.codes.legal_time import legal_date
from tests.e2e.cars import key_of
from tests.e2e.lines import Answer, Refused
from tests.e2e.players import LEASE, Players, method_of
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.orders import SERVICE as SEIZURES
from xiezhi.cli.orders import Order
from xiezhi.cli.orders import buyer as make_buyer
from xiezhi.cli.papers import PapersChoice
from xiezhi.cli.vehicle import CHECK
from xiezhi.cli.violations import CLEAR
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import check_pb2, lookup_pb2, seizure_pb2, sighting_pb2, vehicle_pb2, violation_pb2

SIGHTINGS = "/xiezhi.vehicle.v1.SightingService/"
CHECKS = "/xiezhi.vehicle.v1.VehicleCheckService/"
STREAM = f"{CHECKS}StreamChecks"

LIAISON = "GAN-L001"
"""A liaison of the High Court, who hears only of what is overdue."""
INSPECTION = check_pb2.CHECK_TRIGGER_ANNUAL_INSPECTION
TRANSFER = check_pb2.CHECK_TRIGGER_TRANSFER_REGISTRATION
PATROL = check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL

ON_A_PAGE = 16
"""Cars whose plates fit on a page of a ruling."""

_CARS = itertools.count()
_RULINGS = itertools.count(1)


class Vehicles:
    """Everybody who has to do with vehicles in one suite.

    Args:
        players: Who calls.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.cast = players.cast
        self._plates: dict[str, str] = {}

    @staticmethod
    def cars(count: int = 1) -> list[vehicle_pb2.VehicleKey]:
        """Returns cars of the debtor that no other test has."""
        return [key_of(next(_CARS)) for _ in range(count)]

    def order(
        self,
        *,
        judge: str = "",
        case: str = "",
        name: str = "",
        number: str = "",
        changes: Sequence[str] = (),
    ) -> Order:
        """Returns what a judge orders, on papers that are drafted and sealed here.

        Args:
            judge: Who orders; the scenario's judge by default.
            case: In which case; the scenario's by default.
            name: Name of the debtor; the scenario's by default.
            number: Number of the debtor; a natural person's.
            changes: Names of the seizures that it changes, whose vehicles the papers name.
        """
        cast, officer = self.cast, judge or self.cast.judge
        own = cast.other_courts_case if officer == cast.other_judge else cast.case
        debtor = DebtorQuestion(debtor_name=name or cast.debtor_name, debtor_number=number or cast.debtor_number)
        plates = [self._plates[seizure] for seizure in changes]
        papers = PapersChoice(draft=True, ruling_number=f"{case or own}之{next(_RULINGS)}", plates=plates)
        return Order(self.players.session(officer), CaseQuestion(case=case or own), debtor, papers)

    def carry_out(self, request: Message, **options: Any) -> Answer:
        """Has a court's order approved by its chief and gives it."""
        __tracebackhide__ = True
        method, officer = method_of(request), self._officer(request)
        approval = self.players.approved(request, officer=officer, method=method, approver=_chief_of(officer))
        return self.players.call(officer, method, request, approval=approval, **options)

    def refuse(self, reason: Reason, request: Message, **options: Any) -> Refused:
        """Has a court's order approved by its chief and gives it, which must be refused for a reason."""
        __tracebackhide__ = True
        method, officer = method_of(request), self._officer(request)
        approval = self.players.approved(request, officer=officer, method=method, approver=_chief_of(officer))
        return self.players.refuse(reason, officer, method, request, approval=approval, **options)

    def seize(
        self, *cars: vehicle_pb2.VehicleKey, months: int = 0, **order: str
    ) -> seizure_pb2.RegisterSeizureResponse:
        """Seizes cars; `order` as `Vehicles.order` takes it."""
        answer = self.carry_out(self.order(**order).register(list(cars), months=months, last_day=""))
        response = seizure_pb2.RegisterSeizureResponse.FromString(answer.payload)
        self._plates.update((one.seizure.name, one.seizure.plate) for one in response.outcomes)
        return response

    def seize_many(self, count: int) -> list[vehicle_pb2.VehicleKey]:
        """Seizes as many cars, on as few papers as they fit on; returns the cars."""
        cars = self.cars(count)
        for car in cars:
            car.ClearField("vin")
        for start in range(0, count, ON_A_PAGE):
            outcomes = self.seize(*cars[start : start + ON_A_PAGE]).outcomes
            assert not any(outcome.refused_reason for outcome in outcomes)
        return cars

    def seizure(self, car: vehicle_pb2.VehicleKey, **order: str) -> seizure_pb2.Seizure:
        """Seizes one car; returns the seizure."""
        (outcome,) = self.seize(car, **order).outcomes
        assert not outcome.refused_reason
        return outcome.seizure

    def lift(self, *names: str, **order: str) -> Sequence[seizure_pb2.Seizure]:
        """Lifts seizures."""
        answer = self.carry_out(self.order(changes=names, **order).lift(names))
        return seizure_pb2.LiftSeizureResponse.FromString(answer.payload).seizures

    def dispose(self, name: str, **order: str) -> seizure_pb2.RecordDisposalRequest:
        """Records a sale of today to the scenario's buyer; returns the order, whose papers the buyer has."""
        changing = self.order(changes=[name], **order)
        request = changing.dispose(name, buyer=self.buyer(), sale_date=self.today())
        self.carry_out(request)
        return request

    @staticmethod
    def today() -> str:
        """Returns the legal date of now, on which what was seized in a test can be sold at the earliest."""
        return legal_date(datetime.now(UTC)).isoformat()

    def buyer(self) -> seizure_pb2.Buyer:
        """Returns the scenario's buyer."""
        return make_buyer(self.cast.buyer_name, self.cast.buyer_number)

    def listing(self, *, at: Timestamp | None = None, **order: str) -> seizure_pb2.ListSeizuresRequest:
        """Makes the request that lists a case's seizures as they stood at a moment, now by default."""
        asked = self.order(**order)
        context = asked.about.context(asked.session, request_id=str(uuid.uuid4()))
        request = seizure_pb2.ListSeizuresRequest(context=context, debtor=asked.debtor.party(), page_size=500)
        if at is not None:
            request.as_of_time.CopyFrom(at)
        return request

    def states(self, *, at: Timestamp | None = None, **order: str) -> list[seizure_pb2.Seizure]:
        """Lists a case's seizures as they stood at a moment, now by default."""
        request = self.listing(at=at, **order)
        answer = self.players.call(self._officer(request), f"{SEIZURES}ListSeizures", request)
        return list(seizure_pb2.ListSeizuresResponse.FromString(answer.payload).seizures)

    def question(self, **order: str) -> lookup_pb2.LookupVehiclesRequest:
        """Makes the question which vehicles a debtor has."""
        asked = self.order(**order)
        context = asked.about.context(asked.session, request_id=str(uuid.uuid4()))
        return lookup_pb2.LookupVehiclesRequest(context=context, debtor=asked.debtor.party())

    def look_up(self, request: lookup_pb2.LookupVehiclesRequest) -> lookup_pb2.LookupVehiclesResponse:
        """Looks a debtor's vehicles up; returns all parts as one."""
        joined = lookup_pb2.LookupVehiclesResponse()
        for message in self.carry_out(request).messages:
            joined.MergeFrom(lookup_pb2.LookupVehiclesResponse.FromString(message))
        return joined

    def sight(
        self, car: vehicle_pb2.VehicleKey, trigger: check_pb2.CheckTrigger, **fields: Any
    ) -> check_pb2.CheckVehicleRequest:
        """Makes a check of a car."""
        given = {"plate": car.plate, "plate_type": car.plate_type, "place": "南昌市第三检测站", **fields}
        return check_pb2.CheckVehicleRequest(request_id=str(uuid.uuid4()), trigger=trigger, **given)

    def check(
        self, car: vehicle_pb2.VehicleKey, trigger: check_pb2.CheckTrigger = INSPECTION, **fields: Any
    ) -> check_pb2.CheckVehicleResponse:
        """Has an officer of the register check a car."""
        answer = self.players.call(self.cast.register_officer, CHECK, self.sight(car, trigger, **fields))
        return check_pb2.CheckVehicleResponse.FromString(answer.payload)

    def stream(
        self, batches: Iterable[check_pb2.StreamChecksRequest], **options: Any
    ) -> Iterator[check_pb2.StreamChecksResponse]:
        """Has a camera send batches; yields the answers, with their receipts, as they come."""
        line = self.players.line("checkpoint")
        sent = (batch.SerializeToString() for batch in batches)
        answers = line.exchange(STREAM, sent, (self.players.token(self.cast.camera),), **options)
        return map(check_pb2.StreamChecksResponse.FromString, answers)

    def lease(self) -> check_pb2.LeaseCheckKeyResponse:
        """Leases the key under which a camera packs plates."""
        answer = self.players.call(self.cast.camera, LEASE, b"")
        return check_pb2.LeaseCheckKeyResponse.FromString(answer.payload)

    def acknowledge(self, *notice_ids: str, officer: str = "") -> int:
        """Acknowledges notices as the command centre does; returns how many were not before."""
        asked = sighting_pb2.AcknowledgeSightingsRequest(notice_ids=notice_ids)
        answer = self.players.call(officer or self.cast.command_centre, f"{SIGHTINGS}AcknowledgeSightings", asked)
        return sighting_pb2.AcknowledgeSightingsResponse.FromString(answer.payload).acknowledged_count

    def visit(
        self, car: vehicle_pb2.VehicleKey, sale: seizure_pb2.RecordDisposalRequest
    ) -> violation_pb2.ClearViolationsRequest:
        """Makes what the buyer brings to the window, all of it."""
        ruling, notice = sale.context.documents
        return violation_pb2.ClearViolationsRequest(
            request_id=str(uuid.uuid4()),
            vehicle=car,
            applicant=sale.buyer,
            identity_card_shown=True,
            ruling=violation_pb2.ShownDocument(
                original_shown=True, copy_pdf=sale.ruling_pdf, document_number=ruling.document_number
            ),
            notice=violation_pb2.ShownDocument(
                original_shown=True, copy_pdf=sale.notice_pdf, document_number=notice.document_number
            ),
        )

    def clear(self, request: violation_pb2.ClearViolationsRequest) -> violation_pb2.ClearViolationsResponse:
        """Has the window clear violations."""
        answer = self.players.call(self.cast.window, CLEAR, request)
        return violation_pb2.ClearViolationsResponse.FromString(answer.payload)

    @staticmethod
    def _officer(request: Message) -> str:
        context: Any = getattr(request, "context")  # noqa: B009 - every order of a court has one
        return str(context.handler.officer_id)


def _chief_of(judge: str) -> str:
    """Returns the division chief of a judge's court."""
    return f"{judge.rpartition('-')[0]}-C001"
