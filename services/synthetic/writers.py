"""Writes a province: people into the registry, cases into whatever keeps cases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from services.identity.loader import RegistryLoader
from services.synthetic.groups import DebtCase, Group
from services.synthetic.province import Province

BATCH = 2_000
"""People of one transaction, at least."""

AddCases = Callable[[Sequence[DebtCase]], None]
"""Keeps cases; those that are there already stay as they are."""
Report = Callable[[int, int], None]
"""Told how many of how many people are written."""


@dataclass(frozen=True, slots=True)
class Written:
    """How much was written, or was there already."""

    people: int
    households: int
    cases: int


def write_province(
    province: Province, people: int, *, registry: RegistryLoader, add_cases: AddCases, report: Report
) -> Written:
    """Writes a province in transactions of some thousand people.

    Doing so again changes nothing, and completes what was interrupted: whoever was written is left as they are.

    Args:
        province: The province.
        people: How many people at least.
        registry: Writes people; entered.
        add_cases: Keeps the cases.
        report: Told the progress.

    Raises:
        ValueError: If there cannot be so many people.
        IntakeError: If the registry holds other people under the same keys or numbers.
    """
    registry.add((), (), province.photos())
    written = Written(0, 0, 0)
    waiting: list[Group] = []
    held = 0
    report(0, people)
    for group in province.groups(people):
        waiting.append(group)
        held += len(group.people)
        if held >= BATCH:
            written = _write(waiting, written, registry=registry, add_cases=add_cases)
            waiting, held = [], 0
            report(written.people, max(people, written.people))
    written = _write(waiting, written, registry=registry, add_cases=add_cases)
    report(written.people, written.people)
    return written


def _write(groups: Sequence[Group], before: Written, *, registry: RegistryLoader, add_cases: AddCases) -> Written:
    people = [record for group in groups for record in group.people]
    households = [household for group in groups for household in group.households]
    cases = [case for group in groups for case in group.cases]
    registry.add(people, households, ())
    add_cases(cases)
    return Written(before.people + len(people), before.households + len(households), before.cases + len(cases))
