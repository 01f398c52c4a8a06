"""What was performed of a bundle so far: each result is added to a file, so that an import goes on after any break."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from xiezhi.bundle import VerifiedBundle
from xiezhi.bundle.framing import MAX_PART
from xiezhi.cli.documents import PRIVATE, write_private
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.errors import Reason, error
from xiezhi.paper.v1 import bundle_pb2

_DIGEST, _LENGTH = 16, 4
"""Bytes of the digest and of the length before each result."""


class Journal:
    """The results of one bundle in their order; answers in them are sealed to their judges."""

    def __init__(self, file: BinaryIO, *, path: Path, done: int) -> None:
        """Takes a file that stands at its end.

        Args:
            file: The file, to be written.
            path: Where it lies, to be read.
            done: How many results are in it.
        """
        self._file = file
        self._path = path
        self.done = done

    def add(self, item: bundle_pb2.BundleItem) -> None:
        """Adds a result. It need not be durable: what is lost is asked again, and the exchange answers the same."""
        encoded = item.SerializeToString()
        self._file.write(b"".join((_digest(encoded), len(encoded).to_bytes(_LENGTH, "big"), encoded)))
        self._file.flush()
        self.done += 1

    def items(self) -> Iterator[bundle_pb2.BundleItem]:
        """Yields all results, one after the other, holding one at a time."""
        with self._path.open("rb") as reading:
            for item, _ in _read(reading):
                yield item


@contextmanager
def open_journal(home: Home, bundle: VerifiedBundle) -> Iterator[Journal]:
    """Opens the journal of a bundle, for this process alone.

    Args:
        home: The data folder.
        bundle: The bundle, verified; its id is a UUID and becomes the name of a folder.

    Raises:
        InvalidArgument: BUNDLE_INVALID, if another bundle was imported under the same id.
        CommandError: If another process imports it.
    """
    folder = home.root / "paper" / "imports" / bundle.header.bundle_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(folder / "results", os.O_RDWR | os.O_CREAT, PRIVATE), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CommandError("Another process imports this bundle now.") from None
        _require_same(folder / "bundle.json", bundle)
        ends = array("Q", (end for _, end in _read(file)))
        file.seek(ends[-1] if ends else 0)
        file.truncate()
        yield Journal(file, path=folder / "results", done=len(ends))


def _require_same(note: Path, bundle: VerifiedBundle) -> None:
    if not note.exists():
        write_private(note, json.dumps({"sha256": bundle.sha256.hex()}).encode() + b"\n")
    elif json.loads(note.read_text(encoding="ascii")).get("sha256") != bundle.sha256.hex():
        raise error(
            Reason.BUNDLE_INVALID,
            "A bundle of the same id with other content was imported before; nothing of this one was performed.",
        )


def _read(file: BinaryIO) -> Iterator[tuple[bundle_pb2.BundleItem, int]]:
    """Yields each result with where it ends, up to the first that is not whole.

    Each has its digest before it: a machine that lost its power may leave zeros, or anything, where the last ones were.
    """
    end = 0
    while len(head := file.read(_DIGEST + _LENGTH)) == _DIGEST + _LENGTH:
        length = int.from_bytes(head[_DIGEST:], "big")
        encoded = file.read(length) if length <= MAX_PART else b""
        if _digest(encoded) != head[:_DIGEST]:
            return
        end += len(head) + length
        yield bundle_pb2.BundleItem.FromString(encoded), end


def _digest(encoded: bytes) -> bytes:
    return hashlib.blake2b(encoded, digest_size=_DIGEST).digest()
