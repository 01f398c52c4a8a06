"""Parts of provinces, made once: they are the same each time, which has a test of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.identity.domain import PersonRecord
from services.synthetic import SCENARIO, Group, Province

SEED = 2018


@pytest.fixture(scope="session")
def groups() -> tuple[Group, ...]:
    """A province of fifty thousand people."""
    return tuple(Province(SEED).groups(50_000))


@pytest.fixture(scope="session")
def people(groups: tuple[Group, ...]) -> tuple[PersonRecord, ...]:
    """The people of it."""
    return tuple(record for group in groups for record in group.people)


@pytest.fixture(scope="session")
def catalogue(groups: tuple[Group, ...]) -> Group:
    """The people of the scenario."""
    first = groups[0]
    assert any(case.case_number == SCENARIO.case for case in first.cases)
    return first


@pytest.fixture(scope="session")
def by_number(catalogue: Group) -> Callable[[str], PersonRecord]:
    """Finds somebody of the scenario by their number in use."""
    found = {record.person.numbers[0]: record for record in catalogue.people if record.person.numbers}
    return found.__getitem__
