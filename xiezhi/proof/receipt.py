"""Receipts: how they lie in an answer's bytes, and their verification offline with the log's public key alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf.message import DecodeError

from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof import merkle

RECEIPT_NUMBER = 1000
"""Number of the field that carries the receipt, in every answer that has one."""
SALT_SIZE = 16
"""Bytes of a receipt's salt."""
MOST_COVERED = 1_000
"""Most answers of a stream that one receipt covers: whoever verifies it holds them back until it comes."""
MAX_ORIGIN = 100
"""Longest name of a log, characters."""

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_FIXED_SIZES = {_FIXED64: 8, _FIXED32: 4}
_TAG_LENGTH = 5
_VARINT_LENGTH = 10
_PRINTABLE = range(0x20, 0x7F)
_MILLISECOND = 1_000_000
_SECOND = 1_000_000_000
_JOINT = b"\0"
"""What the digest of several answers has before them. No message begins so, field number 0 being none, so that several
answers cannot be taken for one whose bytes are their digests, nor one for several."""


class ProofError(Exception):
    """A proof does not hold; the text is a clause that says why."""


@dataclass(frozen=True, slots=True)
class LogKey:
    """Public key of a log.

    Attributes:
        raw: The Ed25519 public key, 32 bytes.
        key_id: SHA-256 of the key, 32 bytes; a signed head names it.
    """

    raw: bytes
    key_id: bytes = field(init=False, compare=False)
    _key: Ed25519PublicKey = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            raise ValueError("an Ed25519 public key has 32 bytes")
        object.__setattr__(self, "key_id", hashlib.sha256(self.raw).digest())
        object.__setattr__(self, "_key", Ed25519PublicKey.from_public_bytes(self.raw))

    @classmethod
    def from_raw(cls, raw: bytes) -> LogKey:
        """Takes a key's 32 bytes.

        Raises:
            ValueError: If there are more or fewer.
        """
        return cls(raw)

    @classmethod
    def from_pem(cls, pem: bytes) -> LogKey:
        """Reads a key in PEM (SubjectPublicKeyInfo, RFC 8410).

        Raises:
            ValueError: If it is no Ed25519 public key.
        """
        key = load_pem_public_key(pem)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("the key of a log is an Ed25519 public key")
        return cls(key.public_bytes(Encoding.Raw, PublicFormat.Raw))

    def verify(self, signature: bytes, text: bytes) -> bool:
        """Tells whether a signature over a text is this key's."""
        try:
            self._key.verify(signature, text)
        except InvalidSignature:
            return False
        return True


def checkpoint_text(head: receipt_pb2.TreeHead) -> bytes:
    """Returns the text of a tree head that is signed.

    Raises:
        ProofError: If the head has no such text, or another head could have the same.

    Source:
        C2SP tlog-checkpoint; `xiezhi.common.v1.TreeHead`.
    """
    if not 1 <= len(head.origin) <= MAX_ORIGIN or any(ord(character) not in _PRINTABLE for character in head.origin):
        raise ProofError("the head names no log")
    if len(head.root_hash) != merkle.HASH_SIZE:
        raise ProofError("the head's root is no hash")
    if not head.HasField("time") or not 0 <= head.time.nanos < _SECOND or head.time.nanos % _MILLISECOND:
        raise ProofError("the head's time is not to the millisecond")
    root = base64.b64encode(head.root_hash).decode()
    milliseconds = head.time.seconds * 1000 + head.time.nanos // _MILLISECOND
    return f"{head.origin}\n{head.tree_size}\n{root}\n{milliseconds}\n".encode()


def verify_tree_head(head: receipt_pb2.TreeHead, key: LogKey) -> None:
    """Verifies who signed a tree head.

    Args:
        head: The head.
        key: Public key of the log.

    Raises:
        ProofError: If it is not signed by this key.
    """
    text = checkpoint_text(head)
    if head.key_id != key.key_id:
        raise ProofError("the head names another key of a log")
    if not key.verify(head.signature, text):
        raise ProofError("the signature of the head is not the log's")
    if head.tree_size == 0 and head.root_hash != merkle.EMPTY_ROOT:
        raise ProofError("the head of an empty tree has a root that is not of one")


def verify_receipt(receipt: receipt_pb2.Receipt, key: LogKey) -> ledger_pb2.Entry:
    """Verifies that an entry is in the log that a key signs.

    Args:
        receipt: The receipt.
        key: Public key of the log.

    Returns:
        The entry that the receipt proves.

    Raises:
        ProofError: If it proves none.
    """
    if not receipt.HasField("tree_head"):
        raise ProofError("there is no tree head")
    head = receipt.tree_head
    verify_tree_head(head, key)
    leaf = merkle.leaf_hash(receipt.entry)
    path = tuple(receipt.inclusion_path)
    if not merkle.verify_inclusion(leaf, receipt.leaf_index, head.tree_size, path=path, root=head.root_hash):
        raise ProofError("the entry is not in the tree where the receipt says")
    try:
        return ledger_pb2.Entry.FromString(receipt.entry)
    except DecodeError:
        raise ProofError("the entry cannot be read") from None


def answer_digest(payload: bytes, *, salt: bytes) -> bytes:
    """Returns what an entry says of an answer: SHA-256 of the receipt's salt and the answer's bytes, 32 bytes.

    Args:
        payload: The answer's bytes before the receipt.
        salt: The receipt's salt.

    Raises:
        ProofError: If the salt has another length: then it could hold the beginning of another answer.
    """
    if len(salt) != SALT_SIZE:
        raise ProofError("the receipt has no salt of 16 bytes")
    return hashlib.sha256(salt + payload).digest()


def joint_digest(payloads: Sequence[bytes], *, salt: bytes) -> bytes:
    """Returns what an entry says of several answers of a stream, 32 bytes.

    Args:
        payloads: The bytes of each answer in their order, of the last those before the receipt.
        salt: The receipt's salt.

    Raises:
        ProofError: If the salt has another length, or there are not so many answers as share a receipt.

    Source:
        `xiezhi.common.v1.Receipt`.
    """
    if not 1 < len(payloads) <= MOST_COVERED:
        raise ProofError(f"a receipt covers several answers, at most {MOST_COVERED:,}")
    return answer_digest(_JOINT + b"".join(hashlib.sha256(payload).digest() for payload in payloads), salt=salt)


def covered_digest(payloads: Sequence[bytes], receipt: receipt_pb2.Receipt) -> bytes:
    """Returns what the entry of a receipt must say of the answers that came with it, 32 bytes.

    Args:
        payloads: The bytes of each answer since the last receipt, in their order; of the last those before the receipt.
        receipt: The receipt.

    Raises:
        ProofError: If it covers more answers or fewer.
    """
    if len(payloads) != max(receipt.covers, 1):
        raise ProofError(f"the receipt covers {max(receipt.covers, 1):,} answers and not {len(payloads):,}")
    if len(payloads) == 1:
        return answer_digest(payloads[0], salt=receipt.salt)
    return joint_digest(payloads, salt=receipt.salt)


def append_receipt(payload: bytes, receipt: receipt_pb2.Receipt) -> bytes:
    """Returns an answer's bytes with its receipt as the last field.

    Args:
        payload: The answer's bytes without a receipt.
        receipt: The receipt.
    """
    encoded = receipt.SerializeToString()
    return b"".join((payload, _encode_varint(RECEIPT_NUMBER << 3 | _BYTES), _encode_varint(len(encoded)), encoded))


def split_receipt(message: bytes) -> tuple[bytes, receipt_pb2.Receipt | None]:
    """Cuts the receipt off an answer's bytes, without decoding what lies before it.

    Args:
        message: The answer's bytes as received.

    Returns:
        The bytes before the receipt, which the entry's digest is of, and the receipt; None where there is none.

    Raises:
        ProofError: If the bytes are no message, or the receipt is not the last field or not the only one: decoders
            merge repeated fields, so bytes after or between would be shown without having been proven.
    """
    position, end = 0, len(message)
    while position < end:
        start = position
        number, kind, position = _read_tag(message, position)
        begin, position = _skip_value(message, position, kind=kind)
        if number != RECEIPT_NUMBER:
            continue
        if kind != _BYTES or position != end:
            raise ProofError("the receipt is not the last field, once")
        try:
            return message[:start], receipt_pb2.Receipt.FromString(message[begin:end])
        except DecodeError:
            raise ProofError("the receipt cannot be read") from None
    return message, None


def _read_tag(message: bytes, position: int) -> tuple[int, int, int]:
    """Returns number and wire type of the field that begins at a position, and the position after its tag."""
    tag, after = _read_varint(message, position, most=_TAG_LENGTH)
    if not 0 < tag >> 3 < 1 << 29:
        raise _malformed()
    return tag >> 3, tag & 7, after


def _skip_value(message: bytes, position: int, *, kind: int) -> tuple[int, int]:
    """Returns where the value at a position begins, after its length if it has one, and where it ends."""
    if kind == _VARINT:
        begin, end = position, _read_varint(message, position, most=_VARINT_LENGTH)[1]
    elif kind == _BYTES:
        length, begin = _read_varint(message, position, most=_VARINT_LENGTH)
        end = begin + length
    elif kind in _FIXED_SIZES:
        begin, end = position, position + _FIXED_SIZES[kind]
    else:
        # Groups are no part of proto3; what could be hidden in one is not looked for.
        raise _malformed()
    if end > len(message):
        raise _malformed()
    return begin, end


def _read_varint(message: bytes, position: int, *, most: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(message[position : position + most]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, position + count + 1
    raise _malformed()


def _encode_varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    encoded.append(value)
    return bytes(encoded)


def _malformed() -> ProofError:
    return ProofError("the bytes are no message")
