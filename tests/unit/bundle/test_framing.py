"""Parts come out of any cutting of the stream as they went in; lengths that lie are found before anything is held."""

from __future__ import annotations

import tracemalloc
from contextlib import suppress

import protovalidate
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.bundle.people import results
from xiezhi.bundle.framing import MAX_PART, Framer, frame
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.paper.v1 import bundle_pb2, paper_pb2

sizes = st.lists(st.integers(1, 400), min_size=1, max_size=6)


def parts(lengths: list[int]) -> list[bytes]:
    items = [next(results(1, size=length)) for length in lengths]
    for item in items:
        item.position = 1
    return [frame(bundle_pb2.BundlePart(item=item)) for item in items]


def read(content: bytes) -> None:
    framer = Framer(lambda framed, part: None)
    framer.feed(content)
    framer.end()


def refused(content: bytes) -> InvalidArgument:
    with pytest.raises(InvalidArgument) as caught:
        read(content)
    assert caught.value.reason is Reason.BUNDLE_INVALID
    return caught.value


@settings(max_examples=40, deadline=None)
@given(sizes, st.integers(1, 700))
def test_however_it_is_cut_the_parts_are_the_same(lengths: list[int], step: int) -> None:
    framed, found = parts(lengths), []
    framer = Framer(lambda exact, part: found.append((exact, len(part.item.result.performed))))
    stream = b"".join(framed)
    for begin in range(0, len(stream), step):
        framer.feed(stream[begin : begin + step])
    framer.end()
    assert found == list(zip(framed, lengths, strict=True))


@settings(max_examples=30, deadline=None)
@given(sizes, st.data())
def test_cut_off_within_a_part_is_noticed(lengths: list[int], data: st.DataObject) -> None:
    framed = parts(lengths)
    stream = b"".join(framed)
    ends = {len(b"".join(framed[:count])) for count in range(len(framed) + 1)}
    cut = data.draw(st.integers(1, len(stream) - 1).filter(lambda place: place not in ends))
    refused(stream[:cut])


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_whatever_comes_is_a_part_or_refused(content: bytes) -> None:
    with suppress(InvalidArgument):
        read(content)


@pytest.mark.parametrize(
    "length",
    [b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xff\xff\xff\x7f", b"\x80\x80\x80\x80\x01", b"\x81\x80\x80\x03"],
    ids=["2^64-1", "2^28-1", "2^28", "one more than the most"],
)
def test_a_huge_length_is_refused_before_anything_is_held(length: bytes) -> None:
    tracemalloc.start()
    try:
        assert "too large" in refused(length + bytes(1_000)).message
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("length", [b"\x80\x00", b"\x85\x00", b"\x85\x80\x00"])
def test_a_length_in_a_longer_way_is_refused(length: bytes) -> None:
    assert "shortest" in refused(length + bytes(10)).message


@pytest.mark.parametrize("content", [b"\x00", b"\x02\x0a\x00", b"\x03\xff\xff\xff", b"\x02\x12\x00"])
def test_a_part_that_breaks_the_contract_is_refused(content: bytes) -> None:
    refused(content)


def test_a_part_that_no_reader_takes_is_not_written() -> None:
    item = next(results(1, size=MAX_PART))
    item.position = 1
    with pytest.raises(InvalidArgument):
        frame(bundle_pb2.BundlePart(item=item))
    with pytest.raises(InvalidArgument, match="position"):
        frame(bundle_pb2.BundlePart(item=next(results(1))))


@pytest.mark.parametrize("reference", ["报\x001号", "报1号\n", "\x1b[2J", "\x7f"])
def test_a_reference_that_no_paper_has_is_refused(reference: str) -> None:
    item = next(results(1))
    item.position, item.paper_reference = 1, reference
    with pytest.raises(InvalidArgument, match="paper_reference"):
        frame(bundle_pb2.BundlePart(item=item))
    handed = paper_pb2.PerformPaperRequest(paper_reference=reference)
    broken = [violation.proto.field.elements[0].field_name for violation in protovalidate.collect_violations(handed)]
    assert "paper_reference" in broken
