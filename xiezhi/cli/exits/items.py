"""The file of a bulk upload: JSON lines, each of them one item, and the notices that they name."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.json_format import ParseDict, ParseError

from xiezhi.cli.documents import read_bytes
from xiezhi.cli.output import CommandError
from xiezhi.exit_restriction.v1 import listing_pb2

MOST_ITEMS = 1_000
"""Items of one chunk, as the contract has it."""
MOST_BYTES = 2 * 1024 * 1024
"""Bytes of the items of one chunk; with a notice beside them it stays well below what servers take."""
NOTICE = "notice"
"""Key of a line that names the file of its notice, relative to the file of the items."""

_START = bytes(32)


@dataclass(slots=True)
class Chain:
    """The digest of items, as the exchange makes it: of the digest so far and the SHA-256 of each item in its order.

    Attributes:
        digest: The digest so far.
        count: Of how many items it is.
    """

    digest: bytes = _START
    count: int = 0

    def add(self, item: bytes) -> None:
        """Takes one more item in."""
        self.digest = hashlib.sha256(self.digest + hashlib.sha256(item).digest()).digest()
        self.count += 1


@dataclass(slots=True)
class ItemFile:
    """A file of items.

    Attributes:
        file: The file.
    """

    file: Path
    _notices: dict[str, bytes] = field(default_factory=dict)

    def count(self) -> int:
        """Returns how many items there are.

        Raises:
            CommandError: If the file cannot be read.
        """
        return sum(1 for _ in self._lines())

    def read(self) -> Iterator[tuple[bytes, str]]:
        """Yields the exact bytes of each item with the name of the file of its notice, empty where it has none.

        Raises:
            CommandError: If a line is no item, or a notice cannot be read; the message repeats nothing of a line.
        """
        for place, line in self._lines():
            item, notice = _parse(line, place)
            if notice:
                item.notice_sha256 = self._digest_of(notice)
            yield item.SerializeToString(deterministic=True), notice

    def read_notice(self, name: str) -> bytes:
        """Reads a notice.

        Raises:
            CommandError: If it cannot be read.
        """
        return read_bytes(self.file.parent / name)

    def _digest_of(self, notice: str) -> bytes:
        if notice not in self._notices:
            self._notices[notice] = hashlib.sha256(self.read_notice(notice)).digest()
        return self._notices[notice]

    def _lines(self) -> Iterator[tuple[int, str]]:
        try:
            with self.file.open(encoding="utf-8") as opened:
                for place, line in enumerate(opened, start=1):
                    if line.strip():
                        yield place, line
        except (OSError, UnicodeDecodeError):
            raise CommandError(f"{self.file} cannot be read as text.") from None


def chunks(items: ItemFile, *, upload: str, after: int) -> Iterator[listing_pb2.StageEntriesRequest]:
    """Yields the chunks of an upload: each has at most one notice, which comes before the items that rest on it.

    Args:
        items: The file.
        upload: Name of the upload.
        after: How many items are staged already; the notices of the others are sent again.
    """
    sent: set[str] = set()
    chunk = listing_pb2.StageEntriesRequest(upload=upload, first_index=after)
    size = 0
    for place, (item, notice) in enumerate(items.read()):
        if place < after:
            continue
        is_new = bool(notice) and notice not in sent
        is_full = len(chunk.items) == MOST_ITEMS or size + len(item) > MOST_BYTES
        if chunk.items and (is_new or is_full):
            yield chunk
            chunk, size = listing_pb2.StageEntriesRequest(upload=upload, first_index=place), 0
        if is_new:
            chunk.notices.append(items.read_notice(notice))
            sent.add(notice)
        chunk.items.append(item)
        size += len(item)
    if chunk.items:
        yield chunk


def digest_of(items: ItemFile, *, first: int) -> Chain:
    """Returns the digest of the first items of a file.

    Args:
        items: The file.
        first: How many.

    Raises:
        CommandError: If the file has fewer.
    """
    chain = Chain()
    for item, _ in items.read():
        if chain.count == first:
            break
        chain.add(item)
    if chain.count != first:
        raise CommandError(f"{items.file} has fewer items than are staged.", next_step="Name the file that was begun.")
    return chain


def _parse(line: str, place: int) -> tuple[listing_pb2.UploadItem, str]:
    """Reads an item, and the name of the file of its notice."""
    wrong = CommandError(
        f"Line {place} is no item.",
        next_step=f'Write an UploadItem of the contract in JSON, and its notice\'s file under "{NOTICE}"; '
        "`xiezhi exit bulk make 10` writes an example.",
    )
    try:
        told = json.loads(line)
    except ValueError:
        raise wrong from None
    if not isinstance(told, dict):
        raise wrong
    notice = str(told.pop(NOTICE, ""))
    try:
        return ParseDict(told, listing_pb2.UploadItem()), notice
    except ParseError:
        raise wrong from None
