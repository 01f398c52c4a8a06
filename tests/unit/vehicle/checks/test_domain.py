"""What follows from what was seen and what is known."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.vehicle.checks.domain import Finding, decide, leaves_a_trace, read_number, suspects_clone
from services.vehicle.domain import Outcome, Trigger
from tests.unit.vehicle.cars import car, vin
from tests.unit.vehicle.checks.met import hit, seen
from tests.unit.vehicle.orders import DONGHU, NANCHANG

CAR, OTHER = car(1), car(2)
INSPECTION, TRANSFER, PATROL = Trigger.ANNUAL_INSPECTION, Trigger.TRANSFER_REGISTRATION, Trigger.HIGHWAY_PATROL


@pytest.mark.parametrize(
    ("text", "number", "types"),
    [
        ("赣A12345", "赣A12345", {"01", "02", "07"}),
        ("赣a·1234b", "赣A1234B", {"02"}),
        ("赣AD12345", "赣AD12345", {"52"}),
        ("赣A12345D", "赣A12345D", {"51"}),
        ("赣A1234挂", "赣A1234挂", {"15"}),
        ("赣A1234警", "赣A1234警", {"23", "24"}),
        ("粤B12345", "粤B12345", {"02"}),
    ],
)
def test_a_plate_is_read_without_its_type(text, number, types):
    read = read_number(text)
    assert read is not None
    assert read[0] == number
    assert types <= set(read[1])


@pytest.mark.parametrize(
    "text", ["", "赣", "赣A1234", "赣AI2345", "赣I12345", "龘A12345", "赣\uff2112345", "赣A12345\n", "ABCDE"]
)
def test_what_is_no_plate_is_none(text):
    assert read_number(text) is None


@pytest.mark.parametrize(
    ("trigger", "outcome", "courts"),
    [
        (INSPECTION, Outcome.RECORDED, []),
        (PATROL, Outcome.RECORDED, []),
        (TRANSFER, Outcome.REFUSED, [DONGHU, NANCHANG]),
    ],
)
def test_only_a_transfer_is_refused_and_sends_to_the_courts(trigger, outcome, courts):
    what = seen(CAR, trigger)
    found = hit(CAR, DONGHU, NANCHANG)
    checked, (sighted,) = decide(what, Finding((CAR,), None, (found,)))
    assert checked.outcome is outcome
    assert [court for court, _ in checked.contacts] == courts
    assert [shown.record.served.court_code for shown in sighted.seizures] == [DONGHU, NANCHANG]
    assert leaves_a_trace(what, checked)


@pytest.mark.parametrize(
    ("trigger", "before", "outcome", "sightings"),
    [
        (PATROL, False, Outcome.RECORDED, [False]),
        (PATROL, True, Outcome.NOTHING, []),
        (INSPECTION, False, Outcome.RECORDED, [False]),
        (INSPECTION, True, Outcome.RECORDED, [True]),
        (TRANSFER, True, Outcome.REFUSED, [True]),
    ],
)
def test_what_was_noted_by_hand_before_the_seizure_is_told_as_such(trigger, before, outcome, sightings):
    found = hit(CAR, DONGHU, NANCHANG)
    at = found.since - timedelta(microseconds=before)
    checked, sighted = decide(seen(CAR, trigger, noted_at=at), Finding((CAR,), None, (found,)))
    assert checked.outcome is outcome
    assert [one.is_before_seizure for one in sighted] == sightings
    assert all(one.encounter.at == at for one in sighted)


def test_a_judge_of_two_cases_is_named_once():
    found = hit(CAR, DONGHU)
    checked, _ = decide(seen(CAR, TRANSFER), Finding((CAR,), None, (found, found)))
    assert len(checked.contacts) == 1


@pytest.mark.parametrize(("trigger", "kept"), [(INSPECTION, True), (TRANSFER, True), (PATROL, False)])
def test_without_a_hit_a_control_on_the_road_alone_leaves_nothing(trigger, kept):
    what = seen(CAR, trigger)
    checked, sighted = decide(what, Finding((CAR,), None))
    assert (checked.outcome, sighted) == (Outcome.NOTHING, ())
    assert leaves_a_trace(what, checked) is kept


@pytest.mark.parametrize(
    ("number", "on_plate", "on_vin", "suspected"),
    [
        ("", (CAR,), None, False),
        (CAR.vin, (CAR,), CAR, False),
        (CAR.vin, (OTHER, CAR), CAR, False),
        (OTHER.vin, (CAR,), OTHER, True),
        (vin(99), (CAR,), None, True),
        (OTHER.vin, (), OTHER, True),
        (vin(99), (), None, False),
    ],
)
def test_a_false_plate_is_suspected_where_one_of_both_is_on_file_and_they_differ(number, on_plate, on_vin, suspected):
    assert suspects_clone(seen(CAR, vin=number), Finding(on_plate, on_vin)) is suspected


def test_nothing_that_was_seen_is_shown_by_accident():
    found = hit(CAR, DONGHU)
    for value in (seen(CAR, vin=CAR.vin), found):
        for secret in (CAR.plate, CAR.vin, "昌九高速", "白色"):
            assert secret not in repr(value)
