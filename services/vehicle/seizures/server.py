"""The service of seizures: from messages to the use cases and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.chassis.call import Call
from services.chassis.paging import decode_token, encode_token, invalid_token, query_of
from services.codes.legal_time import legal_date
from services.filing.convert import read_as_of, read_author
from services.filing.desk import Accepted
from services.filing.domain import DocumentKind
from services.vehicle.convert import read_debtor
from services.vehicle.seizures import convert, handlers
from services.vehicle.seizures.desk import SeizureDesk, take
from services.vehicle.seizures.files import Files
from xiezhi.vehicle.v1 import seizure_pb2

PAGE_SIZE = 100
"""Seizures of a page when the caller asks for no number."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = (1 << 63) - 1
"""The last sequence that a database can have."""
_MICROSECOND = timedelta(microseconds=1)


class SeizureServicer:
    """`xiezhi.vehicle.v1.SeizureService`.

    Args:
        desk: What its use cases need.
    """

    def __init__(self, desk: SeizureDesk) -> None:
        self._desk = desk

    async def RegisterSeizure(
        self, request: seizure_pb2.RegisterSeizureRequest, call: Call
    ) -> seizure_pb2.RegisterSeizureResponse:
        """Seizes vehicles."""
        filing = convert.read_filing(request, call, ruling=DocumentKind.SEIZURE_RULING)
        orders = tuple(convert.read_orders(request.vehicles, filing, convert.read_term(request)))

        def act(accepted: Accepted, files: Files) -> bytes:
            response = seizure_pb2.RegisterSeizureResponse()
            response.serve_time.FromDatetime(accepted.now)
            outcomes = handlers.register_all(orders, accepted, files, ids=self._desk.ids)
            for index, outcome in enumerate(outcomes):
                convert.write_outcome(response.outcomes.add(), index, outcome)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=convert.sought_of(orders))
        return seizure_pb2.RegisterSeizureResponse.FromString(answer)

    async def ExtendSeizure(
        self, request: seizure_pb2.ExtendSeizureRequest, call: Call
    ) -> seizure_pb2.ExtendSeizureResponse:
        """Extends a seizure."""
        filing = convert.read_filing(request, call, ruling=DocumentKind.SEIZURE_RULING)
        name, term = convert.read_name(request.name), convert.read_term(request)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = seizure_pb2.ExtendSeizureResponse()
            convert.write_seizure(response.seizure, handlers.extend_one(name, term, accepted, files=files))
            return response.SerializeToString()

        return seizure_pb2.ExtendSeizureResponse.FromString(await take(filing, act, desk=self._desk, seizures=[name]))

    async def LiftSeizure(self, request: seizure_pb2.LiftSeizureRequest, call: Call) -> seizure_pb2.LiftSeizureResponse:
        """Lifts seizures."""
        filing = convert.read_filing(request, call, ruling=DocumentKind.LIFTING_RULING)
        names = tuple(map(convert.read_name, request.names))

        def act(accepted: Accepted, files: Files) -> bytes:
            response = seizure_pb2.LiftSeizureResponse()
            for shown in handlers.lift_all(names, accepted, files):
                convert.write_seizure(response.seizures.add(), shown)
            return response.SerializeToString()

        return seizure_pb2.LiftSeizureResponse.FromString(await take(filing, act, desk=self._desk, seizures=names))

    async def WithdrawSeizure(
        self, request: seizure_pb2.WithdrawSeizureRequest, call: Call
    ) -> seizure_pb2.WithdrawSeizureResponse:
        """Withdraws a seizure that waits."""
        filing = convert.read_filing(request, call, ruling=None)
        name = convert.read_name(request.name)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = seizure_pb2.WithdrawSeizureResponse()
            convert.write_seizure(response.seizure, handlers.withdraw_one(name, accepted, files))
            return response.SerializeToString()

        return seizure_pb2.WithdrawSeizureResponse.FromString(await take(filing, act, desk=self._desk, seizures=[name]))

    async def RecordDisposal(
        self, request: seizure_pb2.RecordDisposalRequest, call: Call
    ) -> seizure_pb2.RecordDisposalResponse:
        """Notes that a vehicle was sold."""
        filing = convert.read_filing(request, call, ruling=DocumentKind.ENFORCEMENT_RULING)
        name = convert.read_name(request.name)
        today = legal_date(call.accepted_at)
        buyer = convert.read_buyer(request.buyer, field="buyer", on=today)
        sold_on = convert.read_sale_date(request, today=today)

        def act(accepted: Accepted, files: Files) -> bytes:
            response = seizure_pb2.RecordDisposalResponse()
            shown, response.voided_count = handlers.sell(name, buyer, accepted, files=files, sold_on=sold_on)
            convert.write_seizure(response.seizure, shown)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=[buyer.name], seizures=[name])
        return seizure_pb2.RecordDisposalResponse.FromString(answer)

    async def ListSeizures(
        self, request: seizure_pb2.ListSeizuresRequest, call: Call
    ) -> seizure_pb2.ListSeizuresResponse:
        """Lists the seizures of a case; all pages are of one moment."""
        now = self._desk.clock.now()
        as_of = read_as_of(request.as_of_time if request.HasField("as_of_time") else None, now=now)
        author = read_author(request.context)
        debtor = read_debtor(request.debtor, on=legal_date(call.accepted_at))
        query = query_of(request, call.officer.officer_id)
        after = 0
        if place := decode_token(request.page_token, query=query):
            as_of, after = _read_place(place, now=now)
        size = request.page_size or PAGE_SIZE
        case = (author.court_code, author.case_number, debtor.key)
        found = await self._desk.store.page(case, as_of=as_of, after=after, size=size + 1)
        response = seizure_pb2.ListSeizuresResponse()
        for _, shown in found[:size]:
            convert.write_seizure(response.seizures.add(), shown)
        if len(found) > size:
            response.next_page_token = encode_token(_write_place(as_of, found[size - 1][0]), query=query)
        return response


def _write_place(as_of: datetime, sequence: int) -> str:
    return f"{(as_of - _EPOCH) // _MICROSECOND}:{sequence}"


def _read_place(place: str, *, now: datetime) -> tuple[datetime, int]:
    """Reads a place, which a caller may have made up: none is of a moment to come, or beyond all sequences."""
    try:
        as_of, sequence = map(int, place.split(":"))
        moment = _EPOCH + as_of * _MICROSECOND
    except (ValueError, OverflowError):
        raise invalid_token() from None
    if moment > now or not 0 <= sequence <= _LAST:
        raise invalid_token()
    return moment, sequence
