"""Between messages and the log's own types."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC

import protovalidate
from google.protobuf.message import DecodeError

from services.chassis.clock import write_instant
from services.ledger.domain import Place, Record, SignedHead
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, Violation, error
from xiezhi.ledger.v1 import ledger_pb2


def head_to_message(head: SignedHead) -> receipt_pb2.TreeHead:
    """Returns a head as it travels."""
    message = receipt_pb2.TreeHead(
        origin=head.origin, tree_size=head.size, root_hash=head.root, key_id=head.key_id, signature=head.signature
    )
    write_instant(message.time, head.time)
    return message


def head_of_message(message: receipt_pb2.TreeHead) -> SignedHead:
    """Returns a head that has travelled.

    Raises:
        ValueError: If its time is out of range.
    """
    return SignedHead(
        origin=message.origin,
        size=message.tree_size,
        root=message.root_hash,
        time=message.time.ToDatetime(UTC),
        key_id=message.key_id,
        signature=message.signature,
    )


def place_to_message(place: Place) -> ledger_pb2.Inclusion:
    """Returns a leaf's place and proof as they travel."""
    return ledger_pb2.Inclusion(leaf_index=place.index, path=place.path)


def id_of(raw: bytes) -> uuid.UUID | None:
    """Reads the id out of an entry's bytes; None if they are no entry."""
    try:
        return uuid.UUID(ledger_pb2.Entry.FromString(raw).entry_id)
    except (DecodeError, ValueError):
        return None


def read_records(entries: Sequence[bytes], *, writer: str) -> list[Record]:
    """Reads entries and holds them against their contract and their writer.

    Args:
        entries: The exact bytes of each.
        writer: Name of the process that appends them.

    Raises:
        InvalidArgument: FIELDS_INVALID, if one is no entry or breaks a rule.
        PermissionDenied: CALLER_NOT_ALLOWED, if one names another process as its writer.
    """
    return [_read_record(position, raw, writer) for position, raw in enumerate(entries)]


def _read_record(position: int, raw: bytes, writer: str) -> Record:
    place = f"entries[{position}]"
    try:
        entry = ledger_pb2.Entry.FromString(raw)
    except DecodeError:
        raise error(
            Reason.FIELDS_INVALID,
            "An entry cannot be read.",
            violations=[Violation(place, "must be the bytes of a xiezhi.ledger.v1.Entry")],
        ) from None
    broken = protovalidate.collect_violations(entry)
    if broken:
        raise error(
            Reason.FIELDS_INVALID,
            "Fields of an entry break their rules.",
            violations=[Violation(f"{place}.{_field(violation)}", violation.proto.message) for violation in broken],
        )
    if entry.writer != writer:
        raise error(Reason.CALLER_NOT_ALLOWED, "A process appends entries under its own name only.")
    return Record.of(uuid.UUID(entry.entry_id), raw)


def _field(violation: protovalidate.Violation) -> str:
    path = violation.proto.field
    return ".".join(str(element.field_name) for element in path.elements) if path is not None else ""
