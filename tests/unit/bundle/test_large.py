"""The largest bundle is written, verified and read with bounded memory, and tells how far it is."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from tests.unit.bundle.people import BUNDLE_ID, CARRIER, COURT, NOW, RESULTS_ID, Desk, results
from xiezhi.bundle import MAX_ITEMS, Draft, verify_bundle, write_bundle
from xiezhi.bundle.order import PartOrder
from xiezhi.errors import InvalidArgument
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.anchors import Anchors
from xiezhi.proof.exchange import read_recipient

KNOWN_AGAIN = 72
"""Bytes that are kept of an item: three digests of 16, in arrays that grow by an eighth, and sets at the end."""
BESIDE = 24 << 20
"""Bytes for all else, whatever the size of the bundle."""


def _through(desk: Desk, file: Path, *, count: int, size: int) -> tuple[int, list[int]]:
    """Writes, verifies and reads a bundle; returns the most memory that it took and the progress that it told."""
    exchange, told = desk.keys.exchange, []
    anchors = Anchors.read(exchange.authority_file, exchange.revocation_file)
    recipient = read_recipient(exchange.certificate(COURT), anchors, now=NOW)
    draft = Draft(RESULTS_ID, "R", answered_bundle_id=BUNDLE_ID, answered_sha256=bytes(32))
    seen = 0

    def take(item: bundle_pb2.BundleItem) -> None:
        nonlocal seen
        seen += 1

    tracemalloc.start()
    try:
        with file.open("wb") as out:
            sender = desk.sender(CARRIER.officer_id)
            write_bundle(out, results(count, size=size), draft=draft, sender=sender, recipient=recipient, now=NOW)
        with file.open("rb") as opened:
            bundle = verify_bundle(
                opened, recipient=desk.recipient(COURT), trust=desk.trust, now=NOW, progress=told.append
            )
            bundle.each(take)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (bundle.count, seen) == (count, count)
    return most, told


def test_memory_does_not_grow_with_what_items_hold(desk: Desk, tmp_path: Path) -> None:
    most, told = _through(desk, tmp_path / "bundle", count=300, size=200_000)
    assert (tmp_path / "bundle").stat().st_size > 60_000_000
    assert most < BESIDE
    assert told == [100, 200, 300, 300]


@pytest.mark.long
def test_a_million_items_take_bounded_memory_and_tell_how_far_they_are(desk: Desk, tmp_path: Path) -> None:
    most, told = _through(desk, tmp_path / "bundle", count=MAX_ITEMS, size=500)
    assert most < MAX_ITEMS * KNOWN_AGAIN + BESIDE
    assert told == [*range(100, MAX_ITEMS + 1, 100), MAX_ITEMS]


def test_one_more_than_the_most_is_refused() -> None:
    order = PartOrder()
    order.header = bundle_pb2.BundleHeader(kind=bundle_pb2.BUNDLE_KIND_RESULTS)
    order.count = MAX_ITEMS
    with pytest.raises(InvalidArgument, match="too many"):
        order.take(b"x", bundle_pb2.BundlePart(item=next(results(1))))
