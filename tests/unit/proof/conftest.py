"""A signed receipt and the key of its log."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.unit.proof import rfc9162
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, checkpoint_text

Sign = Callable[[receipt_pb2.TreeHead], receipt_pb2.TreeHead]


@pytest.fixture(scope="session")
def signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture(scope="session")
def key(signing_key: Ed25519PrivateKey) -> LogKey:
    return LogKey.from_raw(signing_key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


@pytest.fixture
def sign(signing_key: Ed25519PrivateKey) -> Sign:
    """Signs a head anew."""

    def run(head: receipt_pb2.TreeHead) -> receipt_pb2.TreeHead:
        head.signature = signing_key.sign(checkpoint_text(head))
        return head

    return run


@pytest.fixture
def receipt(key: LogKey, sign: Sign) -> receipt_pb2.Receipt:
    """The receipt of entry 3 of 7."""
    entries = [
        ledger_pb2.Entry(
            entry_id=f"00000000-0000-4000-8000-{n:012}", writer="test", method="/a.B/C"
        ).SerializeToString()
        for n in range(7)
    ]
    leaves = [rfc9162.leaf(entry) for entry in entries]
    head = receipt_pb2.TreeHead(
        origin="xiezhi.test/log", tree_size=7, root_hash=rfc9162.root(leaves), key_id=key.key_id
    )
    head.time.FromMilliseconds(1_790_000_000_123)
    return receipt_pb2.Receipt(
        entry=entries[3], leaf_index=3, inclusion_path=rfc9162.path(3, leaves), tree_head=sign(head)
    )
