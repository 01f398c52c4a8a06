"""Servicers behind the pipeline: from bytes to a typed call and back to bytes with a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from google.protobuf.message import Message

from services.chassis.admission import Admission
from services.chassis.call import Call, Joint, Part
from services.chassis.cohorts import next_stage
from services.chassis.handling import Handler, Incoming, make_handler
from services.chassis.pipeline import Pipeline
from services.chassis.policy import Contracts, MethodInfo
from services.chassis.recorder import Recorder
from services.chassis.telemetry import CallSpan
from services.chassis.validation import parse, parse_first
from xiezhi.proof.receipt import append_receipt

PROOFS_AHEAD = 16
"""How many answers of one stream may wait for their entries at once."""


class UnhostedMethodError(Exception):
    """A servicer lacks a method of its contract, or has one that the contract does not know."""


class Hosting:
    """Makes gRPC handlers of servicers.

    Args:
        pipeline: What surrounds every call.
        admission: Decides about calls.
        recorder: Records answers.
    """

    def __init__(self, *, pipeline: Pipeline, admission: Admission, recorder: Recorder) -> None:
        self._pipeline = pipeline
        self._admission = admission
        self._recorder = recorder

    def handlers(self, contracts: Contracts, servicers: Mapping[str, object]) -> dict[str, Handler]:
        """Returns a handler for every method of the services.

        Args:
            contracts: The contracts.
            servicers: By full name of the service.

        Raises:
            UnhostedMethodError: If a servicer and its contract do not have the same methods.
        """
        made: dict[str, Handler] = {}
        for service, servicer in servicers.items():
            methods = contracts.of_service(service)
            _require_same_methods(service, servicer, methods)
            for method in methods:
                made[method.full_name] = self._handler(method, getattr(servicer, method.name))
        return made

    def _handler(self, method: MethodInfo, behaviour: Callable[..., Any]) -> Handler:
        async def one(call: Call, span: CallSpan, incoming: Incoming) -> bytes:
            asked = await self._admit(call, incoming)
            if not method.side_effects:
                answer = await behaviour(asked, call)
                await next_stage(call)
                return await self._prove(call, span, answer)
            change = self._change(call, span, lambda: behaviour(asked, call))
            # A stream of requests ends with its caller: only a request that is there as a whole can be finished.
            return await (change if method.client_streaming else self._pipeline.finish(change))

        async def many(call: Call, span: CallSpan, incoming: Incoming) -> AsyncGenerator[Sequence[bytes], None]:
            asked = await self._admit(call, incoming)
            async with aclosing(self._prove_all(call, span, behaviour(asked, call))) as proven:
                async for answers in proven:
                    yield answers

        return make_handler(self._pipeline, method, one=one, many=many)

    async def _admit(self, call: Call, incoming: Incoming) -> Message | AsyncIterator[Message]:
        """Admits a call; a stream of requests on its first message, and validates each that follows."""
        self._admission.authenticate(call)
        if not call.method.client_streaming:
            await next_stage(call)
            message = parse(call.method, call.request)
            await next_stage(call)
            await self._admission.admit(call, message)
            await next_stage(call)
            return message
        _, message = await parse_first(call.method, incoming.requests)
        await self._admission.admit(call, message)

        async def messages() -> AsyncIterator[Message]:
            yield message
            async for request in incoming.requests:
                yield parse(call.method, request)

        return messages()

    async def _change(self, call: Call, span: CallSpan, behaviour: Callable[[], Awaitable[Message]]) -> bytes:
        """Records that a change is about to be made, makes it, and proves the answer: nothing changes unrecorded."""
        if call.method.policy.recorded:
            await self._recorder.intended(call)
        return await self._prove(call, span, await behaviour())

    async def _prove_all(
        self, call: Call, span: CallSpan, answers: AsyncGenerator[Message | Part | Joint, None]
    ) -> AsyncGenerator[Sequence[bytes], None]:
        """Proves a stream of answers in their order, a few at a time, so that their entries share a commit."""
        proofs: asyncio.Queue[asyncio.Task[Sequence[bytes]] | None] = asyncio.Queue(PROOFS_AHEAD)
        left: set[asyncio.Future[Any]] = set()

        async def produce() -> None:
            joint: asyncio.Task[Sequence[bytes]] | None = None
            try:
                async with aclosing(answers):
                    async for answer in answers:
                        self._admission.require_still(call)
                        proof = asyncio.ensure_future(self._prove_next(call, span, answer))
                        left.add(proof)
                        await proofs.put(proof)
                        if isinstance(answer, Joint):
                            # One is worked on while one is recorded: more would make many small groups of the load.
                            if joint is not None:
                                await asyncio.wait((joint,))
                            joint = proof
            finally:
                await proofs.put(None)

        producer = asyncio.ensure_future(produce())
        left.add(producer)
        try:
            while (proof := await proofs.get()) is not None:
                proven = await proof
                left.discard(proof)
                yield proven
            await producer
        finally:
            # Makes room, for which the producer may be waiting.
            while not proofs.empty():
                proofs.get_nowait()
            for work in left:
                work.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    async def _prove_next(self, call: Call, span: CallSpan, answer: Message | Part | Joint) -> Sequence[bytes]:
        if isinstance(answer, Joint):
            return await self._prove_jointly(call, span, answer)
        return (await self._prove(call, span, answer),)

    async def _prove_jointly(self, call: Call, span: CallSpan, joint: Joint) -> Sequence[bytes]:
        """As `_prove`, with one entry for several answers and its receipt in the last of them."""
        if len(joint.messages) == 1:
            return (await self._prove(call, span, Part(joint.messages[0], joint.subjects)),)
        payloads = [message.SerializeToString() for message in joint.messages]
        if call.method.policy.recorded:
            receipt = await self._recorder.answered_jointly(call, payloads, subjects=joint.subjects)
            span.set("xiezhi.ledger.index", receipt.leaf_index)
            payloads[-1] = append_receipt(payloads[-1], receipt)
        return payloads

    async def _prove(self, call: Call, span: CallSpan, answer: Message | Part) -> bytes:
        """Serialises an answer and, where the contract asks for it, records it first: no receipt, no result."""
        message, subjects = (answer.message, answer.subjects) if isinstance(answer, Part) else (answer, None)
        payload = message.SerializeToString()
        if not call.method.policy.recorded:
            return payload
        receipt = await self._recorder.answered(call, payload, subjects=subjects)
        span.set("xiezhi.ledger.index", receipt.leaf_index)
        return append_receipt(payload, receipt)


def _require_same_methods(service: str, servicer: object, methods: Iterable[MethodInfo]) -> None:
    declared = {method.name for method in methods}
    offered = {name for name in dir(servicer) if name[0].isupper() and callable(getattr(servicer, name))}
    if not declared or declared != offered:
        missing, unknown = sorted(declared - offered), sorted(offered - declared)
        raise UnhostedMethodError(f"{service}: servicer lacks {missing} and has unknown {unknown}")
