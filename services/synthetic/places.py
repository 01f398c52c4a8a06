"""Where households are registered: divisions of Jiangxi, and addresses that are made up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from services.codes.divisions import codes_on
from services.synthetic.draws import Draws

_AS_OF_THE_NOTICE = date(2018, 8, 3)
DIVISIONS = tuple(code for code in codes_on(_AS_OF_THE_NOTICE) if not code.endswith("00"))
"""The divisions of county level as of the notice."""
OUT_OF_PROVINCE = ("330106", "340104", "350203", "420106", "430105", "440106")
"""Some divisions of other provinces, whose households are not disclosed (R-5.4)."""

_STREETS = ("测试", "示范", "模拟", "样例", "演练", "虚拟", "范例", "仿真")
_STREET_KINDS = ("路", "街", "大道", "巷")
_ESTATES = ("甲", "乙", "丙", "丁", "戊", "己", "庚", "辛")
_STATIONS = 8


@dataclass(frozen=True, slots=True)
class Place:
    """Where a household is registered.

    Attributes:
        division: Administrative division, 6 digits.
        address: Address in words, without the division.
        police_station: Code of the police station, 12 digits.
    """

    division: str
    address: str
    police_station: str


def draw_place(draws: Draws) -> Place:
    """Draws a place: one in two hundred is out of the province, one in three in a village."""
    division = draws.pick(DIVISIONS if draws.below(200) else OUT_OF_PROVINCE)
    if draws.below(3):
        street = draws.pick(_STREETS) + draws.pick(_STREET_KINDS)
        house = f"{draws.between(1, 400)}号{draws.pick(_ESTATES)}号院{draws.between(1, 30)}栋"
        address = f"{street}{house}{draws.between(1, 4)}单元{draws.between(1, 18)}0{draws.between(1, 4)}室"
    else:
        village = f"{draws.pick(_STREETS)}镇{draws.pick(_STREETS)}村"
        address = f"{village}{draws.pick(_ESTATES)}组{draws.between(1, 200)}号"
    return Place(division, address, f"{division}5{draws.between(1, _STATIONS)}0000")
