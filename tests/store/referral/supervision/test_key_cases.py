"""Key cases: proposed by one body, signed by both under their real seals, and published to the two sides."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from functools import partial

import pytest

from services.papers import SealTrust, verify_sealed
from services.papers.sealing import seal_pdf
from services.referral.domain import FeedbackGiven
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT, Supervised
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT, at, filed, referred
from xiezhi.errors import Reason, XiezhiError
from xiezhi.pki import SealRegister
from xiezhi.referral.v1 import notice_pb2, supervision_pb2

PENDING, PUBLISHED = supervision_pb2.KEY_CASE_LIST_STATE_PENDING, supervision_pb2.KEY_CASE_LIST_STATE_PUBLISHED
KEY_CASES = notice_pb2.REFERRAL_NOTICE_KIND_KEY_CASES
OTHER_COURT, OTHER_CASE = "赣0103", "（2018）赣0103执12号"
TITLE = "2018年第一批联合督办重点案件"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def seals(tmp_path, days_of_2018):
    made = SealRegister(tmp_path / "seals")
    made.update((HIGH_COURT, DEPARTMENT, COURT, "360100000000"), now=days_of_2018.now())
    return made


@pytest.fixture
async def supervised(database, keyring, days_of_2018, seals):
    trust = SealTrust(seals.authority_file, seals.revocation_file)
    made = Supervised(database, keyring=keyring, clock=days_of_2018, verify=partial(verify_sealed, authority=trust))
    await made.start()
    return made


@pytest.fixture
def seal(seals, clock):
    async def seal(pdf, organisation=HIGH_COURT):
        return await asyncio.to_thread(seal_pdf, pdf, seals.signer(organisation), sealed_at=clock.now())

    return seal


@pytest.fixture
async def keys(supervised):
    sent, received = referred("2018-09-28")
    other = replace(sent, court_code=OTHER_COURT, case_number=OTHER_CASE, unit=OTHER_UNIT)
    return [await supervised.refer(sent, received), await supervised.refer(other, received)]


def proposal(keys, title=TITLE, year=2018, request_id=None):
    return supervision_pb2.ProposeKeyCasesRequest(
        request_id=request_id or str(uuid.uuid4()),
        year=year,
        title=title,
        referrals=[f"referrals/{key}" for key in keys],
    )


async def propose(supervised, keys, organisation=HIGH_COURT, **more):
    return (await supervised.supervise(proposal(keys, **more), organisation=organisation)).list


async def draft(supervised, name, organisation=HIGH_COURT):
    request = supervision_pb2.DraftKeyCaseListRequest(name=name)
    return (await supervised.supervise(request, organisation=organisation)).pdf


def signing(name, pdf):
    return supervision_pb2.SignKeyCasesRequest(request_id=str(uuid.uuid4()), name=name, list_pdf=pdf)


async def sign(supervised, name, pdf, organisation=HIGH_COURT):
    return (await supervised.supervise(signing(name, pdf), organisation=organisation)).list


async def publish(supervised, seal, name):
    for body in (HIGH_COURT, DEPARTMENT):
        found = await sign(supervised, name, await seal(await draft(supervised, name, body), body), body)
    return found


async def lists(supervised, organisation, year=0):
    request = supervision_pb2.ListKeyCasesRequest(year=year)
    return (await supervised.supervise(request, organisation=organisation)).lists


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-3.5")
async def test_one_signature_is_pending_and_both_publish_to_the_two_sides(supervised, seal, keys):
    made = await propose(supervised, keys)
    assert (made.state, list(made.signed_by), made.title, made.year) == (PENDING, [], TITLE, 2018)
    assert [(c.court_code, c.case_number, c.unit) for c in made.cases] == [
        (COURT, CASE, UNIT),
        (OTHER_COURT, OTHER_CASE, OTHER_UNIT),
    ]
    first = await sign(supervised, made.name, await seal(await draft(supervised, made.name)))
    assert (first.state, list(first.signed_by), first.HasField("publish_time")) == (PENDING, [HIGH_COURT], False)
    assert len(await lists(supervised, DEPARTMENT)) == 1
    assert list(await lists(supervised, COURT)) == list(await lists(supervised, UNIT)) == []
    assert not [n for n in await supervised.told(COURT) if n.kind == KEY_CASES]
    pdf = await seal(await draft(supervised, made.name, DEPARTMENT), DEPARTMENT)
    request = signing(made.name, pdf)
    second = (await supervised.supervise(request, organisation=DEPARTMENT)).list
    assert (second.state, list(second.signed_by)) == (PUBLISHED, [HIGH_COURT, DEPARTMENT])
    assert second.HasField("publish_time")
    assert (await supervised.supervise(request, organisation=DEPARTMENT)).list == second
    for side, case in ((COURT, CASE), (UNIT, CASE), (OTHER_COURT, OTHER_CASE), (OTHER_UNIT, OTHER_CASE)):
        (shown,) = await lists(supervised, side)
        assert [c.case_number for c in shown.cases] == [case]
        (told,) = [n for n in await supervised.told(side) if n.kind == KEY_CASES]
        assert (told.subject, told.court_code, told.case_number) == (made.name, "", "")
    assert [len(shown.cases) for shown in await lists(supervised, HIGH_COURT)] == [2]


async def test_a_draft_is_the_same_every_time_and_of_the_body_that_asks(supervised, clock, keys):
    made = await propose(supervised, keys)
    pdf = await draft(supervised, made.name)
    clock.set(at("2018-10-20"))
    assert await draft(supervised, made.name) == pdf
    assert await draft(supervised, made.name, DEPARTMENT) != pdf
    assert await refused(draft(supervised, f"keyCaseLists/{NOBODY}")) is Reason.KEY_CASE_LIST_NOT_FOUND


@pytest.mark.clause("R-3.5")
async def test_a_year_may_have_several_and_what_is_closed_or_carried_over_is_marked(supervised, seal, keys, clock):
    await publish(supervised, seal, (await propose(supervised, keys)).name)
    clock.set(at("2018-09-28", 13))
    await propose(supervised, keys[:1], title="第二批")
    await supervised.step(keys[0], filed("2018-09-28"))
    await supervised.step(keys[0], FeedbackGiven(at("2018-09-28", 14), "a"))
    assert [one.title for one in await lists(supervised, HIGH_COURT)] == ["第二批", TITLE]
    later = await propose(supervised, keys, title="2019", year=2019)
    assert [(c.closed, c.carried_over) for c in later.cases] == [(True, True), (False, True)]
    (_, published) = await lists(supervised, HIGH_COURT, 2018)
    assert [(c.closed, c.carried_over) for c in published.cases] == [(True, False), (False, False)]
    assert [one.year for one in await lists(supervised, HIGH_COURT, 2019)] == [2019]


async def test_a_signature_needs_the_seal_of_the_body_that_signs(supervised, seal, keys):
    name = (await propose(supervised, keys)).name
    pdf = await draft(supervised, name)
    department = await draft(supervised, name, DEPARTMENT)
    assert await refused(sign(supervised, name, pdf)) is Reason.DOCUMENT_UNSEALED
    assert await refused(sign(supervised, name, b"%PDF-")) is Reason.DOCUMENT_NOT_PDF
    assert await refused(sign(supervised, name, await seal(pdf, COURT))) is Reason.SEAL_OF_ANOTHER_COURT
    wrong = await seal(department, HIGH_COURT)
    assert await refused(sign(supervised, name, wrong, DEPARTMENT)) is Reason.SEAL_OF_ANOTHER_UNIT
    assert [list(one.signed_by) for one in await lists(supervised, HIGH_COURT)] == [[]]


async def test_a_signature_is_of_this_very_list(supervised, seal, keys):
    name = (await propose(supervised, keys)).name
    fewer = (await propose(supervised, keys[:1])).name
    renamed = (await propose(supervised, keys, title="另一批")).name
    for other in (fewer, renamed):
        assert (
            await refused(sign(supervised, name, await seal(await draft(supervised, other)))) is Reason.FIELDS_INVALID
        )


async def test_a_body_signs_once_and_a_published_list_stays(supervised, seal, keys):
    name = (await propose(supervised, keys)).name
    pdf = await seal(await draft(supervised, name))
    await sign(supervised, name, pdf)
    assert await refused(sign(supervised, name, pdf)) is Reason.KEY_CASE_LIST_STATE
    await sign(supervised, name, await seal(await draft(supervised, name, DEPARTMENT), DEPARTMENT), DEPARTMENT)
    assert await refused(sign(supervised, name, pdf)) is Reason.KEY_CASE_LIST_STATE
    unknown = f"keyCaseLists/{NOBODY}"
    assert await refused(sign(supervised, unknown, pdf)) is Reason.KEY_CASE_LIST_NOT_FOUND


async def test_a_list_that_could_not_be_printed_is_not_proposed(supervised, keys, monkeypatch):
    monkeypatch.setattr("services.papers.pages.MAX_PAGES", 0)
    assert await refused(propose(supervised, keys)) is Reason.FIELDS_INVALID
    assert await refused(propose(supervised, keys, title=" ")) is Reason.FIELDS_INVALID
    monkeypatch.undo()
    assert list(await lists(supervised, HIGH_COURT)) == []
    assert await refused(propose(supervised, keys, title=" ")) is Reason.FIELDS_INVALID


async def test_what_cannot_be_proposed(supervised, keys):
    assert await refused(propose(supervised, [*keys, NOBODY])) is Reason.REFERRAL_NOT_FOUND
    request = proposal(keys)
    assert await supervised.supervise(request) == await supervised.supervise(request)
    again = proposal(keys, title="另一批", request_id=request.request_id)
    assert await refused(supervised.supervise(again)) is Reason.REQUEST_ID_REUSED
    assert len(await lists(supervised, HIGH_COURT)) == 1
