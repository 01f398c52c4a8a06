"""Exit documents (出入境证件) with their histories: replaced, expired, lost, cancelled.

Numbers have the usual forms (domain sheet section 7.2), in ranges from which nothing was issued when this was written:
passports EX to EZ, permits CX to CZ, and everything else from G, W, L, T and S70000000 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from services.identity.domain import DocumentStatus, ExitDocument
from services.synthetic.draws import Draws
from services.synthetic.numbers import LAST_DAY, YEAR

PROVINCIAL, NATIONAL, FOREIGN_OFFICE = "江西省公安厅出入境管理局", "国家移民管理局", "江西省人民政府外事办公室"
"""Issuing authorities; the national one since 2019."""

_ADULT = 16
_LONG, _SHORT = 10, 5
"""Years for which most documents count, and for which those of children and the Taiwan permit do."""
_SERIES = 10_000_000
_OLD_SERIES = 70_000_000
_FIRST, _LAST_OF_OLD = date(2012, 6, 1).toordinal(), date(2012, 5, 31).toordinal()
_FIRST_OF_OLD = date(2003, 1, 1).toordinal()
_FIRST_NATIONAL = date(2019, 4, 1).toordinal()
_FIRST_TAIWAN_CARD = date(2016, 12, 26).toordinal()


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of document that citizens have.

    Attributes:
        type: Code (GA/T 517).
        letter: First letter of its numbers.
        old_letter: First letter of those of its predecessor.
        per_thousand: How many grown people of a thousand have one.
        years: For how many years it is issued to them.
        since: First day of issue of the present form.
    """

    type: str
    letter: str
    old_letter: str
    per_thousand: int
    years: int = _LONG
    since: int = _FIRST

    def number(self, holder: int) -> str:
        """Makes the number of a holder's present document."""
        if self.letter == "L":
            return f"L{_OLD_SERIES + holder}"
        series, serial = divmod(holder, _SERIES)
        return f"{self.letter}{'XYZ'[series]}{serial:07}"

    def old_number(self, holder: int) -> str:
        """Makes the number of the one before."""
        return f"{self.old_letter}{_OLD_SERIES + holder}"


_KINDS = (
    _Kind("414", "E", "G", 180),
    _Kind("513", "C", "W", 130),
    _Kind("517", "L", "T", 40, _SHORT, _FIRST_TAIWAN_CARD),
)
_CHILDREN = 3
"""How many times fewer children have one."""


def draw_documents(draws: Draws, holder: int, *, birth: int, died: int | None) -> tuple[ExitDocument, ...]:
    """Draws somebody's documents.

    Args:
        draws: The choices.
        holder: Key of the person, less than thirty million, from which the numbers follow.
        birth: Day of birth, as an ordinal.
        died: Day of death, as an ordinal, on which what counted is cancelled; None for the living.
    """
    last = LAST_DAY if died is None else died - 1
    is_grown = last - birth > (_ADULT + 2) * YEAR
    found: list[ExitDocument] = []
    for kind in _KINDS:
        if draws.below(1000 if is_grown else 1000 * _CHILDREN) < kind.per_thousand:
            found += _draw_history(draws, kind, holder, birth=birth, last=last)
    if is_grown and not draws.below(400):
        found += _draw_service_passport(draws, holder, birth=birth, last=last)
    return tuple(found) if died is None else tuple(_cancel(document, died) for document in found)


def _draw_history(draws: Draws, kind: _Kind, holder: int, *, birth: int, last: int) -> Iterator[ExitDocument]:
    """Draws a document and, sometimes, the one that it replaced."""
    earliest = max(kind.since, birth + YEAR)
    if earliest > last:
        return
    issued = draws.between(earliest, last)
    earliest_old = max(_FIRST_OF_OLD, birth + YEAR)
    if draws.chance(300) and earliest_old <= _LAST_OF_OLD:
        old = draws.between(earliest_old, _LAST_OF_OLD)
        expires = _expiry(old, birth, kind.years)
        replaced = expires >= issued
        yield ExitDocument(
            kind.type,
            kind.old_number(holder),
            date.fromordinal(old),
            date.fromordinal(expires),
            PROVINCIAL,
            date.fromordinal(issued) if replaced else None,
            DocumentStatus.VOIDED if replaced else None,
        )
    lost = issued + draws.between(30, 8 * YEAR) if draws.chance(50) else 0
    is_lost = 0 < lost <= last
    yield ExitDocument(
        kind.type,
        kind.number(holder),
        date.fromordinal(issued),
        date.fromordinal(_expiry(issued, birth, kind.years)),
        NATIONAL if issued >= _FIRST_NATIONAL else PROVINCIAL,
        date.fromordinal(lost) if is_lost else None,
        DocumentStatus.VOIDED if is_lost else None,
    )


def _draw_service_passport(draws: Draws, holder: int, *, birth: int, last: int) -> Iterator[ExitDocument]:
    """Draws a passport of somebody who travelled for the state and gave it back."""
    earliest = max(_FIRST, birth + 18 * YEAR)
    if earliest > last:
        return
    issued = draws.between(earliest, last)
    returned = issued + draws.between(20, 3 * YEAR)
    has_returned = returned <= last
    yield ExitDocument(
        "412",
        f"S{_OLD_SERIES + holder}",
        date.fromordinal(issued),
        later(date.fromordinal(issued), years=_SHORT),
        FOREIGN_OFFICE,
        date.fromordinal(returned) if has_returned else None,
        DocumentStatus.CANCELLED if has_returned else None,
    )


def _cancel(document: ExitDocument, died: int) -> ExitDocument:
    day = date.fromordinal(died)
    if document.ended_on is not None or document.expiry_date < day:
        return document
    return ExitDocument(
        document.type,
        document.number,
        document.issue_date,
        document.expiry_date,
        document.authority,
        day,
        DocumentStatus.CANCELLED,
    )


def _expiry(issued: int, birth: int, years: int) -> int:
    is_child = issued - birth < _ADULT * 1461 // 4
    return later(date.fromordinal(issued), years=_SHORT if is_child else years).toordinal()


def later(issued: date, *, years: int) -> date:
    """Returns the last day on which a document counts: the eve of the day so many years later.

    Args:
        issued: Date of issue.
        years: For how long it is issued.
    """
    is_leap_day = (issued.month, issued.day) == (2, 29)
    ends = date(issued.year + years, 3, 1) if is_leap_day else issued.replace(year=issued.year + years)
    return date.fromordinal(ends.toordinal() - 1)
