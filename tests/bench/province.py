"""Whom the benchmark asks about: debtors of the synthetic province's large cases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.synthetic import SCENARIO, Province, batch_number
from tests.bench.calls import Debtor
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.seed import DEFAULT_SEED, Databases, seed_province

JUDGE, APPROVER = SCENARIO.judge, SCENARIO.approver
LARGE = 1_000
"""Debtors of the case in which single ones are asked about."""


def debtors(count: int) -> list[Debtor]:
    """Returns debtors of one case, each of another household as far as there are.

    Args:
        count: How many, at most LARGE.
    """
    return list(_of_case(LARGE))[:count]


def batch(size: int) -> Sequence[Debtor]:
    """Returns all debtors of one large case.

    Args:
        size: One of `services.synthetic.cases.BATCH_SIZES`.
    """
    return _of_case(size)


def seed(home: Home, *, people: int, databases: Mapping[str, str]) -> None:
    """Seeds databases elsewhere than in the data folder.

    Args:
        home: The data folder, whose keyrings seal.
        people: How many people.
        databases: URLs by process.
    """
    places = Databases(**{name: databases[name] for name in Databases.__slots__})
    with showing_progress(Output(as_json=False), "Seeding PostgreSQL") as progress:
        seed_province(home, people=people, seed=DEFAULT_SEED, progress=progress, databases=places)


def _of_case(size: int) -> Sequence[Debtor]:
    case = batch_number(size)
    return [Debtor(case, one.name, one.number) for one in Province(DEFAULT_SEED).debtors(size)]
