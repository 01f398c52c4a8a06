"""The synthetic province: everything in it follows from its seed, and nothing has to be remembered to make it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import chain, count

from services.identity.domain import StoredPhoto
from services.synthetic.cases import BATCH_SIZES, batch_case, debtors_of
from services.synthetic.catalogue import make_catalogue
from services.synthetic.collectives import Collectives, is_collective
from services.synthetic.draws import Source
from services.synthetic.families import Families
from services.synthetic.garage import FLEET, scenario_vehicles, scenario_violations
from services.synthetic.groups import DebtCase, Debtor, Group
from services.synthetic.numbers import Slots
from services.synthetic.officers import make_officers
from services.synthetic.people import People
from services.synthetic.portraits import album
from services.synthetic.scenario import scenario_cases
from services.synthetic.travellers import scenario_travellers
from services.synthetic.vehicles import Vehicles
from xiezhi.pki import Officer

MAX_PEOPLE = 4_000_000
"""Most people that may be asked for: families, and with them numbers, are enough for some more."""


class Province:
    """A province of synthetic people, streamed.

    The same seed makes the same people, and a smaller province is the beginning of a larger one.

    Args:
        seed: Any whole number.
        fleet: How many vehicles the company of the scenario has.
    """

    def __init__(self, seed: int, *, fleet: int = FLEET) -> None:
        self._source = Source(seed)
        self._fleet = fleet

    def officers(self) -> tuple[Officer, ...]:
        """Returns the officers, those who act in the scenario first."""
        return make_officers(self._source)

    def photos(self) -> tuple[tuple[bytes, StoredPhoto], ...]:
        """Returns every photo that is on file of anybody, with its digest; one of them breaks the format."""
        return tuple((digest, StoredPhoto(image, quarantined=False)) for digest, image in album().images.items())

    def groups(self, people: int) -> Iterator[Group]:
        """Yields households with everybody in them, those of the scenario first.

        Args:
            people: How many people at least; households are whole, so there are some more.

        Raises:
            ValueError: If there cannot be so many.
        """
        if people > MAX_PEOPLE:
            raise ValueError(f"a province has at most {MAX_PEOPLE:,} people")
        made = 0
        debtors: list[str] = []
        for group in self._all_groups():
            made += len(group.people)
            large = tuple(_batches(debtors, group))
            yield replace(group, cases=group.cases + large) if large else group
            if made >= people:
                return

    def debtors(self, size: int) -> tuple[Debtor, ...]:
        """Returns the debtors of the large case of so many.

        Args:
            size: One of `BATCH_SIZES`.
        """
        found: list[Debtor] = []
        for group in self._all_groups():
            found += debtors_of(group)
            if len(found) >= size:
                break
        return tuple(found[:size])

    def _all_groups(self) -> Iterator[Group]:
        slots, portraits = Slots(self._source), album()
        people = People(self._source, slots, portraits)
        families = Families(self._source, slots, people)
        collectives, vehicles = Collectives(self._source, slots, people), Vehicles(self._source)
        catalogue = make_catalogue(portraits)
        scenario = replace(
            catalogue,
            cases=scenario_cases(catalogue),
            vehicles=scenario_vehicles(self._fleet),
            violations=scenario_violations(),
            travellers=scenario_travellers(),
        )

        def make(index: int) -> Group:
            if is_collective(index):
                return collectives.group(index)
            family = families.group(index)
            own = vehicles.of_family(index, family)
            return replace(family, vehicles=own, violations=vehicles.violations(own))

        return chain((scenario,), map(make, count()))


def _batches(debtors: list[str], group: Group) -> Iterator[DebtCase]:
    """Yields the large cases that have all their debtors with this group; keeps the debtors in the list."""
    if len(debtors) >= BATCH_SIZES[-1]:
        return
    before = len(debtors)
    debtors += [debtor.number for debtor in debtors_of(group)]
    for size in BATCH_SIZES:
        if before < size <= len(debtors):
            yield batch_case(debtors[:size])
