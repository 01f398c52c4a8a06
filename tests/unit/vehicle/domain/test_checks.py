"""What follows from a check: who is refused, what is recorded, and which plates are suspected."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.codes.vins import Vin
from services.vehicle.domain import Disposed, Lifted, Outcome, Trigger, judge, standing_at
from tests.unit.vehicle.domain.seized import at, served

VIN, OTHER_VIN = Vin.parse("LTST00006J0000001"), Vin.parse("LTST00008J0000002")
INSPECTION, TRANSFER, PATROL, OTHER = Trigger
AFTER = at(9, minutes=1)
FREE = []
SEIZED = [served("a")]
QUEUED = [served("a"), served("b", at(1))]
LIFTED = [served("a"), Lifted("a", at(9))]
SOLD = [*QUEUED, Disposed("a", at(9))]
PROMOTED = [*QUEUED, Lifted("a", at(9))]


def check(trigger, facts, *, vin_seen=VIN, on_watch_list=False, moment=AFTER):
    standings = standing_at(facts, moment)
    return judge(trigger, standings, vin_seen=vin_seen, vin_on_file=VIN, on_watch_list=on_watch_list)


@pytest.mark.parametrize(
    ("facts", "on_watch_list", "of_registrations", "of_others"),
    [
        (FREE, False, Outcome.NOTHING, Outcome.NOTHING),
        (FREE, True, Outcome.RECORDED, Outcome.RECORDED),
        (SEIZED, False, Outcome.REFUSED, Outcome.RECORDED),
        (SEIZED, True, Outcome.REFUSED, Outcome.RECORDED),
        (QUEUED, False, Outcome.REFUSED, Outcome.RECORDED),
        (PROMOTED, False, Outcome.REFUSED, Outcome.RECORDED),
        (LIFTED, False, Outcome.NOTHING, Outcome.NOTHING),
        (LIFTED, True, Outcome.RECORDED, Outcome.RECORDED),
        (SOLD, False, Outcome.NOTHING, Outcome.NOTHING),
    ],
)
def test_only_registrations_are_refused_and_only_of_a_seized_vehicle(facts, on_watch_list, of_registrations, of_others):
    assert check(TRANSFER, facts, on_watch_list=on_watch_list).outcome is of_registrations
    assert check(OTHER, facts, on_watch_list=on_watch_list).outcome is of_registrations
    assert check(INSPECTION, facts, on_watch_list=on_watch_list).outcome is of_others
    assert check(PATROL, facts, on_watch_list=on_watch_list).outcome is of_others


def test_a_vehicle_was_seized_until_the_instant_of_the_lifting():
    assert check(PATROL, LIFTED, moment=at(9) - timedelta(microseconds=1)).outcome is Outcome.RECORDED
    assert check(PATROL, LIFTED, moment=at(9)).outcome is Outcome.NOTHING
    assert check(PATROL, SEIZED, moment=at(-1)).outcome is Outcome.NOTHING


def test_a_waiting_seizure_alone_refuses_a_transfer():
    waiting = standing_at(QUEUED, at(9))[1:]
    verdict = judge(TRANSFER, waiting, vin_seen=VIN, vin_on_file=VIN, on_watch_list=False)
    assert (verdict.outcome, verdict.seizures[0].seizure.court_code) == (Outcome.REFUSED, "赣0102")


def test_the_court_of_the_seizure_in_force_is_to_be_asked_and_all_are_notified():
    verdict = check(TRANSFER, QUEUED)
    assert [(s.seizure.seizure_id, s.seizure.court_code) for s in verdict.seizures] == [("a", "赣01"), ("b", "赣0102")]
    assert [s.seizure.court_code for s in check(TRANSFER, PROMOTED).seizures] == ["赣0102"]
    assert [s.seizure.seizure_id for s in check(PATROL, PROMOTED).seizures] == ["b"]


@pytest.mark.parametrize("trigger", Trigger)
@pytest.mark.parametrize("facts", [FREE, SEIZED, LIFTED])
def test_another_vin_than_that_of_the_plate_is_a_suspected_clone(trigger, facts):
    assert check(trigger, facts, vin_seen=OTHER_VIN).is_suspected_clone
    assert not check(trigger, facts, vin_seen=VIN).is_suspected_clone
    assert not check(trigger, facts, vin_seen=None).is_suspected_clone
    assert check(trigger, facts, vin_seen=OTHER_VIN).outcome is check(trigger, facts).outcome
