"""An index of a document answers as the document itself does."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.papers import MentionIndex, SealedPaper, mentions
from services.papers.content import normalise

_PIECES = st.sampled_from(
    ["A1", "12", "3", "x", " ", "  ", "·", "号", "之一", "之十", "三", "(2018)", "赣0102执1号", "，", "（2018）"]
)
_texts = st.lists(_PIECES, max_size=14).map("".join)


def paper(text: str) -> SealedPaper:
    return SealedPaper(hashlib.sha256(text.encode()).digest(), "赣0102", datetime(2018, 8, 3, tzinfo=UTC), "", text)


@settings(max_examples=150)
@given(_texts, _texts)
def test_an_index_answers_as_the_document_does(content, sought):
    text = normalise(content)
    assert MentionIndex(text).mentions(sought) is mentions(paper(text), sought)


@pytest.mark.parametrize(
    ("text", "sought", "is_mentioned"),
    [
        ("被执行人36990119800115001X,限制", "36990119800115001X", True),
        ("被执行人136990119800115001X", "36990119800115001X", False),
        ("被执行人369901 19800115 001X", "36990119800115001X", True),
        ("依(2018)赣0102执1号之三", "（2018）赣0102执1号之三", True),
        ("依(2018)赣0102执1号之三", "（2018）赣0102执1号", True),
        ("依(2018)赣0102执1号", "（2018）赣0102执11号", False),
        ("依东湖决定第一号", "东湖决定第一号", True),
        ("", "", False),
        ("A" * 40, "A" * 40, True),
        ("依(2018)赣0102执1号之三36990119800115001X", "（2018）赣0102执1号之三", True),
        ("依(2018)赣0102执1号之三36990119800115001X", "36990119800115001X", True),
        ("(2018)赣0102执1号之1234567", "(2018)赣0102执1号之123456", False),
    ],
)
def test_what_stands_in_a_notice_is_mentioned_as_a_whole(text, sought, is_mentioned):
    assert MentionIndex(text).mentions(sought) is is_mentioned


def test_numbers_of_decisions_are_found_at_once_though_debtors_stand_right_behind_them(monkeypatch):
    index = MentionIndex("".join(f"(2018)赣0102执{n}号之三3699011980011500{n}X" for n in range(10, 20)))
    monkeypatch.setattr("services.papers.index.mentions", None)
    assert all(index.mentions(f"（2018）赣0102执{n}号之三") for n in range(10, 20))
