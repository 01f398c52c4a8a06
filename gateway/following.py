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
"""How long one stream is followed at most; then the whole directory is asked for, so that a copy that went another way
than the directory, as where that was restored from an earlier day and has gone on since, does not stay so."""


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
        fresh = self._copy
        while True:
            request = copy_pb2.WatchDirectoryRequest(after_revision=fresh.revision, hash_key=fresh.hash_key)
            try:
                async for changes in self._watch(request, timeout=LONGEST.total_seconds()):
                    fresh.apply(changes, now=self._clock.now())
                    if fresh is not self._copy and fresh.is_fresh(self._clock.now()):
                        self._copy.become(fresh)
                        fresh = self._copy
            except grpc.aio.AioRpcError as failure:
                if failure.code() is grpc.StatusCode.INVALID_ARGUMENT:
                    # The directory has never been where the copy is: it was restored from an earlier day.
                    self._copy.empty()
                    fresh = self._copy
                elif failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
                    fresh = DirectoryCopy(self._copy.hash_key)
            except (ValueError, OverflowError):
                # A change that cannot be read is not passed over: the copy stays as it is, and its lease runs out.
                pass
            await asyncio.sleep(PAUSE.total_seconds())

    async def check(self) -> None:
        """Raises while the copy may not be used; a `services.chassis.health.Check`."""
        if not self._copy.is_fresh(self._clock.now()):
            raise stale()
