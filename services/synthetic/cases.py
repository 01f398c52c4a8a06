"""Enforcement cases: of every fourth family, and large ones with many debtors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from services.codes.case_number import CaseNumber
from services.synthetic.draws import Draws
from services.synthetic.groups import DebtCase, Debtor, Group
from services.synthetic.officers import HANDLERS, JUDGE, JUDGE_COURT

CREDITORS = (
    "91360100MA35TRT701",
    "92360100MA35TRT70X",
    "11360000MA35TRT704",
    "12360100MA35TRT706",
    "51360000MA35TRT700",
    "N2360123MA35TRT70T",
    "Y1360000MA35TRT706",
)
"""Organisations, by credit codes of the test plan (domain sheet section 18)."""

BATCH_SIZES = (100, 1_000, 10_000)
"""Numbers of debtors of the large cases."""
BATCH_YEAR = 2018

_PER_THOUSAND = 250
_FIRST_SERIAL = 10_000
_FIRST_BATCH = 90_000_000
_FIRST_YEAR, _LAST_YEAR = 2016, 2024
_KINDS = ("执", "执", "执", "执", "执", "执恢", "执恢", "执保")


def draw_cases(draws: Draws, index: int, debtors: Sequence[str]) -> tuple[DebtCase, ...]:
    """Draws the case of a family, where it has one.

    Args:
        draws: The choices.
        index: Number of the family.
        debtors: Numbers of those who may be debtors, the likeliest first.
    """
    if not debtors or not draws.chance(_PER_THOUSAND):
        return ()
    court, handler = (JUDGE_COURT, JUDGE) if not draws.below(4) else draws.pick(HANDLERS)
    number = CaseNumber(draws.between(_FIRST_YEAR, _LAST_YEAR), court, draws.pick(_KINDS), _FIRST_SERIAL + index)
    parties = tuple(debtors if draws.chance(150) else debtors[:1])
    if draws.chance(200):
        parties += (draws.pick(CREDITORS),)
    return (DebtCase(court, str(number), handler, parties),)


def batch_number(size: int) -> str:
    """Returns the number of the large case of so many debtors.

    Args:
        size: One of `BATCH_SIZES`.
    """
    return str(CaseNumber(BATCH_YEAR, JUDGE_COURT, "执", _FIRST_BATCH + size))


def batch_case(debtors: Sequence[str]) -> DebtCase:
    """Makes the large case of these debtors."""
    return DebtCase(JUDGE_COURT, batch_number(len(debtors)), JUDGE, tuple(debtors))


def debtors_of(group: Group) -> Iterator[Debtor]:
    """Yields those of a group who have a citizen identity number."""
    for record in group.people:
        numbers = record.person.numbers
        if numbers and len(numbers[0]) == 18 and numbers[0][0] in "12345678":
            yield Debtor(record.person.name, numbers[0])
