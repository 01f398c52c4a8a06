"""A letter of any kind: what stands where on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter. Every text of it is shown as it is; nothing in it is markup.

    Attributes:
        organisation: Name of the organisation that issues it (发文机关), at its head and under it.
        title: Its title, for example "立案反馈函".
        number: Its number (文号).
        addressee: Name of the organisation that it goes to (主送机关).
        body: Its paragraphs.
        items: What is numbered after them: 一、二、三、.
        ending: Paragraphs after that.
        issued_on: Its date, written in Chinese numerals.
        note: What stands in small letters at the foot of each page, if anything.
    """

    organisation: str
    title: str
    number: str
    addressee: str
    body: tuple[str, ...]
    items: tuple[str, ...]
    ending: tuple[str, ...]
    issued_on: date
    note: str = ""
