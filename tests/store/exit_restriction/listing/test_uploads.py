"""Uploads: staged without effect, pushed once and whole, whatever breaks off in between."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import func, select

from services.chassis.clock import ManualClock
from services.exit_restriction.listing.tables import ENTRIES
from services.exit_restriction.listing.uploads import store as uploads
from services.exit_restriction.listing.uploads.limits import Staged
from services.exit_restriction.listing.uploads.tables import CHUNKS, NOTICES, OUTCOMES, UPLOADS
from services.exit_restriction.restrictions.tables import RESTRICTIONS
from tests.store.exit_restriction.court import Court
from tests.unit.exit_restriction.orders import (
    DONGHU,
    HIGH,
    NANCHANG,
    XIHU,
    company,
    context,
    day,
    item,
    notice,
    party,
    push,
    record,
)
from tests.unit.exit_restriction.travellers import NOW, number, person
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import listing_pb2

PEOPLE = [person(key) for key in range(1, 8)]
CHILD = person(40, numbers=(number(40, date(2005, 1, 1)),), birth_date=date(2005, 1, 1))
SERIALS = range(1, 30)
PDF = notice(*PEOPLE, CHILD, serials=SERIALS, named=[company().id_number])


def items(*people, first=1, **known):
    return [item(someone, pdf=PDF, serial=serial, **known) for serial, someone in enumerate(people, first)]


def digest(*chunks):
    found = bytes(32)
    for raw in (one.SerializeToString() for chunk in chunks for one in chunk):
        found = hashlib.sha256(found + hashlib.sha256(raw).digest()).digest()
    return found


async def got(court, name, **known):
    return (await court(listing_pb2.GetUploadRequest(name=name), **known)).upload


async def outcomes(court, name, **known):
    answer = await court(listing_pb2.ListUploadOutcomesRequest(name=name, **known))
    return list(answer.outcomes)


async def refuse(coroutine):
    with pytest.raises(XiezhiError) as caught:
        await coroutine
    return caught.value.reason.value


async def count(database, *tables):
    def read(connection):
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]

    return await database.read(read)


async def test_an_upload_is_staged_and_pushed_as_a_whole(court, load, database, told):
    load(*PEOPLE)
    chunks = items(*PEOPLE[:3]), items(*PEOPLE[3:], first=4)
    name, answers = await court.stage(*chunks, notices=[PDF])
    assert [answer.item_count for answer in answers] == [3, 7]
    assert await count(database, ENTRIES, RESTRICTIONS) == [0, 0]
    upload = await got(court, name)
    assert (upload.state, upload.item_count, upload.sha256) == (
        listing_pb2.UPLOAD_STATE_STAGING,
        7,
        digest(*chunks),
    )
    assert upload.HasField("expire_time")
    committed = (await court.commit(name)).upload
    assert (committed.state, committed.pushed_count, committed.forwarded_count) == (
        listing_pb2.UPLOAD_STATE_COMMITTED,
        7,
        7,
    )
    assert not committed.HasField("expire_time")
    found = await outcomes(court, name)
    assert [one.index for one in found] == [*range(7)]
    assert {one.outcome.forwarding for one in found} == {listing_pb2.FORWARDING_FORWARDED}
    assert [change.record.restriction_id for change in told] == [
        one.outcome.restriction.removeprefix("restrictions/") for one in found
    ]
    request = listing_pb2.ListEntriesRequest(context=context(serial=5), debtor=party(PEOPLE[4]))
    (entry,) = (await court(request)).entries
    assert (entry.name, entry.record) == (found[4].entry, record())


@pytest.mark.clause("R-1.8")
async def test_each_item_has_an_outcome_of_its_own(court, load):
    load(*PEOPLE, person(30, numbers=PEOPLE[6].numbers))
    await court(push(PEOPLE[4], serial=14))
    chunk = [
        *items(PEOPLE[0], PEOPLE[1], CHILD),
        item(PEOPLE[2], pdf=PDF, serial=4, has_decision=False),
        item(PEOPLE[2], pdf=b"another", serial=5),
        item(PEOPLE[2], serial=6),
        item(PEOPLE[0], pdf=PDF, serial=1),
        item(debtor=company(), pdf=PDF, serial=7, has_decision=False),
        item(PEOPLE[3], pdf=PDF, serial=8, months=13),
        item(debtor=party(PEOPLE[3], name="他人"), pdf=PDF, serial=9),
        item(PEOPLE[6], pdf=PDF, serial=10),
        item(PEOPLE[4], pdf=PDF, serial=14),
        item(PEOPLE[5], pdf=PDF, serial=11, case_number="（2018）赣0103执1号"),
        item(PEOPLE[5], pdf=PDF, serial=12, handler=None),
        b"\xff\xff",
        item(PEOPLE[5], pdf=PDF, serial=13, record=record(published=date(2016, 8, 1))),
        item(PEOPLE[5], pdf=PDF, serial=99),
    ]
    name, (answer,) = await court.stage(chunk, notices=[PDF])
    assert [(fault.index, fault.reason, fault.field) for fault in answer.faults] == [
        (12, "FIELDS_INVALID", "case_number"),
        (13, "FIELDS_INVALID", "handler"),
        (14, "MESSAGE_MALFORMED", ""),
    ]
    upload = (await court.commit(name)).upload
    told = [
        (one.outcome.forwarding, list(one.outcome.reasons), bool(one.entry), bool(one.outcome.restriction))
        for one in await outcomes(court, name)
    ]
    forwarded, listed, refused = 1, 2, 3
    assert told == [
        (forwarded, [], True, True),
        (forwarded, [], True, True),
        (refused, ["PERSON_UNDER_AGE"], False, False),
        (listed, ["EXIT_DECISION_MISSING"], True, False),
        (refused, ["MISSING_ASSISTANCE_NOTICE", "EXIT_DECISION_MISSING"], False, False),
        (refused, ["MISSING_ASSISTANCE_NOTICE", "EXIT_DECISION_MISSING"], False, False),
        (refused, ["ENTRY_EXISTS"], False, False),
        (listed, ["NATURAL_PERSON_ONLY", "EXIT_DECISION_MISSING"], True, False),
        (listed, ["TERM_EXCEEDS_LEVEL"], True, False),
        (refused, ["PERSON_NAME_MISMATCH"], False, False),
        (listed, ["PERSON_AMBIGUOUS"], True, False),
        (refused, ["ENTRY_EXISTS"], False, False),
        (refused, ["FIELDS_INVALID"], False, False),
        (refused, ["FIELDS_INVALID"], False, False),
        (refused, ["MESSAGE_MALFORMED"], False, False),
        (refused, ["FIELDS_INVALID"], False, False),
        (listed, ["EXIT_DECISION_MISSING"], True, False),
    ]
    assert (upload.forwarded_count, upload.list_only_count, upload.refused_count) == (2, 5, 10)


@pytest.mark.parametrize("start", [date(2018, 8, 2), date(2019, 8, 4), date(9999, 12, 1)])
async def test_a_first_day_outside_of_the_year_to_come_refuses_its_item_and_no_other(court, load, start):
    load(*PEOPLE)
    chunk = [item(PEOPLE[0], pdf=PDF, serial=1, start_date=day(start)), *items(PEOPLE[1], first=2)]
    name, (answer,) = await court.stage(chunk, notices=[PDF])
    assert [(fault.index, fault.reason, fault.field) for fault in answer.faults] == [
        (0, "FIELDS_INVALID", "start_date"),
    ]
    upload = (await court.commit(name)).upload
    assert (upload.forwarded_count, upload.refused_count) == (1, 1)


async def test_a_first_day_that_has_come_before_the_commit_counts(court, load, clock):
    load(*PEOPLE)
    name, (answer,) = await court.stage([item(PEOPLE[0], pdf=PDF, serial=1, start_date=day(date(2018, 8, 4)))])
    assert not answer.faults
    await court.stage([], upload=name, first=1, notices=[PDF])
    clock.advance(timedelta(days=3))
    assert (await court.commit(name)).upload.forwarded_count == 1


async def test_staging_goes_on_where_it_broke_off(court):
    chunk = items(*PEOPLE)
    name, _ = await court.stage(chunk[:3], [b"\xff", *chunk[4:5]], notices=[PDF])
    assert await refuse(court.stage(chunk[6:], upload=name, first=6)) == "UPLOAD_OUT_OF_ORDER"
    assert await refuse(court.stage(chunk[:1], upload=name, first=1)) == "UPLOAD_OUT_OF_ORDER"
    assert await refuse(court.stage(chunk[:1], first=1)) == "UPLOAD_NOT_FOUND"
    assert await refuse(court.stage(chunk[:1], upload=name, first=5, organisation=XIHU)) == "UPLOAD_NOT_FOUND"
    before = await got(court, name)
    _, (again,) = await court.stage(chunk[:3], upload=name)
    assert (again.item_count, await got(court, name)) == (5, before)
    _, (over,) = await court.stage([*chunk[2:3], b"\xff", *chunk[4:]], upload=name, first=2)
    assert (over.item_count, [fault.index for fault in over.faults]) == (7, [3])
    _, (more,) = await court.stage([], upload=name, first=7, notices=[PDF])
    assert more.item_count == 7
    assert (await court.commit(name)).upload.refused_count == 1
    assert await refuse(court.stage(chunk[:1], upload=name)) == "UPLOAD_CLOSED"


async def test_what_is_staged_is_that_of_one_upload_and_one_court(court):
    chunk = items(*PEOPLE)
    stray = f"uploads/{uuid.uuid4()}"
    assert await refuse(court.stage(chunk[:1], chunk[1:], strays_to=stray)) == "FIELDS_INVALID"
    assert await refuse(got(court, stray)) == "UPLOAD_NOT_FOUND"
    assert await refuse(court.stage(chunk, organisation="360100000000")) == "OUT_OF_JURISDICTION"
    assert await refuse(court.stage(chunk, notices=[b"no seal"])) == "DOCUMENT_UNSEALED"
    assert await refuse(court.stage(chunk, notices=[notice(*PEOPLE, court=XIHU)])) == "SEAL_OF_ANOTHER_COURT"


async def test_of_two_writers_each_item_is_staged_once(database, keyring, clock, court):
    other = Court(database, keyring, clock=clock)
    chunk = items(*PEOPLE)
    name, _ = await court.stage(chunk[:1], notices=[PDF])
    found = await asyncio.gather(
        *(one.stage(chunk[1:4], chunk[4:], upload=name, first=1) for one in (court, other) * 2),
        return_exceptions=True,
    )
    assert all(isinstance(one, tuple) for one in found), found
    upload = await got(court, name)
    assert (upload.item_count, upload.sha256) == (7, digest(chunk))


async def test_who_is_to_approve_sees_the_items_in_pages(court, keyring):
    chunk = [*items(*PEOPLE[:4]), b"\xff", *items(PEOPLE[5], first=6)]
    name, _ = await court.stage(chunk[:2], chunk[2:], notices=[PDF])
    for organisation in (DONGHU, NANCHANG, HIGH):
        first = await court(listing_pb2.ListUploadItemsRequest(name=name, page_size=3), organisation=organisation)
        assert first.upload.sha256 == (await got(court, name)).sha256
        assert list(first.items) == chunk[:3]
        second = await court(
            listing_pb2.ListUploadItemsRequest(name=name, page_size=3, page_token=first.next_page_token),
            organisation=organisation,
        )
        assert list(second.items) == [chunk[3], listing_pb2.UploadItem(), chunk[5]]
        assert not second.next_page_token
    request = listing_pb2.ListUploadItemsRequest(name=name)
    assert await refuse(court(request, organisation=XIHU)) == "UPLOAD_NOT_FOUND"
    request.page_token = first.next_page_token
    assert await refuse(court(request, officer="J2", organisation=HIGH)) == "PAGE_TOKEN_INVALID"
    unknown = f"uploads/{uuid.uuid4()}"
    assert await refuse(got(court, unknown)) == "UPLOAD_NOT_FOUND"
    assert await refuse(got(court, name, organisation=NANCHANG)) == "UPLOAD_NOT_FOUND"
    assert await refuse(outcomes(court, unknown)) == "UPLOAD_NOT_FOUND"
    await court.commit(name)
    page = await court(listing_pb2.ListUploadOutcomesRequest(name=name, page_size=4))
    rest = await outcomes(court, name, page_size=4, page_token=page.next_page_token)
    assert [one.index for one in (*page.outcomes, *rest)] == [*range(6)]


async def test_only_what_was_approved_is_pushed_and_once(court, load):
    load(*PEOPLE)
    name, _ = await court.stage(items(*PEOPLE[:2]), notices=[PDF])
    upload = await got(court, name)

    def commit(**changed):
        values = {"request_id": str(uuid.uuid4()), "name": name, "sha256": upload.sha256, "item_count": 2}
        return listing_pb2.CommitUploadRequest(**(values | changed))

    for order, known, reason in (
        (commit(sha256=bytes(32)), {}, "UPLOAD_MISMATCH"),
        (commit(item_count=3), {}, "UPLOAD_MISMATCH"),
        (commit(name=f"uploads/{uuid.uuid4()}"), {}, "UPLOAD_NOT_FOUND"),
        (commit(), {"organisation": XIHU}, "UPLOAD_NOT_FOUND"),
        (commit(), {"approved_by": ()}, "APPROVAL_REQUIRED"),
    ):
        assert await refuse(court(order, **known)) == reason
    order = commit()
    answer = await court(order)
    assert await court(order) == answer
    assert await refuse(court(commit())) == "UPLOAD_CLOSED"
    assert await refuse(court(commit(request_id=order.request_id, item_count=3))) == "REQUEST_ID_REUSED"
    assert len(await outcomes(court, name)) == 2


async def test_whom_a_commit_is_about_is_recorded_before_each_part_of_it(court, load, monkeypatch):
    """Its request names an upload: without this no overseer would find who was restricted in bulk."""
    load(*PEOPLE)
    monkeypatch.setattr(uploads, "MOST_PUSHED", 2)
    chunk = [*items(*PEOPLE[:2]), b"\xff", *items(PEOPLE[3], PEOPLE[3], first=4)]
    name, _ = await court.stage(chunk, notices=[PDF])
    pushed = []
    for court.takes in (0, 1, 1):
        court.announced.clear()
        assert await refuse(court.commit(name)) == "LEDGER_UNAVAILABLE"
        pushed.append((await got(court, name)).pushed_count)
    assert pushed == [0, 2, 4], "what is not recorded is not pushed"
    court.announced.clear()
    court.takes = None
    assert (await court.commit(name)).upload.pushed_count == 5
    assert court.announced == [("CommitUpload", PEOPLE[3].numbers)]


async def test_each_part_of_a_commit_is_recorded_with_its_debtors(court, load, monkeypatch):
    load(*PEOPLE)
    monkeypatch.setattr(uploads, "MOST_PUSHED", 2)
    name, _ = await court.stage([*items(*PEOPLE[:2]), b"\xff", *items(PEOPLE[3], first=4)], notices=[PDF])
    await court.commit(name)
    parts = [subjects for _, subjects in court.announced]
    assert parts == [(*PEOPLE[0].numbers, *PEOPLE[1].numbers), PEOPLE[3].numbers]


async def test_a_page_of_items_is_recorded_with_those_whom_it_shows(court):
    name, _ = await court.stage([*items(PEOPLE[0], PEOPLE[0]), b"\xff", *items(PEOPLE[1])], notices=[PDF])
    await court(listing_pb2.ListUploadItemsRequest(name=name, page_size=3))
    assert court.named == PEOPLE[0].numbers


@pytest.mark.parametrize("dies_at", [1, 2, 3])
async def test_a_commit_that_breaks_off_goes_on_where_it_was(court, load, database, told, monkeypatch, dies_at):
    load(*PEOPLE)
    monkeypatch.setattr(uploads, "MOST_PUSHED", 2)
    chunk = items(*PEOPLE[:6], PEOPLE[0])
    chunk[6] = item(PEOPLE[0], pdf=PDF, serial=1)
    name, _ = await court.stage(chunk[:5], chunk[5:], notices=[PDF])
    request_id, parts = str(uuid.uuid4()), 0
    whole = uploads.push_all

    def push_some(pushes, *, means):
        nonlocal parts
        parts += 1
        found = whole(pushes, means=means)
        if parts == dies_at:
            raise RuntimeError("killed")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "push_all", push_some)
        with pytest.raises(RuntimeError):
            await court.commit(name, request_id=request_id)
    upload = await got(court, name)
    assert (upload.pushed_count, *(await count(database, ENTRIES))) == (2 * (dies_at - 1),) * 2
    if dies_at > 1:
        assert upload.state == listing_pb2.UPLOAD_STATE_COMMITTING
        assert await refuse(court.stage(chunk[:1], upload=name)) == "UPLOAD_CLOSED"
    assert len(await outcomes(court, name)) == 2 * (dies_at - 1)
    court.clock.advance(timedelta(days=8))
    if dies_at == 1:
        assert await refuse(court.commit(name, request_id=request_id)) == "UPLOAD_NOT_FOUND"
        return
    answer = await court.commit(name, request_id=request_id)
    assert (answer.upload.forwarded_count, answer.upload.refused_count) == (6, 1)
    assert await count(database, ENTRIES, RESTRICTIONS) == [6, 6]
    assert [one.outcome.reasons for one in await outcomes(court, name)][6] == ["ENTRY_EXISTS"]


async def test_two_courts_push_one_person_at_once(database, keyring, load):
    load(*PEOPLE[:3])
    clock = ManualClock(NOW)
    courts = {code: Court(database, keyring, clock=clock) for code in (DONGHU, XIHU)}
    names = {}
    for code, court in courts.items():
        pdf = notice(*PEOPLE, court=code, serials=SERIALS)
        chunk = [item(p, pdf=pdf, court=code, serial=n) for n, p in enumerate(reversed(PEOPLE), 1)]
        chunk = chunk if code == DONGHU else chunk[::-1]
        names[code], _ = await court.stage(chunk, notices=[pdf], organisation=code)
    answers = await asyncio.gather(*(courts[code].commit(names[code], organisation=code) for code in courts))
    assert [answer.upload.forwarded_count for answer in answers] == [7, 7]
    whose, subjects = await count(database, RESTRICTIONS, select(RESTRICTIONS.c.subject_id).distinct().subquery())
    assert (whose, subjects) == (14, 7)


@pytest.mark.clause("R-5.1")
async def test_what_a_commit_left_is_erased_and_what_was_pushed_stays(court, load, database, monkeypatch):
    load(*PEOPLE)
    monkeypatch.setattr(uploads, "MOST_PUSHED", 2)
    chunk = items(*PEOPLE[:6])
    name, _ = await court.stage(chunk[:3], chunk[3:], notices=[PDF])
    court.takes = 1
    assert await refuse(court.commit(name)) == "LEDGER_UNAVAILABLE"
    court.takes = None
    left = await got(court, name)
    assert (left.state, left.pushed_count) == (listing_pb2.UPLOAD_STATE_COMMITTING, 2)
    court.clock.set(left.expire_time.ToDatetime(UTC) - timedelta(seconds=1))
    await court.uploads.erase_old()
    assert await count(database, CHUNKS) == [2]
    court.clock.advance(timedelta(seconds=1))
    await court.uploads.erase_old()
    assert await count(database, UPLOADS, CHUNKS, NOTICES, OUTCOMES, ENTRIES) == [1, 1, 1, 1, 2]
    left = await got(court, name)
    assert (left.state, left.pushed_count, left.item_count) == (listing_pb2.UPLOAD_STATE_ABANDONED, 2, 6)
    assert not left.HasField("expire_time")
    assert await refuse(court.commit(name)) == "UPLOAD_CLOSED"
    assert await refuse(court.stage(chunk[:1], upload=name)) == "UPLOAD_CLOSED"
    assert await refuse(court(listing_pb2.DiscardUploadRequest(name=name))) == "UPLOAD_CLOSED"
    assert len(await outcomes(court, name)) == 2
    page = await court(listing_pb2.ListUploadItemsRequest(name=name))
    rest = await court(listing_pb2.ListUploadItemsRequest(name=name, page_token=page.next_page_token))
    assert (len(page.items), len(rest.items), rest.next_page_token) == (3, 0, "")


async def test_an_upload_is_discarded_by_its_court_before_it_is_committed(court, load, database):
    load(*PEOPLE)
    name, _ = await court.stage(items(*PEOPLE), notices=[PDF])
    discard = listing_pb2.DiscardUploadRequest(name=name)
    for organisation in (XIHU, NANCHANG):
        assert await refuse(court(discard, organisation=organisation)) == "UPLOAD_NOT_FOUND"
    await court(discard)
    assert await count(database, UPLOADS, CHUNKS, NOTICES) == [0, 0, 0]
    assert await refuse(court(discard)) == "UPLOAD_NOT_FOUND"
    assert await refuse(court.commit(name)) == "UPLOAD_NOT_FOUND"
    done, _ = await court.stage(items(PEOPLE[0]), notices=[PDF])
    await court.commit(done)
    assert await refuse(court(listing_pb2.DiscardUploadRequest(name=done))) == "UPLOAD_CLOSED"


async def test_a_court_leaves_so_much_unfinished_and_no_more(database, keyring, clock, load):
    load(*PEOPLE)
    chunk = items(*PEOPLE[:3])
    size = len(PDF) + sum(one.ByteSize() for one in chunk)
    court = Court(database, keyring, clock=clock, limit=Staged(uploads=2, size=size + 2 * chunk[0].ByteSize()))
    first, _ = await court.stage(chunk, notices=[PDF])
    await court.stage(chunk, upload=first, notices=[PDF])  # What is there already counts once.
    second, _ = await court.stage(chunk[:1])
    assert await refuse(court.stage(chunk[:1])) == "UPLOADS_UNFINISHED"
    await court.stage(chunk[1:2], upload=second, first=1)
    assert await refuse(court.stage(chunk[2:], upload=second, first=2)) == "UPLOADS_UNFINISHED"
    assert (await got(court, second)).item_count == 2, "some of what is refused is staged"
    assert await refuse(court.stage(chunk[2:], b"", upload=second, first=2)) == "UPLOADS_UNFINISHED"
    xihu = notice(*PEOPLE, court=XIHU)
    await court.stage([item(PEOPLE[0], pdf=xihu, court=XIHU)], notices=[xihu], organisation=XIHU)
    await court.commit(first)
    third, _ = await court.stage(chunk)
    await court(listing_pb2.DiscardUploadRequest(name=third))
    await court.stage(chunk, notices=[PDF])


async def test_what_is_not_committed_is_erased_after_seven_days(court, load, database):
    load(*PEOPLE)
    old, _ = await court.stage(items(*PEOPLE), notices=[PDF])
    done, _ = await court.stage(items(PEOPLE[0], first=11), notices=[PDF])
    await court.commit(done)
    court.clock.advance(timedelta(days=6))
    fresh, _ = await court.stage(items(PEOPLE[0], first=12), notices=[PDF])
    await court.uploads.erase_old()
    assert await count(database, UPLOADS, CHUNKS, NOTICES, OUTCOMES) == [3, 3, 3, 1]
    court.clock.advance(timedelta(days=1))
    assert await refuse(got(court, old)) == "UPLOAD_NOT_FOUND"
    assert await refuse(court.stage(items(PEOPLE[0]), upload=old, first=7)) == "UPLOAD_NOT_FOUND"
    await court.uploads.erase_old()
    assert await count(database, UPLOADS, CHUNKS, NOTICES, OUTCOMES) == [2, 2, 2, 1]
    assert (await got(court, fresh)).item_count == 1
    assert (await got(court, done)).state == listing_pb2.UPLOAD_STATE_COMMITTED
