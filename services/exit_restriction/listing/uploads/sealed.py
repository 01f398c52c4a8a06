"""What is staged, as it is kept: sealed some items at a time, and bound to its place in the upload."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.domain import Outcome
from services.exit_restriction.listing.domain import Forwarded
from services.exit_restriction.listing.uploads.domain import Chunk, Fault, Notice, Outcomed

_FORM = 1
_COUNT = struct.Struct(">I")


class UploadSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_chunk(self, chunk: Chunk, *, upload_id: str) -> dict[str, bytes]:
        """Seals the columns of a chunk: its items, and what is wrong with them."""
        place = _place(upload_id, chunk.first_index)
        lengths = struct.pack(f">{len(chunk.items)}I", *map(len, chunk.items))
        items = b"".join((_COUNT.pack(len(chunk.items)), lengths, *chunk.items))
        faults = write_record(_FORM, ((fault.index, fault.reason, fault.path) for fault in chunk.faults))
        return {
            "items": self._sealer.seal(items, place=f"exit.upload.items:{place}"),
            "faults": self._sealer.seal(faults, place=f"exit.upload.faults:{place}"),
        }

    def open_chunk(self, row: Any) -> Chunk:
        """Opens a chunk.

        Args:
            row: Its row.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        place = _place(row.upload_id, row.first_index)
        content = self._sealer.open(row.items, place=f"exit.upload.items:{place}")
        faults = read_record(_FORM, self._sealer.open(row.faults, place=f"exit.upload.faults:{place}"))
        return Chunk(row.first_index, _items(content), tuple(Fault(*fault) for fault in faults))

    def seal_notice(self, notice: Notice, *, upload_id: str, digest: bytes) -> dict[str, bytes]:
        """Seals the columns of a notice: the file, and its text."""
        place = f"{upload_id}:{digest.hex()}"
        return {
            "document": self._sealer.seal(notice.pdf, place=f"exit.upload.notice:{place}"),
            "text": self._sealer.seal(notice.text.encode(), place=f"exit.upload.text:{place}"),
        }

    def open_text(self, row: Any) -> str:
        """Opens the text of a notice; as `open_chunk`."""
        place = f"{row.upload_id}:{bytes(row.digest).hex()}"
        return self._sealer.open(row.text, place=f"exit.upload.text:{place}").decode()

    def seal_outcomes(self, outcomes: Sequence[Outcomed], *, upload_id: str, first_index: int) -> bytes:
        """Seals what became of items."""
        values = [(o.entry_id, o.forwarded.outcome, o.forwarded.reasons, o.forwarded.restriction_id) for o in outcomes]
        place = f"exit.upload.outcomes:{_place(upload_id, first_index)}"
        return self._sealer.seal(write_record(_FORM, values), place=place)

    def open_outcomes(self, row: Any) -> list[Outcomed]:
        """Opens what became of items; as `open_chunk`."""
        place = f"exit.upload.outcomes:{_place(row.upload_id, row.first_index)}"
        values = read_record(_FORM, self._sealer.open(row.outcomes, place=place))
        return [Outcomed(entry, Forwarded(Outcome(o), tuple(reasons), key)) for entry, o, reasons, key in values]


def _items(content: bytes) -> tuple[bytes, ...]:
    (count,) = _COUNT.unpack_from(content)
    lengths = struct.unpack_from(f">{count}I", content, _COUNT.size)
    items, place = [], _COUNT.size * (count + 1)
    for length in lengths:
        items.append(content[place : place + length])
        place += length
    return tuple(items)


def _place(upload_id: str, first_index: int) -> str:
    return f"{upload_id}:{first_index}"
