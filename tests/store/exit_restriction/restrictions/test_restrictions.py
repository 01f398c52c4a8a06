"""Restrictions from decision to release, as courts file them for debtors on the list."""

from __future__ import annotations

import uuid
from datetime import UTC, date, timedelta

import pytest

from services.codes.terms import end_of
from services.exit_restriction.changes import Happened
from tests.unit.exit_restriction.orders import (
    DONGHU,
    HIGH,
    XIHU,
    company,
    context,
    day,
    decision_number,
    notice,
    party,
    push,
    record,
    term,
)
from tests.unit.exit_restriction.travellers import NOW, person
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import listing_pb2, restriction_pb2

FILED, ACTIVE = restriction_pb2.RESTRICTION_STATE_FILED, restriction_pb2.RESTRICTION_STATE_ACTIVE
RELEASED, EXPIRED = restriction_pb2.RESTRICTION_STATE_RELEASED_EARLY, restriction_pb2.RESTRICTION_STATE_EXPIRED
JIA, YI, DEAD = person(1), person(2), person(3, is_deceased=True)
END = date(2019, 8, 3)


def filing(entry, someone=JIA, *, serial=1, court=DONGHU, pdf=None, debtor=None, asked=None, start=None, **known):
    pdf = notice(someone, serials=(serial,), court=court) if pdf is None else pdf
    return restriction_pb2.FileRestrictionRequest(
        context=context(pdf, serial=serial, court=court, **known),
        debtor=debtor or party(someone),
        entry=entry,
        term=asked or term(12),
        start_date=start and day(start),
        notice_pdf=pdf,
    )


def renewal(name, *, asked=None, pdf=None, serial=1, someone=JIA, **known):
    pdf = notice(JIA, serials=(serial,)) if pdf is None else pdf
    return restriction_pb2.RenewRestrictionRequest(
        context=context(pdf, serial=serial, **known), debtor=party(someone), name=name, term=asked, notice_pdf=pdf
    )


def release(name, *, someone=JIA, pdf=None, serial=1, court=DONGHU, **known):
    pdf = notice(someone, serials=(), court=court) if pdf is None else pdf
    return restriction_pb2.ReleaseRestrictionRequest(
        context=context(pdf, serial=serial, court=court, has_decision=False, **known),
        debtor=party(someone),
        name=name,
        notice_pdf=pdf,
    )


async def shown(court, someone=JIA, *, as_of=None, serial=1):
    request = restriction_pb2.ListRestrictionsRequest(context=context(serial=serial), debtor=party(someone))
    if as_of is not None:
        request.as_of_time.FromDatetime(as_of)
    return list((await court(request)).restrictions)


async def refuse(court, request, **known):
    with pytest.raises(XiezhiError) as caught:
        await court(request, **known)
    return caught.value.reason.value


async def listed(court, someone=JIA, *, serial=1, **known):
    """Lists somebody without a decision, so that nothing restricts them."""
    return (await court(push(someone, serial=serial, has_decision=False, **known))).entry.name


def at(day):
    return end_of(day - timedelta(days=1)) + timedelta(hours=12)


@pytest.mark.clause("R-1.11")
async def test_a_restriction_is_filed_on_a_later_decision(court, load, told):
    load(JIA)
    entry = await listed(court)
    order = filing(entry)
    answer = await court(order)
    assert await court(order) == answer
    found = answer.restriction
    assert (found.court_code, found.case_number, found.state) == (DONGHU, "（2018）赣0102执1号", ACTIVE)
    assert found.decision_number == decision_number()
    assert found.end_time.ToDatetime(UTC) == end_of(END)
    assert (found.terms[0].start_date, found.terms[0].end_date) == (day(date(2018, 8, 3)), day(END))
    assert found.renewal_opens_date == day(date(2019, 7, 3))
    assert [change.happened for change in told] == [Happened.FILED]
    assert await shown(court) == [found]
    request = listing_pb2.ListEntriesRequest(context=context(), debtor=party(JIA))
    (listed_now,) = (await court(request)).entries
    assert (listed_now.outcome.forwarding, listed_now.outcome.restriction) == (
        listing_pb2.FORWARDING_FORWARDED,
        found.name,
    )


async def test_a_filing_is_refused_with_its_reason(court, load):
    load(JIA, YI, DEAD)
    entry, dead = await listed(court), await listed(court, DEAD)
    nameless = (await court(push(debtor=company(), pdf=notice(named=[company().id_number]), has_decision=False))).entry
    unknown = f"entries/{uuid.uuid4()}"
    for order, reason in (
        (filing(unknown), "ENTRY_NOT_FOUND"),
        (filing(entry, serial=2), "ENTRY_NOT_FOUND"),
        (filing(entry, court=XIHU), "ENTRY_NOT_FOUND"),
        (filing(entry, YI), "ENTRY_NOT_FOUND"),
        (filing(entry, has_decision=False), "EXIT_DECISION_MISSING"),
        (filing(entry, decided_by=XIHU), "EXIT_DECISION_MISSING"),
        (filing(entry, pdf=notice(JIA, serials=())), "EXIT_DECISION_MISSING"),
        (filing(entry, pdf=notice(YI)), "MISSING_ASSISTANCE_NOTICE"),
        (filing(entry, pdf=b"no seal"), "DOCUMENT_UNSEALED"),
        (filing(entry, debtor=party(JIA, name="他人")), "PERSON_NAME_MISMATCH"),
        (filing(dead, DEAD), "PERSON_DECEASED"),
        (
            filing(nameless.name, debtor=company(), pdf=notice(named=[company().id_number])),
            "NATURAL_PERSON_ONLY",
        ),
        (filing(entry, asked=term(13)), "TERM_EXCEEDS_LEVEL"),
        (filing(entry, asked=term(2, last_day=date(2018, 11, 3))), "TERM_TOO_LONG"),
        (filing(entry, asked=term(last_day=date(2018, 8, 2))), "TERM_ENDS_BEFORE_START"),
        (filing(entry, start=date(2018, 8, 2)), "FIELDS_INVALID"),
    ):
        assert await refuse(court, order) == reason
    assert await refuse(court, filing(entry, asked=term(13)), approved_by=[HIGH]) == "TERM_REASON_MISSING"
    assert await refuse(court, filing(entry), approved_by=[]) == "APPROVAL_REQUIRED"
    assert await shown(court) == []
    long = filing(entry, asked=term(60, reason="标的巨大"))
    assert (await court(long, approved_by=[HIGH])).restriction.terms[0].end_date == day(date(2023, 8, 3))
    assert await refuse(court, filing(entry)) == "RESTRICTION_EXISTS"


async def test_one_that_begins_later_is_filed_until_then(court, load):
    load(JIA)
    entry = await listed(court)
    found = (await court(filing(entry, start=date(2018, 9, 1)))).restriction
    assert found.state == FILED
    assert found.effective_time.ToDatetime(UTC) == end_of(date(2018, 8, 31))
    court.clock.advance(end_of(date(2018, 8, 31)) - court.clock.now())
    assert (await shown(court))[0].state == ACTIVE


@pytest.mark.clause("R-5.5")
@pytest.mark.parametrize(
    ("start", "under", "last_day"), [(date(2018, 8, 2), "56-1998", None), (date(2018, 8, 3), "160-2018", END)]
)
async def test_before_the_notice_its_rules_are_not_applied_and_that_is_shown(court, load, start, under, last_day):
    load(JIA)
    court.clock.advance(at(start) - court.clock.now())
    entry = await listed(court, written=record(published=start))
    unnamed = filing(entry, asked=restriction_pb2.TermRequest())
    if last_day is None:
        assert await refuse(court, unnamed) == "TERM_ENDS_BEFORE_START"
        unnamed, last_day = filing(entry, asked=term(2)), date(2018, 10, 2)
    (found,) = (await court(unnamed)).restriction.terms
    assert (found.rule_version, found.end_date) == (under, day(last_day))


@pytest.mark.clause("R-1.13")
async def test_a_restriction_ends_by_itself_and_any_past_moment_can_be_asked(court, load):
    load(JIA)
    name = (await court(filing(await listed(court)))).restriction.name
    filed_at = court.clock.now()
    court.clock.advance(end_of(END) - timedelta(microseconds=1) - court.clock.now())
    assert (await shown(court))[0].state == ACTIVE
    court.clock.advance(timedelta(microseconds=1))
    (found,) = await shown(court)
    assert (found.name, found.state) == (name, EXPIRED)
    assert not found.HasField("renewal_opens_date")
    assert (await shown(court, as_of=filed_at))[0].state == ACTIVE
    assert await shown(court, as_of=NOW - timedelta(days=1)) == []
    request = restriction_pb2.ListRestrictionsRequest(context=context(), debtor=party(JIA))
    request.as_of_time.FromDatetime(court.clock.now() + timedelta(days=1))
    assert await refuse(court, request) == "FIELDS_INVALID"


@pytest.mark.clause("R-1.12")
async def test_a_renewal_comes_in_the_last_month_and_adds_a_term_without_a_gap(court, load, told):
    load(JIA)
    name = (await court(filing(await listed(court)))).restriction.name
    assert await refuse(court, renewal(name)) == "RENEWAL_TOO_EARLY"
    court.clock.advance(at(date(2019, 7, 3)) - court.clock.now())
    for order, reason in (
        (renewal(f"restrictions/{uuid.uuid4()}"), "RESTRICTION_NOT_FOUND"),
        (renewal(name, serial=2), "RESTRICTION_NOT_FOUND"),
        (renewal(name, someone=YI), "RESTRICTION_NOT_FOUND"),
        (renewal(name, pdf=notice(YI)), "MISSING_ASSISTANCE_NOTICE"),
        (renewal(name, has_decision=False), "EXIT_DECISION_MISSING"),
        (renewal(name, pdf=notice(JIA, serials=())), "EXIT_DECISION_MISSING"),
        (renewal(name, asked=term(13)), "TERM_EXCEEDS_LEVEL"),
        (renewal(name, asked=term(last_day=END)), "TERM_ENDS_BEFORE_START"),
        (renewal(name, asked=term(1, last_day=date(2019, 10, 1))), "TERM_TOO_LONG"),
    ):
        assert await refuse(court, order) == reason
    assert await refuse(court, renewal(name, asked=term(13)), approved_by=[HIGH]) == "TERM_REASON_MISSING"
    order = renewal(name)
    found = (await court(order, approved_by=[HIGH])).restriction
    assert (await court(order)).restriction == found
    assert [(t.sequence, t.start_date, t.end_date) for t in found.terms] == [
        (0, day(date(2018, 8, 3)), day(END)),
        (1, day(date(2019, 8, 4)), day(date(2020, 8, 3))),
    ]
    assert (found.state, found.level) == (ACTIVE, restriction_pb2.FILING_LEVEL_PROVINCE)
    assert found.terms[0].file_time.ToDatetime(UTC) < found.terms[1].file_time.ToDatetime(UTC)
    assert await refuse(court, renewal(name)) == "RESTRICTION_ALREADY_RENEWED"
    assert [change.happened for change in told] == [Happened.FILED, Happened.RENEWED]
    assert await shown(court) == [found]
    court.clock.advance(end_of(date(2020, 8, 3)) - court.clock.now())
    assert await refuse(court, renewal(name)) == "RESTRICTION_ALREADY_RELEASED"


@pytest.mark.clause("R-1.13")
async def test_a_renewal_received_before_midnight_and_decided_after_it_leaves_no_gap(court, load):
    load(JIA)
    name = (await court(filing(await listed(court)))).restriction.name
    court.clock.set(end_of(END) + timedelta(seconds=2))
    assert (await shown(court))[0].state == EXPIRED
    assert await refuse(court, renewal(name)) == "RESTRICTION_ALREADY_RELEASED"
    found = (await court(renewal(name), at=end_of(END) - timedelta(seconds=1))).restriction
    assert found.state == ACTIVE
    assert [(t.start_date, t.end_date) for t in found.terms] == [
        (day(date(2018, 8, 3)), day(END)),
        (day(date(2019, 8, 4)), day(date(2020, 8, 3))),
    ]
    assert await shown(court) == [found]
    assert (await shown(court, as_of=end_of(END)))[0].state == EXPIRED, "what was answered then is changed"


@pytest.mark.clause("R-1.14")
async def test_a_release_ends_one_restriction_and_no_other(court, load, told):
    load(JIA)
    name = (await court(filing(await listed(court)))).restriction.name
    other = (await court(filing(await listed(court, serial=2), serial=2))).restriction.name
    for order, reason in (
        (release(f"restrictions/{uuid.uuid4()}"), "RESTRICTION_NOT_FOUND"),
        (release(name, court=XIHU), "RESTRICTION_NOT_FOUND"),
        (release(name, serial=2), "RESTRICTION_NOT_FOUND"),
        (release(name, someone=YI), "RESTRICTION_NOT_FOUND"),
        (release(name, pdf=notice(YI)), "MISSING_ASSISTANCE_NOTICE"),
        (release(name, pdf=b"no seal"), "DOCUMENT_UNSEALED"),
    ):
        assert await refuse(court, order) == reason
    before = court.clock.now()
    order = release(name)
    answer = await court(order)
    assert await court(order) == answer
    assert (answer.restriction.state, answer.already_ended) == (RELEASED, False)
    assert answer.restriction.end_time.ToDatetime(UTC) == before
    again = await court(release(name))
    assert (again.restriction, again.already_ended) == (answer.restriction, True)
    assert (await shown(court, serial=2))[0].state == ACTIVE
    assert (await shown(court, serial=2))[0].name == other
    assert (await shown(court, as_of=before - timedelta(microseconds=1)))[0].state == ACTIVE
    assert [change.happened for change in told[-2:]] == [Happened.FILED, Happened.RELEASED]


@pytest.mark.clause("R-1.14")
async def test_release_of_what_is_over_is_answered_as_it_is(court, load, told):
    load(JIA)
    name = (await court(filing(await listed(court)))).restriction.name
    court.clock.advance(end_of(END) - court.clock.now())
    answer = await court(release(name))
    assert (answer.restriction.state, answer.already_ended) == (EXPIRED, True)
    assert len(told) == 1


async def test_who_was_taken_off_the_list_is_not_restricted_anew(court, load):
    load(JIA)
    entry = await listed(court)
    await court(
        listing_pb2.RemoveEntryRequest(
            context=context(), debtor=party(JIA), name=entry, kind=listing_pb2.REMOVAL_KIND_DELETION
        )
    )
    assert await refuse(court, filing(entry)) == "ENTRY_ENDED"


async def test_two_courts_restrict_one_person_apart(court, load):
    load(JIA)
    first = (await court(push(JIA))).entry.outcome.restriction
    second = (await court(push(JIA, court=XIHU))).entry.outcome.restriction
    await court(release(first))
    request = restriction_pb2.ListRestrictionsRequest(context=context(court=XIHU), debtor=party(JIA))
    (found,) = (await court(request)).restrictions
    assert (found.name, found.state) == (second, ACTIVE)


async def test_whose_entries_and_restrictions_are_is_told_by_their_keys(court, load):
    load(JIA)
    entry = await listed(court)
    found = (await court(filing(entry))).restriction
    for store, name in ((court.restrictions, found.name), (court.lists, entry)):
        assert await store.court_of(name.partition("/")[2]) == DONGHU
        assert await store.court_of(str(uuid.UUID(int=1))) is None
