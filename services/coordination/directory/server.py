"""The service of the directory: from messages to use cases and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Protocol, TypeVar

from services.chassis.call import Call
from services.chassis.paging import decode_token, encode_token, query_of
from services.chassis.policy import Contracts
from services.codes.courts import find_court
from services.codes.legal_time import legal_date
from services.coordination.directory import convert
from services.coordination.directory.domain import PREFIX, Kept, expected, faults_on, list_on, place_of
from services.coordination.directory.handlers import Registry, Write, appoint, end, record_leave, record_loss
from services.coordination.directory.store import DirectoryStore
from services.coordination.domain.routing import PROVINCE, find_route, local_police
from services.directory.channels import BODIES
from services.directory.liaisons import Days, Fault, acting
from services.filing.convert import read_date, read_key
from xiezhi.coordination.v1 import directory_pb2
from xiezhi.errors import Reason, error

PAGE_SIZE = 100
"""Items of a page when the caller asks for no number."""

T = TypeVar("T")


class _Paged(Protocol):
    """A request for a list in pages."""

    page_size: int
    page_token: str


class _OfLiaison(Protocol):
    """An answer about one liaison."""

    @property
    def liaison(self) -> directory_pb2.Liaison: ...

    def SerializeToString(self) -> bytes: ...


class DirectoryServicer:
    """`xiezhi.coordination.v1.DirectoryService`.

    Args:
        registry: What the use cases need.
        store: The directory.
        contracts: The contracts, which name the department of each method.
    """

    def __init__(self, registry: Registry, *, store: DirectoryStore, contracts: Contracts) -> None:
        self._registry = registry
        self._store = store
        self._contracts = contracts

    async def AppointLiaison(
        self, request: directory_pb2.AppointLiaisonRequest, call: Call
    ) -> directory_pb2.AppointLiaisonResponse:
        """Appoints a liaison or a deputy."""
        kind = directory_pb2.AppointLiaisonResponse
        answer = await appoint(convert.read_naming(request, call), self._writer(kind), registry=self._registry)
        return kind.FromString(answer)

    async def EndAppointment(
        self, request: directory_pb2.EndAppointmentRequest, call: Call
    ) -> directory_pb2.EndAppointmentResponse:
        """Ends an appointment."""
        kind = directory_pb2.EndAppointmentResponse
        answer = await end(
            read_key(request.request_id, call),
            request.name.removeprefix(PREFIX),
            self._writer(kind),
            last=read_date(request.end_date, field="end_date"),
            reason=request.reason,
            registry=self._registry,
        )
        return kind.FromString(answer)

    async def RecordLeave(
        self, request: directory_pb2.RecordLeaveRequest, call: Call
    ) -> directory_pb2.RecordLeaveResponse:
        """Records leave."""
        kind = directory_pb2.RecordLeaveResponse
        first = read_date(request.start_date, field="start_date")
        days = Days(first, read_date(request.end_date, field="end_date"))
        key, liaison_id = read_key(request.request_id, call), request.name.removeprefix(PREFIX)
        answer = await record_leave(key, liaison_id, self._writer(kind), days=days, registry=self._registry)
        return kind.FromString(answer)

    async def RecordEstablishmentLoss(
        self, request: directory_pb2.RecordEstablishmentLossRequest, call: Call
    ) -> directory_pb2.RecordEstablishmentLossResponse:
        """Records that a liaison is no longer on the establishment."""
        kind = directory_pb2.RecordEstablishmentLossResponse
        answer = await record_loss(
            read_key(request.request_id, call),
            request.name.removeprefix(PREFIX),
            self._writer(kind),
            lost_on=read_date(request.lost_date, field="lost_date"),
            reason=request.reason,
            registry=self._registry,
        )
        return kind.FromString(answer)

    async def ListLiaisons(
        self, request: directory_pb2.ListLiaisonsRequest, call: Call
    ) -> directory_pb2.ListLiaisonsResponse:
        """Lists appointments."""
        day = convert.read_day(request.as_of_date if request.HasField("as_of_date") else None, today=self._today())
        query = query_of(request, call.officer.organisation)
        after = convert.read_place(decode_token(request.page_token, query=query))
        kept = await self._store.of_organisations([request.organisation] if request.organisation else None)
        found = [one for one in list_on(day, kept) if place_of(one.kept.appointment) > after]
        shown, has_more = _page(found, request)
        response = directory_pb2.ListLiaisonsResponse()
        for one in shown:
            convert.write_liaison(response.liaisons.add(), one.kept, acts=one.acts)
        if has_more:
            place = convert.write_place(place_of(shown[-1].kept.appointment))
            response.next_page_token = encode_token(place, query=query)
        return response

    async def ListDirectoryFaults(
        self, request: directory_pb2.ListDirectoryFaultsRequest, call: Call
    ) -> directory_pb2.ListDirectoryFaultsResponse:
        """Lists where the directory is not as the notice asks."""
        reader = call.officer.organisation
        day = convert.read_day(request.as_of_date if request.HasField("as_of_date") else None, today=self._today())
        query = query_of(request, reader)
        after = convert.read_place(decode_token(request.page_token, query=query))
        # One's own are seen also where one has never appointed anybody.
        seen = expected(await self._store.organisations(), on=day) if reader in BODIES else {reader}
        kept = await self._store.of_organisations(None if reader in BODIES else seen)
        found = [fault for fault in faults_on(day, seen, kept) if _place_of(fault) > after]
        shown, has_more = _page(sorted(found, key=_place_of), request)
        response = directory_pb2.ListDirectoryFaultsResponse()
        for fault in shown:
            convert.write_fault(response.faults.add(), fault)
        if has_more:
            response.next_page_token = encode_token(convert.write_place(_place_of(shown[-1])), query=query)
        return response

    async def ResolveRoute(
        self, request: directory_pb2.ResolveRouteRequest, call: Call
    ) -> directory_pb2.ResolveRouteResponse:
        """Says to whom a request goes."""
        del call
        method = self._contracts.method(request.method)
        if method is None or method.policy.internal:
            raise error(Reason.METHOD_UNKNOWN, "There is no such method.")
        if find_court(request.court_code) is None:
            raise error(Reason.OUT_OF_JURISDICTION, "The court is not one of Jiangxi.")
        day = self._today()
        local = local_police(request.court_code, await self._store.organisations(), on=day)
        kept = await self._store.of_organisations({*local, PROVINCE})
        route = find_route(method.policy.department, local, [one.appointment for one in kept], day=day)
        response = directory_pb2.ResolveRouteResponse(
            department=route.department,  # type: ignore[arg-type]
            taker=route.post.department,  # type: ignore[arg-type]
            organisation=route.post.organisation,
        )
        by_key = {one.appointment.key: one for one in kept}
        for one in route.acting:
            convert.write_liaison(response.liaisons.add(), by_key[one.key], acts=True)
        for fault in route.faults:
            convert.write_fault(response.faults.add(), fault)
        return response

    def _today(self) -> date:
        return legal_date(self._registry.clock.now())

    def _writer(self, kind: Callable[[], _OfLiaison]) -> Write:
        """Returns what writes an appointment as an answer of a kind."""

        def write(kept: Kept) -> bytes:
            response = kind()
            convert.write_liaison(response.liaison, kept, acts=self._acts(kept))
            return response.SerializeToString()

        return write

    def _acts(self, kept: Kept) -> bool:
        """Whether an appointment that was changed makes its officer act today; a deputy's depends on others."""
        return not kept.appointment.is_deputy and bool(acting([kept.appointment], self._today()))


def _page(found: Sequence[T], request: _Paged) -> tuple[Sequence[T], bool]:
    size = request.page_size or PAGE_SIZE
    return found[:size], len(found) > size


def _place_of(fault: Fault) -> tuple[str, int, str]:
    return fault.post.organisation, fault.post.department, str(int(fault.kind))
