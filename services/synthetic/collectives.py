"""Collective households (集体户): people of a work unit or a school, who are no relatives."""

from __future__ import annotations

from datetime import date

from services.identity.domain import HouseholdType, Membership, MemberStatus, PersonRecord
from services.synthetic.draws import Source
from services.synthetic.families import home_key, make_household
from services.synthetic.groups import Group
from services.synthetic.names import draw_surname
from services.synthetic.numbers import LAST_DAY, YEAR, Role, Slots
from services.synthetic.people import People
from services.synthetic.shapes import UNRELATED

_EVERY = 200
_FEWEST, _MOST = 12, 90


def is_collective(index: int) -> bool:
    """Whether a collective household is in the place of a family: one in two hundred."""
    return index % _EVERY == _EVERY - 1


class Collectives:
    """Makes collective households; each of their members has the number of a lodger of one of the families before.

    Args:
        source: Choices of the province.
        slots: Its slots.
        people: Makes people.
    """

    __slots__ = ("_people", "_slots", "_source")

    def __init__(self, source: Source, slots: Slots, people: People) -> None:
        self._source = source
        self._slots = slots
        self._people = people

    def group(self, index: int) -> Group:
        """Makes a collective household.

        Args:
            index: Number of the family in whose place it is.
        """
        draws = self._source.at(b"collective", index)
        household = make_household(draws, home_key(index), HouseholdType.COLLECTIVE)
        size = draws.between(_FEWEST, _MOST)
        people = tuple(self._member(index - back, household.household_id) for back in range(1, size + 1))
        return Group((household,), people)

    def _member(self, family: int, household: int) -> PersonRecord:
        body = self._people.body(family, self._slots.slot(family), Role.LODGER)
        draws = self._source.at(b"lodger", body.key)
        person, documents = self._people.person(body, draw_surname(draws))
        since = draws.between(body.birth + 18 * YEAR, LAST_DAY - YEAR)
        until, ending = None, None
        if draws.chance(100):
            until, ending = date.fromordinal(draws.between(since + 30, LAST_DAY)), MemberStatus.MOVED
        membership = Membership(body.key, household, UNRELATED, date.fromordinal(since), until, ending)
        return PersonRecord(person, (membership,), documents)
