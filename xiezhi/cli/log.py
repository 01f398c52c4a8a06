"""Reads the log over the wire and believes nothing of it that is not proven."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.message import DecodeError

from xiezhi.cli.documents import write_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.render import enum_name
from xiezhi.client import LogKey
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2, ledger_pb2_grpc
from xiezhi.proof import merkle
from xiezhi.proof.receipt import ProofError, verify_tree_head

PAGE = 1_000
DAMAGED = "Tell both agencies and the operator: the log is not what it signed."


@dataclass(frozen=True, slots=True)
class VerifiedHead:
    """A tree head whose signature was verified."""

    head: receipt_pb2.TreeHead

    def facts(self) -> dict[str, Any]:
        """Returns what it says, for programs."""
        return {
            "log": self.head.origin,
            "tree_size": self.head.tree_size,
            "root_hash": self.head.root_hash.hex(),
            "time": self.head.time.ToDatetime(UTC).isoformat(),
            "log_key_id": self.head.key_id.hex(),
        }


@dataclass(frozen=True, slots=True)
class VerifiedInclusion:
    """An inclusion proof that was verified.

    Attributes:
        head: The head that it leads to.
        leaf_index: Zero-based place.
        leaf_hash: Hash of the leaf, 32 bytes.
        path: The proof, leaf side first.
    """

    head: VerifiedHead
    leaf_index: int
    leaf_hash: bytes
    path: tuple[bytes, ...]

    def facts(self) -> dict[str, Any]:
        """Returns what it says, for programs."""
        own = {
            "leaf_index": self.leaf_index,
            "leaf_hash": self.leaf_hash.hex(),
            "path": [node.hex() for node in self.path],
        }
        return own | self.head.facts()


@dataclass(frozen=True, slots=True)
class VerifiedLog:
    """A log whose every entry was read and hashed.

    Attributes:
        head: Its head.
        entries: How many entries there are.
        kinds: How many of each kind.
    """

    head: VerifiedHead
    entries: int
    kinds: dict[str, int]


class LogReader:
    """Reads one log for one officer."""

    def __init__(self, channel: grpc.Channel, key: LogKey) -> None:
        """Reads nothing yet.

        Args:
            channel: The officer's channel to the gateway.
            key: The log's public key.
        """
        self._stub = ledger_pb2_grpc.LedgerServiceStub(channel)
        self._key = key

    def head(self) -> VerifiedHead:
        """Returns the current head.

        Raises:
            CommandError: If its signature does not hold.
        """
        return self._verify(self._stub.GetTreeHead(ledger_pb2.GetTreeHeadRequest()).tree_head)

    def prove(self, leaf: str) -> VerifiedInclusion:
        """Proves a leaf.

        Args:
            leaf: Its zero-based place, or its hash in hexadecimal.

        Raises:
            CommandError: If the text is neither, or the proof does not hold.
        """
        request = _leaf_request(leaf)
        answer = self._stub.GetInclusionProof(request)
        head, found = self._verify(answer.tree_head), answer.inclusion
        leaf_hash = request.leaf_hash or self._hash_of(found.leaf_index)
        path = tuple(found.path)
        if answer.tree_size != head.head.tree_size or not merkle.verify_inclusion(
            leaf_hash, found.leaf_index, head.head.tree_size, path=path, root=head.head.root_hash
        ):
            raise CommandError("The proof does not lead to the signed root.", next_step=DAMAGED)
        return VerifiedInclusion(head, found.leaf_index, leaf_hash, path)

    def verify_all(self, known: VerifiedHead | None, *, progress: Callable[[int, int], None]) -> VerifiedLog:
        """Reads and hashes every entry, and holds the tree against a head that was verified before.

        Args:
            known: That head; None for none.
            progress: Told how many entries of how many are read.

        Raises:
            CommandError: If the tree is not the one that was signed, or did not only grow.
        """
        found = self.head()
        size = found.head.tree_size
        if known is not None:
            self._require_grown(known.head, found.head)
        tree, kinds = merkle.TreeHasher(), Counter[str]()
        while tree.size < size:
            page = self._stub.ListEntries(
                ledger_pb2.ListEntriesRequest(start_index=tree.size, page_size=min(PAGE, size - tree.size))
            ).entries
            if not page:
                raise CommandError(f"The log ends at {tree.size} of {size} entries.", next_step=DAMAGED)
            for raw in page:
                tree.append(merkle.leaf_hash(raw))
                kinds[_kind(raw)] += 1
            progress(tree.size, size)
        if tree.root() != found.head.root_hash:
            raise CommandError("The entries do not hash to the signed root.", next_step=DAMAGED)
        return VerifiedLog(found, size, dict(sorted(kinds.items())))

    def recall(self, file: Path) -> VerifiedHead | None:
        """Returns the head kept in a file, None where there is none.

        Raises:
            CommandError: If the file holds no head of this log.
        """
        if not file.exists():
            return None
        try:
            return self._verify(receipt_pb2.TreeHead.FromString(file.read_bytes()))
        except DecodeError:
            raise CommandError(f"{file} holds no tree head.", next_step="Remove it to begin anew.") from None

    @staticmethod
    def remember(file: Path, found: VerifiedHead) -> None:
        """Keeps a head in a file."""
        write_private(file, found.head.SerializeToString())

    def _hash_of(self, index: int) -> bytes:
        page = self._stub.ListEntries(ledger_pb2.ListEntriesRequest(start_index=index, page_size=1)).entries
        if not page:
            raise CommandError(f"The log has no entry {index}.")
        return merkle.leaf_hash(page[0])

    def _require_grown(self, known: receipt_pb2.TreeHead, head: receipt_pb2.TreeHead) -> None:
        if known.tree_size > head.tree_size:
            raise CommandError(
                f"The log has {head.tree_size} entries and had {known.tree_size} before.", next_step=DAMAGED
            )
        if known.tree_size == 0:
            return
        path = self._stub.GetConsistencyProof(
            ledger_pb2.GetConsistencyProofRequest(from_tree_size=known.tree_size, to_tree_size=head.tree_size)
        ).path
        if not merkle.verify_consistency(
            known.tree_size, head.tree_size, path, first_root=known.root_hash, second_root=head.root_hash
        ):
            raise CommandError("The log was rewritten since it was last verified here.", next_step=DAMAGED)

    def _verify(self, head: receipt_pb2.TreeHead) -> VerifiedHead:
        try:
            verify_tree_head(head, self._key)
        except ProofError as failure:
            raise CommandError(f"The head does not hold: {failure}.", next_step=DAMAGED) from None
        return VerifiedHead(head)


def _leaf_request(leaf: str) -> ledger_pb2.GetInclusionProofRequest:
    if leaf.isdecimal() and leaf.isascii() and len(leaf) < 20:
        return ledger_pb2.GetInclusionProofRequest(leaf_index=int(leaf))
    try:
        return ledger_pb2.GetInclusionProofRequest(leaf_hash=bytes.fromhex(leaf))
    except ValueError:
        raise CommandError(
            f"{leaf!r} is neither a place in the log nor a leaf hash.",
            next_step="Give a number, or 64 hexadecimal characters.",
        ) from None


def _kind(raw: bytes) -> str:
    try:
        return enum_name(ledger_pb2.EntryKind.DESCRIPTOR, ledger_pb2.Entry.FromString(raw).kind)
    except DecodeError:
        return "unreadable"
