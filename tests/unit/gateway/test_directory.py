"""The gateway's copy of the directory: what it takes in, what it answers, and that it fails closed."""

import hashlib
import hmac
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.directory import DirectoryCopy
from services.directory.channels import ChannelState, Pair
from services.directory.credentials import CredentialKind
from services.filing.convert import write_date
from xiezhi.coordination.v1 import copy_pb2
from xiezhi.errors import Reason, XiezhiError

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LEASE = timedelta(seconds=60)
KEY = bytes(range(32))
COURT, JUDGE, LIAISON = "赣0102", "GAN0102-J001", "GAN0102-L001"
CARDS = {CredentialKind.WORK_CARD: "W-1", CredentialKind.ENFORCEMENT_CARD: "E-1"}


def credential(kind, number, *, key="", revoked_at=None):
    copy = copy_pb2.CredentialCopy(name=f"credentials/{key or kind}", court_code=COURT, officer_id=JUDGE, kind=kind)
    copy.number_hash = hmac.digest(KEY, number.encode(), hashlib.sha256)
    write_date(copy.issue_date, date(2026, 1, 1))
    write_date(copy.expire_date, date(2026, 12, 31))
    if revoked_at is not None:
        copy.revoke_time.FromDatetime(revoked_at)
    return copy


def liaison(officer=LIAISON, *, first=date(2026, 1, 1), last=None, is_deputy=False, leave=None, organisation=COURT):
    copy = copy_pb2.LiaisonCopy(
        name=f"liaisons/{officer}", organisation=organisation, officer_id=officer, is_deputy=is_deputy
    )
    write_date(copy.start_date, first)
    if last is not None:
        write_date(copy.end_date, last)
    if leave is not None:
        days = copy.leaves.add()
        write_date(days.start_date, leave)
        write_date(days.end_date, leave)
    return copy


def operational(court="", department=0, *, start=NOW):
    copy = copy_pb2.OperationalCopy(name=f"{court}-{department}-{start}")
    copy.pair.court_code, copy.pair.department = court, department
    copy.start_time.FromDatetime(start)
    return copy


def changes(revision, *, is_complete=True, lease_end=NOW + LEASE, **told):
    made = copy_pb2.WatchDirectoryResponse(revision=revision, is_complete=is_complete, **told)
    if lease_end is not None:
        made.lease_end_time.FromDatetime(lease_end)
    return made


def copy_of(*told):
    copy = DirectoryCopy(KEY)
    for one in told:
        copy.apply(one, now=NOW)
    return copy


WHOLE = changes(4, credentials=[credential(1, "W-1"), credential(2, "E-1")], liaisons=[liaison()])


def holds(copy, cards=CARDS):
    try:
        copy.duty(JUDGE, cards=cards, pair=Pair(), at=NOW).require_pair(COURT, NOW)
    except XiezhiError as failure:
        return failure.reason is not Reason.CREDENTIALS_REQUIRED
    return True


@pytest.mark.parametrize(
    ("told", "at", "fresh"),
    [
        ((), NOW, False),
        ((changes(1, is_complete=False, lease_end=None),), NOW, False),
        ((changes(1, is_complete=False),), NOW, False),
        ((changes(1, lease_end=None),), NOW, False),
        ((WHOLE,), NOW, True),
        ((WHOLE,), NOW + LEASE - timedelta(microseconds=1), True),
        ((WHOLE,), NOW + LEASE, False),
        ((WHOLE, changes(4, lease_end=NOW + 2 * LEASE)), NOW + LEASE, False),
        ((WHOLE, changes(5, is_complete=False, lease_end=None)), NOW, True),
    ],
)
def test_it_may_be_used_while_its_lease_lasts(told, at, fresh):
    copy = copy_of(*told)
    assert copy.is_fresh(at) is fresh
    if fresh:
        copy.require_fresh(at)
    else:
        with pytest.raises(XiezhiError) as caught:
            copy.require_fresh(at)
        assert (caught.value.reason, caught.value.retry_after) == (Reason.DIRECTORY_STALE, timedelta(seconds=1))


def test_a_lease_counts_from_when_it_came_however_late_the_clock_is_that_gave_it():
    copy = copy_of(WHOLE)
    copy.apply(changes(4, lease_end=NOW + timedelta(hours=1)), now=NOW + LEASE / 2)
    assert [copy.is_fresh(NOW + LEASE / 2 * halves) for halves in (2, 3)] == [True, False]


def test_an_emptied_copy_admits_nobody():
    copy = copy_of(WHOLE)
    copy.empty()
    assert (copy.revision, copy.is_fresh(NOW), holds(copy)) == (0, False, False)


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        (CARDS, True),
        ({}, False),
        (CARDS | {CredentialKind.WORK_CARD: "W-2"}, False),
        (CARDS | {CredentialKind.WORK_CARD: ""}, False),
        ({CredentialKind.WORK_CARD: "E-1", CredentialKind.ENFORCEMENT_CARD: "W-1"}, False),
    ],
)
def test_numbers_are_compared_by_their_keyed_digests(cards, expected):
    assert holds(copy_of(WHOLE), cards) is expected


def test_a_revocation_counts_at_once_and_coming_twice_changes_nothing():
    revoked = changes(5, credentials=[credential(1, "W-1", revoked_at=NOW)])
    copy = copy_of(WHOLE, revoked)
    assert not holds(copy)
    copy.apply(revoked, now=NOW)
    assert (copy.revision, holds(copy)) == (5, False)


def test_of_an_unknown_officer_nothing_is_registered():
    duty = copy_of(WHOLE).duty("GAN0102-J002", cards=CARDS, pair=Pair(), at=NOW)
    assert (duty.credentials, duty.channel) == ((), None)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([], ChannelState.NOT_OPERATIONAL),
        ([operational()], ChannelState.OPERATIONAL),
        ([operational(COURT)], ChannelState.OPERATIONAL),
        ([operational(department=4)], ChannelState.OPERATIONAL),
        ([operational(COURT, 4)], ChannelState.OPERATIONAL),
        ([operational("赣0103"), operational(COURT, 3)], ChannelState.NOT_OPERATIONAL),
        ([operational(start=NOW + LEASE)], ChannelState.NOT_OPERATIONAL),
    ],
)
def test_how_the_channel_stands(told, expected):
    copy = copy_of(changes(1, operations=told))
    assert copy.duty(JUDGE, cards=CARDS, pair=Pair(COURT, 4), at=NOW).channel is expected


def test_an_outage_and_its_early_end():
    outage = copy_pb2.OutageCopy(name="outages/x")
    outage.start_time.FromDatetime(NOW)
    outage.end_time.FromDatetime(NOW + LEASE)
    copy = copy_of(changes(2, operations=[operational()], outages=[outage]))
    assert copy.channel(Pair(COURT, 4), NOW) is ChannelState.OUTAGE
    outage.end_time.FromDatetime(NOW)
    copy.apply(changes(3, outages=[outage]), now=NOW)
    assert copy.channel(Pair(COURT, 4), NOW) is ChannelState.OPERATIONAL


@pytest.mark.parametrize(
    ("appointed", "acts"),
    [
        ([liaison()], True),
        ([], False),
        ([liaison(first=date(2026, 11, 25))], False),
        ([liaison(last=date(2026, 11, 23))], False),
        ([liaison(last=date(2026, 11, 24))], True),
        ([liaison(leave=date(2026, 11, 24))], False),
        ([liaison(is_deputy=True)], False),
        ([liaison(is_deputy=True), liaison("GAN0102-L002", leave=date(2026, 11, 24))], True),
        ([liaison(organisation="赣0103")], False),
    ],
)
def test_who_acts_as_liaison(appointed, acts):
    copy = copy_of(changes(3, liaisons=appointed))
    assert copy.acts_as_liaison(LIAISON, COURT, NOW) is acts
    assert not copy.acts_as_liaison(JUDGE, COURT, NOW)


@pytest.mark.parametrize("officer", [LIAISON, JUDGE])
@pytest.mark.parametrize("copy", [copy_of(changes(3, liaisons=[liaison()])), DirectoryCopy(KEY)])
def test_without_a_lease_it_is_not_said_who_acts_nor_who_does_not(copy, officer):
    with pytest.raises(XiezhiError) as caught:
        copy.acts_as_liaison(officer, COURT, NOW + LEASE)
    assert caught.value.reason is Reason.DIRECTORY_STALE
