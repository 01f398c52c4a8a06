"""Names (姓名): common surnames by their share, given names, rare characters (生僻字), and names with a "·"."""

from __future__ import annotations

from services.synthetic.draws import Draws

_COMMON = (
    ("李王张刘陈", 12),
    ("杨黄赵吴周徐", 6),
    ("孙马朱胡郭何高林罗郑梁", 4),
    ("谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜", 2),
    ("叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊", 1),
    ("秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤", 1),
)
_COMPOUND = ("欧阳", "上官", "司马", "诸葛", "夏侯", "皇甫")
SURNAMES = (*(surname for surnames, share in _COMMON for surname in surnames * share), *_COMPOUND)
"""Surnames as often as they are drawn."""

_GIVEN = (
    "丽娟敏静秀霞燕玲芳莉萍红梅兰英慧琳雪颖倩婷晶洁云莲凤琴素珍惠蓉瑶雅欣怡蕾菲薇晴岚芬菊桂香",
    "伟磊军勇杰刚斌辉鹏波超峰龙飞浩亮健建国庆林海洋松柏志文武明东华荣贵福平安康成立新元亨利贞翔宇轩",
)
_RARE = (
    "㛃㴋㼆䶮璟翾彧昶赟犇曌嫚媞婳",
    "䶮㴋㼆龑犇淼焱垚鑫旻昊彧赟昶𠅤𡋾𣲘𫖮𬀩𬭎",
)
_FIRST = (
    ("阿依努尔", "古丽娜尔", "萨仁高娃", "帕提古丽", "卓玛央金"),
    ("阿不都热合曼", "巴特尔", "艾力江", "玉素甫", "扎西多吉"),
)
_LAST = ("买买提", "吐尔逊", "额尔敦", "阿布都拉", "次仁", "卡德尔")


def draw_surname(draws: Draws) -> str:
    """Draws a surname."""
    return draws.pick(SURNAMES)


def draw_name(draws: Draws, surname: str, *, is_male: bool) -> str:
    """Draws a name; one in two hundred has a rare character, and one in two hundred a "·".

    Args:
        draws: The choices.
        surname: The surname, which a name with a "·" does not have.
        is_male: Whether it is a man's.
    """
    kind = draws.below(200)
    if kind == 0:
        return f"{draws.pick(_FIRST[is_male])}·{draws.pick(_LAST)}"
    given = _GIVEN[is_male]
    first = draws.pick(_RARE[is_male] if kind == 1 else given)
    return surname + first + (draws.pick(given) if draws.below(6) else "")
