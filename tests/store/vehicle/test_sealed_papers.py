"""Orders on real documents, sealed by an authority that the test makes: what counts, and what does not."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import date
from functools import partial

import pytest

from services.papers import SealTrust, verify_sealed
from services.papers.sealing import seal_pdf
from services.synthetic.papers import Paper, PaperKind, draw_paper
from tests.store.seen import rows
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.orders import DONGHU, NANCHANG, key_of, registration
from xiezhi.errors import XiezhiError
from xiezhi.pki import SealRegister


@pytest.fixture
def seals(tmp_path):
    made = SealRegister(tmp_path / "seals")
    made.update((DONGHU, NANCHANG), now=NOW)
    return made


@pytest.fixture
def open_desk(open_court, database, seals):
    """Opens the desk with the seals and revocations of now; an open one reads them again after a moment only."""

    def open_desk():
        trust = SealTrust(seals.authority_file, seals.revocation_file)
        return open_court(database, verify=partial(verify_sealed, authority=trust))

    return open_desk


@pytest.fixture
def order(open_desk):
    return open_desk()


def drawn(kind, *facts):
    return draw_paper(
        Paper(
            kind=kind,
            court="南昌市东湖区人民法院",
            number="（2018）赣0102执1号之一",
            case="（2018）赣0102执1号",
            issued_on=date(2018, 8, 1),
            facts=facts,
        )
    )


def on_papers(request, ruling, notice):
    request.ruling_pdf, request.notice_pdf = ruling, notice
    for document, pdf in zip(request.context.documents, (ruling, notice), strict=True):
        document.sha256 = hashlib.sha256(pdf).digest()
    return request


async def sealed(pdf, seals, court=DONGHU):
    return await asyncio.to_thread(seal_pdf, pdf, seals.signer(court), sealed_at=NOW)


@pytest.mark.clause("R-2.1")
async def test_a_sealed_ruling_seizes_the_vehicles_that_it_names(load, open_desk, seals, vehicle_url):
    load(car(1), car(2), car(3))
    facts = ("号牌号码：赣A·00001", f"车辆识别代号：{car(2).vin}")
    ruling = await sealed(drawn(PaperKind.SEIZURE, *facts), seals)
    notice = await sealed(drawn(PaperKind.ASSISTANCE, "查封上列车辆"), seals)
    request = on_papers(registration(keys=[key_of(car(n)) for n in (1, 2, 3)]), ruling, notice)
    response = await open_desk()(request)
    assert [o.refused_reason for o in response.outcomes] == ["", "", "VEHICLE_NOT_IN_RULING"]
    assert len(rows(vehicle_url, "papers")) == 2
    seals.revoke(DONGHU, now=NOW)
    order = open_desk()
    assert await order(request) == response
    with pytest.raises(XiezhiError, match="SEAL_REVOKED"):
        await order(on_papers(registration(car(3)), ruling, notice))


@pytest.mark.parametrize(
    ("court", "reason"),
    [(None, "DOCUMENT_UNSEALED"), (NANCHANG, "SEAL_OF_ANOTHER_COURT"), ("text", "DOCUMENT_NOT_PDF")],
)
async def test_a_notice_whose_seal_does_not_hold_seizes_nothing(load, order, seals, vehicle_url, court, reason):
    load(car(1))
    ruling = await sealed(drawn(PaperKind.SEIZURE, car(1).plate), seals)
    notice = drawn(PaperKind.ASSISTANCE)
    if court is not None:
        notice = b"text" if court == "text" else await sealed(notice, seals, court)
    with pytest.raises(XiezhiError, match=reason):
        await order(on_papers(registration(car(1)), ruling, notice))
    assert rows(vehicle_url, "seizures") == rows(vehicle_url, "papers") == []
