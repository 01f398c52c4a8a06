"""Letters of a unit about a case that never was."""

from __future__ import annotations

from datetime import UTC, date, datetime
from io import BytesIO

from pypdf import PdfReader

from services.papers.letters import CaseReceipt, Contact, FeedbackLetter, Filed, Matter, ReasonedOpinion

UNIT, UNIT_NAME = "360102000000", "南昌市公安局东湖分局"
COURT_NAME = "南昌市东湖区人民法院"
MATTER = Matter(
    unit=UNIT_NAME,
    court=COURT_NAME,
    case_number="（2018）赣0102执1234号",
    referral_number="（2018）赣0102执移1号",
    receipt_number="东公受〔2018〕0001号",
    received_at=datetime(2018, 9, 25, 8, 5, tzinfo=UTC),
)
CONTACT = Contact("测试乙", "0791-00000001")
FEEDBACK = FeedbackLetter(
    MATTER,
    number="东公立函〔2018〕1号",
    issued_on=date(2018, 10, 8),
    filed=(
        Filed("测试甲", date(2018, 9, 28), "东公立字〔2018〕1号"),
        Filed("测试某某公司", date(2018, 9, 29), "东公立字〔2018〕2号"),
    ),
    contact=CONTACT,
    note="合成文书，仅供测试",
)
OPINION = ReasonedOpinion(
    MATTER,
    number="东公不立意〔2018〕1号",
    issued_on=date(2018, 9, 30),
    suspects=("测试甲", "测试丙"),
    reasons=(
        "经核实，车辆赣A12345已于2017年12月出售，早于执行通知书送达时间。",
        "现有证据不足以证明其“有能力执行而拒不执行”。",
    ),
    contact=CONTACT,
)
RECEIPT = CaseReceipt(
    MATTER,
    number="东公受〔2018〕0001号",
    issued_on=date(2018, 9, 25),
    materials=("案件移送函一份", "执行情况说明一份", "证据材料三卷"),
    contact=CONTACT,
)


def pages_of(pdf: bytes) -> list[str]:
    """Returns the text of each page."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf), strict=True).pages]
