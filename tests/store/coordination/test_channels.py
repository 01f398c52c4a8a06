"""The channel over a database: declared by both bodies, out for a time, and looked at at any instant."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from services.coordination.changes import ChangeKind
from tests.store.coordination.conftest import COURT, HIGH_COURT, NOW, OTHER_COURT, POLICE, PROVINCE, appoint
from xiezhi.coordination.v1 import channel_pb2
from xiezhi.errors import Reason, XiezhiError

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TRAFFIC = 4
NOT_OPERATIONAL, OPERATIONAL, OUTAGE = 1, 2, 3
LAST_DAY = datetime(9999, 12, 31, tzinfo=UTC)


def operational(court="", department=0, *, start=NOW):
    request = channel_pb2.DeclareOperationalRequest(request_id=str(uuid.uuid4()))
    request.pair.court_code, request.pair.department = court, department
    request.start_time.FromDatetime(start)
    return request


def out(court="", department=0, *, start=NOW, end=NOW + HOUR, reason="检修"):
    request = channel_pb2.DeclareOutageRequest(request_id=str(uuid.uuid4()), reason=reason)
    request.pair.court_code, request.pair.department = court, department
    request.start_time.FromDatetime(start)
    request.end_time.FromDatetime(end)
    return request


def ended(name):
    return channel_pb2.EndOutageRequest(request_id=str(uuid.uuid4()), name=name)


async def state(replica, court=COURT, *, at=None, department=TRAFFIC):
    request = channel_pb2.GetChannelRequest(court_code=court, department=department)
    if at is not None:
        request.as_of_time.FromDatetime(at)
    return (await replica.ask(request)).state


async def refused(replica, request, organisation=HIGH_COURT):
    with pytest.raises(XiezhiError) as caught:
        await replica.ask(request, organisation)
    return caught.value.reason


async def both(replica, *args, **changed):
    for body in (HIGH_COURT, PROVINCE):
        await replica.ask(operational(*args, **changed), body)


async def test_it_runs_once_both_bodies_have_declared_it(replica):
    assert (await replica.ask(operational(COURT), HIGH_COURT)).awaits_other
    assert await state(replica) == NOT_OPERATIONAL
    assert not (await replica.ask(operational(COURT, TRAFFIC), PROVINCE)).awaits_other
    assert await state(replica) == OPERATIONAL
    assert await state(replica, department=3) == NOT_OPERATIONAL
    assert await state(replica, OTHER_COURT) == NOT_OPERATIONAL
    assert await state(replica, at=NOW - HOUR) == NOT_OPERATIONAL


async def test_what_a_body_has_declared_it_does_not_declare_again(replica):
    await replica.ask(operational(), HIGH_COURT)
    assert await refused(replica, operational(COURT)) is Reason.CHANNEL_STATE
    assert not (await replica.ask(operational(COURT), PROVINCE)).awaits_other
    assert not (await replica.ask(operational(), PROVINCE)).awaits_other


async def test_an_outage_ends_by_itself_or_by_word(replica):
    await both(replica)
    outage = (await replica.ask(out(department=TRAFFIC), PROVINCE)).outage
    assert (await state(replica), await state(replica, department=3)) == (OUTAGE, OPERATIONAL)
    replica.clock.advance(HOUR / 2)
    assert (
        await replica.ask(ended(outage.name), HIGH_COURT)
    ).outage.end_time.ToDatetime() < outage.end_time.ToDatetime()
    assert await state(replica) == OPERATIONAL
    assert await state(replica, at=NOW + HOUR / 4) == OUTAGE
    assert await refused(replica, ended(outage.name)) is Reason.CHANNEL_STATE
    await replica.ask(out(start=NOW + HOUR, end=NOW + 2 * HOUR), PROVINCE)
    replica.clock.advance(HOUR)
    assert await state(replica) == OUTAGE
    replica.clock.advance(HOUR / 2)
    assert await state(replica) == OPERATIONAL


async def test_an_outage_to_come_is_ended_before_it_began(replica):
    await both(replica)
    name = (await replica.ask(out(start=NOW + DAY, end=NOW + 2 * DAY), PROVINCE)).outage.name
    await replica.ask(ended(name), PROVINCE)
    assert await refused(replica, ended(name)) is Reason.CHANNEL_STATE
    replica.clock.advance(DAY)
    assert await state(replica) == OPERATIONAL


@pytest.mark.parametrize(
    ("request_", "reason"),
    [
        (operational(start=NOW - timedelta(minutes=2)), Reason.FIELDS_INVALID),
        (operational("赣9999"), Reason.FIELDS_INVALID),
        (operational("粤0101"), Reason.FIELDS_INVALID),
        (operational(department=7), Reason.FIELDS_INVALID),
        (out(department=7), Reason.FIELDS_INVALID),
        (out(start=NOW - 8 * DAY), Reason.FIELDS_INVALID),
        (out(end=NOW), Reason.FIELDS_INVALID),
        (out(reason="赣A00001 查不到"), Reason.FIELDS_INVALID),
        (out(end=NOW + 31 * DAY), Reason.FIELDS_INVALID),
        (out(start=LAST_DAY, end=NOW), Reason.FIELDS_INVALID),
        (ended(f"outages/{uuid.UUID(int=7)}"), Reason.CHANNEL_STATE),
    ],
)
async def test_what_is_refused(replica, request_, reason):
    assert await refused(replica, request_) is reason


@pytest.mark.parametrize("request_", [operational(), out(), ended(f"outages/{uuid.UUID(int=7)}")])
async def test_only_the_provincial_bodies_declare_anything(replica, request_):
    for organisation in (COURT, POLICE):
        assert await refused(replica, request_, organisation) is Reason.PERMISSION_MISSING


async def test_what_cannot_be_asked(replica):
    elsewhere = channel_pb2.GetChannelRequest(court_code="粤0101", department=TRAFFIC)
    assert await refused(replica, elsewhere) is Reason.OUT_OF_JURISDICTION
    none = channel_pb2.GetChannelRequest(court_code=COURT, department=7)
    assert await refused(replica, none) is Reason.FIELDS_INVALID
    to_come = channel_pb2.GetChannelRequest(court_code=COURT, department=TRAFFIC)
    to_come.as_of_time.FromDatetime(NOW + HOUR)
    assert await refused(replica, to_come) is Reason.FIELDS_INVALID


async def test_whom_it_concerns_is_told_once(replica, open_replica):
    await replica.ask(appoint("P-001", POLICE, department=TRAFFIC), POLICE)
    request = operational(COURT, TRAFFIC)
    await replica.ask(request, HIGH_COURT)
    await open_replica().ask(request, HIGH_COURT)
    (change,) = replica.told
    assert (change.kind, change.organisation, change.department) == (ChangeKind.CHANNEL, HIGH_COURT, TRAFFIC)
    assert set(change.told) == {COURT, POLICE, PROVINCE}
    name = (await replica.ask(out(), PROVINCE)).outage.name
    await replica.ask(ended(name), PROVINCE)
    assert [one.subject for one in replica.told[1:]] == [name, name]
    assert len({one.key for one in replica.told}) == 3
