"""gRPC's handlers of methods: what differs where the requests or the answers are a stream, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from typing import Any, NamedTuple, TypeAlias

import grpc

from services.chassis.call import Call, Context
from services.chassis.pipeline import Pipeline
from services.chassis.policy import MethodInfo
from services.chassis.telemetry import CallSpan

Handler: TypeAlias = "grpc.RpcMethodHandler[Any, Any]"

_HANDLER_OF = {
    (False, False): grpc.unary_unary_rpc_method_handler,
    (False, True): grpc.unary_stream_rpc_method_handler,
    (True, False): grpc.stream_unary_rpc_method_handler,
    (True, True): grpc.stream_stream_rpc_method_handler,
}


class Incoming(NamedTuple):
    """What comes in with a call.

    Attributes:
        requests: The request's bytes; an iterator over those of each where the requests are a stream.
        context: gRPC's context of the call.
    """

    requests: Any
    context: Context


def make_handler(
    pipeline: Pipeline,
    method: MethodInfo,
    *,
    one: Callable[[Call, CallSpan, Incoming], Awaitable[bytes]],
    many: Callable[[Call, CallSpan, Incoming], AsyncGenerator[Sequence[bytes], None]],
) -> Handler:
    """Makes gRPC's handler of a method, whichever side of it is a stream.

    Args:
        pipeline: What surrounds every call.
        method: The method.
        one: Produces the answer's bytes, where there is one answer.
        many: Produces the bytes of the answers in groups, where the answers are a stream.
    """

    def whole(requests: Any) -> bytes | None:
        return None if method.client_streaming else requests

    async def unary(requests: Any, context: Context) -> bytes:
        def work(call: Call, span: CallSpan) -> Awaitable[bytes]:
            return one(call, span, Incoming(requests, context))

        return await pipeline.unary(method, context, work, request=whole(requests))

    async def stream(requests: Any, context: Context) -> AsyncIterator[bytes]:
        def work(call: Call, span: CallSpan) -> AsyncGenerator[Sequence[bytes], None]:
            return many(call, span, Incoming(requests, context))

        async with aclosing(pipeline.stream(method, context, work, request=whole(requests))) as answers:
            async for answer in answers:
                yield answer

    make = _HANDLER_OF[method.client_streaming, method.server_streaming]
    return make(stream if method.server_streaming else unary)
