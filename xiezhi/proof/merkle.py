"""Merkle trees after RFC 9162: hashes, and the verification of proofs.

Pure and of the standard library only, so that an auditor can read it in one sitting and run it anywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

HASH_SIZE = 32
"""Length of every hash, bytes (SHA-256)."""
EMPTY_ROOT = hashlib.sha256().digest()
"""Root of the tree without leaves (RFC 9162 §2.1.1)."""
_LEAF = b"\x00"
_NODE = b"\x01"


def leaf_hash(entry: bytes) -> bytes:
    """Returns the hash of a leaf, 32 bytes.

    Args:
        entry: The entry's exact bytes.

    Source:
        RFC 9162 §2.1.1.
    """
    return hashlib.sha256(_LEAF + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns the hash of an inner node, 32 bytes.

    Args:
        left: Hash of its left child, 32 bytes.
        right: Hash of its right child, 32 bytes.

    Source:
        RFC 9162 §2.1.1.
    """
    return hashlib.sha256(_NODE + left + right).digest()


def verify_inclusion(
    leaf_hash: bytes,
    index: int,
    size: int,
    *,
    path: Sequence[bytes],
    root: bytes,
    node: Callable[[bytes, bytes], bytes] = node_hash,
) -> bool:
    """Tells whether a proof shows that a leaf is in a tree.

    Args:
        leaf_hash: Hash of the leaf, 32 bytes.
        index: Its zero-based place.
        size: Number of leaves of the tree.
        path: The proof, 32 bytes each, leaf side first.
        root: Root of the tree, 32 bytes.
        node: Hashes inner nodes; one that remembers serves proofs of neighbours, which share most of their nodes.

    Source:
        RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size or not _are_hashes((leaf_hash, root, *path)):
        return False
    place, last, found = index, size - 1, leaf_hash
    for sibling in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node(sibling, found)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            found = node(found, sibling)
        place >>= 1
        last >>= 1
    return last == 0 and found == root


def verify_consistency(
    first: int, second: int, path: Sequence[bytes], *, first_root: bytes, second_root: bytes
) -> bool:
    """Tells whether a proof shows that one tree is a prefix of another.

    The empty tree is a prefix of every tree, and each tree of itself; their proofs are empty.

    Args:
        first: Number of leaves of the earlier tree.
        second: Number of leaves of the later tree.
        path: The proof, 32 bytes each.
        first_root: Root of the earlier tree, 32 bytes.
        second_root: Root of the later tree, 32 bytes.

    Source:
        RFC 9162 §2.1.4.2.
    """
    if not 0 <= first <= second or not _are_hashes((first_root, second_root, *path)):
        return False
    if first == second:
        return not path and first_root == second_root
    if first == 0:
        return not path and first_root == EMPTY_ROOT
    if not path:
        return False
    # Where the earlier tree is complete its root begins the path without being in the proof.
    nodes = [first_root, *path] if first & (first - 1) == 0 else list(path)
    return _fold_both(first - 1, second - 1, nodes) == (first_root, second_root)


def _fold_both(place: int, last: int, nodes: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Computes the roots of both trees from a proof (steps 4 to 7); None if the proof has the wrong length."""
    while place & 1:
        place >>= 1
        last >>= 1
    earlier = later = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            earlier, later = node_hash(node, earlier), node_hash(node, later)
            while not place & 1 and place:
                place >>= 1
                last >>= 1
        else:
            later = node_hash(later, node)
        place >>= 1
        last >>= 1
    return (earlier, later) if last == 0 else None


def _are_hashes(values: Sequence[bytes]) -> bool:
    return {*map(len, values)} <= {HASH_SIZE}


class TreeHasher:
    """Computes the root of a tree whose leaves come one after another, keeping one hash per level."""

    __slots__ = ("_complete", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._complete: list[bytes] = []

    @property
    def size(self) -> int:
        """Number of leaves so far."""
        return self._size

    def append(self, leaf_hash: bytes) -> None:
        """Adds a leaf at the right.

        Args:
            leaf_hash: Its hash, 32 bytes.
        """
        place, found = self._size, leaf_hash
        while place & 1:
            found = node_hash(self._complete.pop(), found)
            place >>= 1
        self._complete.append(found)
        self._size += 1

    def root(self) -> bytes:
        """Returns the root over the leaves so far, 32 bytes."""
        if not self._complete:
            return EMPTY_ROOT
        found = self._complete[-1]
        for left in reversed(self._complete[:-1]):
            found = node_hash(left, found)
        return found
