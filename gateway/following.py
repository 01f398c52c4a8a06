"""Keeps the gateway's copy of the directory in step with the process that has it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import NoReturn

import grpc

from gateway.directory import DirectoryCopy, stale
from services.chassis.clock import Clock
from xiezhi.coordination.v1 import copy_pb2

METHOD = "/xiezhi.coordination.v1.DirectoryCopyService/WatchDirectory"
PAUSE = timedelta(milliseconds=200)
"""How long to wait after the stream ended, before it is opened again."""
LONGEST = timedelta(minutes=30)
"""How long one stream is followed at most; a new one brings what an old one may have missed."""


class DirectoryFollower:
    """Follows the directory.

    Args:
        copy: The copy that is kept in step.
        channel: To the process that has the directory.
        clock: Source of now.
    """

    def __init__(self, copy: DirectoryCopy, *, channel: grpc.aio.Channel, clock: Clock) -> None:
        self._copy = copy
        self._clock = clock
        self._watch = channel.unary_stream(
            METHOD,
            request_serializer=copy_pb2.WatchDirectoryRequest.SerializeToString,
            response_deserializer=copy_pb2.WatchDirectoryResponse.FromString,
        )

    async def run(self) -> NoReturn:
        """Follows for ever; while the directory is away, the copy's lease runs out."""
        while True:
            request = copy_pb2.WatchDirectoryRequest(after_revision=self._copy.revision, hash_key=self._copy.hash_key)
            try:
                async for changes in self._watch(request, timeout=LONGEST.total_seconds()):
                    self._copy.apply(changes, now=self._clock.now())
            except grpc.aio.AioRpcError as failure:
                if failure.code() is grpc.StatusCode.INVALID_ARGUMENT:
                    # The directory has never been where the copy is: it was restored from an earlier day.
                    self._copy.empty()
            except (ValueError, OverflowError):
                # A change that cannot be read is not passed over: the copy stays as it is, and its lease runs out.
                pass
            await asyncio.sleep(PAUSE.total_seconds())

    async def check(self) -> None:
        """Raises while the copy may not be used; a `services.chassis.health.Check`."""
        if not self._copy.is_fresh(self._clock.now()):
            raise stale()
