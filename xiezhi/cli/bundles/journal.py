"""What was performed of a bundle so far: each result is added to a file, so that an import goes on after any break."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from xiezhi.bundle import VerifiedBundle
from xiezhi.bundle.framing import Framer, frame, invalid_bundle
from xiezhi.cli.documents import PRIVATE, write_private
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.paper.v1 import bundle_pb2

_PIECE = 1 << 16


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
        self._file.write(frame(bundle_pb2.BundlePart(item=item)))
        self._file.flush()
        self.done += 1

    def items(self) -> Iterator[bundle_pb2.BundleItem]:
        """Yields all results, one after the other, holding one at a time."""
        held: list[bundle_pb2.BundleItem] = []
        framer = Framer(lambda framed, part: held.append(part.item), holds_rules=True)
        with self._path.open("rb") as reading:
            while piece := reading.read(_PIECE):
                framer.feed(piece)
                yield from held
                held.clear()
        framer.end()


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
        done, whole = _count(file)
        file.seek(whole)
        file.truncate()
        yield Journal(file, path=folder / "results", done=done)


def _require_same(note: Path, bundle: VerifiedBundle) -> None:
    if not note.exists():
        write_private(note, json.dumps({"sha256": bundle.sha256.hex()}).encode() + b"\n")
    elif json.loads(note.read_text(encoding="ascii")).get("sha256") != bundle.sha256.hex():
        raise error(
            Reason.BUNDLE_INVALID,
            "A bundle of the same id with other content was imported before; nothing of this one was performed.",
        )


def _count(file: BinaryIO) -> tuple[int, int]:
    """Returns how many whole results a journal holds, and where the last of them ends.

    What a machine that lost its power has left behind them, such as zeros, is not counted and is asked again.
    """
    done = whole = 0

    def take(framed: bytes, part: bundle_pb2.BundlePart) -> None:
        nonlocal done, whole
        if part.item.position != done + 1:
            raise invalid_bundle("the journal is damaged")
        done, whole = done + 1, whole + len(framed)

    framer = Framer(take)
    file.seek(0)
    with suppress(XiezhiError):
        while piece := file.read(_PIECE):
            framer.feed(piece)
    return done, whole
