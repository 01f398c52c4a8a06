"""A seal authority with the seals of three courts, and a ruling under one of them; people and cars are made up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.papers import SealedPaper, SealTrust, verify_sealed
from services.papers.sealing import seal_pdf
from services.synthetic.papers import Paper, PaperKind, draw_paper
from xiezhi.errors import Reason, XiezhiError
from xiezhi.pki import SealRegister

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COURT, SUPERIOR, OTHER = "赣0102", "赣01", "赣0702"
PLATE, VIN = "赣A12345", "LSVAA49J132047371"

RULING = Paper(
    kind=PaperKind.SEIZURE,
    court="南昌市东湖区人民法院",
    number="（2018）赣0102执1234号之一",
    case="（2018）赣0102执1234号",
    issued_on=date(2018, 9, 1),
    facts=(f"号牌号码：{PLATE}，车辆识别代号：{VIN}", "所有人：测试甲"),
)

Verify = Callable[..., SealedPaper]
Refusal = Callable[..., Reason]


@pytest.fixture
def now() -> datetime:
    """The instant at which everything happens."""
    return NOW


@pytest.fixture
def register(tmp_path: Path) -> SealRegister:
    """The seals of three courts."""
    made = SealRegister(tmp_path / "seals")
    made.update((COURT, SUPERIOR, OTHER), now=NOW)
    return made


@pytest.fixture(scope="session")
def drawn() -> bytes:
    """The ruling before it is sealed."""
    return draw_paper(RULING)


@pytest.fixture
def sealed(drawn: bytes, register: SealRegister) -> bytes:
    """The ruling under the seal of its court."""
    return seal_pdf(drawn, register.signer(COURT), sealed_at=NOW)


@pytest.fixture
def verify(register: SealRegister) -> Verify:
    """Verifies a document of `COURT` now, trusting the files as they are at the time of the call."""

    def do(pdf: bytes, *, organisation: str = COURT, now: datetime = NOW) -> SealedPaper:
        authority = SealTrust(register.authority_file, register.revocation_file)
        return verify_sealed(pdf, authority=authority, organisation=organisation, now=now)

    return do


@pytest.fixture
def refusal(verify: Verify) -> Refusal:
    """Returns the reason for which a document is refused."""

    def do(pdf: bytes, *, organisation: str = COURT, now: datetime = NOW) -> Reason:
        with pytest.raises(XiezhiError) as caught:
            verify(pdf, organisation=organisation, now=now)
        for personal in (PLATE, VIN, "测试甲"):
            assert personal not in str(caught.value)
        return caught.value.reason

    return do
