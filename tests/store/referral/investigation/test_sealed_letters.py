"""Letters that are set here, sealed by an authority that the test makes, and given back: what counts."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from functools import partial

import pytest

from services.papers import SealTrust, verify_sealed
from services.papers.sealing import seal_pdf
from services.synthetic.papers import Paper, PaperKind, draw_paper
from tests.store.seen import contents
from tests.unit.referral.asked import (
    LETTER,
    NOW,
    REASONS,
    draft,
    draft_receipt,
    feedback,
    fetching,
    opinion,
    person,
    receipt,
    ruling,
    sending,
)
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT
from xiezhi.errors import Reason, XiezhiError
from xiezhi.pki import SealRegister

RARE = person(2, "测试\U00020bb7")
LONG = tuple(f"第{n}点：" + "经审查，现有材料不能证明其有能力执行。" * 40 for n in range(1, 9))


@pytest.fixture(scope="module")
def seals(tmp_path_factory):
    made = SealRegister(tmp_path_factory.mktemp("seals"))
    made.update((COURT, UNIT, OTHER_UNIT), now=NOW)
    return made


@pytest.fixture
def exchange(open_exchange, seals):
    trust = SealTrust(seals.authority_file, seals.revocation_file)
    return open_exchange(verify=partial(verify_sealed, authority=trust))


@pytest.fixture
def seal(seals):
    async def seal(pdf, organisation=UNIT):
        return await asyncio.to_thread(seal_pdf, pdf, seals.signer(organisation), sealed_at=NOW)

    return seal


@pytest.fixture
async def sent(exchange, seal):
    """Name of a referral of two suspects on real papers."""
    request = sending(person(1), RARE)
    named = {"letter_pdf": (person(1).name, "测试〓（U+20BB7）"), "account_pdf": ()}
    for place, (field, said) in enumerate(named.items()):
        drawn = draw_paper(
            Paper(
                kind=PaperKind.ASSISTANCE,
                court="南昌市东湖区人民法院",
                number=f"移{place}",
                case=CASE,
                issued_on=date(2018, 9, 20),
                facts=("移送：" + "、".join(said),),
            )
        )
        pdf = await seal(drawn, COURT)
        setattr(request, field, pdf)
        request.context.documents[place].sha256 = hashlib.sha256(pdf).digest()
    return (await exchange.court(request)).referral.name


@pytest.fixture
async def received(exchange, sent):
    await exchange.unit(receipt(sent))
    return sent


async def refusal(asked):
    with pytest.raises(XiezhiError) as refused:
        await asked
    return refused.value.reason


@pytest.mark.clause("R-3.1")
async def test_a_receipt_goes_from_the_draft_to_the_court(exchange, sent, seal):
    drafted = await exchange.unit(draft_receipt(sent))
    pdf = await seal(drafted.pdf)
    signing = receipt(sent, sign_time=drafted.sign_time, receipt_pdf=drafted.pdf)
    assert await refusal(exchange.unit(signing)) is Reason.DOCUMENT_UNSEALED
    made = (await exchange.unit(receipt(sent, sign_time=drafted.sign_time, receipt_pdf=pdf))).referral
    assert made.receive_time == drafted.sign_time
    assert (await exchange.court(fetching(sent, hashlib.sha256(pdf).digest()))).pdf == pdf


@pytest.mark.clause("R-3.1")
async def test_a_letter_goes_from_the_draft_to_the_court(exchange, received, seal):
    await exchange.unit(ruling(received, 0, 1))
    drafted = (await exchange.unit(draft(received, 0, 1))).pdf
    pdf = await seal(drafted)
    made = (await exchange.unit(feedback(received, 0, 1, pdf=pdf))).referral
    assert {s.state for s in made.suspects} == {5}
    assert (await exchange.court(fetching(received, hashlib.sha256(pdf).digest()))).pdf == pdf


@pytest.mark.clause("R-3.3")
@pytest.mark.parametrize("reasons", [REASONS, LONG], ids=["short", "over pages"])
async def test_an_opinion_has_each_of_its_reasons(exchange, received, seal, referral_url, reasons):
    await exchange.unit(ruling(received, 1, files=False))
    pdf = await seal((await exchange.unit(draft(received, 1, reasons=reasons))).pdf)
    before = contents(referral_url)
    more = (*reasons, "另有理由。")
    assert await refusal(exchange.unit(opinion(received, 1, pdf=pdf, reasons=more))) is Reason.FIELDS_INVALID
    other = opinion(received, 1, pdf=pdf, reasons=reasons, document_number=f"{LETTER}之一")
    assert await refusal(exchange.unit(other)) is Reason.FIELDS_INVALID
    assert contents(referral_url) == before
    made = (await exchange.unit(opinion(received, 1, pdf=pdf, reasons=reasons))).referral
    assert made.documents[-1].sealed_by == UNIT


async def test_a_letter_counts_under_the_seal_of_the_unit_only(exchange, received, seal):
    await exchange.unit(ruling(received))
    drafted = (await exchange.unit(draft(received))).pdf
    sealed = await seal(drafted)
    for pdf, reason in (
        (drafted, Reason.DOCUMENT_UNSEALED),
        (await seal(drafted, OTHER_UNIT), Reason.SEAL_OF_ANOTHER_UNIT),
        (await seal(drafted, COURT), Reason.SEAL_OF_ANOTHER_UNIT),
        (sealed.replace(b"%PDF-1.", b"%PDF-2.", 1), Reason.DOCUMENT_ALTERED),
        (b"text", Reason.DOCUMENT_NOT_PDF),
    ):
        assert await refusal(exchange.unit(feedback(received, pdf=pdf))) is reason
    await exchange.unit(feedback(received, pdf=sealed))
