"""A lookup as a judge makes it, past the wire."""

from __future__ import annotations

import pytest

from services.codes.ages import AgeRule
from services.identity import handlers
from services.identity.domain import Category, Debtor, HouseholdAnswer, Person, Question
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.identity.people import AS_OF

ALL = frozenset(Category)


@pytest.fixture
def look_up():
    """Looks up a person who gives their own name, for everything, on 3 August 2018."""

    async def look_up(
        registry: MemoryRegistry,
        debtor: Person | Debtor,
        *,
        categories=ALL,
        historic=False,
        as_of=AS_OF,
        rule=AgeRule.CIVIL_BIRTHDAY,
    ) -> HouseholdAnswer:
        asked = Debtor(debtor.name, debtor.numbers[0]) if isinstance(debtor, Person) else debtor
        question = Question(frozenset(categories), historic, as_of)
        return await handlers.lookup_household(asked, question, registry=registry, rule=rule)

    return look_up


@pytest.fixture
def look_up_many():
    """Looks up several people of one case."""

    async def look_up_many(registry: MemoryRegistry, *debtors, categories=ALL, historic=False, as_of=AS_OF):
        asked = [Debtor(d.name, d.numbers[0]) if isinstance(d, Person) else d for d in debtors]
        question = Question(frozenset(categories), historic, as_of)
        found = handlers.lookup_many(asked, question, registry=registry, rule=AgeRule.CIVIL_BIRTHDAY)
        return [item async for item in found]

    return look_up_many
