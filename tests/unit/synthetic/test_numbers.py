"""Numbers of millions, all different without remembering any."""

from __future__ import annotations

from datetime import date

import pytest

from services.codes.citizen_id import CitizenId
from services.synthetic.draws import Source
from services.synthetic.numbers import CAPACITY, Role, Slots, citizen_id, sequence

WANTED = (
    ("36990119800115001", date(1980, 1, 15), 1, "369901198001150011"),
    ("36990119800115002", date(1980, 1, 15), 2, "36990119800115002X"),
    ("36990120020803005", date(2002, 8, 3), 5, "36990120020803005X"),
)


@pytest.mark.parametrize(("body", "birth", "number", "whole"), WANTED)
def test_numbers_are_those_of_the_standard(body, birth, number, whole):
    assert citizen_id(birth, number) == whole
    assert whole.startswith(body)


def test_every_family_has_a_slot_of_its_own_to_the_last():
    slots = Slots(Source(7))
    indexes = {*range(50_000), *range(0, CAPACITY, 17), *range(CAPACITY - 50_000, CAPACITY)}
    assert len({slots.slot(index) for index in indexes}) == len(indexes)


@pytest.mark.parametrize("index", [-1, CAPACITY])
def test_there_are_no_slots_beyond(index):
    with pytest.raises(ValueError, match="at most"):
        Slots(Source(7)).slot(index)


def test_a_role_and_a_row_make_one_sequence_and_one_distance():
    slots = Slots(Source(7))
    told: dict[int, set[int]] = {}
    for index in range(0, CAPACITY, 997):
        slot = slots.slot(index)
        for role in Role:
            told.setdefault(sequence(slot, role), set()).add(slots.birth(slot, role) - slot.day)
    assert {21, 999} <= set(told) <= set(range(21, 1000))
    assert all(len(distances) == 1 for distances in told.values())


def test_couples_and_parents_have_different_sexes():
    slots = Slots(Source(7))
    for index in range(500):
        slot = slots.slot(index)
        for one, other in ((Role.FOUNDER, Role.PARTNER), (Role.PARENT, Role.OTHER_PARENT)):
            assert (sequence(slot, one) + sequence(slot, other)) % 2 == 1
        assert (sequence(slot, Role.FOUNDER) + sequence(slot, Role.FOUNDER_BEFORE)) % 2 == 0


def test_birthdays_are_spread_over_the_years():
    slots = Slots(Source(7))
    births = [slots.birth(slots.slot(index), Role.FOUNDER) for index in range(2_000)]
    assert len(set(births)) > 1_800
    assert {date.fromordinal(birth).year for birth in births} == set(range(1945, 2000))
    number = citizen_id(date.fromordinal(births[0]), sequence(slots.slot(0), Role.FOUNDER))
    assert CitizenId.parse(number, on=date(2000, 1, 1)).birth_date.toordinal() == births[0]
