"""The service of disputes: from messages to the use cases and back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.ids import IdSource
from services.chassis.paging import DEFAULT_SIZE, decode_token, encode_token, invalid_token, query_of
from services.codes.legal_time import legal_date
from services.coordination.disputes import convert, handlers
from services.coordination.disputes.domain import DisputeFile, Whose, subject_not_found
from services.coordination.disputes.files import Files
from services.coordination.disputes.papers import draw_settlement, require_settlement
from services.coordination.domain.dispute_steps import require_admitted
from services.coordination.domain.disputes import SILENCE_DAYS, Position, Settled
from services.filing.convert import read_key
from services.filing.desk import Verify
from services.filing.domain import RequestKey
from xiezhi.coordination.v1 import dispute_pb2

_LAST = 2**62
"""After all sequences."""
_LONGEST = 18
"""Digits of a sequence, which a column of 64 bits holds."""


class Store(Protocol):
    """The files of disputes; `services.coordination.disputes.store.DisputeStore` is one."""

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing was asked under it."""
        ...

    async def step(self, key: RequestKey, papers: Sequence[bytes], act: Callable[[Files], bytes]) -> bytes:
        """Makes a change, once for each key; the papers are kept with it."""
        ...

    async def find(self, dispute_id: str) -> DisputeFile | None:
        """Returns a dispute, None if it is not there."""
        ...

    async def page(self, reader: str, *, state: int, before: int, most: int) -> list[tuple[int, DisputeFile]]:
        """Returns disputes that an organisation sees with their sequences, the newest first."""
        ...

    async def paper(self, sha256: bytes) -> bytes | None:
        """Returns a file exactly as it was sent; None if nobody sent it."""
        ...


@dataclass(frozen=True, slots=True)
class Office:
    """What the service needs.

    Attributes:
        store: The disputes.
        find: Returns whose an object is, None if it is not there.
        verify: Verifies papers under seal.
        clock: Source of now.
        ids: Source of ids.
        silence_days: Days that a side has to answer that the other finds no agreement.
    """

    store: Store
    find: Callable[[str], Awaitable[Whose | None]]
    verify: Verify
    clock: Clock
    ids: IdSource
    silence_days: int = SILENCE_DAYS


class DisputeServicer:
    """`xiezhi.coordination.v1.DisputeService`.

    Args:
        office: What it needs.
    """

    def __init__(self, office: Office) -> None:
        self._office = office
        self._store = office.store

    async def OpenDispute(self, request: dispute_pb2.OpenDisputeRequest, call: Call) -> dispute_pb2.OpenDisputeResponse:
        """Opens a dispute."""
        key = read_key(request.request_id, call)
        answer = await self._store.answered(key)
        if answer is None:
            opening = convert.read_opening(request, dispute_id=str(self._office.ids.uuid()))
            whose = await self._office.find(request.subject)
            if whose is None:
                raise subject_not_found()
            step = partial(handlers.open_one, opening, whose)
            answer = await self._step(key, call, step, response=dispute_pb2.OpenDisputeResponse())
        return dispute_pb2.OpenDisputeResponse.FromString(answer)

    async def ConsultDispute(
        self, request: dispute_pb2.ConsultDisputeRequest, call: Call
    ) -> dispute_pb2.ConsultDisputeResponse:
        """Adds to the log of consultations."""
        step = partial(handlers.consult_one, convert.read_name(request.name), convert.read_text(request.text))
        key = read_key(request.request_id, call)
        answer = await self._step(key, call, step, response=dispute_pb2.ConsultDisputeResponse())
        return dispute_pb2.ConsultDisputeResponse.FromString(answer)

    async def RecordPosition(
        self, request: dispute_pb2.RecordPositionRequest, call: Call
    ) -> dispute_pb2.RecordPositionResponse:
        """Records the position of the caller's side."""
        name, text, position = convert.read_name(request.name), convert.read_text(request.text), request.position

        def step(files: Files, **more: Any) -> DisputeFile:
            return handlers.position_one(name, Position(position), text, files=files, **more)

        key = read_key(request.request_id, call)
        answer = await self._step(key, call, step, response=dispute_pb2.RecordPositionResponse())
        return dispute_pb2.RecordPositionResponse.FromString(answer)

    async def EscalateDispute(
        self, request: dispute_pb2.EscalateDisputeRequest, call: Call
    ) -> dispute_pb2.EscalateDisputeResponse:
        """Takes a dispute to the provincial bodies."""
        days = self._office.silence_days
        step = partial(handlers.escalate_one, convert.read_name(request.name), days=days)
        key = read_key(request.request_id, call)
        answer = await self._step(key, call, step, response=dispute_pb2.EscalateDisputeResponse())
        return dispute_pb2.EscalateDisputeResponse.FromString(answer)

    async def WithdrawDispute(
        self, request: dispute_pb2.WithdrawDisputeRequest, call: Call
    ) -> dispute_pb2.WithdrawDisputeResponse:
        """Withdraws a dispute."""
        step = partial(handlers.withdraw_one, convert.read_name(request.name), convert.read_text(request.text))
        key = read_key(request.request_id, call)
        answer = await self._step(key, call, step, response=dispute_pb2.WithdrawDisputeResponse())
        return dispute_pb2.WithdrawDisputeResponse.FromString(answer)

    async def DraftSettlement(
        self, request: dispute_pb2.DraftSettlementRequest, call: Call
    ) -> dispute_pb2.DraftSettlementResponse:
        """Sets the record of a settlement."""
        handlers.require_body(call.officer.organisation)
        text, now = convert.read_text(request.text), self._office.clock.now()
        file = await self._shown(request.name, call)
        require_admitted(file.facts, Settled, now)
        pdf = await asyncio.to_thread(draw_settlement, file, text, on=legal_date(now))
        return dispute_pb2.DraftSettlementResponse(document=pdf)

    async def SettleDispute(
        self, request: dispute_pb2.SettleDisputeRequest, call: Call
    ) -> dispute_pb2.SettleDisputeResponse:
        """Settles a dispute."""
        handlers.require_body(call.officer.organisation)
        key = read_key(request.request_id, call)
        answer = await self._store.answered(key)
        if answer is None:
            file, now = await self._shown(request.name, call), self._office.clock.now()
            require_admitted(file.facts, Settled, now)
            verify = partial(require_settlement, request.document, file, verify=self._office.verify, now=now)
            await asyncio.to_thread(verify)
            sha256 = hashlib.sha256(request.document).digest()
            step = partial(handlers.settle_one, file.record.dispute_id, sha256)
            response = dispute_pb2.SettleDisputeResponse()
            answer = await self._step(key, call, step, response=response, papers=[request.document])
        # Kept once, as a paper, and not in the answer too: whoever asks again sends it along.
        settled = dispute_pb2.SettleDisputeResponse.FromString(answer)
        settled.dispute.settlement = request.document
        return settled

    async def GetDispute(self, request: dispute_pb2.GetDisputeRequest, call: Call) -> dispute_pb2.GetDisputeResponse:
        """Reads a dispute with its log."""
        file = await self._shown(request.name, call)
        response = dispute_pb2.GetDisputeResponse()
        convert.write_dispute(response.dispute, file, days=self._office.silence_days)
        settled = file.dispute.settled
        if settled is not None:
            response.dispute.settlement = await self._store.paper(settled.sha256) or b""
        return response

    async def ListDisputes(
        self, request: dispute_pb2.ListDisputesRequest, call: Call
    ) -> dispute_pb2.ListDisputesResponse:
        """Lists disputes."""
        reader, size = call.officer.organisation, request.page_size or DEFAULT_SIZE
        query = query_of(request, reader)
        before = _read_place(decode_token(request.page_token, query=query))
        found = await self._store.page(reader, state=request.state, before=before, most=size + 1)
        response = dispute_pb2.ListDisputesResponse()
        for _, file in found[:size]:
            convert.write_dispute(response.disputes.add(), file, days=self._office.silence_days, has_steps=False)
        if len(found) > size:
            response.next_page_token = encode_token(str(found[size - 1][0]), query=query)
        return response

    async def _shown(self, name: str, call: Call) -> DisputeFile:
        file = await self._store.find(convert.read_name(name))
        return handlers.require_shown(file, call.officer.organisation)

    async def _step(
        self,
        key: RequestKey,
        call: Call,
        step: Callable[..., DisputeFile],
        *,
        response: Any,
        papers: Sequence[bytes] = (),
    ) -> bytes:
        """Has an officer take a step, and returns the answer as it is kept."""
        officer = convert.read_officer(call)

        def act(files: Files) -> bytes:
            made = step(files, officer=officer, now=self._office.clock.now())
            convert.write_dispute(response.dispute, made, days=self._office.silence_days)
            answer: bytes = response.SerializeToString()
            return answer

        return await self._store.step(key, papers, act)


def _read_place(place: str) -> int:
    if not place:
        return _LAST
    if not (place.isascii() and place.isdigit() and len(place) <= _LONGEST):
        raise invalid_token()
    return int(place)
