"""The second chapter of the demo: the debtor's vehicles are found, seized, seen and sold."""

from __future__ import annotations

import hashlib
import time
import uuid
from collections.abc import Callable

from rich.text import Text

from xiezhi.cli.approved import stream_proven
from xiezhi.cli.demo.pursuit import Pursuit
from xiezhi.cli.fleet import fleet_view, outcomes_view, seizures_view
from xiezhi.cli.orders import SERVICE, buyer
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.vehicle import LOOKUP, batches, check_view, join_parts
from xiezhi.cli.violations import CLEAR, clearing_view
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import check_pb2, check_pb2_grpc, lookup_pb2, seizure_pb2, violation_pb2

CAMERA_BATCH = 1_000

Step = Callable[[Pursuit], None]


def play(pursuit: Pursuit) -> None:
    """Plays all steps.

    Args:
        pursuit: Who acts.

    Raises:
        StoryError: If one does not come out as told.
    """
    for name, step in STEPS.items():
        with pursuit.within(f"demo.{name}"):
            step(pursuit)


def _look_up(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = f"Judge {cast.judge} asks for the debtor's vehicles; {cast.approver} signs over those very bytes."
    with pursuit.narrator.step("The debtor's vehicles", told) as entry:
        order = pursuit.own_order()
        context = order.about.context(order.session, request_id=str(uuid.uuid4()))
        request = lookup_pb2.LookupVehiclesRequest(context=context, debtor=order.debtor.party())
        name = pursuit.approve(cast.judge, LOOKUP, request, approver=cast.approver)
        sent = request.SerializeToString(deterministic=True)
        parts = stream_proven(pursuit.stage.client(cast.judge), LOOKUP, sent, approval=name)
        answer = join_parts([part.payload for part in parts])
        entry["vehicles"] = len(answer.vehicles)
        pursuit.narrator.require(entry, entry["vehicles"] == 3, "the debtor does not have three vehicles")
        pursuit.narrator.show(fleet_view(answer))


def _forge(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = (
        "Somebody changes one digit in the ruling after the court has sealed it; even a chief's approval does not help."
    )
    with pursuit.narrator.step("A forged ruling is refused", told) as entry:
        request = pursuit.own_order().register(read_vehicles([cast.plain_car]), months=0, last_day="")
        genuine = request.ruling_pdf
        request.ruling_pdf = genuine.replace(b"(D:2", b"(D:3", 1)
        pursuit.narrator.require(entry, request.ruling_pdf != genuine, "the ruling cannot be changed")
        _list_anew(request)
        method = f"{SERVICE}RegisterSeizure"
        name = pursuit.approve(cast.judge, method, request, approver=cast.approver)
        pursuit.narrator.refused(
            entry, Reason.DOCUMENT_ALTERED, lambda: pursuit.call(cast.judge, method, request, approval=name)
        )


def _seize(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = "On a genuine ruling and an assistance notice, both sealed, and approved by the chief."
    with pursuit.narrator.step("Both cars are seized", told) as entry:
        vehicles = read_vehicles([cast.plain_car, cast.new_energy_car])
        request = pursuit.own_order().register(vehicles, months=0, last_day="")
        told_bytes = pursuit.carry_out(cast.judge, f"{SERVICE}RegisterSeizure", request, approver=cast.approver)
        answer = seizure_pb2.RegisterSeizureResponse.FromString(told_bytes)
        states = [outcome.seizure.state for outcome in answer.outcomes]
        effective = states == [seizure_pb2.SEIZURE_STATE_EFFECTIVE] * 2
        pursuit.narrator.require(entry, effective, "they are not in effect")
        pursuit.plain.CopyFrom(answer.outcomes[0].seizure)
        pursuit.narrator.show(outcomes_view(answer))


def _wait_in_line(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = f"Judge {cast.other_judge} of another court seizes the same car in the own case (轮候查封)."
    with pursuit.narrator.step("Another court waits as number 1", told) as entry:
        request = pursuit.order(cast.other_judge, cast.other_courts_case).register(
            read_vehicles([cast.plain_car]), months=0, last_day=""
        )
        method = f"{SERVICE}RegisterSeizure"
        told_bytes = pursuit.carry_out(cast.other_judge, method, request, approver=cast.other_approver)
        answer = seizure_pb2.RegisterSeizureResponse.FromString(told_bytes)
        seizure = answer.outcomes[0].seizure
        entry["queue_position"] = seizure.queue_position
        waits = (seizure.state, seizure.queue_position) == (seizure_pb2.SEIZURE_STATE_WAITING, 1)
        pursuit.narrator.require(entry, waits, "it does not wait as number 1")
        pursuit.waiting.CopyFrom(seizure)
        pursuit.narrator.show(outcomes_view(answer))


def _inspect(pursuit: Pursuit) -> None:
    told = (
        "The car comes to its annual inspection. It passes, the driver is told nothing, and the command centre hears."
    )
    with pursuit.narrator.step("An inspection becomes a sighting", told) as entry:
        began = time.monotonic()
        answer = pursuit.check(
            check_pb2.CHECK_TRIGGER_ANNUAL_INSPECTION, pursuit.stage.cast.plain_car, place="南昌市第三检测站"
        )
        recorded = answer.outcome == check_pb2.CHECK_OUTCOME_RECORDED and not answer.contacts
        pursuit.narrator.require(entry, recorded, "it is not recorded, or says more than it may")
        pursuit.narrator.show(check_view(answer))
        pursuit.hear(entry, since=began, seizures=2)


def _transfer(pursuit: Pursuit) -> None:
    told = "Somebody asks to have the car registered in another name."
    with pursuit.narrator.step("Its transfer is refused", told) as entry:
        began = time.monotonic()
        answer = pursuit.check(
            check_pb2.CHECK_TRIGGER_TRANSFER_REGISTRATION, pursuit.stage.cast.plain_car, place="南昌市车辆管理所"
        )
        entry["contacts"] = [contact.court_code for contact in answer.contacts]
        refused = answer.outcome == check_pb2.CHECK_OUTCOME_REFUSED and bool(answer.contacts)
        pursuit.narrator.require(entry, refused, "it is not refused, or no court is named")
        pursuit.narrator.show(check_view(answer))
        pursuit.hear(entry, since=began, seizures=2)


def _lift(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = "The first court lifts its seizure of the plain car. No job runs: that of the other court is in effect."
    with pursuit.narrator.step("One lifts, the next takes effect at that instant", told) as entry:
        request = pursuit.own_order(plates=[pursuit.plain.plate]).lift([pursuit.plain.name])
        answer = seizure_pb2.LiftSeizureResponse.FromString(
            pursuit.carry_out(cast.judge, f"{SERVICE}LiftSeizure", request, approver=cast.approver)
        )
        lifted = answer.seizures[0]
        order = pursuit.order(cast.other_judge, cast.other_courts_case)
        context = order.about.context(order.session, request_id=str(uuid.uuid4()))
        asked = seizure_pb2.ListSeizuresRequest(context=context, debtor=order.debtor.party())
        found = seizure_pb2.ListSeizuresResponse.FromString(
            pursuit.call(cast.other_judge, f"{SERVICE}ListSeizures", asked).payload
        )
        (promoted,) = found.seizures
        effective = promoted.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE
        pursuit.narrator.require(entry, effective, "the other court's is not in effect")
        same = promoted.effective_time == lifted.end_time
        pursuit.narrator.require(entry, same, "there is a gap between them")
        pursuit.narrator.show(seizures_view([lifted, promoted]))


def _drive_past(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = (
        f"A camera reads {CAMERA_BATCH:,} plates. Of {CAMERA_BATCH - 1} nothing is kept, no plate, no place, no time."
    )
    with pursuit.narrator.step("A camera meets one of them", told) as entry:
        (key,) = read_vehicles([cast.new_energy_car])
        plates = [f"赣A{50_000 + number}" for number in range(CAMERA_BATCH - 1)]
        plates.insert(CAMERA_BATCH // 2, key.plate)
        stub = check_pb2_grpc.VehicleCheckServiceStub(pursuit.stage.client(cast.camera).channel)
        began = time.monotonic()
        (answer,) = stub.StreamChecks(batches(plates, place="G60 K512", size=CAMERA_BATCH))
        entry["checked"], entry["hits"] = answer.checked_count, [hit.index for hit in answer.hits]
        pursuit.narrator.require(entry, entry["checked"] == CAMERA_BATCH, "not all are checked")
        pursuit.narrator.require(entry, entry["hits"] == [CAMERA_BATCH // 2], "it hits other plates")
        pursuit.narrator.good(f"{answer.checked_count:,} plates checked, one hit, one receipt.")
        pursuit.hear(entry, since=began, seizures=1)


def _sell(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = "The other court has sold the plain car; its seizure is extinguished."
    with pursuit.narrator.step("The car is sold", told) as entry:
        today = pursuit.stage.session(cast.other_judge).today().isoformat()
        number = f"{cast.other_courts_case}之二"
        order = pursuit.order(cast.other_judge, cast.other_courts_case, number=number, plates=[pursuit.waiting.plate])
        request = order.dispose(pursuit.waiting.name, buyer=buyer(cast.buyer_name, cast.buyer_number), sale_date=today)
        method = f"{SERVICE}RecordDisposal"
        answer = seizure_pb2.RecordDisposalResponse.FromString(
            pursuit.carry_out(cast.other_judge, method, request, approver=cast.other_approver)
        )
        ended = answer.seizure.state == seizure_pb2.SEIZURE_STATE_EXTINGUISHED
        pursuit.narrator.require(entry, ended, "its seizure is not extinguished")
        pursuit.sale.CopyFrom(request)
        pursuit.narrator.show(seizures_view([answer.seizure]))


def _clear(pursuit: Pursuit) -> None:
    cast = pursuit.stage.cast
    told = "The buyer comes to the window with the own identity card, and with ruling and notice, originals and copies."
    with pursuit.narrator.step("The buyer's violations are cleared, once", told) as entry:
        request = _at_the_window(pursuit)
        answer = violation_pb2.ClearViolationsResponse.FromString(pursuit.call(cast.window, CLEAR, request).payload)
        entry["cleared"] = len(answer.violations)
        exempted = answer.outcome == violation_pb2.CLEARING_OUTCOME_EXEMPTED and bool(answer.violations)
        pursuit.narrator.require(entry, exempted, "nothing is cleared without points")
        pursuit.narrator.show(clearing_view(answer))
        pursuit.narrator.show(Text("The buyer comes again."))
        again = _at_the_window(pursuit)
        pursuit.narrator.refused(entry, Reason.CLEARING_ALREADY_DONE, lambda: pursuit.call(cast.window, CLEAR, again))


def _at_the_window(pursuit: Pursuit) -> violation_pb2.ClearViolationsRequest:
    (key,) = read_vehicles([pursuit.stage.cast.plain_car])
    ruling, notice = pursuit.sale.context.documents
    return violation_pb2.ClearViolationsRequest(
        request_id=str(uuid.uuid4()),
        vehicle=key,
        applicant=pursuit.sale.buyer,
        identity_card_shown=True,
        ruling=violation_pb2.ShownDocument(
            original_shown=True, copy_pdf=pursuit.sale.ruling_pdf, document_number=ruling.document_number
        ),
        notice=violation_pb2.ShownDocument(
            original_shown=True, copy_pdf=pursuit.sale.notice_pdf, document_number=notice.document_number
        ),
    )


def _list_anew(request: seizure_pb2.RegisterSeizureRequest) -> None:
    """Lists the changed ruling with its digest, as a forger would."""
    request.context.documents[0].sha256 = hashlib.sha256(request.ruling_pdf).digest()


STEPS: dict[str, Step] = {
    "look_up": _look_up,
    "forge": _forge,
    "seize": _seize,
    "wait_in_line": _wait_in_line,
    "inspect": _inspect,
    "transfer": _transfer,
    "lift": _lift,
    "drive_past": _drive_past,
    "sell": _sell,
    "clear": _clear,
}
"""The steps in order, by the name of their span."""
