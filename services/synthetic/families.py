"""Families: a household with everybody who is or was registered in it, and the homes of children who moved out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from services.identity.domain import Household, HouseholdType, Membership, MemberStatus, PersonRecord
from services.synthetic.cases import draw_cases
from services.synthetic.draws import Draws, Source
from services.synthetic.groups import Group
from services.synthetic.names import draw_surname
from services.synthetic.numbers import LAST_DAY, YEAR, Role, Slots
from services.synthetic.people import FIRST_KEY, Body, People
from services.synthetic.places import draw_place
from services.synthetic.shapes import (
    CHILDREN,
    HEAD,
    PARENTS,
    PARTNER,
    SHAPES,
    relation_of_child,
    relation_of_grandchild,
    relation_of_parent,
    relation_of_sibling,
)

_HOMES = 4
"""Households of a family at most: its own, and one for each child."""
_LAST_BIRTH = LAST_DAY - 30
_SCRAMBLER, _NUMBERS = 3**18, 10**9


@dataclass(frozen=True, slots=True)
class _Family:
    """A family before it is said who lives where.

    Attributes:
        index: Number of the family.
        bodies: Everybody ever born, by role.
        head: Role of the head.
        founded: Day on which the household was registered, as an ordinal.
        surname: The founder's surname.
        children_surname: That of the children.
    """

    index: int
    bodies: Mapping[Role, Body]
    head: Role
    founded: int
    surname: str
    children_surname: str


@dataclass(frozen=True, slots=True)
class _Stay:
    """Somebody's time in the household; days as ordinals.

    Attributes:
        start: First day.
        end: First day on which it no longer counts; None while it lasts.
        ending: Why it ended.
    """

    start: int
    end: int | None = None
    ending: MemberStatus | None = None

    def membership(self, person: int, household: int, relation: str) -> Membership:
        """Makes the membership of it."""
        end = None if self.end is None else date.fromordinal(self.end)
        return Membership(person, household, relation, date.fromordinal(self.start), end, self.ending)


def make_household(draws: Draws, key: int, kind: HouseholdType = HouseholdType.FAMILY) -> Household:
    """Draws a household.

    Args:
        draws: The choices.
        key: Its key, from which its number follows.
        kind: Family or collective.
    """
    place = draw_place(draws)
    number = f"{key * _SCRAMBLER % _NUMBERS:09}"
    return Household(key, number, kind, place.division, place.address, place.police_station)


def home_key(index: int, which: int = 0) -> int:
    """Returns the key of a household.

    Args:
        index: Number of the family.
        which: 0 for the family's own, else the number of the child who moved out, from 1.
    """
    return FIRST_KEY + index * _HOMES + which


class Families:
    """Makes families.

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
        """Makes a family, the same whenever it is made.

        Args:
            index: Its number.
        """
        draws = self._source.at(b"family", index)
        households = [make_household(draws, home_key(index))]
        family = self._found(index, draws)
        people: list[PersonRecord] = []
        for body in family.bodies.values():
            stay = _draw_stay(draws, family, body)
            if stay is None:
                continue
            died = stay.end if stay.ending is MemberStatus.DECEASED else None
            person, documents = self._people.person(body, _surname(draws, family, body), died=died)
            memberships = [stay.membership(body.key, households[0].household_id, _relation(family, body))]
            moved = self._moved(body, stay)
            if moved is not None:
                households.append(moved)
                memberships.append(_Stay(stay.end or 0).membership(body.key, moved.household_id, HEAD))
            people.append(PersonRecord(person, tuple(memberships), documents))
        cases = draw_cases(self._source.at(b"case", index), index, _debtors(people, family))
        return Group(tuple(households), tuple(people), cases)

    def _found(self, index: int, draws: Draws) -> _Family:
        slot = self._slots.slot(index)
        bodies = {
            role: body
            for role in draws.pick(SHAPES)
            if (body := self._people.body(index, slot, role)).birth <= _LAST_BIRTH
        }
        founder = bodies[Role.FOUNDER]
        founded = founder.birth + draws.between(20 * YEAR, 23 * YEAR)
        surname, other = draw_surname(draws), draw_surname(draws)
        head, is_traditional = Role.FOUNDER, draws.chance(750)
        if Role.PARTNER in bodies and founder.is_male is not is_traditional:
            head = Role.PARTNER
        fathers = surname if founder.is_male or Role.PARTNER not in bodies else other
        return _Family(index, bodies, head, founded, surname, fathers)

    def _moved(self, body: Body, stay: _Stay) -> Household | None:
        """Returns the home of a child who moved out; None for those whose new home is not known, and for all others."""
        if body.role not in CHILDREN or stay.ending is not MemberStatus.MOVED:
            return None
        draws = self._source.at(b"new home", body.key)
        return make_household(draws, home_key(body.family, body.role - 1)) if draws.chance(700) else None


def _draw_stay(draws: Draws, family: _Family, body: Body) -> _Stay | None:
    """Draws somebody's time in the household; None for those who died before it was registered."""
    role = body.role
    if role is family.head:
        return _Stay(family.founded)
    if role in PARENTS:
        return _draw_parents_stay(draws, family.founded + draws.below(700), body)
    if role in CHILDREN or role is Role.GRANDCHILD:
        return _draw_childs_stay(draws, family, body)
    youngest = max((b.birth for r, b in family.bodies.items() if r in CHILDREN), default=0)
    start, fate = family.founded + draws.below(300), draws.below(1000)
    earliest = max(start + YEAR, youngest + 30)
    deaths, leavings = (0, 300) if role is Role.SIBLING else (30, 70)
    if fate >= leavings or earliest >= LAST_DAY:
        return _Stay(start)
    ending = MemberStatus.DECEASED if fate < deaths else MemberStatus.MOVED
    return _Stay(start, draws.between(earliest, LAST_DAY), ending)


def _draw_parents_stay(draws: Draws, start: int, body: Body) -> _Stay | None:
    dies = body.birth + draws.between(62 * YEAR, 98 * YEAR)
    if dies > LAST_DAY:
        return _Stay(start)
    return _Stay(start, dies, MemberStatus.DECEASED) if dies > start else None


def _draw_childs_stay(draws: Draws, family: _Family, body: Body) -> _Stay:
    start, leaves = body.birth + draws.between(5, 30), draws.chance(350)
    end = body.birth + draws.between(19 * YEAR, 27 * YEAR)
    is_parent = body.role is Role.FIRST_CHILD and Role.GRANDCHILD in family.bodies
    if not leaves or end > LAST_DAY or is_parent:
        return _Stay(start)
    return _Stay(start, end, MemberStatus.MOVED)


def _surname(draws: Draws, family: _Family, body: Body) -> str:
    role = body.role
    if role in CHILDREN:
        return family.children_surname
    if role is Role.GRANDCHILD and family.bodies[Role.FIRST_CHILD].is_male:
        return family.children_surname
    if role in {Role.FOUNDER, Role.SIBLING} or (role in PARENTS and body.is_male):
        return family.surname
    return draw_surname(draws)


def _relation(family: _Family, body: Body) -> str:
    role, is_male = body.role, body.is_male
    if role is family.head:
        return HEAD
    if role in CHILDREN:
        children = [b.is_male for r, b in family.bodies.items() if r in CHILDREN and r <= role]
        siblings = sum(r in CHILDREN for r in family.bodies)
        return relation_of_child(is_male, rank=children.count(is_male) - 1, is_only=siblings == 1)
    if role in PARENTS:
        head_is_male = family.bodies[family.head].is_male
        return relation_of_parent(is_male, of_head=family.head is Role.FOUNDER, head_is_male=head_is_male)
    if role is Role.GRANDCHILD:
        return relation_of_grandchild(is_male, through_son=family.bodies[Role.FIRST_CHILD].is_male)
    if role is Role.SIBLING:
        return relation_of_sibling(is_male, is_elder=body.birth < family.bodies[family.head].birth)
    return PARTNER


def _debtors(people: Sequence[PersonRecord], family: _Family) -> tuple[str, ...]:
    """Returns the numbers of the couple, head first."""
    couple = {family.bodies[role].key for role in (Role.FOUNDER, Role.PARTNER) if role in family.bodies}
    head = family.bodies[family.head].key
    found = [r.person for r in people if r.person.person_id in couple and r.person.numbers]
    return tuple(person.numbers[0] for person in sorted(found, key=lambda person: person.person_id != head))
