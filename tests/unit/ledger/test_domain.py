"""The tree and its proofs against the definitions of RFC 9162; places of a group's entries."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain import Tree, arrange
from tests.unit.ledger.fakes import record
from tests.unit.proof import rfc9162
from xiezhi.errors import AlreadyExists, Reason
from xiezhi.proof import merkle

MOST = 70
LEAVES = [rfc9162.leaf(bytes([n])) for n in range(MOST)]


@pytest.fixture(scope="module")
def tree() -> Tree:
    tree = Tree()
    tree.extend(LEAVES)
    return tree


def test_the_root_is_that_of_the_definition_at_every_size(tree: Tree) -> None:
    for size in range(MOST + 1):
        assert tree.at(size).root == rfc9162.root(LEAVES[:size])


def test_every_inclusion_proof_is_that_of_the_definition(tree: Tree) -> None:
    for size in range(1, MOST + 1):
        view = tree.at(size)
        for index in range(size):
            path = view.inclusion(index)
            assert list(path) == rfc9162.path(index, LEAVES[:size])
            assert merkle.verify_inclusion(LEAVES[index], index, size, path=path, root=view.root)


@given(st.data())
def test_leaves_proven_together_are_proven_as_each_by_itself(tree: Tree, data: st.DataObject) -> None:
    view = tree.at(data.draw(st.integers(1, MOST)))
    indexes = data.draw(st.lists(st.integers(0, view.size - 1)))
    assert list(view.inclusions(indexes)) == [view.inclusion(index) for index in indexes]


def test_every_consistency_proof_is_that_of_the_definition(tree: Tree) -> None:
    for second in range(1, MOST + 1):
        view = tree.at(second)
        for first in range(1, second):
            path = view.consistency(first)
            assert list(path) == rfc9162.proof(first, LEAVES[:second])
            first_root = tree.at(first).root
            assert merkle.verify_consistency(first, second, path, first_root=first_root, second_root=view.root)


def test_the_empty_and_the_same_tree_need_no_proof(tree: Tree) -> None:
    assert tree.at(9).consistency(0) == tree.at(9).consistency(9) == ()


def test_a_leaf_is_found_by_its_hash_where_it_is_looked_for(tree: Tree) -> None:
    view = tree.at(50)
    for index in range(50):
        assert view.find(LEAVES[index], 0, MOST) == index
        assert view.find(LEAVES[index], index, index + 1) == index
        assert view.find(LEAVES[index], index + 1, index + 1 + MOST) is None
        assert view.find(LEAVES[index], 0, index) is None
    assert view.find(LEAVES[50], 0, MOST) is None


def test_halves_of_two_leaves_are_no_leaf() -> None:
    tree, across = Tree(), b"r" * 16 + b"l" * 16
    tree.extend([b"l" * 32, b"r" * 32, b"l" * 32])
    assert tree.at(3).find(across, 0, 3) is None
    tree.extend([across])
    assert tree.at(4).find(across, 0, 4) == 3


@given(st.lists(st.integers(0, 20), max_size=8))
def test_the_tree_does_not_depend_on_how_it_grew(steps: list[int]) -> None:
    tree, size = Tree(), 0
    for step in steps:
        tree.extend(LEAVES[size : size + step])
        size = min(size + step, MOST)
        assert tree.size == size
        assert tree.at(size).root == rfc9162.root(LEAVES[:size])


@given(st.integers(0, MOST), st.integers(0, MOST))
def test_a_truncated_tree_is_as_if_the_rest_had_never_been(one: int, other: int) -> None:
    small, large = sorted((one, other))
    tree = Tree()
    tree.extend(LEAVES[:large])
    before = tree.at(small).root
    tree.truncate(small)
    assert (tree.size, tree.at(small).root) == (small, before)
    tree.extend(reversed(LEAVES[small:]))
    assert tree.at(MOST).root == rfc9162.root(LEAVES[:small] + LEAVES[small:][::-1])


def test_a_view_stays_what_it_was_while_the_tree_grows() -> None:
    tree = Tree()
    tree.extend(LEAVES[:11])
    view = tree.at(11)
    tree.extend(LEAVES[11:])
    assert view.root == rfc9162.root(LEAVES[:11])
    assert [list(view.inclusion(n)) for n in range(11)] == [rfc9162.path(n, LEAVES[:11]) for n in range(11)]
    assert list(view.consistency(6)) == rfc9162.proof(6, LEAVES[:11])


def test_entries_get_their_places_in_order() -> None:
    arranged = arrange([[record(0), record(1)], [record(2)]], {}, size=5)
    assert arranged.outcomes == ((5, 6), (7,))
    assert arranged.fresh == (record(0), record(1), record(2))


def test_an_entry_that_is_there_keeps_its_place() -> None:
    known = {record(1).entry_id: (3, record(1).leaf_hash)}
    arranged = arrange([[record(0), record(1)], [record(0)], [record(2), record(2)]], known, size=5)
    assert arranged.outcomes == ((5, 3), (5,), (6, 6))
    assert arranged.fresh == (record(0), record(2))


def test_another_entry_of_the_same_id_is_refused_and_its_neighbours_are_not() -> None:
    known = {record(1).entry_id: (3, record(1).leaf_hash)}
    requests = [
        [record(0)],
        [record(8), record(1, "other")],
        [record(0, "other")],
        [record(4), record(4, "x")],
        [record(2)],
    ]
    arranged = arrange(requests, known, size=5)
    assert arranged.outcomes[0] == (5,)
    for outcome in arranged.outcomes[1:4]:
        assert isinstance(outcome, AlreadyExists)
        assert outcome.reason is Reason.REQUEST_ID_REUSED
    assert arranged.outcomes[4] == (6,)
    assert arranged.fresh == (record(0), record(2))
