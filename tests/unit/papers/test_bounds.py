"""Bounds: a small file cannot claim to be a large one, however it spells that."""

from __future__ import annotations

import zlib

import pytest

from services.papers.bounds import MAX_BYTES, MAX_OBJECTS, MAX_REVISIONS, is_within_bounds
from tests.unit.papers.conftest import Refusal
from xiezhi.errors import Reason

HUGE = str(2_000_000_000)


def xref_stream(entries: str, *, width: str = "0 0 0", rows: bytes = b"") -> bytes:
    """Makes a PDF of nothing but a cross-reference stream."""
    dictionary = f"/Type/XRef{entries}/W[{width}]/Root 1 0 R/Filter/FlateDecode/Length {len(rows)}"
    start = b"%PDF-1.5\n"
    return b"%s6 0 obj\n<<%s>>stream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (
        start,
        dictionary.encode(),
        rows,
        len(start),
    )


@pytest.mark.parametrize(
    "entries",
    [
        f"/Size {HUGE}",
        f"/Size\n{HUGE}",
        f"/Size % 1\n{HUGE}",
        f"/Size%\r%\n+{HUGE}",
        f"/#53ize {HUGE}",
        f"/Si#7ae {HUGE}",
        f"/Si#7Ae {HUGE}",
        f"/Size 1/Index[0 {HUGE}]",
        f"/Size 1/Index [ 0 {HUGE} ]",
        f"/Size 1/Ind#65x[0 1 2 {HUGE}]",
        f"/Size 1/Index[0 1 % 2\n 2 {HUGE}]",
        f"/Size 1/Size {HUGE}",
        "/Size " + "9" * 100_000,
        f"/Size 1/Index[{'0 49000 ' * 3}]",
    ],
)
def test_a_claim_of_many_objects_is_refused(entries: str, refusal: Refusal) -> None:
    assert refusal(xref_stream(entries)) is Reason.DOCUMENT_TOO_LARGE


def test_a_section_that_swells_is_refused(refusal: Refusal) -> None:
    rows = zlib.compress(bytes(16 * 1024 * 1024))
    assert refusal(xref_stream("/Size 40000", width="1 4 400", rows=rows)) is Reason.DOCUMENT_NOT_PDF


def test_a_chain_of_sections_is_refused(refusal: Refusal) -> None:
    assert refusal(b"%PDF-1.7" + b"/Prev 9" * (MAX_REVISIONS + 1)) is Reason.DOCUMENT_TOO_LARGE


def test_up_to_the_bounds_it_may_be_large() -> None:
    assert is_within_bounds(b"/Prev 9" * MAX_REVISIONS + b"/Size %d" % MAX_OBJECTS)
    assert is_within_bounds(b" " * MAX_BYTES)
    assert not is_within_bounds(b"/Size %d" % (MAX_OBJECTS + 1))
    assert not is_within_bounds(b" " * (MAX_BYTES + 1))


@pytest.mark.parametrize("part", [b"/Size%", b"/Size ", b"/Size", b"/#53", b"/Size[", b"/Size 1 "])
def test_the_bounds_themselves_take_no_time(part: bytes) -> None:
    """What is read twice here would be read a hundred thousand times over."""
    is_within_bounds(part * (MAX_BYTES // len(part)))
