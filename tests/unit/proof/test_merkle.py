"""Verification of proofs, against the definitions of RFC 9162 and against everything that is not a proof."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.unit.proof import rfc9162
from xiezhi.proof import merkle

LEAVES = [rfc9162.leaf(bytes([n])) for n in range(130)]
SIZES = st.integers(1, len(LEAVES))

ENTRIES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
"""The published roots of certificate-transparency's reference implementation, for the first 1 to 8 of those entries."""


def _root(size: int) -> bytes:
    return rfc9162.root(LEAVES[:size])


def _includes(
    index: int, size: int, path: list[bytes], *, leaf: bytes | None = None, root: bytes | None = None
) -> bool:
    return merkle.verify_inclusion(
        LEAVES[index % len(LEAVES)] if leaf is None else leaf,
        index=index,
        size=size,
        path=path,
        root=_root(size) if root is None else root,
    )


def _continues(
    first: int, second: int, path: list[bytes], *, first_root: bytes | None = None, second_root: bytes | None = None
) -> bool:
    return merkle.verify_consistency(
        first=first,
        second=second,
        path=path,
        first_root=_root(first) if first_root is None else first_root,
        second_root=_root(second) if second_root is None else second_root,
    )


def test_the_published_roots_are_found() -> None:
    hasher = merkle.TreeHasher()
    for entry, expected in zip(ENTRIES, ROOTS, strict=True):
        hasher.append(merkle.leaf_hash(bytes.fromhex(entry)))
        assert hasher.root().hex() == expected


def test_the_empty_tree_has_the_root_of_nothing() -> None:
    assert merkle.TreeHasher().root() == merkle.EMPTY_ROOT == rfc9162.root([])


def test_the_hasher_agrees_with_the_definition_at_every_size() -> None:
    hasher = merkle.TreeHasher()
    for size, leaf in enumerate(LEAVES, 1):
        hasher.append(leaf)
        assert (hasher.size, hasher.root()) == (size, _root(size))


def test_a_leaf_is_not_a_node() -> None:
    left, right = LEAVES[:2]
    assert merkle.node_hash(left, right) != merkle.leaf_hash(left + right)


@given(SIZES, st.data())
def test_a_genuine_inclusion_is_accepted(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    assert _includes(index, size, rfc9162.path(index, LEAVES[:size]))


@given(SIZES, st.data())
def test_an_altered_inclusion_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = rfc9162.path(index, LEAVES[:size])
    assert not _includes(index, size, path, leaf=LEAVES[(index + 1) % len(LEAVES)])
    assert not _includes(index, size, path, root=merkle.node_hash(*LEAVES[:2]) if size != 2 else LEAVES[5])
    assert not _includes(index, size, [*path, LEAVES[0]])
    for place in range(len(path)):
        assert not _includes(index, size, path[:place] + path[place + 1 :])
        assert not _includes(index, size, [*path[:place], bytes(32), *path[place + 1 :]])
    other = data.draw(st.integers(-2, size + 2))
    assume(other != index)
    assert not merkle.verify_inclusion(LEAVES[index], other, size, path=path, root=_root(size))


def test_a_place_beyond_the_tree_is_refused() -> None:
    assert not _includes(0, 0, [], root=LEAVES[0])
    assert not _includes(1, 1, [], leaf=LEAVES[0])


@pytest.mark.parametrize("wrong", [b"", bytes(31), bytes(33)])
def test_what_is_no_hash_is_refused(wrong: bytes) -> None:
    path = rfc9162.path(0, LEAVES[:2])
    assert not _includes(0, 2, [wrong])
    assert not _includes(0, 2, path, leaf=wrong)
    assert not _includes(0, 2, path, root=wrong)
    assert not _continues(2, 4, [wrong])
    assert not _continues(1, 1, [], first_root=wrong, second_root=wrong)


@given(SIZES, SIZES)
def test_a_genuine_continuation_is_accepted(one: int, other: int) -> None:
    first, second = sorted((one, other))
    path = rfc9162.proof(first, LEAVES[:second]) if first < second else []
    assert _continues(first, second, path)


@given(SIZES, SIZES, st.data())
def test_an_altered_continuation_is_refused(one: int, other: int, data: st.DataObject) -> None:
    assume(one != other)
    first, second = sorted((one, other))
    path = rfc9162.proof(first, LEAVES[:second])
    place = data.draw(st.integers(0, len(path) - 1))
    assert not _continues(first, second, [*path[:place], bytes(32), *path[place + 1 :]])
    assert not _continues(first, second, path[:place] + path[place + 1 :])
    assert not _continues(first, second, [*path, bytes(32)])
    assert not _continues(first, second, path, first_root=bytes(32))
    assert not _continues(first, second, path, second_root=bytes(32))
    assert not _continues(second, first, path)


@given(SIZES, SIZES, st.data())
def test_a_rewritten_tree_is_no_continuation(one: int, other: int, data: st.DataObject) -> None:
    assume(one != other)
    first, second = sorted((one, other))
    changed = data.draw(st.integers(0, first - 1))
    rewritten = [bytes(32) if n == changed else leaf for n, leaf in enumerate(LEAVES[:second])]
    assert not _continues(first, second, rfc9162.proof(first, rewritten), second_root=rfc9162.root(rewritten))


def test_the_empty_tree_is_continued_by_every_tree_without_a_proof() -> None:
    assert _continues(0, 7, [])
    assert not _continues(0, 7, [LEAVES[0]])
    assert not _continues(0, 7, [], first_root=LEAVES[0])
    assert not _continues(5, 7, [])


def test_equal_trees_need_no_proof_and_take_none() -> None:
    assert _continues(5, 5, [])
    assert not _continues(5, 5, [LEAVES[0]])
    assert not _continues(5, 5, [], second_root=LEAVES[0])
