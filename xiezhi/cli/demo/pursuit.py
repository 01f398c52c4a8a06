"""What the steps about vehicles share: who orders and checks, on whose approval, and who hears of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import Message

from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.demo.lookout import PROMPT, Lookout
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import PATIENCE, Stage
from xiezhi.cli.orders import Order
from xiezhi.cli.papers import PapersChoice
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.vehicle import CHECK
from xiezhi.cli.watch import notice_view
from xiezhi.vehicle.v1 import check_pb2, seizure_pb2, sighting_pb2


@dataclass(slots=True)
class Pursuit:
    """The chapter about vehicles, and what one step hands to the next.

    Attributes:
        stage: Who acts.
        narrator: Tells it.
        lookout: The command centre, watching.
        within: Opens a span around each step.
        plain: The first court's seizure of the plain car.
        waiting: The other court's seizure of it.
        sale: The papers of the sale, as they were sent.
    """

    stage: Stage
    narrator: Narrator
    lookout: Lookout[sighting_pb2.SightingNotice]
    within: Callable[[str], Any]
    plain: seizure_pb2.Seizure = field(default_factory=seizure_pb2.Seizure)
    waiting: seizure_pb2.Seizure = field(default_factory=seizure_pb2.Seizure)
    sale: seizure_pb2.RecordDisposalRequest = field(default_factory=seizure_pb2.RecordDisposalRequest)

    def order(self, judge: str, case: str, *, number: str = "", plates: Sequence[str] = ()) -> Order:
        """Returns what a judge orders in a case, on papers that are drafted and sealed here.

        Args:
            judge: Officer id of the judge.
            case: Number of the case.
            number: Number of the ruling; empty for the first of the case.
            plates: Plates of seized vehicles, which its papers name.
        """
        debtor = DebtorQuestion(debtor_name=self.stage.cast.debtor_name, debtor_number=self.stage.cast.debtor_number)
        papers = PapersChoice(draft=True, ruling_number=number, plates=[*plates])
        return Order(self.stage.session(judge), CaseQuestion(case=case), debtor, papers)

    def own_order(self, *, plates: Sequence[str] = ()) -> Order:
        """Returns what the first court's judge orders; as `order` otherwise."""
        return self.order(self.stage.cast.judge, self.stage.cast.case, plates=plates)

    def approve(self, judge: str, method: str, request: Message, *, approver: str) -> str:
        """Has a judge submit a request and a division chief sign it; returns the approval's name."""
        return self.stage.approve(judge, method, request, approver=approver)

    def carry_out(self, judge: str, method: str, request: Message, *, approver: str) -> bytes:
        """Has a request approved and makes the call; returns the answer's bytes."""
        name = self.approve(judge, method, request, approver=approver)
        return self.call(judge, method, request, approval=name).payload

    def call(self, officer: str, method: str, request: Message, *, approval: str = "") -> ProvenAnswer:
        """Makes a call; its receipt has been verified."""
        return self.stage.call(officer, method, request, approval=approval)

    def check(self, trigger: check_pb2.CheckTrigger, vehicle: str, *, place: str) -> check_pb2.CheckVehicleResponse:
        """Has the officer of the register check a vehicle."""
        (key,) = read_vehicles([vehicle])
        request = check_pb2.CheckVehicleRequest(
            request_id=str(uuid.uuid4()), trigger=trigger, plate=key.plate, plate_type=key.plate_type, place=place
        )
        answer = self.call(self.stage.cast.register_officer, CHECK, request).payload
        return check_pb2.CheckVehicleResponse.FromString(answer)

    def hear(self, entry: dict[str, Any], *, since: float, seizures: int) -> None:
        """Waits until the command centre hears of a sighting, and has it acknowledged.

        Args:
            entry: The step's entry.
            since: When the vehicle was checked, by the monotonic clock.
            seizures: How many seizures the notice must tell.
        """
        arrival = self.lookout.next_arrival(PATIENCE.total_seconds())
        if arrival is None:
            raise self.narrator.wrong(entry, "the command centre hears nothing")
        entry["heard_after_seconds"] = round(arrival.at - since, 3)
        self.narrator.require(entry, arrival.at - since < PROMPT, "the command centre hears of it late")
        told = len(arrival.notice.sighting.seizures)
        self.narrator.require(entry, told == seizures, f"the notice tells {told} seizures")
        self.narrator.show(notice_view(arrival.notice))
        entry["acknowledged"] = self.lookout.acknowledge(arrival.notice)
        self.narrator.require(entry, entry["acknowledged"] == 1, "it cannot be acknowledged")
        milliseconds = 1_000 * entry["heard_after_seconds"]
        self.narrator.good(f"The command centre had it {milliseconds:,.0f} ms after the check began, and acknowledged.")
