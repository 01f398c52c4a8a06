"""The log as a Merkle tree after RFC 9162: every hash that it has, and the proofs that are made of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xiezhi.proof.merkle import EMPTY_ROOT, HASH_SIZE, node_hash

BLOCK_LEVELS = 3
"""Leaves below one node of this height are proven together: entries are appended, and asked about, in rows."""
_ROOT = 64
"""Above the root of every tree."""


class Tree:
    """Every complete node of a tree that only grows, one array of hashes per level: 64 bytes a leaf.

    A node below which all leaves exist never changes, so trees of all earlier sizes are in here too, and a proof in
    any of them costs one look-up per level.
    """

    __slots__ = ("_levels",)

    def __init__(self) -> None:
        self._levels: list[bytearray] = [bytearray()]

    @property
    def size(self) -> int:
        """Number of leaves."""
        return len(self._levels[0]) // HASH_SIZE

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Adds leaves at the right.

        Args:
            leaves: Their hashes, 32 bytes each.
        """
        levels = self._levels
        for leaf in leaves:
            place, found = self.size, leaf
            levels[0] += leaf
            level = 0
            while place & 1:
                found = node_hash(self.node(level, place - 1), found)
                place >>= 1
                level += 1
                if level == len(levels):
                    levels.append(bytearray())
                levels[level] += found

    def truncate(self, size: int) -> None:
        """Forgets the leaves beyond a size: those whose commit failed."""
        for level, nodes in enumerate(self._levels):
            del nodes[(size >> level) * HASH_SIZE :]

    def node(self, level: int, index: int) -> bytes:
        """Returns the hash of a complete node.

        Args:
            level: Its height above the leaves.
            index: Its place among the nodes of that height.
        """
        return bytes(self._levels[level][index * HASH_SIZE : (index + 1) * HASH_SIZE])

    def find(self, leaf: bytes, start: int, end: int) -> int | None:
        """Returns the first place of a leaf hash from one place up to before another, None if it is not there."""
        leaves, at = self._levels[0], start * HASH_SIZE
        while (at := leaves.find(leaf, at, end * HASH_SIZE)) >= 0:
            if not at % HASH_SIZE:
                return at // HASH_SIZE
            at += 1
        return None

    def at(self, size: int) -> View:
        """Returns the tree as it was at a size, from 0 to the present one."""
        return View(self, size)


class View:
    """A tree of one size.

    Its nodes at the right edge, below which not all leaves exist, are computed here once, one per level; a node without
    a sibling is its own parent.

    Args:
        tree: The tree.
        size: The size, from 0 to the present one.
    """

    __slots__ = ("_edge", "_tree", "size")

    def __init__(self, tree: Tree, size: int) -> None:
        self._tree = tree
        self.size = size
        self._edge: list[bytes] = [tree.node(0, size - 1)] if size else [EMPTY_ROOT]
        count = size
        for level in range((size - 1).bit_length() if size else 0):
            last = self._edge[-1]
            self._edge.append(last if count & 1 else node_hash(tree.node(level, count - 2), last))
            count = (count + 1) >> 1

    @property
    def root(self) -> bytes:
        """Root of the tree, 32 bytes."""
        return self._edge[-1]

    def find(self, leaf: bytes, start: int, end: int) -> int | None:
        """Looks for a leaf by its hash, one after another: 10 ms for a million.

        Args:
            leaf: Its hash, 32 bytes.
            start: Zero-based place to look from.
            end: Place to stop before; it may be beyond the tree.

        Returns:
            Its zero-based place, None if it is not among them.
        """
        return self._tree.find(leaf, start, min(end, self.size))

    def inclusion(self, index: int) -> tuple[bytes, ...]:
        """Proves a leaf.

        Args:
            index: Its zero-based place, less than the size.

        Returns:
            The proof, leaf side first.

        Source:
            RFC 9162 §2.1.3.1.
        """
        return tuple(self._climb(0, index))

    def inclusions(self, indexes: Iterable[int]) -> Iterator[tuple[bytes, ...]]:
        """Yields the proofs of several leaves; those below one node of height BLOCK_LEVELS share what is above it.

        Args:
            indexes: Their zero-based places, each less than the size.
        """
        above: dict[int, tuple[bytes, ...]] = {}
        for index in indexes:
            block = index >> BLOCK_LEVELS
            upper = above.get(block)
            if upper is None:
                upper = above[block] = tuple(self._climb(BLOCK_LEVELS, block))
            yield (*self._climb(0, index, top=BLOCK_LEVELS), *upper)

    def consistency(self, first: int) -> tuple[bytes, ...]:
        """Proves that an earlier tree is a prefix of this one.

        Args:
            first: Its size, from 0 to this one.

        Returns:
            The proof; empty where the sizes are equal or the earlier is 0.

        Source:
            RFC 9162 §2.1.4.1.
        """
        if first in {0, self.size}:
            return ()
        # The largest complete node that ends where the earlier tree does; where that is all of it, its root is known.
        level = (first & -first).bit_length() - 1
        index = (first >> level) - 1
        begin = [self._tree.node(level, index)] if index else []
        return (*begin, *self._climb(level, index))

    def _climb(self, level: int, index: int, *, top: int = _ROOT) -> Iterator[bytes]:
        """Yields the siblings from a node up to a level, or to the root."""
        count = -(-self.size >> level)
        while count > 1 and level < top:
            sibling = index ^ 1
            if sibling < count - 1:
                yield self._tree.node(level, sibling)
            elif sibling == count - 1:
                yield self._edge[level]
            index >>= 1
            count = (count + 1) >> 1
            level += 1
