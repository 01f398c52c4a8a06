"""Courts of Jiangxi (法院代字), with a table of their own: their codes do not follow when divisions change.

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


# As of the notice, from the divisions' codes of then.
_COURTS = MappingProxyType(
    {
        "01南昌市": "02东湖区 03西湖区 04青云谱区 05湾里区 11青山湖区 12新建区 21南昌县 23安义县 24进贤县",
        "02景德镇市": "02昌江区 03珠山区 22浮梁县 81乐平市",
        "03萍乡市": "02安源区 13湘东区 21莲花县 22上栗县 23芦溪县",
        "04九江市": (
            "02濂溪区 03浔阳区 04柴桑区 23武宁县 24修水县 25永修县 26德安县 28都昌县 29湖口县 30彭泽县 81瑞昌市 "
            "82共青城市 83庐山市"
        ),
        "05新余市": "02渝水区 21分宜县",
        "06鹰潭市": "02月湖区 03余江区 81贵溪市",
        "07赣州市": (
            "02章贡区 03南康区 04赣县区 22信丰县 23大余县 24上犹县 25崇义县 26安远县 27龙南县 28定南县 29全南县 "
            "30宁都县 31于都县 32兴国县 33会昌县 34寻乌县 35石城县 81瑞金市"
        ),
        "08吉安市": (
            "02吉州区 03青原区 21吉安县 22吉水县 23峡江县 24新干县 25永丰县 26泰和县 27遂川县 28万安县 29安福县 "
            "30永新县 81井冈山市"
        ),
        "09宜春市": "02袁州区 21奉新县 22万载县 23上高县 24宜丰县 25靖安县 26铜鼓县 81丰城市 82樟树市 83高安市",
        "10抚州市": (
            "02临川区 03东乡区 21南城县 22黎川县 23南丰县 24崇仁县 25乐安县 26宜黄县 27金溪县 28资溪县 30广昌县"
        ),
        "11上饶市": (
            "02信州区 03广丰区 21上饶县 23玉山县 24铅山县 25横峰县 26弋阳县 27余干县 28鄱阳县 29万年县 30婺源县 "
            "81德兴市"
        ),
    }
)
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
    for prefecture, places in _COURTS.items():
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
