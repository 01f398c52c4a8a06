"""The newest signed head in a file outside the database, so that a database that was set back is found out."""

from __future__ import annotations

import os
from pathlib import Path

from google.protobuf.message import DecodeError

from services.ledger.convert import head_of_message, head_to_message
from services.ledger.domain import SignedHead, damaged
from xiezhi.common.v1 import receipt_pb2


class HighWater:
    """Keeps the newest head in a file, which is replaced as a whole.

    Args:
        path: The file; its folder must exist, and should not be on the database's disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.new")

    def read(self) -> SignedHead | None:
        """Returns the head that was kept last, None if there is none.

        Raises:
            DataLoss: LEDGER_DAMAGED, if the file holds no head; a crash cannot explain that.
            OSError: If the file cannot be read.
        """
        try:
            return head_of_message(receipt_pb2.TreeHead.FromString(self._path.read_bytes()))
        except FileNotFoundError:
            return None
        except (DecodeError, ValueError):
            raise damaged("the high-water file holds no head") from None

    def keep(self, head: SignedHead) -> None:
        """Keeps a head; when this returns it survives a loss of power.

        Raises:
            OSError: If that fails; the former head is then kept still.
        """
        with self._fresh.open("wb") as file:
            file.write(head_to_message(head).SerializeToString())
            file.flush()
            os.fsync(file.fileno())
        self._fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
