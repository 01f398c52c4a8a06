"""What letters say: all that the court must know, and no opinion without reasons."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.papers.content import normalise
from services.papers.letters import CaseReceipt, FeedbackLetter, ReasonedOpinion, typeset
from tests.unit.papers.letters.conftest import (
    CONTACT,
    COURT_NAME,
    FEEDBACK,
    MATTER,
    OPINION,
    RECEIPT,
    UNIT_NAME,
    pages_of,
)
from xiezhi.errors import FailedPrecondition, Reason

Content = FeedbackLetter | ReasonedOpinion | CaseReceipt


@pytest.mark.parametrize(
    ("content", "title", "own"),
    [
        (
            FEEDBACK,
            "立案反馈函",
            ("测试甲：2018年9月28日决定立案", "东公立字〔2018〕2号", "二〇一八年十月八日", "合成文书，仅供测试"),
        ),
        (OPINION, "不予立案意见书", ("测试甲、测试丙", *OPINION.reasons, "一、", "二、", "二〇一八年九月三十日")),
        (RECEIPT, "接受案件回执", ("一、案件移送函一份", "三、证据材料三卷", "二〇一八年九月二十五日")),
    ],
    ids=["feedback", "opinion", "receipt"],
)
def test_everything_that_a_letter_says_can_be_read(content: Content, title: str, own: tuple[str, ...]) -> None:
    (page,) = pages_of(typeset(content.letter()))
    text = normalise(page)
    everywhere = (
        UNIT_NAME,
        COURT_NAME,
        title,
        content.number,
        MATTER.case_number,
        MATTER.referral_number,
        MATTER.receipt_number,
        "2018年9月25日16时05分",
        CONTACT.name,
        CONTACT.phone,
        "此致",
        "—1—",
    )
    for fact in (*everywhere, *own):
        assert normalise(fact) in text
    assert text.startswith(normalise(UNIT_NAME + title))


@pytest.mark.parametrize("reasons", [(), ("",), ("证据不足。", " \n")])
def test_an_opinion_without_reasons_is_refused(reasons: tuple[str, ...]) -> None:
    with pytest.raises(FailedPrecondition) as caught:
        replace(OPINION, reasons=reasons).letter()
    assert caught.value.reason is Reason.REASONS_MISSING


@pytest.mark.parametrize(
    "content", [replace(FEEDBACK, filed=()), replace(OPINION, suspects=()), replace(RECEIPT, materials=())]
)
def test_a_letter_that_says_nothing_is_refused(content: Content) -> None:
    with pytest.raises(ValueError, match=r"decision|whose|lists"):
        content.letter()
