"""What makes two meetings of one person the same hit."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.exit_restriction.domain import Action
from services.exit_restriction.hits.domain import Hit
from tests.unit.exit_restriction.sought import ENTRY, meeting
from tests.unit.exit_restriction.travellers import NOW

HIT = Hit("h", 1, meeting(), Action.STOP, ("b", "a"), frozenset({"a"}), NOW)


@pytest.mark.parametrize(
    "other",
    [
        {"hit_id": "i"},
        {"controls": ("a", "b")},
        {"meeting": meeting(at=NOW + timedelta(minutes=5))},
        {"recorded_at": NOW + timedelta(minutes=5)},
    ],
)
def test_what_says_nothing_new_is_the_same_matter(other):
    assert replace(HIT, **other).matter == HIT.matter


@pytest.mark.parametrize(
    "other",
    [
        {"controls": ("a",)},
        {"controls": ("a", "b", "c")},
        {"action": Action.DETAIN},
        {"meeting": meeting(ENTRY)},
        {"meeting": meeting(port="九江港")},
        {"meeting": meeting(unit="360400000000")},
    ],
)
def test_what_says_something_new_is_another_matter(other):
    assert replace(HIT, **other).matter != HIT.matter


def test_nothing_of_where_somebody_was_met_is_in_the_representation():
    assert "机场" not in repr(HIT)
