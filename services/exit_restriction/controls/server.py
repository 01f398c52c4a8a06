"""The service of border controls: from messages to the use cases and back."""

from __future__ import annotations

from services.chassis.call import Call
from services.chassis.clock import write_instant
from services.codes.legal_time import legal_date
from services.exit_restriction.controls import convert, handlers
from services.exit_restriction.controls.desk import ControlDesk
from services.exit_restriction.controls.domain import LIBERTY, NOTICE, sought_in
from services.exit_restriction.controls.files import Files
from services.exit_restriction.controls.handlers import Terms
from services.exit_restriction.domain import ControlRule, decisions_of
from services.filing.convert import read_as_of, read_author, read_party
from services.filing.desk import Accepted, take
from xiezhi.exit_restriction.v1 import control_pb2


class BorderControlServicer:
    """`xiezhi.exit_restriction.v1.BorderControlService`.

    Args:
        desk: What its use cases need.
        rule: How long controls last and which of them a court may have.
    """

    def __init__(self, desk: ControlDesk, *, rule: ControlRule) -> None:
        self._desk = desk
        self._terms = Terms(rule, desk.ids)

    async def FileControls(
        self, request: control_pb2.FileControlsRequest, call: Call
    ) -> control_pb2.FileControlsResponse:
        """Places controls."""
        filing = convert.read_filing(request, call)
        author = read_author(request.context)
        items = convert.read_items(request.items, author, on=legal_date(call.accepted_at))
        judge = convert.read_judge(request.context)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = control_pb2.FileControlsResponse()
            write_instant(response.receive_time, accepted.now)
            outcomes = handlers.file_all(items, accepted, files, judge=judge, terms=self._terms)
            for index, outcome in enumerate(outcomes):
                convert.write_outcome(response.outcomes.add(), index, outcome)
            return response.SerializeToString()

        numbers = sought_in(items)
        sought = {NOTICE: (*numbers, *decisions_of(filing)), LIBERTY: numbers}
        return control_pb2.FileControlsResponse.FromString(await take(filing, act, desk=self._desk, sought=sought))

    async def LiftControls(
        self, request: control_pb2.LiftControlsRequest, call: Call
    ) -> control_pb2.LiftControlsResponse:
        """Lifts controls, all of them or none."""
        filing = convert.read_filing(request, call)
        author = read_author(request.context)
        numbers = convert.read_numbers(request.persons, on=legal_date(call.accepted_at))
        names = [convert.read_name(name) for name in request.names]

        def act(accepted: Accepted, files: Files) -> bytes:
            response = control_pb2.LiftControlsResponse()
            for shown in handlers.lift_all(names, accepted, files, author=author, numbers=numbers):
                convert.write_control(response.controls.add(), shown)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought={NOTICE: numbers})
        return control_pb2.LiftControlsResponse.FromString(answer)

    async def ListControls(
        self, request: control_pb2.ListControlsRequest, call: Call
    ) -> control_pb2.ListControlsResponse:
        """Lists the controls of a case on a person."""
        moment = request.as_of_time if request.HasField("as_of_time") else None
        as_of = read_as_of(moment, now=self._desk.clock.now())
        author = read_author(request.context)
        person = read_party(request.person, field="person", on=legal_date(call.accepted_at))
        return convert.write_listing(await self._desk.store.listing(author, person.number, as_of=as_of))
