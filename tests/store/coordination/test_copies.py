"""The stream by which copies follow the directory: whole, in order, at once, and with a lease that ends."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import uuid
from contextlib import aclosing
from datetime import UTC, date, timedelta

import pytest

from gateway.directory import DirectoryCopy
from services.coordination.copies import store as copy_store
from services.coordination.copies.server import RENEWAL
from services.coordination.loader import DirectoryLoader
from services.coordination.revisions import last_revision
from services.directory.channels import BODIES, ChannelState, Pair
from services.directory.credentials import Card, CredentialKind
from services.directory.lease import LEASE
from services.directory.liaisons import Contact, Days, Post
from tests.store.coordination.conftest import COURT, NOW, appoint, card
from xiezhi.coordination.v1 import copy_pb2, credential_pb2
from xiezhi.errors import Reason, XiezhiError

KEY = bytes(range(32))
ALL = (Pair(),)
JUDGE = "GAN0102-J001"


def watching(replica, after=0):
    return aclosing(replica.ask(copy_pb2.WatchDirectoryRequest(after_revision=after, hash_key=KEY)))


async def following(stream, copy):
    """Applies changes until the copy is complete."""
    pieces = 0
    async for changes in stream:
        copy.apply(changes, now=NOW)
        pieces += 1
        if changes.is_complete:
            return pieces
    raise AssertionError("the stream ended")


def load(url, keyring, *, officers, pairs=ALL):
    with DirectoryLoader(url, keyring=keyring) as loader:
        loader.register(
            Card(COURT, f"J-{n:04}", CredentialKind.WORK_CARD, f"W-{n}", date(2020, 1, 1), date(2029, 12, 31))
            for n in range(officers)
        )
        loader.appoint([(Post(COURT), "L-001", Contact("测试甲", "0791-00000001"), Days(date(2020, 1, 1), None))])
        loader.declare(pairs, by=BODIES, start=NOW)


async def test_an_empty_directory_is_complete_at_once(replica):
    async with watching(replica) as stream:
        changes = await anext(stream)
    assert (changes.revision, changes.is_complete) == (0, True)
    assert changes.lease_end_time.ToDatetime(UTC) == NOW + LEASE


async def test_a_copy_has_all_of_it_piece_by_piece(replica, coordination_url, keyring, monkeypatch):
    monkeypatch.setattr(copy_store, "PIECE", 7)
    load(coordination_url, keyring, officers=20, pairs=[Pair(department=d) for d in (1, 2, 3)])
    copy = DirectoryCopy(KEY)
    async with watching(replica) as stream:
        assert await following(stream, copy) == 4
    last = await replica.database.read(last_revision)
    assert copy.revision == last == 20 + 1 + 6
    assert copy.acts_as_liaison("L-001", COURT, NOW)
    assert [copy.channel(Pair(COURT, d), NOW) for d in (3, 4)] == [
        ChannelState.OPERATIONAL,
        ChannelState.NOT_OPERATIONAL,
    ]
    digests = {c.digest for n in range(20) for c in copy.duty(f"J-{n:04}", cards={}, pair=Pair(), at=NOW).credentials}
    assert digests == {hmac.digest(KEY, f"W-{n}".encode(), hashlib.sha256) for n in range(20)}


async def test_a_declaration_that_meets_many_is_told_whole(replica, monkeypatch):
    monkeypatch.setattr(copy_store, "PIECE", 2)
    from tests.store.coordination.test_channels import operational

    for department in range(1, 7):
        await replica.ask(operational(department=department), BODIES[0])
    await replica.ask(operational(), BODIES[1])
    copy = DirectoryCopy(KEY)
    async with watching(replica) as stream:
        await following(stream, copy)
    assert {copy.channel(Pair(COURT, d), NOW) for d in range(1, 7)} == {ChannelState.OPERATIONAL}


async def test_what_changes_is_told_at_once_here_and_soon_from_elsewhere(replica, open_replica):
    other = open_replica()
    async with watching(replica) as stream, asyncio.timeout(10):
        assert (await anext(stream)).revision == 0
        name = (await replica.ask(card(JUDGE, "W-1"))).credential.name
        first = await anext(stream)
        assert ([one.name for one in first.credentials], first.revision, first.is_complete) == ([name], 1, True)
        await other.ask(credential_pb2.RevokeCredentialRequest(request_id=str(uuid.uuid4()), name=name, reason="遗失"))
        second = await anext(stream)
        assert second.credentials[0].revoke_time.ToDatetime(UTC) == NOW
        await other.ask(appoint("L-001"))
        assert [one.officer_id for one in (await anext(stream)).liaisons] == ["L-001"]


async def test_it_goes_on_where_a_copy_is(replica):
    await replica.ask(card(JUDGE, "W-1"))
    await replica.ask(appoint("L-001"))
    async with watching(replica, after=1) as stream:
        changes = await anext(stream)
    assert (len(changes.credentials), len(changes.liaisons), changes.revision) == (0, 1, 2)


async def test_the_lease_is_renewed_as_time_goes_on(replica, clock):
    async with watching(replica) as stream, asyncio.timeout(10):
        await anext(stream)
        renewed = asyncio.ensure_future(anext(stream))
        clock.advance(RENEWAL - timedelta(microseconds=1))
        done, _ = await asyncio.wait({renewed}, timeout=0.5)
        assert not done
        clock.advance(timedelta(microseconds=1))
        assert (await renewed).lease_end_time.ToDatetime(UTC) == NOW + RENEWAL + LEASE


async def test_a_copy_of_another_directory_is_refused(replica):
    async with watching(replica, after=9) as stream:
        with pytest.raises(XiezhiError) as caught:
            await anext(stream)
    assert caught.value.reason is Reason.FIELDS_INVALID


async def test_what_is_refused_takes_no_revision(replica):
    await replica.ask(card(JUDGE, "W-1"))
    with pytest.raises(XiezhiError):
        await replica.ask(card(JUDGE, "W-2"))
    assert await replica.database.read(last_revision) == 1


async def test_replicas_that_write_at_once_hide_no_revision_from_a_copy(replica, open_replica):
    writers, copy = [replica, open_replica(), open_replica()], DirectoryCopy(KEY)

    async def write(number):
        await writers[number % 3].ask(card(f"J-{number:03}", f"W-{number}"))

    async with watching(replica) as stream, asyncio.timeout(20):
        done = asyncio.gather(*map(write, range(24)))
        while copy.revision < 24:
            copy.apply(await anext(stream), now=NOW)
        await done
    for number in range(24):
        assert copy.duty(f"J-{number:03}", cards={}, pair=Pair(), at=NOW).credentials, number


async def test_what_is_loaded_again_stays_as_it_is(replica, coordination_url, keyring):
    load(coordination_url, keyring, officers=3)
    last = await replica.database.read(last_revision)
    load(coordination_url, keyring, officers=4)
    assert await replica.database.read(last_revision) == last + 1


async def test_what_a_loaded_credential_is_called_says_nothing_of_its_number(coordination_url, keyring, open_replica):
    names = []
    for number in ("W-1", "W-2"):
        with DirectoryLoader(coordination_url, keyring=keyring) as loader:
            loader.register([Card(COURT, JUDGE, CredentialKind.WORK_CARD, number, date(2020, 1, 1), date(2029, 1, 1))])
        async with watching(open_replica()) as stream:
            names += [one.name for one in (await anext(stream)).credentials]
    assert len(set(names)) == 1
