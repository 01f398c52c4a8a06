"""What came on paper, as a person sees it."""

from __future__ import annotations

from rich.console import Console

from xiezhi.cli.bundles.listing import items_view
from xiezhi.paper.v1 import paper_pb2

METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


def shown(*items: paper_pb2.PaperItem, more: bool = False) -> str:
    console = Console(width=200, record=True)
    console.print(items_view(items, more=more))
    return console.export_text()


def test_what_became_of_each_is_said() -> None:
    performed = paper_pb2.PaperItem(paper_reference="报1号", method=METHOD)
    refused = paper_pb2.PaperItem(paper_reference="报2号", method=METHOD, reason="CASE_CLOSED")
    for one in (performed, refused):
        one.perform_time.GetCurrentTime()
    text = shown(performed, refused, paper_pb2.PaperItem(paper_reference="报3号"))
    for part in ("LookupHousehold", "报1号", "performed, ", "CASE_CLOSED, ", "not ended yet: import it again"):
        assert part in text
    assert "--limit" not in text
    assert "--limit" in shown(performed, more=True)
    assert "Nothing came on paper." in shown()
