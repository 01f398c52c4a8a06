"""Entries that a search found, believed only once each is proven from the log's public key alone."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from xiezhi.cli.log import DAMAGED
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import entry_facts
from xiezhi.client import LogKey
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2
from xiezhi.proof.receipt import ProofError, verify_receipt

SEARCH = "/xiezhi.ledger.v1.OversightService/SearchEntries"
"""Method of searches, which are found by whom they were for."""


@dataclass(frozen=True, slots=True)
class ProvenEntry:
    """An entry whose proof was verified.

    Attributes:
        entry: The entry.
        proof: The entry's exact bytes, its place and the way to a signed head.
    """

    entry: ledger_pb2.Entry
    proof: receipt_pb2.Receipt

    @property
    def place(self) -> tuple[datetime, int]:
        """Where it stands among those found; the greater, the newer."""
        return self.entry.time.ToDatetime(UTC), self.proof.leaf_index

    def facts(self) -> dict[str, Any]:
        """Returns what the entry says, for programs; by itself a file for `xiezhi ledger verify`."""
        entry = self.entry
        return entry_facts(entry, self.proof) | {
            "writer": entry.writer,
            "reason": entry.reason,
            "case_index": entry.case_index.hex(),
            "subject_indexes": [digest.hex() for digest in entry.subject_indexes],
            "receipt": base64.b64encode(self.proof.SerializeToString()).decode(),
        }


def prove(answer: oversight_pb2.SearchEntriesResponse, key: LogKey) -> Iterator[ProvenEntry]:
    """Verifies the entries of an answer.

    Args:
        answer: The answer.
        key: The log's public key.

    Raises:
        CommandError: If one is not proven.
    """
    for found in answer.entries:
        proof = receipt_pb2.Receipt(
            entry=found.entry,
            leaf_index=found.inclusion.leaf_index,
            inclusion_path=found.inclusion.path,
            tree_head=answer.tree_head,
        )
        try:
            yield ProvenEntry(verify_receipt(proof, key), proof)
        except ProofError as failure:
            raise CommandError(f"An entry that was found is not proven: {failure}.", next_step=DAMAGED) from None


def require_asked(
    found: ProvenEntry, request: oversight_pb2.SearchEntriesRequest, *, after: ProvenEntry | None = None
) -> None:
    """Refuses an entry that was not asked for, as far as that can be told without the keys of the index.

    Args:
        found: The entry.
        request: What was asked.
        after: The entry before it, which is newer; None for the first.

    Raises:
        CommandError: If it is another one, or was told already.
    """
    entry = found.entry
    time, _ = found.place
    if after is not None and found.place >= after.place:
        raise CommandError("The exchange gave entries twice, or not the newest first.", next_step=DAMAGED)
    early = request.HasField("start_time") and time < request.start_time.ToDatetime(UTC)
    late = request.HasField("end_time") and time >= request.end_time.ToDatetime(UTC)
    about = request.WhichOneof("about")
    fits = {
        "officer_id": entry.actor == request.officer_id or (entry.method == SEARCH and bool(entry.subject_indexes)),
        "approval": entry.approval == request.approval,
        "case": bool(entry.case_index),
        "subject_number": bool(entry.subject_indexes),
    }
    if early or late or not (about and fits[about]):
        raise CommandError("The exchange gave an entry that was not asked for.", next_step=DAMAGED)


def write_bounds(
    request: oversight_pb2.SearchEntriesRequest | oversight_pb2.GetPatternsRequest,
    start: datetime | None,
    end: datetime | None,
) -> None:
    """Writes a half-open period into a request.

    Args:
        request: The request.
        start: Its begin, inclusive; None for none.
        end: Its end, exclusive; None for none.
    """
    if start is not None:
        request.start_time.FromDatetime(start)
    if end is not None:
        request.end_time.FromDatetime(end)
