"""Births and identity numbers of any number of people, all different without remembering any.

Every family has a slot: a day and a row. Members are born so many days from that day as their role and the row say,
and the row and the role make the sequence within the number. Two people with the same sequence have the same row and
role, so their days of birth differ because those of their families do.

All numbers lie in 369901, a division that does not exist, so that no real person's number is ever made.
"""

from __future__ import annotations

from datetime import date
from enum import IntEnum
from typing import NamedTuple

from services.codes.citizen_id import check_character
from services.synthetic.draws import Source

DIVISION = "369901"
"""The division that does not exist (测试区), domain sheet section 18."""
FIRST_DAY, LAST_DAY = date(1945, 1, 1).toordinal(), date(2024, 12, 31).toordinal()
"""First birthday of a head of a family, and the day on which the province stands still."""

YEAR = 365
_DAYS = date(2000, 1, 1).toordinal() - FIRST_DAY
_FIRST_SEQUENCE = 21
"""Sequences before it are left to the people of the scenario."""
_LAST_SEQUENCE = 999


class Role(IntEnum):
    """Who somebody is in a family; roles beside each other have different sexes in every row."""

    FOUNDER = 0
    PARTNER = 1
    FIRST_CHILD = 2
    SECOND_CHILD = 3
    THIRD_CHILD = 4
    PARENT = 5
    OTHER_PARENT = 6
    GRANDCHILD = 7
    FOUNDER_BEFORE = 8
    """The founder under a number they had before."""
    LODGER = 9
    """Not of the family: lives in a collective household nearby."""
    SIBLING = 10


_ROLES = len(Role)
_ROWS = (_LAST_SEQUENCE - _FIRST_SEQUENCE + 1) // _ROLES
CAPACITY = _DAYS * _ROWS
"""Most families that there can be."""


class Slot(NamedTuple):
    """Where a family's numbers come from.

    Attributes:
        day: The founder's day of birth, as an ordinal.
        row: Number of the row.
    """

    day: int
    row: int


class Slots:
    """Slots of all families, and what they make of each role.

    Args:
        source: Choices of the province.
    """

    def __init__(self, source: Source) -> None:
        self._rows = tuple(source.table(b"rows %d" % turn, _DAYS) for turn in range(2))
        draws = tuple(source.at(b"days", row) for row in range(_ROWS))
        self._days = tuple(tuple(drawn.below(_DAYS) for drawn in draws) for _ in range(2))
        self._offsets = tuple(_offsets(source, row) for row in range(_ROWS))

    def slot(self, index: int) -> Slot:
        """Returns the slot of a family, another one for each.

        Row and day are shifted in turn, each by what a table says of the other, which can be undone and so takes no two
        families to one slot.

        Args:
            index: Number of the family.

        Raises:
            ValueError: If there are not so many.
        """
        if not 0 <= index < CAPACITY:
            raise ValueError(f"a province has at most {CAPACITY:,} families")
        row, day = divmod(index, _DAYS)
        for rows, days in zip(self._rows, self._days, strict=True):
            row = (row + rows[day]) % _ROWS
            day = (day + days[row]) % _DAYS
        return Slot(FIRST_DAY + day, row)

    def birth(self, slot: Slot, role: Role) -> int:
        """Returns the day on which somebody was or will be born, as an ordinal."""
        return slot.day + self._offsets[slot.row][role]


def sequence(slot: Slot, role: Role) -> int:
    """Returns the sequence in the number of somebody; an odd one is that of a man."""
    return _FIRST_SEQUENCE + slot.row * _ROLES + role


def citizen_id(birth: date, sequence: int, *, division: str = DIVISION) -> str:
    """Makes a citizen identity number (GB 11643).

    Args:
        birth: Date of birth.
        sequence: 0 to 999, odd for a man.
        division: 6 digits.
    """
    body = f"{division}{birth.year}{birth.month:02}{birth.day:02}{sequence:03}"
    return body + check_character(body)


def _offsets(source: Source, row: int) -> tuple[int, ...]:
    """Draws how many days after the founder those of each role are born, in the order of the roles."""
    draws = source.at(b"offsets", row)
    first = draws.between(24 * YEAR, 34 * YEAR)
    second = first + draws.between(2 * YEAR, 8 * YEAR)
    third = second + draws.between(2 * YEAR, 6 * YEAR)
    parent = -draws.between(24 * YEAR, 31 * YEAR)
    other = parent + draws.between(-3 * YEAR, 3 * YEAR)
    grandchild = first + draws.between(24 * YEAR, 29 * YEAR)
    partner, lodger = draws.between(-4 * YEAR, 4 * YEAR), draws.between(-10 * YEAR, 6 * YEAR)
    sibling = draws.between(-7 * YEAR, 7 * YEAR)
    return (0, partner, first, second, third, parent, other, grandchild, 0, lodger, sibling)
