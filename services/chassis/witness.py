"""The last signed head that a process has seen, kept in a file across restarts."""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

from google.protobuf.message import DecodeError

from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, error

INTERVAL = 1.0
"""The file is written at most this often, seconds: every head binds the ledger, the newest binds it best."""


class Witness:
    """Keeps the last head in a file.

    Args:
        path: The file; its folder must exist.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = float("-inf")

    def read(self) -> receipt_pb2.TreeHead | None:
        """Returns the head kept last; None if there is none yet.

        Raises:
            XiezhiError: LEDGER_DAMAGED, if the file is no head; it is replaced as a whole, so no crash explains that.
        """
        try:
            return receipt_pb2.TreeHead.FromString(self._path.read_bytes())
        except FileNotFoundError:
            return None
        except DecodeError:
            raise error(
                Reason.LEDGER_DAMAGED, f"The witness {self._path} is not a tree head; find out who changed it."
            ) from None

    def note(self, head: receipt_pb2.TreeHead) -> None:
        """Keeps a head unless one was kept within the interval; a full disk leaves the older one, which binds too."""
        now = time.monotonic()
        if now - self._written >= INTERVAL:
            self._written = now
            with contextlib.suppress(OSError):
                self.keep(head)

    def keep(self, head: receipt_pb2.TreeHead) -> None:
        """Keeps a head; it survives the death of the process, and the file is never half written."""
        fresh = self._path.with_name(f".{self._path.name}.new")
        fresh.write_bytes(head.SerializeToString())
        fresh.replace(self._path)
