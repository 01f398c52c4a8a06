"""Courts of Jiangxi (法院代字): their codes are those of the divisions of the notice, and stay when those change.

Source:
    法〔2015〕137号: codes count from 2016-01-01 on. Art 5 takes their digits from the division's code; by art 13 they
    stay when the division changes, until the court itself is adjusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from types import MappingProxyType

from services.codes.divisions import AS_OF_THE_NOTICE

HIGH_COURT = "赣"
"""Code of the high court."""

FIRST_DAY = date(2016, 1, 1)
"""Day from which on there are such codes."""


class CourtLevel(IntEnum):
    """Level of a court, the values of `xiezhi.policy.v1.CourtLevel`."""

    BASIC = 1
    INTERMEDIATE = 2
    HIGH = 3


@dataclass(frozen=True, slots=True)
class Court:
    """A court under one of its codes.

    Attributes:
        code: The code, for example "赣0102".
        name: Name of the court, without the province's.
        level: Its level.
        superior: Code of the court above it within the province; empty for the high court.
        since: First day of the code.
        until: First day on which the court has another code; None while it has this one.
    """

    code: str
    name: str
    level: CourtLevel
    superior: str
    since: date = FIRST_DAY
    until: date | None = None


# Courts of no division: those of development zones, and the railway's (domain sheet A18).
_OTHERS = (
    Court("赣0191", "南昌高新技术产业开发区人民法院", CourtLevel.BASIC, "赣01"),
    Court("赣0192", "南昌经济技术开发区人民法院", CourtLevel.BASIC, "赣01"),
    Court("赣71", "南昌铁路运输中级法院", CourtLevel.INTERMEDIATE, HIGH_COURT),
    Court("赣7101", "南昌铁路运输法院", CourtLevel.BASIC, "赣71"),
)
# Codes that courts had before the notice: the code, the place, the code after it, and the day on which the division
# changed, before which the court's code cannot have changed.
_FORMER = (
    ("赣0427", "星子县", "赣0483", date(2016, 5, 12)),
    ("赣0721", "赣县", "赣0704", date(2016, 10, 15)),
    ("赣1029", "东乡县", "赣1003", date(2016, 12, 19)),
    ("赣0421", "九江县", "赣0404", date(2017, 8, 21)),
    ("赣0622", "余江县", "赣0603", date(2018, 5, 1)),
)


def _court_name(prefecture: str, place: str) -> str:
    """A district's court is named after its city as well, that of a county or a city is not."""
    return f"{prefecture if place.endswith('区') else ''}{place}人民法院"


def _courts() -> Iterator[Court]:
    since = {after: day for _, _, after, day in _FORMER}
    yield Court(HIGH_COURT, "江西省高级人民法院", CourtLevel.HIGH, "")
    for prefecture, places in AS_OF_THE_NOTICE.items():
        above, city = HIGH_COURT + prefecture[:2], prefecture[2:]
        yield Court(above, f"{city}中级人民法院", CourtLevel.INTERMEDIATE, HIGH_COURT)
        for place in places.split():
            code = above + place[:2]
            yield Court(code, _court_name(city, place[2:]), CourtLevel.BASIC, above, since.get(code, FIRST_DAY))
    yield from _OTHERS
    for code, place, _, day in _FORMER:
        yield Court(code, f"{place}人民法院", CourtLevel.BASIC, code[:3], until=day)


COURTS: Mapping[str, Court] = MappingProxyType({court.code: court for court in _courts()})
"""Every court by each code that it has or had; no code was ever given twice."""


def find_court(code: str, on: date | None = None) -> Court | None:
    """Finds a court by its code.

    Args:
        code: The code.
        on: Date on which it shall be the court's code; None for the codes in use.

    Returns:
        The court; None where no court has this code then.
    """
    court = COURTS.get(code)
    if court is None:
        return None
    if on is None:
        return court if court.until is None else None
    return court if court.since <= on and (court.until is None or on < court.until) else None


def is_same_or_superior(code: str, of: str) -> bool:
    """Whether a court is the court `of` or above it; both by the codes in use."""
    above = find_court(of)
    while above is not None and above.code != code:
        above = find_court(above.superior)
    return above is not None
