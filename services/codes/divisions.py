"""Administrative divisions of Jiangxi (行政区划代码) as of the notice, with the changes since 2015."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

PROVINCE, PROVINCE_NAME = "360000", "江西省"
"""The province itself."""

AS_OF_THE_NOTICE = MappingProxyType(
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
"""Districts and counties of each prefecture, each with the last digits of its code; courts take theirs from here."""


@dataclass(frozen=True, slots=True)
class Change:
    """A division became another one, under another code or another name.

    Attributes:
        on: Day from which on it counts: that of the approval or of its first report, or the first day of the month or
            the year of the approval where no more is known.
        before: Code before.
        before_name: Name before.
        after: Code after.
        after_name: Name after.
        is_merger: Whether the other one was there already, so that it has more than one predecessor.
    """

    on: date
    before: str
    before_name: str
    after: str
    after_name: str
    is_merger: bool = False


CHANGES = (
    Change(date(2015, 1, 1), "361122", "广丰县", "361103", "广丰区"),
    Change(date(2015, 8, 5), "360122", "新建县", "360112", "新建区"),
    Change(date(2016, 5, 12), "360427", "星子县", "360483", "庐山市"),
    Change(date(2016, 5, 12), "360402", "庐山区", "360402", "濂溪区"),
    Change(date(2016, 10, 15), "360721", "赣县", "360704", "赣县区"),
    Change(date(2016, 12, 19), "361029", "东乡县", "361003", "东乡区"),
    Change(date(2017, 8, 21), "360421", "九江县", "360404", "柴桑区"),
    Change(date(2018, 5, 1), "360622", "余江县", "360603", "余江区"),
    Change(date(2019, 7, 31), "361121", "上饶县", "361104", "广信区"),
    Change(date(2019, 12, 24), "360105", "湾里区", "360112", "新建区", is_merger=True),
    Change(date(2020, 6, 30), "360727", "龙南县", "360783", "龙南市"),
)
"""The changes since 2015, oldest first."""

CREATED = MappingProxyType({"360113": ("红谷滩区", date(2019, 12, 24))})
"""Divisions since the notice that were cut out of others, which go on: name and day of the approval, by code."""


def code_on(code: str, on: date) -> str:
    """Returns the code that a division has on a date, whenever it is or was that it bears the code given.

    A division that was merged into another has the other's code from then on; the other had its own code before, too. A
    code of another province, or of no division, is returned as it is.

    Args:
        code: Code of 6 digits that the division bears at any time.
        on: The date.
    """
    for change in reversed(CHANGES):
        if code == change.after and on < change.on and not change.is_merger:
            code = change.before
    for change in CHANGES:
        if code == change.before and on >= change.on:
            code = change.after
    return code


def name_on(code: str, on: date) -> str | None:
    """Returns the name that a division has on a date, without those of the divisions above it.

    Args:
        code: Code of 6 digits that the division bears at any time.
        on: The date.

    Returns:
        The name; None where the code is none of Jiangxi's since 2015, or the division is still to be created.
    """
    now = code_on(code, on)
    if now in CREATED and on < CREATED[now][1]:
        return None
    for change in CHANGES:
        if change.before == now and on < change.on:
            return change.before_name
    return _NAMES.get(now)


def prefecture_of(code: str) -> str:
    """Returns the code of the prefecture (设区市) to which a division belongs: its first four digits and 00."""
    return code[:4] + "00"


def codes_on(on: date) -> tuple[str, ...]:
    """Returns the codes of all divisions that there are on a date: province, prefectures, and those of county level."""
    return tuple(sorted({code_on(code, on) for code in _NAMES if name_on(code, on) is not None}))


def _entries() -> Iterator[tuple[str, str]]:
    yield PROVINCE, PROVINCE_NAME
    for prefecture, counties in AS_OF_THE_NOTICE.items():
        yield f"36{prefecture[:2]}00", prefecture[2:]
        for county in counties.split():
            yield f"36{prefecture[:2]}{county[:2]}", county[2:]
    for code, (name, _) in CREATED.items():
        yield code, name
    for change in CHANGES:
        yield change.after, change.after_name


_NAMES: Mapping[str, str] = MappingProxyType(dict(_entries()))
