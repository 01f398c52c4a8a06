"""Writes a province: people, vehicles and travellers into their registers, cases into whatever keeps cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.coordination.loader import DirectoryLoader
from services.directory.channels import BODIES
from services.exit_restriction.loader import SubjectLoader
from services.identity.loader import RegistryLoader
from services.synthetic.duty import STARTED, cards_of, liaisons_of, operational_pairs
from services.synthetic.groups import DebtCase, Group
from services.synthetic.province import Province
from services.synthetic.travellers import on_file
from services.vehicle.loader import VehicleLoader
from services.vehicle.violations.loader import ViolationLoader

BATCH = 2_000
"""People of one transaction, at least."""

AddCases = Callable[[Sequence[DebtCase]], None]
"""Keeps cases; those that are there already stay as they are."""
Report = Callable[[int, int], None]
"""Told how many of how many people are written."""


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written, or was there already."""

    people: int = 0
    households: int = 0
    cases: int = 0
    vehicles: int = 0
    travellers: int = 0


@dataclass(frozen=True, slots=True)
class Registers:
    """Where a province is written to.

    Attributes:
        people: Writes people, households and photos; entered.
        vehicles: Writes vehicles; entered.
        violations: Writes violations of them; entered.
        travellers: Writes the exit-entry register; entered.
        directory: Writes liaisons, cards, and between whom the exchange runs; entered.
        add_cases: Keeps cases.
    """

    people: RegistryLoader
    vehicles: VehicleLoader
    violations: ViolationLoader
    travellers: SubjectLoader
    directory: DirectoryLoader
    add_cases: AddCases


def write_province(province: Province, people: int, *, registers: Registers, report: Report) -> Written:
    """Writes a province in transactions of some thousand people.

    Doing so again changes nothing, and completes what was interrupted: whoever was written is left as they are.

    Args:
        province: The province.
        people: How many people at least.
        registers: Where to.
        report: Told the progress.

    Raises:
        ValueError: If there cannot be so many people.
        IntakeError: If a register holds other people or vehicles under the same keys or numbers.
    """
    _write_directory(province, registers.directory)
    registers.people.add((), (), province.photos())
    written = Written()
    waiting: list[Group] = []
    held = 0
    report(0, people)
    for group in province.groups(people):
        waiting.append(group)
        held += len(group.people)
        if held >= BATCH:
            written = _write(waiting, written, registers=registers)
            waiting, held = [], 0
            report(written.people, max(people, written.people))
    written = _write(waiting, written, registers=registers)
    report(written.people, written.people)
    return written


def _write_directory(province: Province, directory: DirectoryLoader) -> None:
    officers = province.officers()
    directory.register(cards_of(officers))
    directory.appoint(liaisons_of(officers))
    directory.declare(operational_pairs(), by=BODIES, start=STARTED)


def _write(groups: Sequence[Group], before: Written, *, registers: Registers) -> Written:
    people = [record for group in groups for record in group.people]
    households = [household for group in groups for household in group.households]
    cases = [case for group in groups for case in group.cases]
    vehicles = [vehicle for group in groups for vehicle in group.vehicles]
    registers.people.add(people, households, ())
    registers.vehicles.add(vehicles)
    registers.violations.add(violation for group in groups for violation in group.violations)
    travellers = [person for group in groups for person in on_file(group)]
    registers.travellers.add(travellers)
    registers.add_cases(cases)
    return Written(
        before.people + len(people),
        before.households + len(households),
        before.cases + len(cases),
        before.vehicles + len(vehicles),
        before.travellers + len(travellers),
    )
