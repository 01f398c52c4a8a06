"""Signs the heads of the log."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from services.chassis.clock import Clock
from services.ledger.convert import head_to_message
from services.ledger.domain import SignedHead, damaged
from xiezhi.proof.merkle import EMPTY_ROOT
from xiezhi.proof.receipt import LogKey, ProofError, checkpoint_text, verify_tree_head


class LogSigner:
    """Signs heads with the log's key.

    Args:
        key: The private key.
        origin: Name of the log.
        clock: Source of now.

    Raises:
        ProofError: If the origin cannot be the name of a log.
    """

    def __init__(self, key: Ed25519PrivateKey, *, origin: str, clock: Clock) -> None:
        self._key = key
        self._origin = origin
        self._clock = clock
        self.public_key = LogKey.from_raw(key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self._key_id = self.public_key.key_id
        self.sign(0, EMPTY_ROOT, after=None)

    @classmethod
    def load(cls, path: Path, *, origin: str, clock: Clock) -> LogSigner:
        """Reads the private key from a PEM file (PKCS #8, not encrypted).

        Raises:
            ValueError: If it is no Ed25519 private key.
            OSError: If the file cannot be read.
        """
        key = load_pem_private_key(path.read_bytes(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError(f"{path} holds no Ed25519 private key")
        return cls(key, origin=origin, clock=clock)

    def sign(self, size: int, root: bytes, *, after: SignedHead | None) -> SignedHead:
        """Signs a head; where the clock was put back it takes the time of the head before it.

        Args:
            size: Number of leaves.
            root: Root of the tree, 32 bytes.
            after: The head before it, None for the first.
        """
        time = _to_millisecond(self._clock.now())
        if after is not None:
            time = max(time, after.time)
        unsigned = SignedHead(self._origin, size, root, time=time, key_id=self._key_id, signature=b"")
        return dataclasses.replace(unsigned, signature=self._key.sign(checkpoint_text(head_to_message(unsigned))))

    def require_own(self, head: SignedHead) -> None:
        """Verifies that a head is of this log and signed by its key.

        Raises:
            DataLoss: LEDGER_DAMAGED.
        """
        if head.origin != self._origin:
            raise damaged("a head is of another log than this process is configured for")
        try:
            verify_tree_head(head_to_message(head), self.public_key)
        except ProofError as failure:
            raise damaged(f"a head is not signed by this process's key: {failure}") from None


def _to_millisecond(instant: datetime) -> datetime:
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)
