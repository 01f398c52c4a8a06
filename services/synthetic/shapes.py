"""What families look like: who belongs to them, and how each is related to the head (GB/T 4761)."""

from __future__ import annotations

from services.synthetic.numbers import Role

HEAD, PARTNER, UNRELATED = "02", "10", "99"
"""Relations of the head (户主), of the head's spouse (配偶), and of somebody who is no relative (非亲属)."""

CHILDREN = (Role.FIRST_CHILD, Role.SECOND_CHILD, Role.THIRD_CHILD)
PARENTS = (Role.PARENT, Role.OTHER_PARENT)

_COUPLE = (Role.FOUNDER, Role.PARTNER)
_SHARES: tuple[tuple[tuple[Role, ...], int], ...] = (
    ((Role.FOUNDER,), 14),
    (_COUPLE, 17),
    ((*_COUPLE, Role.FIRST_CHILD), 27),
    ((*_COUPLE, Role.FIRST_CHILD, Role.SECOND_CHILD), 13),
    ((*_COUPLE, *CHILDREN), 2),
    ((Role.FOUNDER, Role.FIRST_CHILD), 6),
    ((*_COUPLE, Role.FIRST_CHILD, *PARENTS), 8),
    ((*_COUPLE, Role.FIRST_CHILD, Role.SECOND_CHILD, *PARENTS), 4),
    ((*_COUPLE, Role.FIRST_CHILD, Role.PARENT), 3),
    ((*_COUPLE, Role.FIRST_CHILD, Role.GRANDCHILD), 4),
    ((Role.FOUNDER, Role.SIBLING), 2),
)
SHAPES = tuple(shape for shape, share in _SHARES for _ in range(share))
"""Families as often as they are drawn: a hundred, of three people on average."""

_ONLY_CHILD = ("31", "21")
_CHILD_BY_RANK = (("32", "33", "34"), ("22", "23", "24"))
_GRANDCHILD = (("44", "43"), ("42", "41"))
"""By the sex of the child between, then by their own."""
_SIBLING = (("77", "73"), ("75", "71"))
"""Younger, then elder; each by sex."""
_PARENT_OF_HEAD, _PARENT_OF_WIFE, _PARENT_OF_HUSBAND = ("52", "51"), ("56", "55"), ("54", "53")


def relation_of_child(is_male: bool, *, rank: int, is_only: bool) -> str:
    """Returns the relation of a child.

    Args:
        is_male: Whether it is a son.
        rank: 0 for the eldest of its sex, and so on.
        is_only: Whether the family has no other child.
    """
    return _ONLY_CHILD[is_male] if is_only else _CHILD_BY_RANK[is_male][rank]


def relation_of_grandchild(is_male: bool, *, through_son: bool) -> str:
    """Returns the relation of a child's child."""
    return _GRANDCHILD[through_son][is_male]


def relation_of_sibling(is_male: bool, *, is_elder: bool) -> str:
    """Returns the relation of the head's brother or sister."""
    return _SIBLING[is_elder][is_male]


def relation_of_parent(is_male: bool, *, of_head: bool, head_is_male: bool) -> str:
    """Returns the relation of a parent of the head, or of the head's spouse.

    Args:
        is_male: Whether it is the father.
        of_head: Whether of the head.
        head_is_male: Whether the head is a man.
    """
    if of_head:
        return _PARENT_OF_HEAD[is_male]
    return (_PARENT_OF_WIFE if head_is_male else _PARENT_OF_HUSBAND)[is_male]
