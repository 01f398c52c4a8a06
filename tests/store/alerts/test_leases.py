"""Leases of the key: each is one system's own, for a time, of the key that is used now."""

from __future__ import annotations

from datetime import UTC, timedelta

import pytest

from tests.store.alerts.post import KEY, LEASE, Post
from xiezhi.errors import Reason, XiezhiError
from xiezhi.vehicle.v1 import check_pb2

SYSTEM, STRANGER = bytes(32), b"\1" * 32
TICK = timedelta(microseconds=1)


async def holds(post, lease_id, system=SYSTEM):
    """Whether a lease holds; whatever is wrong with one, it is refused for the same reason."""
    refusals = []
    try:
        await post.leases.require(lease_id, system)
    except XiezhiError as refusal:
        refusals.append(refusal.reason)
    assert refusals in ([], [Reason.CHECK_KEY_LEASE_INVALID])
    return not refusals


async def test_a_lease_is_one_systems_own_and_holds_in_every_process(post, database, clock):
    lease = await post.leases.lend(SYSTEM)
    for process in (post, Post(database, clock=clock)):
        assert await holds(process, lease.lease_id)
        assert not await holds(process, lease.lease_id, STRANGER)
        assert not await holds(process, "x")


async def test_an_answer_lends_the_key_with_the_lease(post):
    message = await post.leases.answer(SYSTEM, message=check_pb2.LeaseCheckKeyResponse())
    lease = await post.leases.lend(SYSTEM)
    assert (message.lease_id, message.key) == (lease.lease_id, KEY.key)
    assert message.expire_time.ToDatetime(UTC) == lease.expires_at


@pytest.mark.parametrize(("age", "expected"), [(timedelta(0), True), (LEASE - TICK, True), (LEASE, False)])
async def test_a_lease_holds_until_its_end(post, clock, age, expected):
    lease = await post.leases.lend(SYSTEM)
    clock.advance(age)
    assert await holds(post, lease.lease_id) is expected


async def test_a_lease_of_another_key_does_not_hold(post, database, clock):
    lease = await post.leases.lend(SYSTEM)
    rotated = Post(database, clock=clock, key_id=KEY.key_id + 1)
    assert not await holds(rotated, lease.lease_id)
    assert (await rotated.leases.lend(SYSTEM)).lease_id != lease.lease_id


async def test_a_lease_is_given_again_while_more_than_half_of_it_is_left(post, clock):
    first = await post.leases.lend(SYSTEM)
    clock.advance(LEASE / 2 - TICK)
    assert await post.leases.lend(SYSTEM) == first
    clock.advance(TICK)
    assert (await post.leases.lend(SYSTEM)).lease_id != first.lease_id


async def test_what_is_over_is_erased(post, clock):
    ended = await post.leases.lend(SYSTEM)
    clock.advance(LEASE / 2)
    young = await post.leases.lend(SYSTEM)
    clock.advance(LEASE / 2)
    await post.leases.erase_ended()
    assert not await holds(post, ended.lease_id)
    assert await holds(post, young.lease_id)
