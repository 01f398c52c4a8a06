"""Lines: everything stays, nothing sticks out, and punctuation is where it belongs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.papers.fonts import shown, width_of
from services.papers.lines import NEVER_FIRST, NEVER_LAST, break_lines

SIZE = 10.0
SENTENCES = st.text("被执行人名下，。、；（）“”《》〔〕……——赣A12345 .,()", max_size=80)


def at(characters: int, text: str) -> tuple[str, ...]:
    return break_lines(text, width=characters * SIZE, size=SIZE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("",)),
        ("一二三四五六", ("一二三四", "五六")),
        ("一二三四，五", ("一二三", "四，五")),
        ("一二三（四）", ("一二三", "（四）")),
        ("一二三“四”，五", ("一二三", "“四”，", "五")),
        ("一二三……四五", ("一二三", "……四五")),
        ("一二三——四", ("一二三", "——四")),
        ("一二三A12345", ("一二三", "A12345")),
        ("abc def ghi", ("abc def", "ghi")),
        ("一二三四  五", ("一二三四", "五")),
        ("阿不都·买买提", ("阿不都·", "买买提")),
        ("一二三A·1234", ("一二三", "A·1234")),
    ],
)
def test_lines_are_broken_where_chinese_breaks_them(text: str, expected: tuple[str, ...]) -> None:
    assert at(4, text) == expected


def test_what_is_too_wide_for_a_line_is_cut() -> None:
    assert "".join(at(4, "X" * 50)) == "X" * 50
    assert "".join(at(4, "，" * 50)) == "，" * 50
    assert len(at(4, "，" * 50)) > 10


def test_the_first_line_is_narrower_by_the_indent() -> None:
    assert break_lines("一二三四五六", width=40, size=SIZE, indent=20) == ("一二", "三四五六")


@settings(max_examples=100, deadline=None)
@given(SENTENCES, st.integers(2, 12))
def test_nothing_is_lost_and_nothing_sticks_out(text: str, characters: int) -> None:
    line = shown(text)
    lines = at(characters, line)
    assert "".join(lines).replace(" ", "") == line.replace(" ", "")
    assert all(width_of(one, SIZE) <= characters * SIZE + 1e-6 for one in lines)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(["执行", "人", "，", "（2018）", "“有能力”", "。", "《通知》"]), max_size=30))
def test_no_line_of_a_sentence_begins_or_ends_as_it_must_not(parts: list[str]) -> None:
    words = [one for place, one in enumerate(parts) if place and not (one in "，。" and parts[place - 1] in "，。")]
    for line in at(12, "始" + "".join(words))[1:]:
        assert line[0] not in NEVER_FIRST
    for line in at(12, "始" + "".join(words))[:-1]:
        assert line[-1] not in NEVER_LAST
