"""Settlement under real seals: both bodies on one record of this very dispute."""

from __future__ import annotations

import asyncio
import hashlib
from functools import partial

import pytest

from services.papers import SealTrust, verify_sealed
from services.papers.sealing import seal_pdf
from tests.store.coordination.disputes.consulting import (
    COURT,
    DEPARTMENT,
    HIGH_COURT,
    NO_AGREEMENT,
    OTHER_COURT,
    PROVINCIAL,
    UNIT,
    Consulting,
    new_id,
)
from xiezhi.coordination.v1 import dispute_pb2, notice_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.pki import SealRegister

ESCALATED = notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_ESCALATED
SETTLED = notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_SETTLED


@pytest.fixture
def seals(tmp_path, clock):
    made = SealRegister(tmp_path / "seals")
    made.update((HIGH_COURT, DEPARTMENT, COURT), now=clock.now())
    return made


@pytest.fixture
async def consulting(database, keyring, clock, seals):
    trust = SealTrust(seals.authority_file, seals.revocation_file)
    return Consulting(database, keyring=keyring, clock=clock, verify=partial(verify_sealed, authority=trust))


@pytest.fixture
def seal(seals, clock):
    async def seal(pdf, *organisations):
        for organisation in organisations:
            pdf = await asyncio.to_thread(seal_pdf, pdf, seals.signer(organisation), sealed_at=clock.now())
        return pdf

    return seal


def settling(name, pdf):
    return dispute_pb2.SettleDisputeRequest(request_id=new_id(), name=name, document=pdf)


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-4.6")
@pytest.mark.parametrize("order", [(HIGH_COURT, DEPARTMENT), (DEPARTMENT, HIGH_COURT)], ids=["court", "police"])
async def test_a_record_with_both_seals_settles(consulting, seal, order):
    name = (await consulting.escalated()).name
    pdf = await seal(await consulting.draft(name), *order)
    request = settling(name, pdf)
    settled = (await consulting.ask(request, DEPARTMENT)).dispute
    assert settled.state == dispute_pb2.DISPUTE_STATE_SETTLED
    assert (settled.settlement, settled.settlement_sha256) == (pdf, hashlib.sha256(pdf).digest())
    assert (await consulting.ask(request, DEPARTMENT)).dispute == settled
    for side in (COURT, UNIT):
        assert await consulting.get(name, side) == settled
        assert (await consulting.kinds(side))[-1] == SETTLED
    (shown,) = (await consulting.list(HIGH_COURT)).disputes
    assert (shown.settlement, shown.settlement_sha256) == (b"", settled.settlement_sha256)
    assert await refused(consulting.get(name, OTHER_COURT)) is Reason.DISPUTE_NOT_FOUND
    again = consulting.ask(settling(name, pdf), HIGH_COURT)
    assert await refused(again) is Reason.DISPUTE_STATE


@pytest.mark.clause("R-4.6")
async def test_sides_that_are_the_provincial_bodies_themselves_settle_by_the_same_record(consulting, seal):
    name = (await consulting.open(HIGH_COURT, PROVINCIAL)).name
    for body in (HIGH_COURT, DEPARTMENT):
        made = await consulting.position(name, body, NO_AGREEMENT, "不同意。")
    assert made.state == dispute_pb2.DISPUTE_STATE_ESCALATED
    kinds = {body: await consulting.kinds(body) for body in (HIGH_COURT, DEPARTMENT)}
    assert [one.count(ESCALATED) for one in kinds.values()] == [1, 1]
    draft = await consulting.draft(name)
    alone = consulting.ask(settling(name, await seal(draft, HIGH_COURT)), HIGH_COURT)
    assert await refused(alone) is Reason.SETTLEMENT_NOT_JOINT
    request = settling(name, await seal(draft, HIGH_COURT, DEPARTMENT))
    assert (await consulting.ask(request, HIGH_COURT)).dispute.state == dispute_pb2.DISPUTE_STATE_SETTLED


@pytest.mark.clause("R-4.6")
async def test_one_seal_alone_or_anothers_does_not_settle(consulting, seal):
    name = (await consulting.escalated()).name
    draft = await consulting.draft(name)
    for sealed, reason in (
        (draft, Reason.DOCUMENT_UNSEALED),
        (await seal(draft, HIGH_COURT), Reason.SETTLEMENT_NOT_JOINT),
        (await seal(draft, DEPARTMENT), Reason.SETTLEMENT_NOT_JOINT),
        (await seal(draft, HIGH_COURT, COURT), Reason.SETTLEMENT_NOT_JOINT),
    ):
        assert await refused(consulting.ask(settling(name, sealed), HIGH_COURT)) is reason
    both = await seal(draft, HIGH_COURT, DEPARTMENT)
    assert await refused(consulting.ask(settling(name, both), COURT)) is Reason.PERMISSION_MISSING
    assert (await consulting.get(name)).state == dispute_pb2.DISPUTE_STATE_ESCALATED


async def test_the_record_of_another_dispute_does_not_settle(consulting, seal):
    name = (await consulting.escalated()).name
    other = await consulting.open(counterpart="360103000000")
    for by in (COURT, "360103000000"):
        await consulting.position(other.name, by, dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT)
    wrong = await seal(await consulting.draft(other.name), HIGH_COURT, DEPARTMENT)
    assert await refused(consulting.ask(settling(name, wrong), HIGH_COURT)) is Reason.DOCUMENT_NOT_LISTED


async def test_an_open_dispute_has_no_record(consulting, seal):
    name = (await consulting.open()).name
    assert await refused(consulting.draft(name)) is Reason.DISPUTE_NOT_FOUND
