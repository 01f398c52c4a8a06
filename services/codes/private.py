"""Numbers by which a person, an organisation, a telephone or a vehicle is found, wherever they stand in a text.

What is written for others to read shall name nobody: the name of a request, a measure or a referral says which is
meant. Found is what has the form of such a number, right or not, because one that was mistyped still points at
somebody. Names of resources and digests are none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from services.codes.errors import CodeError
from services.codes.licences import LicenceNumber, is_licence_like
from services.codes.uscc import SocialCreditCode
from services.codes.vins import Vin


class NumberKind(StrEnum):
    """What a number that was found is of, as a refusal says it."""

    IDENTITY = "an identity number"
    ORGANISATION = "a social credit code"
    LICENCE = "a sole trader's licence number"
    TELEPHONE = "a telephone number"
    PLATE = "a number plate"
    VIN = "a vehicle identification number"
    PASSPORT = "the number of a passport or permit"


_LONGEST = 24
_VIN_LENGTH, _CREDIT_LENGTH = 17, 18
_DAY = "(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
_DIGITS = (
    (
        NumberKind.IDENTITY,
        re.compile(f"[1-9][0-9]{{5}}(?:(?:18|19|20)[0-9]{{2}}{_DAY}[0-9]{{3}}[0-9X]|[0-9]{{2}}{_DAY}[0-9]{{3}})"),
    ),
    (NumberKind.TELEPHONE, re.compile("(?:(?:00)?86)?1[3-9][0-9]{9}|(?:(?:00)?86|0)[1-9][0-9]{1,2}[0-9]{7,8}")),
)
# Old Chinese passports of digits alone look like any amount of money, and have all run out.
_LETTERS = (
    (NumberKind.IDENTITY, re.compile("[A-Z]{3}[0-9]{12}")),
    (
        NumberKind.PASSPORT,
        re.compile(
            "[CDEGHLMPSTW][0-9]{8}|[CE][A-HJ-NP-Z][0-9]{7}|(?:DE|SE|PE|[DPS])[0-9]{7}|[HM][0-9]{10}"
            "|[A-Z]{3}[A-Z]{0,2}[0-9]{7,9}|[A-Z]{3}[0-9]{2}[A-Z]{2}[0-9]{5}"
        ),
    ),
)
# What stands between the parts of a number that is written for people; a comma parts numbers from each other.
_GAP = r"[\s\-.·•‧∙_/+()‐-―−~]"
_RUN = re.compile(f"[A-Z0-9]+(?:{_GAP}{{1,3}}[A-Z0-9]+)*")
_WORD = re.compile("[A-Z0-9]+")
_PART = re.compile("[A-Z]+|[0-9]+")
_PLATE = re.compile(
    f"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]{_GAP}{{0,3}}[A-HJ-NP-Z]"
    f"(?:{_GAP}{{0,3}}[A-Z0-9]){{4}}(?:{_GAP}{{0,3}}[A-Z0-9挂学警试超])"
)
_PLATE_DIGITS = 3
_NO_NUMBER = re.compile("[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}|(?<![0-9A-Z])[0-9A-F]{32,}(?![0-9A-Z])")
_NUMERALS = str.maketrans("〇零一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖", "0012345678912123456789")


def find_numbers(text: str) -> frozenset[NumberKind]:
    """Returns of which kinds numbers are in a text; it never says which they are.

    Full-width and other digits count as digits, Chinese numerals too, also as they are spoken (幺) or written for money
    (壹), and what stands between the parts of a number hides it no more than invisible characters do.

    Args:
        text: The text, some thousand characters at most.
    """
    plain = _NO_NUMBER.sub(" , ", _plain(text))
    spoken = plain.translate(_NUMERALS)
    return frozenset((*_find(plain), *(() if spoken == plain else _find(spoken))))


def _plain(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    visible = (one for one in composed if unicodedata.category(one) not in {"Cf", "Mn", "Me"})
    return "".join(_digit(one) for one in visible).upper()


def _digit(character: str) -> str:
    decimal = unicodedata.decimal(character, None)
    return character if decimal is None else str(decimal)


def _find(plain: str) -> Iterator[NumberKind]:
    for found in _PLATE.findall(plain):
        if sum(map(str.isdigit, found)) >= _PLATE_DIGITS:
            yield NumberKind.PLATE
    for run in _RUN.findall(plain):
        for joined in _joined(_PART.findall(run)):
            yield from (kind for kind, form in _DIGITS if form.fullmatch(joined))
            if len(joined) == _CREDIT_LENGTH and _parses(SocialCreditCode.parse, joined):
                yield NumberKind.ORGANISATION
            if is_licence_like(joined) and _parses(LicenceNumber.parse, joined):
                yield NumberKind.LICENCE
            if len(joined) == _VIN_LENGTH and _is_checked(joined):
                yield NumberKind.VIN
        words = _WORD.findall(run)
        yield from (NumberKind.VIN for word in words if _is_vin(word))
        for joined in _joined(words):
            yield from (kind for kind, form in _LETTERS if form.fullmatch(joined))


def _joined(parts: Sequence[str]) -> Iterator[str]:
    """Yields what parts that follow each other make together, as far as a number may be long."""
    for first in range(len(parts)):
        joined = ""
        for part in parts[first:]:
            joined += part
            if len(joined) > _LONGEST:
                break
            yield joined


def _parses(parse: Callable[[str], object], text: str) -> bool:
    try:
        parse(text)
    except CodeError:
        return False
    return True


def _is_checked(text: str) -> bool:
    return _has_both(text) and _parses(Vin.parse, text) and Vin.parse(text).is_checked


def _is_vin(word: str) -> bool:
    return len(word) == _VIN_LENGTH and _has_both(word) and _parses(Vin.parse, word)


def _has_both(text: str) -> bool:
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))
