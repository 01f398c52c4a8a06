"""The newest signed head in a file outside the database, so that a database that was set back is found out."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from google.protobuf.message import DecodeError

from services.ledger.convert import head_of_message, head_to_message
from services.ledger.domain import SignedHead, damaged
from xiezhi.common.v1 import receipt_pb2

SLOT = 4_096
"""Bytes of a slot: a write that a loss of power interrupts spoils no other block of the disk."""
SLOTS = 2

_DIGEST = hashlib.sha256().digest_size
_COUNT = 2


class HighWater:
    """Keeps the newest head in a file of two slots that are written in turn.

    So the former head is there until the new one is, and a head costs one write of a block that is there already; to
    replace the file would cost the journal of its file system two.

    Args:
        path: The file; its folder must exist, and should not be on the database's disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.new")
        self._turn = 0

    def read(self) -> SignedHead | None:
        """Returns the head that was kept last, None if there is none.

        Raises:
            DataLoss: LEDGER_DAMAGED, if the file holds no head; a crash cannot explain that.
            OSError: If the file cannot be read.
        """
        try:
            kept = self._path.read_bytes()
        except FileNotFoundError:
            return None
        heads = [_read_slot(kept[place * SLOT : (place + 1) * SLOT]) for place in range(SLOTS)]
        _, newest = max((-1 if head is None else head.size, place) for place, head in enumerate(heads))
        if heads[newest] is None:
            raise damaged("the high-water file holds no head")
        self._turn = 1 - newest
        return heads[newest]

    def keep(self, head: SignedHead) -> None:
        """Keeps a head; when this returns it survives a loss of power.

        Raises:
            OSError: If that fails; the former head is then kept still.
        """
        slot = _write_slot(head)
        try:
            # Opened each time: a file that is gone must not be written on where nobody finds it.
            file = os.open(self._path, os.O_WRONLY)
        except FileNotFoundError:
            self._create(slot)
            return
        try:
            if os.pwrite(file, slot, self._turn * SLOT) < SLOT:
                raise OSError("the high-water file took a part of a head only")
            os.fdatasync(file)
        finally:
            os.close(file)
        self._turn = 1 - self._turn

    def _create(self, slot: bytes) -> None:
        """Makes the file, which is there as a whole or not at all."""
        with self._fresh.open("wb") as file:
            file.write(slot.ljust(SLOTS * SLOT, b"\0"))
            file.flush()
            os.fsync(file.fileno())
        self._fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._turn = 1


def _write_slot(head: SignedHead) -> bytes:
    """Returns a head as a slot holds it: a digest of all that follows, its length, itself."""
    raw = head_to_message(head).SerializeToString()
    body = (len(raw).to_bytes(_COUNT) + raw).ljust(SLOT - _DIGEST, b"\0")
    return hashlib.sha256(body).digest() + body


def _read_slot(slot: bytes) -> SignedHead | None:
    """Returns the head of a slot; None where there is none, or one that was being written when the power failed."""
    digest, body = slot[:_DIGEST], slot[_DIGEST:]
    if hashlib.sha256(body).digest() != digest:
        return None
    try:
        return head_of_message(receipt_pb2.TreeHead.FromString(body[_COUNT : _COUNT + int.from_bytes(body[:_COUNT])]))
    except (DecodeError, ValueError):
        return None
