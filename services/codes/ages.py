"""When somebody is 16周岁以上."""

from __future__ import annotations

import calendar
from datetime import date
from enum import Enum

AGE = 16
"""Age in full years (周岁) from which the notice has a photo disclosed (一.1, R-1.3)."""


class AgeRule(Enum):
    """From which day on one is 16周岁以上; the notice does not say (domain sheet A1).

    Attributes:
        CIVIL_BIRTHDAY: From the 16th birthday on: 以上包括本数.
        CRIMINAL_NEXT_DAY: From the day after it on, as criminal law counts 周岁.
    """

    CIVIL_BIRTHDAY = "CIVIL_BIRTHDAY"
    CRIMINAL_NEXT_DAY = "CRIMINAL_NEXT_DAY"


def is_16_or_older(birth: date, on: date, rule: AgeRule) -> bool:
    """Whether somebody is 16 or older on a date.

    Who is born on 29 February has the birthday on 28 February of a year that has no 29th: a period of years ends on the
    corresponding day, or on the last day of the month where there is none.

    Args:
        birth: Date of birth.
        on: The date, in Asia/Shanghai.
        rule: From which day on it counts.

    Source:
        民法典 art 202 (民法总则 art 202), and art 1259 (205): 以上 includes the number itself.
    """
    year, month, day = birth.year + AGE, birth.month, birth.day
    if (month, day) == (2, 29) and not calendar.isleap(year):
        day = 28
    # As plain numbers, because a birthday may lie beyond the last year that a date can have.
    birthday, today = (year, month, day), (on.year, on.month, on.day)
    return today >= birthday if rule is AgeRule.CIVIL_BIRTHDAY else today > birthday
