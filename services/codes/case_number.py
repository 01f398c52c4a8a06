"""Numbers of enforcement cases (执行案号)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Self

from services.codes.errors import CodeError

FIRST_YEAR = 2016
"""Year of acceptance from which on cases are numbered in this way."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "执": "首次执行",
        "执恢": "恢复执行",
        "执保": "财产保全执行",
        "执异": "执行异议",
        "执复": "执行复议",
        "执监": "执行监督",
        "执协": "执行协调",
        "执请": "执行请示",
        "执他": "其他执行",
    }
)
"""Chinese name by type code (类型代字) of the kinds of enforcement cases."""

_BRACKETS = str.maketrans("()", "（）")
# The court may be of any province: that it takes no part is another refusal, with a reason of its own.
_NUMBER = re.compile(
    "（(20[0-9]{2})）(最高法|[\u4e00-\u9fff](?:[0-9]{2}|[0-9]{4})?)(执[恢保异复监协请他]?)([1-9][0-9]{0,7})号"
)


@dataclass(frozen=True, slots=True)
class CaseNumber:
    """Number of an enforcement case, for example "（2018）赣0102执1234号"; made by `parse`.

    Its text is the normal form, with full-width brackets.

    Attributes:
        year: Year of acceptance (收案年度), 2016 to 2099.
        court_code: Code of the court (法院代字), of whatever province.
        kind: Type code (类型代字), one of `KINDS`.
        serial: Number of the case (案件编号) in its court, kind and year, from 1.

    Source:
        法〔2015〕137号 arts 1 to 3, 7, 9, 10.
    """

    year: int
    court_code: str
    kind: str
    serial: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a case number; half-width brackets count as full-width ones.

        Args:
            text: The number, without anything around it.

        Raises:
            CodeError: If it is none.
        """
        found = _NUMBER.fullmatch(text.translate(_BRACKETS))
        if found is None:
            raise CodeError("it is not （year）, court, kind of enforcement case, number, 号")
        year, court, kind, serial = found.groups()
        if int(year) < FIRST_YEAR:
            raise CodeError(f"its year is before {FIRST_YEAR}")
        return cls(int(year), court, kind, int(serial))

    def __str__(self) -> str:
        return f"（{self.year}）{self.court_code}{self.kind}{self.serial}号"

    def matches(self, court_code: str) -> bool:
        """Whether it is a number of the court of this code; one under a former code of the court is not."""
        return self.court_code == court_code
