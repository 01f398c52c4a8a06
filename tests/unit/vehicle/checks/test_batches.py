"""Batches that are hashed together say of each plate what it says alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.streams import Hashed
from services.codes.plates import plain_number
from services.vehicle.checks.batches import PlateBatch
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
    return PlateBatch(number, NOW, "K12", texts=plates)


def packed(plates, *, number=1):
    return PlateBatch(number, NOW, "K12", packed=HASHER.hash_all(plates).hashes)


def hashed_of(batches):
    return Hashed.of(batches, HASHER, rewrite=plain_number)


BATCHES = st.lists(st.lists(PLATES, max_size=30).map(texts) | st.just(packed(["赣A12345", "粤B00001"])), max_size=6)


@given(BATCHES, st.sets(st.sampled_from(["赣A12345", "粤B00001", "赣AD12345", "赣A1234Z"])))
def test_each_plate_is_found_exactly_if_it_is_sought(batches, sought):
    hashed = hashed_of(batches)
    assert len(hashed.hashes) == sum(map(len, batches))
    wanted = np.array([HASHER.hash(plate) for plate in sought], np.uint64)
    found = hashed.candidates(np.isin(hashed.hashes, wanted))
    expected = []
    for number, batch in enumerate(batches):
        for place in range(len(batch)):
            if batch.packed is not None:
                plate, text = ["赣A12345", "粤B00001"][place], ""
            else:
                read = read_number(batch.texts[place])
                plate = text = read[0] if read else ""
            if plate in sought:
                expected.append((number, place, text, HASHER.hash(plate)))
    got = [
        (*hashed.where(place), text, number % (1 << 64))
        for place, (number, _, text) in zip(found, hashed.at(found), strict=True)
    ]
    assert got == expected


@given(BATCHES)
def test_what_is_no_plate_is_told_by_its_place_in_its_batch(batches):
    hashed = hashed_of(batches)
    for number, batch in enumerate(batches):
        wrong = [] if batch.packed is not None else [i for i, p in enumerate(batch.texts) if read_number(p) is None]
        assert hashed.checked(number) == (len(batch) - len(wrong), wrong)


def test_a_vehicle_is_met_where_its_batch_says():
    hashed = hashed_of([texts(["粤B00001"]), PlateBatch(2, NOW, "K99", texts=["赣A12345"])])
    ((_, batch, _),) = hashed.at([1])
    meeting = batch.encounter(hit(car(1), DONGHU), unit="360100000000", traceparent="t")
    assert (meeting.place, meeting.officer_id, meeting.at, meeting.traceparent) == ("K99", "", NOW, "t")


def test_nothing_of_a_batch_is_shown_by_accident():
    batch = texts(["赣A12345"])
    assert "赣" not in repr(batch)
    assert "K12" not in repr(batch)
    assert "赣" not in repr(hashed_of([texts(["赣a12345"])]))
