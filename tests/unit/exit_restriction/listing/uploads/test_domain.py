"""Uploads: their digest, their places, and how far they are."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.sealing import Keyring, Sealer
from services.exit_restriction.domain import Outcome
from services.exit_restriction.listing.domain import Forwarded
from services.exit_restriction.listing.uploads.domain import (
    KEPT,
    NO_ITEMS,
    Chunk,
    Fault,
    Outcomed,
    Upload,
    UploadState,
    chain,
    require_place,
)
from services.exit_restriction.listing.uploads.sealed import UploadSealer
from tests.unit.exit_restriction.travellers import NOW
from xiezhi.errors import Reason, XiezhiError

_items = st.lists(st.binary(max_size=5), max_size=8)


def upload(**changed):
    return Upload("u", "赣0102", NOW, **changed)


@settings(max_examples=50)
@given(_items, st.integers(0, 8))
def test_the_digest_is_that_of_the_items_however_they_came(items, cut):
    assert chain(chain(NO_ITEMS, items[:cut]), items[cut:]) == chain(NO_ITEMS, items)
    assert upload().with_items(items[:cut]).with_items(items[cut:]) == upload().with_items(items)
    assert chain(NO_ITEMS, [*items, b"more"]) != chain(NO_ITEMS, items)


def test_the_digest_is_the_one_of_the_contract():
    first = hashlib.sha256(bytes(32) + hashlib.sha256(b"a").digest()).digest()
    assert chain(NO_ITEMS, [b"a", b"b"]) == hashlib.sha256(first + hashlib.sha256(b"b").digest()).digest()


@settings(max_examples=50)
@given(st.integers(0, 5), _items, st.integers(0, 15), st.integers(0, 15))
def test_a_part_of_a_chunk_has_the_items_of_its_places(first, items, start, end):
    chunk = Chunk(first, tuple(items), tuple(Fault(first + place, "FIELDS_INVALID") for place in range(len(items))))
    part = chunk.between(start, end)
    placed = [(index, raw) for index, raw in enumerate(items, first) if start <= index < end]
    assert [*part.items] == [raw for _, raw in placed]
    assert [fault.index for fault in part.faults] == [index for index, _ in placed]
    if placed:
        assert part.first_index == placed[0][0]


@pytest.mark.parametrize(
    ("state", "first", "reason"),
    [
        (UploadState.STAGING, 0, None),
        (UploadState.STAGING, 3, None),
        (UploadState.STAGING, 4, Reason.UPLOAD_OUT_OF_ORDER),
        (UploadState.COMMITTING, 3, Reason.UPLOAD_CLOSED),
        (UploadState.COMMITTED, 0, Reason.UPLOAD_CLOSED),
        (UploadState.ABANDONED, 3, Reason.UPLOAD_CLOSED),
    ],
)
def test_a_chunk_has_its_place(state, first, reason):
    known, chunk = upload(state=state, item_count=3), Chunk(first, (b"",))
    if reason is None:
        require_place(known, chunk)
        return
    with pytest.raises(XiezhiError) as caught:
        require_place(known, chunk)
    assert caught.value.reason is reason


def test_an_upload_is_committed_with_its_last_item():
    outcomes = [Outcomed("", Forwarded(outcome)) for outcome in Outcome]
    some = upload(item_count=4).with_outcomes(outcomes)
    assert (some.state, some.pushed_count, some.refused_count) == (UploadState.COMMITTING, 3, 1)
    whole = some.with_outcomes(outcomes[:1])
    assert (whole.state, whole.forwarded_count, whole.list_only_count) == (UploadState.COMMITTED, 2, 1)


def test_what_is_staged_has_its_time_and_what_is_pushed_stays():
    last = NOW + KEPT - timedelta(microseconds=1)
    assert upload().is_there(last)
    assert not upload().is_there(NOW + KEPT)
    assert upload(state=UploadState.COMMITTING).is_there(NOW + 2 * KEPT)


def test_what_is_sealed_opens_as_it_was(tmp_path):
    class Row:
        upload_id, first_index, items, faults = "u", 3, b"", b""

    sealer = UploadSealer(Sealer(Keyring.create(tmp_path / "keys.json")))
    chunk = Chunk(3, (b"", b"abc", bytes(300)), (Fault(4, "FIELDS_INVALID", "debtor.name"),))
    row = Row()
    row.__dict__.update(sealer.seal_chunk(chunk, upload_id="u"))
    assert sealer.open_chunk(row) == chunk
    assert b"abc" not in row.items
