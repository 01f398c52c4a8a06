"""Codes that describe a vehicle in the traffic police's register (GA/T 16)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from services.codes.errors import CodeError

NORMAL, SEIZED, MOVED_OUT, CANCELLED = "A", "K", "B", "E"
"""Statuses that rules ask for: 正常, 查封, 转出 and 注销."""
OTHER_COLOUR = "Z"
"""Colour of a vehicle whose colour is none of the others, or is not known."""
MAX_COLOURS = 3
"""Most colours that a vehicle has, the main one first."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a code stands for.

    Attributes:
        chinese: As the standard has it.
        english: In short.
    """

    chinese: str
    english: str


def _table(*lines: str) -> Mapping[str, Name]:
    entries = (entry.split(" ", 2) for line in lines for entry in line.split(", "))
    return MappingProxyType({code: Name(chinese, english) for code, chinese, english in entries})


PLATE_TYPES = _table(
    "01 大型汽车 large vehicle, 02 小型汽车 small vehicle, 03 使馆汽车 embassy vehicle, 04 领馆汽车 consular vehicle",
    "05 境外汽车 overseas vehicle, 06 外籍汽车 foreigner's vehicle, 07 普通摩托车 motorcycle, 08 轻便摩托车 moped",
    "09 使馆摩托车 embassy motorcycle, 10 领馆摩托车 consular motorcycle, 11 境外摩托车 overseas motorcycle",
    "12 外籍摩托车 foreigner's motorcycle, 13 低速车 low-speed vehicle, 14 拖拉机 tractor, 15 挂车 trailer",
    "16 教练汽车 training vehicle, 17 教练摩托车 training motorcycle, 18 试验汽车 test vehicle",
    "19 试验摩托车 test motorcycle, 20 临时入境汽车 vehicle entering for a time",
    "21 临时入境摩托车 motorcycle entering for a time, 22 临时行驶车 temporary plate, 23 警用汽车 police vehicle",
    "24 警用摩托车 police motorcycle, 25 原农机号牌 former farm plate, 26 香港入出境车 Hong Kong crossing vehicle",
    "27 澳门入出境车 Macau crossing vehicle, 31 武警 armed police, 32 军队 armed forces, 41 无号牌 no plate",
    "42 假号牌 forged plate, 43 挪用号牌 another vehicle's plate, 51 大型新能源汽车 large new-energy vehicle",
    "52 小型新能源汽车 small new-energy vehicle, 99 其他 other",
)
"""Plate types (号牌种类 HPZL) by code of two digits.

Source:
    GA/T 16.7.
"""

COLOURS = _table(
    "A 白 white, B 灰 grey, C 黄 yellow, D 粉 pink, E 红 red, F 紫 purple, G 绿 green, H 蓝 blue, I 棕 brown",
    "J 黑 black, Z 其他 other",
)
"""Body colours (车身颜色 CSYS) by letter.

Source:
    GA/T 16.8.
"""

STATUSES = _table(
    "A 正常 normal, B 转出 moved out, C 被盗抢 stolen, D 停驶 out of use, E 注销 cancelled, F 撤销 revoked",
    "G 违法未处理 violations open, H 海关监管 under customs, I 事故未处理 accident open, J 嫌疑车 suspected",
    "K 查封 seized by a court, L 暂扣 held, M 强制注销 to be scrapped, N 事故逃逸 left an accident, O 锁定 locked",
    "P 牌证作废 plate void, Q 逾期未检验 inspection overdue",
)
"""Statuses of a vehicle (机动车状态 ZT) by letter; a vehicle has a set of them."""

USES = _table(
    "A 非营运 private, B 公路客运 coach, C 公交客运 city bus, D 出租客运 taxi, E 旅游客运 tour bus, F 货运 freight",
    "G 租赁 rental, H 警用 police, I 消防 fire, J 救护 ambulance, K 工程救险 rescue works",
    "L 营转非 formerly commercial, M 出租转非 formerly taxi, N 教练 training, O 幼儿校车 kindergarten bus",
    "P 小学生校车 primary school bus, Q 初中生校车 middle school bus, R 危化品运输 dangerous goods",
    "S 中小学生校车 school bus, T 预约出租客运 ride-hailing, U 预约出租转非 formerly ride-hailing",
)
"""Natures of use (使用性质 SYXZ) by letter."""

OWNER_CERTIFICATES = _table(
    "A 居民身份证 identity card, B 组织机构代码证书 organisation code certificate, C 军官证 officer's card",
    "D 士兵证 soldier's card, E 军官离退休证 retired officer's card, F 境外人员身份证明 overseas person's proof",
    "G 外交人员身份证明 diplomat's proof, H 居民户口簿 household register",
    "I 外国人永久居留身份证 foreigner's permanent residence card, J 单位注销证明 proof of dissolution",
    "K 居住暂住证明 proof of residence, L 驻华机构证明 proof of a foreign body",
    "M 临时居民身份证 temporary identity card, N 统一社会信用代码 social credit code",
    "P 个体工商户营业执照注册号 sole trader's licence number",
)
"""Kinds of the certificate under which an owner is registered (身份证明名称 SFZMMC) by letter.

An organisation's vehicles are under N and B, those of a sole trader (个体工商户) under P or the owner's own card.
"""

VEHICLE_TYPES = _table(
    "K33 小型轿车 small car, K31 小型普通客车 small passenger vehicle, K32 小型越野客车 small off-road vehicle",
    "K39 小型面包车 small van, K43 微型轿车 mini car, K21 中型普通客车 medium coach, K11 大型普通客车 large coach",
    "H11 重型普通货车 heavy lorry, H17 重型自卸货车 heavy tipper, H31 轻型普通货车 light lorry",
    "Q11 重型半挂牵引车 heavy tractor unit, B11 重型普通半挂车 heavy semi-trailer, M21 普通二轮摩托车 motorcycle",
    "X99 其它 other",
)
"""The vehicle types (车辆类型 CLLX) that the suite makes itself; the standard has many more.

Source:
    GA/T 16.4.
"""


def parse_statuses(text: str) -> frozenset[str]:
    """Reads the statuses of a vehicle as the register writes them, for example "GK".

    Args:
        text: One letter of `STATUSES` for each, in any order.

    Raises:
        CodeError: If there is none, one is unknown or there twice, or a vehicle is normal and more than that.
    """
    statuses = frozenset(text)
    if not statuses or not statuses <= STATUSES.keys():
        raise CodeError("it is not letters of statuses")
    if len(statuses) != len(text):
        raise CodeError("a status is there twice")
    if NORMAL in statuses and len(statuses) > 1:
        raise CodeError("a vehicle that is normal has no other status")
    return statuses


def parse_colours(text: str) -> tuple[str, ...]:
    """Reads the colours of a vehicle, the main one first, for example "AJ"; nothing at all is `OTHER_COLOUR`.

    Args:
        text: One letter of `COLOURS` for each.

    Raises:
        CodeError: If one is not in the table or is there twice, or there are more than `MAX_COLOURS`.
    """
    colours = tuple(text) or (OTHER_COLOUR,)
    if not set(colours) <= COLOURS.keys():
        raise CodeError("it is not letters of colours")
    if len(set(colours)) != len(colours) or len(colours) > MAX_COLOURS:
        raise CodeError(f"it is not up to {MAX_COLOURS} different colours")
    return colours
