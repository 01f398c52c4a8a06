"""The directory over a database: appointments, their ends and leaves, lists, faults and routes."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services.coordination.directory.tables import FACTS, LIAISONS
from services.filing.convert import write_date
from tests.store.coordination.conftest import COURT, HIGH_COURT, OTHER_COURT, POLICE, PROVINCE, TODAY, appoint
from xiezhi.coordination.v1 import directory_pb2
from xiezhi.errors import Reason, XiezhiError

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
PUBLIC_ORDER, TRAFFIC = 3, 4


def day(offset):
    return TODAY + timedelta(days=offset)


def ended(name, last, *, request_id=""):
    request = directory_pb2.EndAppointmentRequest(request_id=request_id or str(uuid.uuid4()), name=name, reason="调任")
    write_date(request.end_date, last)
    return request


def leave(name, first, last):
    request = directory_pb2.RecordLeaveRequest(request_id=str(uuid.uuid4()), name=name)
    write_date(request.start_date, first)
    write_date(request.end_date, last)
    return request


def off_establishment(name, first, *, request_id=""):
    request = directory_pb2.RecordEstablishmentLossRequest(
        request_id=request_id or str(uuid.uuid4()), name=name, reason="调离"
    )
    write_date(request.lost_date, first)
    return request


def listing(on=None, **asked):
    request = directory_pb2.ListLiaisonsRequest(**asked)
    if on is not None:
        write_date(request.as_of_date, on)
    return request


async def refused(replica, request, organisation=COURT):
    with pytest.raises(XiezhiError) as caught:
        await replica.ask(request, organisation)
    return caught.value.reason


async def appointed(replica, *officers, **asked):
    organisation = asked.get("organisation", COURT)
    return [(await replica.ask(appoint(one, **asked), organisation)).liaison.name for one in officers]


async def test_two_liaisons_a_third_refused_and_a_handover(replica):
    first, _ = await appointed(replica, "L-001", "L-002")
    assert await refused(replica, appoint("L-003")) is Reason.LIAISON_LIMIT
    assert (await replica.ask(ended(first, day(30)))).liaison.end_date.day == day(30).day
    await appointed(replica, "L-003")
    found = (await replica.ask(listing(organisation=COURT))).liaisons
    assert {one.officer_id: one.acts for one in found} == {"L-001": True, "L-002": True, "L-003": True}
    later = (await replica.ask(listing(day(31), organisation=COURT))).liaisons
    assert {one.officer_id for one in later} == {"L-002", "L-003"}


async def test_an_end_that_is_moved_later_is_held_to_the_limit_again(replica):
    first, _ = await appointed(replica, "L-001", "L-002")
    await replica.ask(ended(first, day(10)))
    await appointed(replica, "L-003")
    assert await refused(replica, ended(first, day(60))) is Reason.LIAISON_LIMIT
    await replica.ask(ended(first, day(20)))
    replica.clock.advance(timedelta(days=21))
    assert await refused(replica, ended(first, day(40))) is Reason.FIELDS_INVALID


@pytest.mark.parametrize(
    ("request_", "organisation", "reason"),
    [
        (appoint("L-001", OTHER_COURT), COURT, Reason.FIELDS_INVALID),
        (appoint("L-001", department=TRAFFIC), COURT, Reason.FIELDS_INVALID),
        (appoint("L-001", POLICE), POLICE, Reason.FIELDS_INVALID),
        (appoint("L-001", POLICE, department=7), POLICE, Reason.FIELDS_INVALID),
        (appoint("L-001", first=day(-1)), COURT, Reason.FIELDS_INVALID),
        (appoint("L-001", first=day(2), last=day(1)), COURT, Reason.FIELDS_INVALID),
        (appoint("L-001", on_establishment=False), COURT, Reason.LIAISON_NOT_ESTABLISHED),
        (ended(f"liaisons/{uuid.UUID(int=7)}", day(3)), COURT, Reason.LIAISON_NOT_FOUND),
        (leave(f"liaisons/{uuid.UUID(int=7)}", day(3), day(4)), COURT, Reason.LIAISON_NOT_FOUND),
        (off_establishment(f"liaisons/{uuid.UUID(int=7)}", day(3)), COURT, Reason.LIAISON_NOT_FOUND),
    ],
)
async def test_what_is_refused(replica, request_, organisation, reason):
    assert await refused(replica, request_, organisation) is reason
    assert not (await replica.ask(listing())).liaisons


async def test_anothers_appointment_is_refused_as_one_that_is_not_there(replica):
    (name,) = await appointed(replica, "L-001")
    assert await refused(replica, ended(name, day(3)), OTHER_COURT) is Reason.LIAISON_NOT_FOUND
    assert await refused(replica, leave(name, day(3), day(4)), OTHER_COURT) is Reason.LIAISON_NOT_FOUND
    assert await refused(replica, off_establishment(name, day(3)), OTHER_COURT) is Reason.LIAISON_NOT_FOUND
    assert await refused(replica, appoint("L-001", OTHER_COURT), OTHER_COURT) is Reason.LIAISON_EXISTS


async def test_on_leave_a_deputy_stands_in(replica):
    first, _, _ = [*await appointed(replica, "L-001", "L-002"), *await appointed(replica, "L-003", is_deputy=True)]
    await replica.ask(leave(first, day(0), day(2)))
    acts = {one.officer_id for one in (await replica.ask(listing())).liaisons if one.acts}
    assert acts == {"L-002", "L-003"}
    after = {one.officer_id for one in (await replica.ask(listing(day(3)))).liaisons if one.acts}
    assert after == {"L-001", "L-002"}


@pytest.mark.clause("R-4.3")
async def test_who_loses_the_establishment_is_a_fault_from_that_day_on(replica, open_replica):
    first, _ = await appointed(replica, "L-001", "L-002", last=day(9))
    for outside in (day(-1), day(10)):
        assert await refused(replica, off_establishment(first, outside)) is Reason.FIELDS_INVALID
    request = off_establishment(first, day(2))
    answer = await replica.ask(request)
    assert (answer.liaison.on_establishment, answer.liaison.establishment_lost_date.day) == (True, day(2).day)
    assert await open_replica().ask(request) == answer

    async def faults(on):
        asked = directory_pb2.ListDirectoryFaultsRequest()
        write_date(asked.as_of_date, on)
        return [(one.kind, one.have, one.since_date.day) for one in (await replica.ask(asked)).faults]

    assert await faults(day(1)) == []
    assert await faults(day(2)) == [(directory_pb2.FAULT_KIND_NOT_ESTABLISHED, 1, day(2).day)]
    # Whoever is off the establishment is not kept for longer, but is replaced as anybody else.
    assert await refused(replica, ended(first, day(20))) is Reason.LIAISON_NOT_ESTABLISHED
    await replica.ask(ended(first, day(1)))
    await appointed(replica, "L-003", first=day(2))
    assert await faults(day(2)) == []
    found = (await replica.ask(listing(organisation=COURT))).liaisons
    assert [one.officer_id for one in found if one.HasField("establishment_lost_date")] == ["L-001"]


async def test_the_last_day_of_the_calendar_is_a_day(replica):
    (name,) = await appointed(replica, "L-001", last=date.max)
    assert await refused(replica, leave(name, date.max, day(0))) is Reason.FIELDS_INVALID
    await replica.ask(leave(name, date.max, date.max))
    faults = (await replica.ask(directory_pb2.ListDirectoryFaultsRequest())).faults
    assert [(one.kind, one.have) for one in faults] == [(1, 1)]


@pytest.mark.parametrize(("first", "last"), [(3, 2), (0, 367), (-9, -1)])
async def test_leave_that_is_none(replica, first, last):
    (name,) = await appointed(replica, "L-001")
    assert await refused(replica, leave(name, day(first), day(last))) is Reason.FIELDS_INVALID


async def test_a_request_counts_once_and_is_answered_the_same(replica, open_replica):
    request = appoint("L-001", request_id=str(uuid.uuid4()))
    first = await replica.ask(request)
    replica.clock.advance(timedelta(days=3))
    assert await open_replica().ask(request) == first
    request.officer_id = "L-002"
    assert await refused(replica, request) is Reason.REQUEST_ID_REUSED
    assert len((await replica.ask(listing())).liaisons) == 1


async def test_pages_and_their_tokens(replica):
    await appointed(replica, "L-001", "L-002")
    await replica.ask(appoint("L-011", OTHER_COURT), OTHER_COURT)
    seen, token = [], ""
    while True:
        page = await replica.ask(listing(page_size=1, page_token=token))
        seen += [one.officer_id for one in page.liaisons]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == ["L-001", "L-002", "L-011"]
    token = (await replica.ask(listing(page_size=1))).next_page_token
    assert await refused(replica, listing(page_size=1, page_token=token), OTHER_COURT) is Reason.PAGE_TOKEN_INVALID


async def everything(replica, request, organisation):
    found, page = [], directory_pb2.ListDirectoryFaultsRequest()
    page.CopyFrom(request)
    while True:
        answer = await replica.ask(page, organisation)
        found += answer.faults
        page.page_token = answer.next_page_token
        if not page.page_token:
            return found


async def test_the_faults_of_a_day_before_there_was_anything_can_be_asked(replica):
    request = directory_pb2.ListDirectoryFaultsRequest()
    write_date(request.as_of_date, date(1900, 1, 1))
    assert (await replica.ask(request, PROVINCE)).faults


async def test_faults_are_seen_by_whose_they_are_and_by_the_province(replica):
    await appointed(replica, "L-001")
    await replica.ask(appoint("P-001", POLICE, department=TRAFFIC), POLICE)
    request = directory_pb2.ListDirectoryFaultsRequest(page_size=500)
    own = (await replica.ask(request)).faults
    assert [(one.organisation, one.kind, one.have, one.want) for one in own] == [(COURT, 1, 1, 2)]
    police = (await replica.ask(request, POLICE)).faults
    assert [one.department for one in police] == [1, 2, 3, 5, 6]
    silent = (await replica.ask(request, "360103000000")).faults
    assert [one.department for one in silent] == [1, 2, 3, 4, 5, 6]
    for body in (HIGH_COURT, PROVINCE):
        found = await everything(replica, request, body)
        # Also whose police have never appointed anybody.
        assert {COURT, OTHER_COURT, POLICE, PROVINCE, HIGH_COURT, "360103000000"} <= {f.organisation for f in found}
        assert len(found) > 120 + 6 * 100
    page = await replica.ask(directory_pb2.ListDirectoryFaultsRequest(page_size=3), POLICE)
    rest = directory_pb2.ListDirectoryFaultsRequest(page_size=3, page_token=page.next_page_token)
    assert [one.department for one in (await replica.ask(rest, POLICE)).faults] == [5, 6]


async def test_a_request_goes_to_the_department_or_the_command_centre_or_the_province(replica):
    request = directory_pb2.ResolveRouteRequest(method=LOOKUP, court_code=COURT)

    async def route():
        found = await replica.ask(request)
        faults = [(one.organisation, one.department) for one in found.faults]
        return found.taker, found.organisation, [one.officer_id for one in found.liaisons], faults

    missing = [(POLICE, PUBLIC_ORDER), (POLICE, 1), (PROVINCE, 1)]
    assert await route() == (1, PROVINCE, [], missing)
    await replica.ask(appoint("P-001", PROVINCE, department=1), PROVINCE)
    assert await route() == (1, PROVINCE, ["P-001"], missing[:2])
    await replica.ask(appoint("P-002", POLICE, department=1), POLICE)
    assert await route() == (1, POLICE, ["P-002"], missing[:1])
    await replica.ask(appoint("P-003", POLICE, department=PUBLIC_ORDER), POLICE)
    assert await route() == (PUBLIC_ORDER, POLICE, ["P-003"], [])


async def test_routes_that_are_none(replica):
    own = directory_pb2.ResolveRouteRequest(
        method="/xiezhi.coordination.v1.DirectoryService/ResolveRoute", court_code=COURT
    )
    found = await replica.ask(own)
    assert (found.department, found.taker, found.organisation) == (7, 7, "")
    unknown = directory_pb2.ResolveRouteRequest(method="/xiezhi.None/None", court_code=COURT)
    assert await refused(replica, unknown) is Reason.METHOD_UNKNOWN
    internal = directory_pb2.ResolveRouteRequest(
        method="/xiezhi.coordination.v1.DirectoryCopyService/WatchDirectory", court_code=COURT
    )
    assert await refused(replica, internal) is Reason.METHOD_UNKNOWN
    elsewhere = directory_pb2.ResolveRouteRequest(method=LOOKUP, court_code="粤0101")
    assert await refused(replica, elsewhere) is Reason.OUT_OF_JURISDICTION


async def test_names_telephones_and_reasons_are_sealed(replica):
    (name,) = await appointed(replica, "L-001")
    await replica.ask(ended(name, day(3)))
    rows = await replica.database.read(
        lambda c: [*c.execute(select(LIAISONS)).all(), *c.execute(select(FACTS)).all()], snapshot=False
    )
    stored = repr([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in rows]).encode()
    for secret in ("测试甲", "0791-00000001", "调任"):
        assert secret.encode() not in stored
        assert repr(secret.encode())[2:-1].encode() not in stored
    assert (await replica.ask(listing())).liaisons[0].display_name == "测试甲"
