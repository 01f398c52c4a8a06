"""Key cases (重点案件) that both provincial bodies supervise, in lists of which a year may have several (R-3.5).

A list is proposed by one body and published when both have signed it. Whether a case on it is closed is a matter of its
referral; it is carried over where it stood on a list of an earlier year that was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from services.codes.facts import next_instant
from xiezhi.errors import Reason, Violation, error, invalid_fields


class Body(IntEnum):
    """A provincial body."""

    HIGH_COURT = 1
    PUBLIC_SECURITY = 2


class ListState(IntEnum):
    """How a list stands, the values of `xiezhi.referral.v1.KeyCaseListState`."""

    PENDING = 1
    PUBLISHED = 2


@dataclass(frozen=True, slots=True)
class Proposed:
    """A body proposed a list, which does not sign it yet.

    Attributes:
        at: Instant.
        list_id: Key of the list.
        year: Year of the supervision.
        title: Title.
        body: The body.
        referrals: Keys of the referrals.
    """

    at: datetime
    list_id: str
    year: int
    title: str
    body: Body
    referrals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """A body signed a list.

    Attributes:
        at: Instant.
        list_id: Key of the list.
        body: The body.
    """

    at: datetime
    list_id: str
    body: Body


ListFact = Proposed | Signed
"""Any of them."""


@dataclass(frozen=True, slots=True)
class KeyCaseList:
    """A list at a moment.

    Attributes:
        proposed: How it was proposed.
        signatures: The first signature of each body, in their order.
    """

    proposed: Proposed
    signatures: tuple[Signed, ...] = ()

    @property
    def published_at(self) -> datetime | None:
        """Instant of the second signature; None before it."""
        return self.signatures[-1].at if len(self.signatures) == len(Body) else None

    @property
    def state(self) -> ListState:
        """How it stands."""
        return ListState.PENDING if self.published_at is None else ListState.PUBLISHED

    def is_shown_to(self, body: Body | None) -> bool:
        """Whether somebody sees it: until it is published only the two bodies do; None stands for anybody else."""
        return self.state is ListState.PUBLISHED or body is not None


def lists_at(facts: Iterable[ListFact], moment: datetime) -> tuple[KeyCaseList, ...]:
    """Tells how all lists stand at a moment, in the order in which they were proposed.

    Args:
        facts: The facts of all lists, in any order; those after the moment are not looked at.
        moment: An aware instant.
    """
    lists: dict[str, KeyCaseList] = {}
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=lambda fact: fact.at):
        found = lists.get(fact.list_id)
        if isinstance(fact, Proposed):
            lists.setdefault(fact.list_id, KeyCaseList(fact))
        elif found is not None and all(signed.body is not fact.body for signed in found.signatures):
            lists[fact.list_id] = KeyCaseList(found.proposed, (*found.signatures, fact))
    return tuple(lists.values())


def carried_over(lists: Iterable[KeyCaseList], found: KeyCaseList) -> frozenset[str]:
    """Returns the keys of a list's referrals that stood on a published list of an earlier year.

    Args:
        lists: All lists.
        found: The list.
    """
    earlier = (o for o in lists if o.state is ListState.PUBLISHED and o.proposed.year < found.proposed.year)
    return frozenset(found.proposed.referrals).intersection(r for other in earlier for r in other.proposed.referrals)


def propose(
    facts: Sequence[ListFact],
    list_id: str,
    referrals: tuple[str, ...],
    *,
    year: int,
    title: str,
    body: Body,
    now: datetime,
) -> Proposed:
    """Lets a list in, also as a further one of its year.

    Args:
        facts: The facts of all lists.
        list_id: Key of the list to be.
        referrals: Keys of the referrals.
        year: Year of the supervision.
        title: Title.
        body: The body that proposes it.
        now: The current instant.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    if not referrals or len(set(referrals)) < len(referrals):
        raise invalid_fields(Violation("referrals", "has one referral or more, each of them once"))
    if not title.strip():
        # Nothing mentions a blank title, so that nobody could sign the list.
        raise invalid_fields(Violation("title", "has more than spaces"))
    return Proposed(next_instant(facts, now), list_id, year, title, body=body, referrals=referrals)


def sign(facts: Sequence[ListFact], list_id: str, body: Body, *, now: datetime) -> Signed:
    """Lets a signature in; the second one publishes the list.

    Args:
        facts: The facts of all lists.
        list_id: Key of the list.
        body: The body that signs.
        now: The current instant.

    Raises:
        NotFound: KEY_CASE_LIST_NOT_FOUND.
        FailedPrecondition: KEY_CASE_LIST_STATE.
    """
    at = next_instant(facts, now)
    found = next((made for made in lists_at(facts, at) if made.proposed.list_id == list_id), None)
    if found is None:
        raise error(Reason.KEY_CASE_LIST_NOT_FOUND, "There is no such list of key cases: check its name.")
    if found.state is ListState.PUBLISHED:
        raise error(Reason.KEY_CASE_LIST_STATE, "The list is published already: propose a further one.")
    if any(signed.body is body for signed in found.signatures):
        raise error(Reason.KEY_CASE_LIST_STATE, "This body has signed the list already: the other one signs it now.")
    return Signed(at, list_id, body)
