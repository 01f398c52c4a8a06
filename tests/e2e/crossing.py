"""Somebody who is restricted and met at a port, with every personal value known, and travellers whom nobody seeks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from google.protobuf.message import Message

from services.synthetic.numbers import citizen_id
from tests.e2e.exits import APPLY, CHECK, CHECKS, Exits, application, journey, new_id
from tests.e2e.passing import Control
from tests.e2e.scene import MONTH
from tests.e2e.sweeping import Secret
from tests.e2e.watching import CourtWatch
from xiezhi.cli.border.checks import pack
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.questions import RecordQuestion
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import border_pb2, counter_pb2, hit_pb2

CROSSED = (
    *(f"EJ73412{serial:02}" for serial in range(8)),
    citizen_id(date(1890, 11, 7), 901),
    citizen_id(date(1890, 11, 8), 902),
)
"""Numbers that a gate reads, and of which it sends hashes the next time."""
CROSSED_WITH, CROSSED_BY = "EK5512907", citizen_id(date(1890, 11, 9), 903)
"""What an officer at a port reads of one traveller."""
CROSSED_AT = ("吉安港三号验证台", "赣州黄金机场七号通道")
"""Where."""
APPLICANT = DebtorQuestion("无事可查之人", citizen_id(date(1890, 11, 10), 904))
"""Somebody who applies, and whom nobody restricts."""
WANTED = DebtorQuestion("霍寻音", citizen_id(date(1890, 11, 11), 905))
"""Somebody who is restricted, stopped, and then no longer."""
MET_AT, REMARK, DOCUMENT = "九江港客运口岸", "旅客称其护照已遗失", "EL8830215"
DUTY = "返还借款本金三十七万元及利息。"

METHOD = f"{CHECKS}StreamTravellers"


def cross(exits: Exits) -> Control:
    """Plays the story: listed, restricted, handed over, met, handled, released; and checks of who is not listed.

    Args:
        exits: Everybody who acts.
    """
    players, case = exits.players, exits.case(WANTED)
    known = Control(personal=[*_personal()])
    request = exits.order(WANTED, case=case).push(RecordQuestion(duty=DUTY), MONTH)
    pushed = exits.give(request).payload
    (outcome,) = exits.control(exits.item(WANTED, documents=[DOCUMENT]), case=case)
    listed = exits.restrictions(WANTED, case=case)
    with CourtWatch(players, exits.cast.judge) as watch:
        shown = journey(DOCUMENT, document=True, port=MET_AT)
        answer = border_pb2.CheckTravellerResponse.FromString(
            players.call(exits.cast.border_officer, CHECK, shown).payload
        )
        handled = border_pb2.RecordHandlingRequest(
            request_id=new_id(), hit=answer.hit, action=hit_pb2.BORDER_ACTION_STOP, note=REMARK
        )
        players.call(exits.cast.border_officer, f"{CHECKS}RecordHandling", handled)
        notice = watch.arrival_of_hit(answer.hit)
    applied = exits.apply(WANTED)
    messages: tuple[Message, ...] = (outcome, *listed, notice, applied, handled, request)
    known.told = pushed + b"".join(message.SerializeToString() for message in messages)
    _refuse(exits, case)
    known.checked = 1 + _pass(exits)
    return known


def _pass(exits: Exits) -> int:
    """Checks people whom nobody seeks, as a gate twice, as an officer and as a counter; returns how many numbers."""
    players, cast = exits.players, exits.cast
    plain, packed = (
        border_pb2.StreamTravellersRequest(
            batch=number, direction=hit_pb2.TRAVEL_DIRECTION_EXIT, port=CROSSED_AT[0], numbers=CROSSED
        )
        for number in (1, 2)
    )
    lease = players.call(cast.border_officer, f"{CHECKS}LeaseBorderKey", b"")
    pack(packed, border_pb2.LeaseBorderKeyResponse.FromString(lease.payload))
    sent = iter([plain.SerializeToString(), packed.SerializeToString()])
    line, token = players.line("checkpoint"), players.token(cast.border_officer)
    answers = [*map(border_pb2.StreamTravellersResponse.FromString, line.exchange(METHOD, sent, (token,)))]
    assert [(answer.checked_count, len(answer.hits)) for answer in answers] == [(len(CROSSED), 0)] * 2
    alone = journey(CROSSED_WITH, document=True, port=CROSSED_AT[1])
    alone.id_number = CROSSED_BY
    told = border_pb2.CheckTravellerResponse.FromString(players.call(cast.border_officer, CHECK, alone).payload)
    assert (told.action, told.hit) == (hit_pb2.BORDER_ACTION_NOTHING, "")
    assert exits.apply(APPLICANT).decision == counter_pb2.APPLICATION_DECISION_PASS
    return 2 * len(CROSSED) + 2


def _refuse(exits: Exits, case: str) -> None:
    """Provokes refusals with everything personal in the requests."""
    players, cast = exits.players, exits.cast
    order = exits.order(WANTED, case=case)
    exits.refuse(Reason.ENTRY_EXISTS, order.push(RecordQuestion(duty=DUTY), MONTH))
    unsealed = order.push(RecordQuestion(duty=DUTY), MONTH)
    unsealed.notice_pdf += b"%"
    exits.refuse(Reason.DOCUMENT_NOT_LISTED, unsealed)
    wrong = journey(f"{DOCUMENT}-{WANTED.debtor_number}"[:23], document=True, port=MET_AT)
    wrong.id_number = WANTED.debtor_number[:17] + "?"
    players.refuse(Reason.FIELDS_INVALID, cast.border_officer, CHECK, wrong)
    asked = application(WANTED)
    asked.person.id_number = WANTED.debtor_number[:17] + "?"
    players.refuse(Reason.FIELDS_INVALID, cast.counter_officer, APPLY, asked)


def _personal() -> Iterator[Secret]:
    """Yields what is personal of who is restricted, and of how they were met."""
    yield Secret.text("name of the wanted", WANTED.debtor_name)
    yield Secret.text("number of the wanted", WANTED.debtor_number)
    yield Secret.text("document", DOCUMENT)
    yield Secret.text("port", MET_AT)
    yield Secret.text("remark at the port", REMARK)
    yield Secret.text("duty", DUTY)
