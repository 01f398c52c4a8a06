"""Lists in pages: all of them or as many as are asked for, and an exchange that never ends one is given up."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any

import pytest

from xiezhi.cli import carrying
from xiezhi.cli.output import CommandError
from xiezhi.paper.v1 import paper_pb2


def page(*references: str, after: str = "") -> paper_pb2.ListPaperResponse:
    items = [paper_pb2.PaperItem(paper_reference=one) for one in references]
    return paper_pb2.ListPaperResponse(items=items, next_page_token=after)


def listed(
    monkeypatch: pytest.MonkeyPatch, pages: Iterable[paper_pb2.ListPaperResponse], *, limit: int | None = None
) -> tuple[list[str], str, list[tuple[int, str]]]:
    """Lists; returns what was told, the token of what was left, and size and token of each page that was asked for."""
    answers, asked, told = iter(pages), list[tuple[int, str]](), list[Any]()

    def fetch(client: object, service: str, request: Any, *, kind: object) -> tuple[Any, None]:
        asked.append((request.page_size, request.page_token))
        return next(answers), None

    monkeypatch.setattr(carrying, "fetch", fetch)
    monkeypatch.setattr(carrying, "tell_answer", lambda session, answer, view, **_: told.append(answer))
    carrying.list_all(
        SimpleNamespace(connect=nullcontext),  # type: ignore[arg-type]
        "/xiezhi.paper.v1.PaperService/",
        paper_pb2.ListPaperRequest(),
        kind=paper_pb2.ListPaperResponse,
        field="items",
        view=lambda answer: "",
        limit=limit,
    )
    (answer,) = told
    return [one.paper_reference for one in answer.items], answer.next_page_token, asked


def test_all_pages_are_one_list(monkeypatch: pytest.MonkeyPatch) -> None:
    found = listed(monkeypatch, [page("1", "2", after="a"), page("3")])
    assert found == (["1", "2", "3"], "", [(500, ""), (500, "a")])


def test_no_more_is_asked_for_than_is_wanted(monkeypatch: pytest.MonkeyPatch) -> None:
    found = listed(monkeypatch, [page("1", "2", after="a"), page("3", after="b")], limit=3)
    assert found == (["1", "2", "3"], "b", [(3, ""), (1, "a")])


def test_a_list_that_tells_of_more_and_gives_none_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    endless = (page(after=str(number)) for number in range(3))
    with pytest.raises(CommandError, match="gives none"):
        listed(monkeypatch, endless)
    assert next(endless).next_page_token == "1"
