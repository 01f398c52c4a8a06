"""A request of each method that would be answered, to be changed into what would not."""

from __future__ import annotations

import uuid

from google.protobuf.message import Message

from tests.e2e.exits import PORT, Exits, application, journey
from tests.e2e.players import method_of
from tests.e2e.referrals import FILE, Referrals
from tests.e2e.scene import MONTH
from tests.e2e.vehicles import PATROL, Vehicles
from xiezhi.cli.border.orders import LibertyChoice
from xiezhi.cli.exits.questions import RecordQuestion
from xiezhi.coordination.v1 import dispute_pb2
from xiezhi.coordination.v1 import notice_pb2 as coordination_notice_pb2
from xiezhi.exit_restriction.v1 import border_pb2, control_pb2, counter_pb2, hit_pb2, listing_pb2, restriction_pb2
from xiezhi.exit_restriction.v1 import notice_pb2 as exit_notice_pb2
from xiezhi.vehicle.v1 import check_pb2, sighting_pb2


def vehicle_requests(vehicles: Vehicles) -> tuple[Message, ...]:
    """Makes a request of every method of vehicle control that would be answered."""
    (car, sold, wanted), other = vehicles.cars(3), {"judge": vehicles.cast.other_judge}
    seizure, sale = vehicles.seizure(car), vehicles.dispose(vehicles.seizure(sold).name)
    assert vehicles.check(car, PATROL).sighting, "nothing waits for the command centre"
    order = vehicles.order(changes=[seizure.name])
    return (
        order.register([wanted], months=0, last_day=""),
        order.extend(seizure.name, months=1, last_day=""),
        order.lift([seizure.name]),
        order.withdraw(vehicles.seizure(car, **other).name),
        order.dispose(seizure.name, buyer=vehicles.buyer(), sale_date=vehicles.today()),
        vehicles.listing(),
        vehicles.question(),
        vehicles.sight(car, PATROL),
        check_pb2.StreamChecksRequest(batch=1, place="G60 K512", plates=[car.plate, "粤B12345"]),
        vehicles.visit(sold, sale),
        sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[str(uuid.uuid4())]),
        sighting_pb2.ReplayDeadLetterRequest(event_id=str(uuid.uuid4())),
        sighting_pb2.ListDeadLettersRequest(page_size=3),
        sighting_pb2.WatchSightingsRequest(),
    )


def exit_requests(exits: Exits) -> tuple[Message, ...]:
    """Makes a request of every method of exit restriction that would be answered."""
    first, second, third = exits.people(3)
    case = exits.case(first, second, third)
    entry = exits.push(first, case=case)
    (outcome,) = exits.control(exits.item(first), case=case)
    hit = exits.travel(first.debtor_number).hit
    order, name = exits.order(first, case=case), entry.outcome.restriction
    other = exits.order(second, case=case)
    listed = exits.push(third, case=case, without_decision=True).name
    pushed = other.push(RecordQuestion(), MONTH)
    context, debtor, upload = pushed.context, pushed.debtor, f"uploads/{uuid.uuid4()}"
    item = listing_pb2.UploadItem(
        case_number=case, handler=context.handler, debtor=debtor, record=pushed.record
    ).SerializeToString()
    person = counter_pb2.PersonKey(id_number=first.debtor_number, name=first.debtor_name)
    past = counter_pb2.AskPastRequest(person=person, purpose="w")
    past.as_of_time.GetCurrentTime()
    return (
        pushed,
        order.correct(entry.name, RecordQuestion()),
        order.remove(entry.name, withdrawn=True),
        listing_pb2.ListEntriesRequest(context=context, debtor=debtor),
        listing_pb2.StageEntriesRequest(upload=upload, items=[item]),
        listing_pb2.GetUploadRequest(name=upload),
        listing_pb2.DiscardUploadRequest(name=upload),
        listing_pb2.ListUploadItemsRequest(name=upload, page_size=3),
        listing_pb2.CommitUploadRequest(request_id=str(uuid.uuid4()), name=upload, sha256=bytes(32), item_count=1),
        listing_pb2.ListUploadOutcomesRequest(name=upload, page_size=3),
        exits.order(third, case=case).file(listed, MONTH),
        order.renew(name, MONTH),
        order.release(name),
        restriction_pb2.ListRestrictionsRequest(context=context, debtor=debtor),
        exits.border(case=case).file([exits.item(second)], LibertyChoice()),
        exits.border(case=case).lift([outcome.control.name], [first.party()]),
        control_pb2.ListControlsRequest(context=context, person=debtor),
        journey(first.debtor_number),
        border_pb2.StreamTravellersRequest(
            batch=1, direction=hit_pb2.TRAVEL_DIRECTION_EXIT, port=PORT, numbers=[first.debtor_number, "EX0000001"]
        ),
        border_pb2.RecordHandlingRequest(
            request_id=str(uuid.uuid4()), hit=hit, action=hit_pb2.BORDER_ACTION_STOP, note="w"
        ),
        application(first),
        past,
        counter_pb2.WatchRestrictionsRequest(lease_id=str(uuid.uuid4())),
        exit_notice_pb2.AcknowledgeCourtNoticesRequest(notice_ids=[str(uuid.uuid4())]),
        exit_notice_pb2.ReplayDeadLetterRequest(event_id=str(uuid.uuid4())),
        exit_notice_pb2.ListDeadLettersRequest(page_size=3),
        exit_notice_pb2.WatchCourtNoticesRequest(),
    )


def referral_requests(referrals: Referrals) -> tuple[Message, ...]:
    """Makes a request of the methods of criminal referral that take more than a name, or that need an approval."""
    dossier = referrals.dossier(*referrals.suspects())
    name = referrals.send(dossier).name
    return (
        referrals.sending(referrals.dossier(*referrals.suspects())),
        referrals.supplement(dossier, name),
        dossier.withdraw(name, why="w"),
        dossier.list(),
        dossier.fetch(name, bytes(32)),
        referrals.receiving(name),
        referrals.deciding(name, FILE),
        referrals.letter(name).feedback(b"%PDF-1.7 none"),
        referrals.letter(name, reasons=["w"]).opinion(b"%PDF-1.7 none"),
    )


def dispute_requests(referrals: Referrals) -> tuple[Message, ...]:
    """Makes a request of the methods of disputes that would be answered; the court of the scenario is told of one."""
    cast, players = referrals.cast, referrals.players
    first, second = (referrals.send(referrals.dossier(*referrals.suspects())).name for _ in range(2))
    delay = dispute_pb2.DISPUTE_TOPIC_DELAY

    def opening(subject: str) -> dispute_pb2.OpenDisputeRequest:
        return dispute_pb2.OpenDisputeRequest(request_id=str(uuid.uuid4()), subject=subject, topic=delay, text="w")

    answer = players.call(cast.unit_head, method_of(opening(first)), opening(first))
    name = dispute_pb2.OpenDisputeResponse.FromString(answer.payload).dispute.name
    return (
        opening(second),
        dispute_pb2.ConsultDisputeRequest(request_id=str(uuid.uuid4()), name=name, text="w"),
        dispute_pb2.RecordPositionRequest(
            request_id=str(uuid.uuid4()), name=name, position=dispute_pb2.DISPUTE_POSITION_AGREED, text="w"
        ),
        dispute_pb2.EscalateDisputeRequest(request_id=str(uuid.uuid4()), name=name),
        dispute_pb2.WithdrawDisputeRequest(request_id=str(uuid.uuid4()), name=name, text="w"),
        dispute_pb2.DraftSettlementRequest(name=name, text="w"),
        dispute_pb2.SettleDisputeRequest(request_id=str(uuid.uuid4()), name=name, document=b"%PDF-1.7 none"),
        dispute_pb2.GetDisputeRequest(name=name),
        dispute_pb2.ListDisputesRequest(page_size=3),
        coordination_notice_pb2.AcknowledgeCoordinationNoticesRequest(notice_ids=[str(uuid.uuid4())]),
        coordination_notice_pb2.ReplayDeadLetterRequest(event_id=str(uuid.uuid4())),
        coordination_notice_pb2.ListDeadLettersRequest(page_size=3),
        coordination_notice_pb2.WatchCoordinationNoticesRequest(),
    )
