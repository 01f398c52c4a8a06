"""The register of credentials over a database."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from services.chassis.paging import encode_token, query_of
from services.coordination.credentials.tables import CREDENTIALS
from tests.store.coordination.conftest import COURT, OTHER_COURT, POLICE, card
from xiezhi.coordination.v1 import credential_pb2
from xiezhi.errors import Reason, XiezhiError

JUDGE, COLLEAGUE = "GAN0102-J001", "GAN0102-J002"
IN_FORCE, NOT_YET, EXPIRED, REVOKED = 1, 2, 3, 4


def revoked(name):
    return credential_pb2.RevokeCredentialRequest(request_id=str(uuid.uuid4()), name=name, reason="遗失")


async def refused(replica, request, organisation=COURT):
    with pytest.raises(XiezhiError) as caught:
        await replica.ask(request, organisation)
    return caught.value.reason


async def listed(replica, court=COURT, **asked):
    return (await replica.ask(credential_pb2.ListCredentialsRequest(**asked), court)).credentials


async def test_a_pair_is_registered_and_listed_by_its_court_only(replica):
    await replica.ask(card(JUDGE, "W-1"))
    await replica.ask(card(JUDGE, "E-1", 2))
    assert [(one.kind, one.number, one.state) for one in await listed(replica)] == [(2, "E-1", 1), (1, "W-1", 1)]
    assert not await listed(replica, OTHER_COURT)
    assert not await listed(replica, officer_id=COLLEAGUE)


@pytest.mark.parametrize(
    ("second", "reason"),
    [
        (card(JUDGE, "W-2"), Reason.CREDENTIAL_EXISTS),
        (card(COLLEAGUE, "W-1"), Reason.CREDENTIAL_EXISTS),
        (card(JUDGE, "W-2", first=date(2028, 1, 1), last=date(2029, 1, 1)), None),
        (card(JUDGE, "W-1", 2), None),
        (card(COLLEAGUE, "W-2"), None),
    ],
)
async def test_beside_one_that_counts(replica, second, reason):
    await replica.ask(card(JUDGE, "W-1"))
    if reason is None:
        await replica.ask(second)
    else:
        assert await refused(replica, second) is reason


async def test_another_court_learns_nothing_of_numbers_and_officers(replica):
    await replica.ask(card(JUDGE, "W-1"))
    await replica.ask(card(COLLEAGUE, "W-1", court=OTHER_COURT), OTHER_COURT)
    await replica.ask(card(JUDGE, "W-9", court=OTHER_COURT), OTHER_COURT)


@pytest.mark.parametrize(
    ("request_", "organisation", "reason"),
    [
        (card(JUDGE, "W-1", court=OTHER_COURT), COURT, Reason.CREDENTIAL_OF_ANOTHER_COURT),
        (card(JUDGE, "W-1"), POLICE, Reason.CREDENTIAL_OF_ANOTHER_COURT),
        (card(JUDGE, "W-1", court=POLICE), POLICE, Reason.CREDENTIAL_OF_ANOTHER_COURT),
        (card(JUDGE, "W-1", last=date(2025, 12, 31)), COURT, Reason.FIELDS_INVALID),
        (card(JUDGE, "W-1", last=date(2036, 1, 2)), COURT, Reason.FIELDS_INVALID),
        (card(JUDGE, "W-1", last=date(2026, 11, 23)), COURT, Reason.FIELDS_INVALID),
        (revoked(f"credentials/{uuid.UUID(int=7)}"), COURT, Reason.CREDENTIAL_NOT_FOUND),
    ],
)
async def test_what_is_refused(replica, request_, organisation, reason):
    assert await refused(replica, request_, organisation) is reason
    assert not await listed(replica)


async def test_ten_years_to_the_day(replica):
    await replica.ask(card(JUDGE, "W-1", last=date(2036, 1, 1)))


async def test_a_revocation_is_for_good_and_makes_room(replica):
    name = (await replica.ask(card(JUDGE, "W-1"))).credential.name
    assert await refused(replica, revoked(name), OTHER_COURT) is Reason.CREDENTIAL_NOT_FOUND
    first = (await replica.ask(revoked(name))).credential
    replica.clock.advance(timedelta(hours=1))
    assert (await replica.ask(revoked(name))).credential.revoke_time == first.revoke_time
    assert first.state == REVOKED
    await replica.ask(card(COLLEAGUE, "W-1"))
    await replica.ask(card(JUDGE, "W-2"))


async def test_states_follow_the_legal_date(replica):
    await replica.ask(card(JUDGE, "W-1", first=date(2026, 11, 25), last=date(2026, 11, 26)))
    states = []
    for _ in range(3):
        states += [one.state for one in await listed(replica)]
        replica.clock.advance(timedelta(days=1) - timedelta(hours=1))
    replica.clock.advance(timedelta(days=1))
    states += [one.state for one in await listed(replica)]
    assert states == [NOT_YET, IN_FORCE, IN_FORCE, EXPIRED]


async def test_a_request_counts_once(replica, open_replica):
    request = card(JUDGE, "W-1", request_id=str(uuid.uuid4()))
    first = await replica.ask(request)
    assert await open_replica().ask(request) == first
    assert len(await listed(replica)) == 1


async def test_pages(replica):
    for number in range(3):
        await replica.ask(card(f"GAN0102-J00{number}", f"W-{number}"))
    page = await replica.ask(credential_pb2.ListCredentialsRequest(page_size=2))
    assert [one.number for one in page.credentials] == ["W-2", "W-1"]
    rest = credential_pb2.ListCredentialsRequest(page_size=2, page_token=page.next_page_token)
    assert [one.number for one in (await replica.ask(rest)).credentials] == ["W-0"]
    assert await refused(replica, rest, OTHER_COURT) is Reason.PAGE_TOKEN_INVALID
    made_up = encode_token("9" * 40, query=query_of(rest, COURT))
    rest.page_token = made_up
    assert await refused(replica, rest) is Reason.PAGE_TOKEN_INVALID


async def test_numbers_are_sealed(replica):
    await replica.ask(card(JUDGE, "SECRET-77"))
    (row,) = await replica.database.read(lambda c: c.execute(select(CREDENTIALS)).all(), snapshot=False)
    assert b"SECRET-77" not in b"".join(bytes(v) for v in row if isinstance(v, bytes | memoryview))
    assert "SECRET-77" not in repr(row)
