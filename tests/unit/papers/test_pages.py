"""Documents are drawn in threads, and each comes out as if it were the only one."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from services.papers.pages import Line, draw_pages

TEXTS = [f"被执行人王测试{number}自二〇二六年起限制出境éÅñ：ÄÖÜ" for number in range(24)]


def draw(text: str) -> bytes:
    return draw_pages([Line(text, size=9, height=14)] * 30, title=text)


@pytest.fixture
def hasty() -> Iterator[None]:
    """Has threads take turns as often as they can."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


def test_documents_that_are_drawn_at_once_are_those_drawn_one_by_one(hasty: None) -> None:
    one_by_one = [draw(text) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        assert [*pool.map(draw, TEXTS)] == one_by_one
