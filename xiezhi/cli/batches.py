"""Many things checked in one stream: hashes in the place of what is checked, and all answers in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from xiezhi.cli.render import message_dict

BATCH, MAX_BATCH = 1_000, 10_000
HASH_BYTES = 8


@dataclass(slots=True)
class Tally:
    """What became of a stream.

    Attributes:
        checked: How many were checked.
        hits: Hits, each with its place in the whole.
        invalid: Places of what is none.
    """

    checked: int = 0
    hits: list[dict[str, Any]] = field(default_factory=list)
    invalid: list[int] = field(default_factory=list)

    @classmethod
    def of(cls, answers: Iterable[Any], *, size: int) -> Tally:
        """Takes in the answers of a stream.

        Args:
            answers: An answer for each batch, numbered from 1.
            size: How many each batch has, the last one aside.
        """
        tally = cls()
        for answer in answers:
            first = (answer.batch - 1) * size
            tally.checked += answer.checked_count
            tally.hits += [{**message_dict(hit), "index": first + hit.index} for hit in answer.hits]
            tally.invalid += [first + index for index in answer.invalid_indexes]
        return tally

    def data(self, *, trace_id: str) -> dict[str, Any]:
        """Returns it for programs.

        Args:
            trace_id: Trace of the call.
        """
        return {"checked": self.checked, "hits": self.hits, "invalid_indexes": self.invalid, "trace_id": trace_id}


def hash_texts(texts: Iterable[str], key: bytes) -> bytes:
    """Returns of each text the first 8 bytes of its AES-CMAC (RFC 4493), one after the other.

    Args:
        texts: The texts, in the form in which they are hashed.
        key: A leased key.
    """
    hashes, algorithm = bytearray(), AES(key)
    for text in texts:
        mac = CMAC(algorithm)
        mac.update(text.encode())
        hashes += mac.finalize()[:HASH_BYTES]
    return bytes(hashes)
