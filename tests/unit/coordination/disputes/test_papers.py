"""The record of settlement: what is on it, and whose seals it must have."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime

import pytest
from pypdf import PdfReader

from services.coordination.disputes.domain import DisputeFile, DisputeRecord, Officer, Parties, Step, Topic
from services.coordination.disputes.papers import draw_settlement, name_of, require_settlement
from services.coordination.domain.disputes import Opened, Side
from services.papers import SealedPaper
from services.papers.content import normalise, read_text
from xiezhi.errors import Reason, XiezhiError, error

NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = date(2026, 3, 2)
REFERRAL = "referrals/3b9c1f60-0000-4000-8000-000000000001"


def file(court="赣0102", police="360102000000"):
    record = DisputeRecord(
        "3b9c1f60-0000-4000-8000-0000000000aa", REFERRAL, Topic.DELAY, Parties(court, police, department=2)
    )
    return DisputeFile(record, (Step(Opened(NOW, Side.COURT), Officer(court, "J1"), "逾期"),))


def test_it_names_the_dispute_both_sides_and_what_is_settled():
    pdf = draw_settlement(file(), "一、五日内书面答复。\n\n二、今后按期。", on=DAY)
    assert draw_settlement(file(), "一、五日内书面答复。\n\n二、今后按期。", on=DAY) == pdf
    text = read_text(pdf)
    for part in (
        "会商纪要",
        "disputes/3b9c1f60-0000-4000-8000-0000000000aa",
        REFERRAL,
        "南昌市东湖区人民法院",
        "360102000000",
        "五日内书面答复",
        "今后按期",
        "二〇二六年三月二日",
    ):
        assert normalise(part).replace(" ", "") in text.replace(" ", "")
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1


def test_what_makes_too_many_pages_is_refused():
    with pytest.raises(XiezhiError) as refusal:
        draw_settlement(file(), "行\n" * 2_000, on=DAY)
    assert refusal.value.reason is Reason.FIELDS_INVALID


@pytest.mark.parametrize(
    ("organisation", "name"),
    [
        ("赣", "江西省高级人民法院"),
        ("360000000000", "江西省公安厅"),
        ("赣0102", "南昌市东湖区人民法院"),
        ("360100000000", "南昌市公安机关（360100000000）"),
        ("360102000000", "南昌市东湖区公安机关（360102000000）"),
        ("360000640000", "江西省公安机关（360000640000）"),
    ],
)
def test_organisations_have_names(organisation, name):
    assert name_of(organisation, DAY) == name


def sealed_by(*organisations, text="disputes/3b9c1f60-0000-4000-8000-0000000000aa"):
    def verify(pdf, *, organisation, now):
        if organisation not in organisations:
            unit = organisation.isdigit()
            raise error(Reason.SEAL_OF_ANOTHER_UNIT if unit else Reason.SEAL_OF_ANOTHER_COURT, "Another's.")
        return SealedPaper(bytes(32), organisation, now, "", normalise(text))

    return verify


@pytest.mark.parametrize(
    ("verify", "reason"),
    [
        (sealed_by("赣"), Reason.SETTLEMENT_NOT_JOINT),
        (sealed_by("360000000000"), Reason.SETTLEMENT_NOT_JOINT),
        (sealed_by("赣", "360000000000", text="disputes/0"), Reason.DOCUMENT_NOT_LISTED),
    ],
)
def test_what_is_no_record_of_both_bodies_about_it_is_refused(verify, reason):
    require_settlement(b"", file(), verify=sealed_by("赣", "360000000000"), now=NOW)
    with pytest.raises(XiezhiError) as refusal:
        require_settlement(b"", file(), verify=verify, now=NOW)
    assert refusal.value.reason is reason


def test_other_reasons_of_papers_stay():
    def verify(pdf, *, organisation, now):
        raise error(Reason.SEAL_REVOKED, "Revoked.")

    with pytest.raises(XiezhiError) as refusal:
        require_settlement(b"", file(), verify=verify, now=NOW)
    assert refusal.value.reason is Reason.SEAL_REVOKED
