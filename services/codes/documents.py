"""Kinds of exit-entry documents (出入境证件) and the form of their numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

DOCUMENT_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "411": "外交护照",
        "412": "公务护照",
        "413": "公务普通护照",
        "414": "普通护照",
        "415": "旅行证",
        "416": "出入境通行证",
        "419": "海员证",
        "511": "台湾居民来往大陆通行证",
        "513": "往来港澳通行证",
        "515": "前往港澳通行证",
        "516": "港澳居民来往内地通行证",
        "517": "大陆居民往来台湾通行证",
        "518": "因公往来港澳通行证",
        "553": "外国人永久居留证",
    }
)
"""Chinese name by code of three digits, of the documents with which a border is crossed.

Source:
    GA/T 517 常用证件代码.
"""

_OFFICIAL_PASSPORT = re.compile("(?:DE|SE|PE)[0-9]{7}|[DSP][0-9]{7,8}")
_NUMBERS = MappingProxyType(
    {
        "411": _OFFICIAL_PASSPORT,
        "412": _OFFICIAL_PASSPORT,
        "413": _OFFICIAL_PASSPORT,
        "414": re.compile("E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|G[0-9]{8}|1[45][0-9]{7}"),
        "513": re.compile("C[0-9]{8}|C[A-HJ-NP-Z][0-9]{7}|W[0-9]{8}"),
        "517": re.compile("[LT][0-9]{8}"),
    }
)


def is_usual_number(document_type: str, number: str) -> bool:
    """Whether a number has a form that is usual for its kind of document; true for kinds whose forms are not known.

    The forms are gathered from what is in use, not from a standard: another form is a reason to look twice, not to
    refuse.

    Args:
        document_type: A code of `DOCUMENT_TYPES`.
        number: The number as it is printed, letters in upper case.
    """
    form = _NUMBERS.get(document_type)
    return form is None or form.fullmatch(number) is not None
