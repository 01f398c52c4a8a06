"""What stands on a form; it names no data subject in full, so that it may lie on a desk."""

from __future__ import annotations

from dataclasses import dataclass

MOST_ENTRIES = 150
"""Most entries that are printed; of a larger bundle the form says how many more there are."""

Fact = tuple[str, str]
"""A label and what is said under it, for example ("案号", "（2018）赣0102执1234号")."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One request or result.

    Attributes:
        title: What it is, for example "查询户籍信息".
        facts: What is said of it, in order.
    """

    title: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form.

    Attributes:
        title: Its title, for example "人工报送单".
        number: Reference of the paper.
        sender: Name or code of the organisation that sends.
        recipient: Name or code of the organisation that receives.
        facts: What is said of the bundle, in order.
        sha256: SHA-256 of the bundle's file, 32 bytes.
        entries: What it carries, at most `MOST_ENTRIES`.
        left_out: How many more it carries.
    """

    title: str
    number: str
    sender: str
    recipient: str
    facts: tuple[Fact, ...]
    sha256: bytes
    entries: tuple[Entry, ...]
    left_out: int = 0
