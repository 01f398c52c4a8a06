"""Batches that are hashed together say of each plate what it says alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.vehicle.checks.batches import Batch, Hashed, portions
from services.vehicle.checks.domain import read_number
from services.vehicle.checks.keys import PlateHasher
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.checks.met import hit
from tests.unit.vehicle.orders import DONGHU

HASHER = PlateHasher(b"k" * 16)
PLATES = st.sampled_from(
    ["赣A12345", "粤B00001", "赣AD12345", "赣a12345", "赣A·1234Z", "?", "", "赣\uff2112345", "A\nB"]
)


def texts(plates, *, number=1):
    return Batch(number, NOW, "K12", plates)


def packed(plates, *, number=1):
    return Batch(number, NOW, "K12", packed=HASHER.hash_all(plates).hashes)


BATCHES = st.lists(st.lists(PLATES, max_size=30).map(texts) | st.just(packed(["赣A12345", "粤B00001"])), max_size=6)


@given(BATCHES, st.sets(st.sampled_from(["赣A12345", "粤B00001", "赣AD12345", "赣A1234Z"])))
def test_each_plate_is_found_exactly_if_it_is_sought(batches, sought):
    hashed = Hashed.of(batches, HASHER)
    assert len(hashed.hashes) == sum(map(len, batches))
    wanted = np.array([HASHER.hash(plate) for plate in sought], np.uint64)
    found = hashed.candidates(np.isin(hashed.hashes, wanted))
    expected = []
    for number, batch in enumerate(batches):
        for place in range(len(batch)):
            if batch.packed is not None:
                plate, text = ["赣A12345", "粤B00001"][place], ""
            else:
                read = read_number(batch.plates[place])
                plate = text = read[0] if read else ""
            if plate in sought:
                expected.append((number, place, text, HASHER.hash(plate)))
    got = [
        (*hashed.where(place), one.text, one.hash % (1 << 64))
        for place, one in zip(found, hashed.sought(found), strict=True)
    ]
    assert got == expected


@given(BATCHES)
def test_what_is_no_plate_is_told_by_its_place_in_its_batch(batches):
    hashed = Hashed.of(batches, HASHER)
    for number, batch in enumerate(batches):
        wrong = [] if batch.packed is not None else [i for i, p in enumerate(batch.plates) if read_number(p) is None]
        assert hashed.checked(number) == (len(batch) - len(wrong), wrong)


@given(st.lists(st.integers(0, 12), max_size=20), st.integers(1, 20))
def test_portions_keep_the_order_and_are_none_too_large(sizes, most):
    batches = [texts(["赣A12345"] * size, number=number) for number, size in enumerate(sizes)]
    divided = list(portions(batches, most=most))
    assert [batch for portion in divided for batch in portion] == batches
    for portion in divided:
        assert portion
        assert len(portion) == 1 or sum(map(len, portion)) <= most


def test_a_vehicle_is_met_where_its_batch_says():
    hashed = Hashed.of([texts(["粤B00001"]), Batch(2, NOW, "K99", ["赣A12345"])], HASHER)
    meeting = hashed.encounter(1, hit(car(1), DONGHU), unit="360100000000", traceparent="t")
    assert (meeting.place, meeting.officer_id, meeting.at, meeting.traceparent) == ("K99", "", NOW, "t")


def test_nothing_of_a_batch_is_shown_by_accident():
    batch = texts(["赣A12345"])
    assert "赣" not in repr(batch)
    assert "K12" not in repr(batch)
    assert "赣" not in repr(Hashed.of([texts(["赣a12345"])], HASHER))
