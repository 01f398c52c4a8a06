"""The follower of the directory against a server on loopback: it goes on where it was, and fails closed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from gateway import following
from gateway.directory import DirectoryCopy
from gateway.following import METHOD, DirectoryFollower
from services.chassis.clock import ManualClock
from services.directory.channels import ChannelState, Pair
from tests.unit.gateway.test_directory import COURT, operational
from xiezhi.coordination.v1 import copy_pb2
from xiezhi.errors import Reason, XiezhiError

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEASE = timedelta(seconds=60)
KEY = bytes(32)


def changes(revision, *, is_complete=True, lease_end=NOW + LEASE, **told):
    made = copy_pb2.WatchDirectoryResponse(revision=revision, is_complete=is_complete, **told)
    if is_complete:
        made.lease_end_time.FromDatetime(lease_end)
    return made


class Directory:
    """Answers each stream with the next of some scripts, and leaves the last one open."""

    def __init__(self, *scripts):
        self.scripts, self.asked = list(scripts), []

    async def watch(self, request, context):
        self.asked.append((request.after_revision, request.hash_key))
        for one in self.scripts.pop(0) if self.scripts else ():
            if isinstance(one, grpc.StatusCode):
                await context.abort(one, "told in the test")
            yield one
        if not self.scripts:
            await asyncio.Event().wait()


@asynccontextmanager
async def serving(directory):
    service, _, method = METHOD[1:].partition("/")
    handler = grpc.unary_stream_rpc_method_handler(
        directory.watch,
        request_deserializer=copy_pb2.WatchDirectoryRequest.FromString,
        response_serializer=lambda one: one if isinstance(one, bytes) else one.SerializeToString(),
    )
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, {method: handler}),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        try:
            yield channel
        finally:
            await server.stop(None)


@asynccontextmanager
async def follow(*scripts, monkeypatch):
    monkeypatch.setattr(following, "PAUSE", timedelta(milliseconds=5))
    directory, copy, clock = Directory(*scripts), DirectoryCopy(KEY), ManualClock(NOW)
    async with serving(directory) as channel, asyncio.timeout(10):
        follower = DirectoryFollower(copy, channel=channel, clock=clock)
        running = asyncio.ensure_future(follower.run())
        try:
            yield directory, copy, follower, clock
        finally:
            running.cancel()
            await asyncio.wait({running})


async def until(true):
    while not true():  # noqa: ASYNC110 - what is waited for has no event to tell of it
        await asyncio.sleep(0.002)


async def test_it_takes_in_what_comes_and_may_be_used_once_it_is_complete(monkeypatch):
    script = [changes(1, is_complete=False), changes(2)]
    async with follow(script, monkeypatch=monkeypatch) as (directory, copy, follower, clock):
        await until(lambda: copy.is_fresh(NOW))
        await follower.check()
        clock.advance(LEASE)
        with pytest.raises(XiezhiError) as caught:
            await follower.check()
    assert caught.value.reason is Reason.DIRECTORY_STALE
    assert (copy.revision, directory.asked) == (2, [(0, KEY)])


async def test_it_goes_on_where_it_was_after_a_break(monkeypatch):
    scripts = [changes(3), grpc.StatusCode.UNAVAILABLE], [], [changes(4)]
    async with follow(*scripts, monkeypatch=monkeypatch) as (directory, copy, _, _):
        await until(lambda: copy.revision == 4)
    assert [after for after, _ in directory.asked] == [0, 3, 3]


async def test_it_begins_anew_where_the_directory_was_never_where_the_copy_is(monkeypatch):
    scripts = [changes(9)], [grpc.StatusCode.INVALID_ARGUMENT], [changes(2)]
    async with follow(*scripts, monkeypatch=monkeypatch) as (directory, copy, _, _):
        await until(lambda: copy.revision == 2)
    assert [after for after, _ in directory.asked] == [0, 9, 0]


async def test_it_asks_for_the_whole_after_a_while_and_forgets_what_is_not_there_any_more(monkeypatch):
    old, new = operational(COURT, 4, start=NOW), operational(COURT, 3, start=NOW)
    scripts = [changes(9, operations=[old]), grpc.StatusCode.DEADLINE_EXCEEDED], [changes(8, is_complete=False)]
    last = [changes(9, operations=[new])]
    async with follow(*scripts, last, monkeypatch=monkeypatch) as (directory, copy, _, _):
        await until(lambda: len(directory.asked) == 2)
        assert copy.channel(Pair(COURT, 4), NOW) is ChannelState.OPERATIONAL
        await until(lambda: copy.channel(Pair(COURT, 3), NOW) is ChannelState.OPERATIONAL)
        assert (copy.channel(Pair(COURT, 4), NOW), copy.is_fresh(NOW)) == (ChannelState.NOT_OPERATIONAL, True)
    assert [after for after, _ in directory.asked] == [0, 0, 8]


async def test_what_cannot_be_read_is_not_passed_over(monkeypatch):
    unreadable = changes(5, credentials=[copy_pb2.CredentialCopy(kind=1)])
    async with follow([unreadable], [unreadable], monkeypatch=monkeypatch) as (directory, copy, _, _):
        await until(lambda: len(directory.asked) == 2)
        assert (copy.revision, copy.is_fresh(NOW)) == (0, False)
