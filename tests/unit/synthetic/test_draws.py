"""Choices follow from the seed and the place, in every version of Python."""

from __future__ import annotations

from collections import Counter

import pytest

from services.synthetic import Province
from services.synthetic.draws import Draws, Source
from services.synthetic.numbers import CAPACITY, Slots
from services.synthetic.people import FIRST_KEY

GOLDEN, GOLDEN_TABLE = [757, 659, 908, 297, 131], b"l\xc2$Z"
"""What seed 2018 chose when this was written."""


def test_choices_never_change():
    draws = Source(2018).at(b"place", 17)
    assert [draws.below(1000) for _ in range(5)] == GOLDEN
    assert Source(2018).table(b"table", 4) == GOLDEN_TABLE


@pytest.mark.parametrize(("seed", "what", "number"), [(2019, b"place", 17), (2018, b"other", 17), (2018, b"place", 18)])
def test_another_place_has_other_choices(seed, what, number):
    one, other = Source(2018).at(b"place", 17), Source(seed).at(what, number)
    assert [one.below(1000) for _ in range(8)] != [other.below(1000) for _ in range(8)]


@pytest.mark.parametrize("seed", [0, -1, 2**70])
def test_any_whole_number_is_a_seed(seed):
    assert 0 <= Source(seed).at(b"place", 0).below(10) < 10


def test_choices_are_even_and_within_their_bounds():
    source = Source(1)
    drawn = Counter(source.at(b"even", number).between(3, 7) for number in range(5_000))
    assert set(drawn) == {3, 4, 5, 6, 7}
    assert all(850 < times < 1_150 for times in drawn.values())
    happened = sum(source.at(b"chance", number).chance(250) for number in range(4_000))
    assert 850 < happened < 1_150
    assert source.at(b"pick", 1).pick("x") == "x"


def test_fifty_small_choices_do_not_use_a_place_up():
    draws = Draws(2**512 - 1)
    for _ in range(50):
        draws.below(1000)
    assert draws.below(1000) > 0


def test_no_place_of_a_province_is_ever_used_up(monkeypatch):
    drawn: list[Draws] = []
    original = Source.at

    def at(self, what, number):
        drawn.append(original(self, what, number))
        return drawn[-1]

    monkeypatch.setattr(Source, "at", at)
    assert list(Province(3).groups(5_000))
    assert len(drawn) > 5_000
    assert min(draws._left.bit_length() for draws in drawn) > 64


def test_numbers_of_documents_suffice_for_every_key():
    assert FIRST_KEY + CAPACITY * 16 < 30_000_000
    assert Slots(Source(1)).slot(CAPACITY - 1).row >= 0
