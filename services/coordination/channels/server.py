"""The service of the channel: from messages to use cases and back."""

from __future__ import annotations

from services.chassis.call import Call
from services.codes.courts import find_court
from services.coordination.channels.domain import PREFIX, Declared
from services.coordination.channels.handlers import Board, declare_operational, declare_outage, end_outage
from services.coordination.channels.store import ChannelStore
from services.directory.channels import Outage, Pair, channel_at, operations_of
from services.directory.liaisons import DEPARTMENTS
from services.filing.convert import invalid, read_as_of, read_instant, read_key
from xiezhi.coordination.v1 import channel_pb2
from xiezhi.errors import Reason, error


class ChannelServicer:
    """`xiezhi.coordination.v1.ChannelService`.

    Args:
        board: What the use cases need.
        store: What was declared.
    """

    def __init__(self, board: Board, *, store: ChannelStore) -> None:
        self._board = board
        self._store = store

    async def DeclareOperational(
        self, request: channel_pb2.DeclareOperationalRequest, call: Call
    ) -> channel_pb2.DeclareOperationalResponse:
        """Declares the platform operational."""

        def write(awaits_other: bool) -> bytes:
            return channel_pb2.DeclareOperationalResponse(awaits_other=awaits_other).SerializeToString()

        start = read_instant(request.start_time, field="start_time")
        key = read_key(request.request_id, call)
        answer = await declare_operational(key, _read_pair(request.pair), write, start=start, board=self._board)
        return channel_pb2.DeclareOperationalResponse.FromString(answer)

    async def DeclareOutage(
        self, request: channel_pb2.DeclareOutageRequest, call: Call
    ) -> channel_pb2.DeclareOutageResponse:
        """Declares an outage."""

        def write(declared: Declared) -> bytes:
            response = channel_pb2.DeclareOutageResponse()
            _write_outage(response.outage, declared)
            return response.SerializeToString()

        start = read_instant(request.start_time, field="start_time")
        outage = Outage("", _read_pair(request.pair), start, read_instant(request.end_time, field="end_time"))
        key = read_key(request.request_id, call)
        answer = await declare_outage(key, outage, write, reason=request.reason, board=self._board)
        return channel_pb2.DeclareOutageResponse.FromString(answer)

    async def EndOutage(self, request: channel_pb2.EndOutageRequest, call: Call) -> channel_pb2.EndOutageResponse:
        """Ends an outage."""

        def write(declared: Declared) -> bytes:
            response = channel_pb2.EndOutageResponse()
            _write_outage(response.outage, declared)
            return response.SerializeToString()

        key, outage_id = read_key(request.request_id, call), request.name.removeprefix(PREFIX)
        answer = await end_outage(key, outage_id, write, board=self._board)
        return channel_pb2.EndOutageResponse.FromString(answer)

    async def GetChannel(self, request: channel_pb2.GetChannelRequest, call: Call) -> channel_pb2.GetChannelResponse:
        """Says how it stands."""
        del call
        if find_court(request.court_code) is None:
            raise error(Reason.OUT_OF_JURISDICTION, "The court is not one of Jiangxi.")
        if request.department not in DEPARTMENTS:
            raise invalid("department", "it is none of the six departments of the police")
        asked = request.as_of_time if request.HasField("as_of_time") else None
        at = read_as_of(asked, now=self._board.clock.now())
        declarations, outages = await self._store.all()
        # Only those that count here: of all together there are as many pairs as the square of their number.
        here = (one for one in declarations if one.pair.covers(request.court_code, request.department))
        channel = channel_at(
            request.court_code,
            request.department,
            at,
            operations=operations_of(here),
            outages=[one.outage for one in outages],
        )
        response = channel_pb2.GetChannelResponse(state=int(channel.state))  # type: ignore[arg-type]
        if channel.since is not None:
            response.operational_time.FromDatetime(channel.since)
        by_key = {one.outage.key: one for one in outages}
        for running in channel.outages:
            _write_outage(response.outages.add(), by_key[running.key])
        return response


def _read_pair(pair: channel_pb2.Pair) -> Pair:
    return Pair(pair.court_code, pair.department)


def _write_outage(message: channel_pb2.Outage, declared: Declared) -> None:
    outage = declared.outage
    message.name, message.declared_by = PREFIX + outage.key, declared.by
    message.pair.court_code = outage.pair.court_code
    message.pair.department = outage.pair.department  # type: ignore[assignment]
    message.start_time.FromDatetime(outage.start)
    message.end_time.FromDatetime(outage.end)
