"""Key cases (重点案件) that both provincial bodies supervise, in lists of which a year may have several (R-3.5).

A list is proposed by one body, which signs it by that, and published when the other one signs too. What becomes of its
cases later is added to it; a case that is still open may be carried over into a list of a later year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum

from xiezhi.errors import Reason, Violation, error, invalid_fields

_TICK = timedelta(microseconds=1)


class Body(IntEnum):
    """A provincial body."""

    HIGH_COURT = 1
    PUBLIC_SECURITY = 2


class ListState(IntEnum):
    """State of a list."""

    PENDING = 1
    PUBLISHED = 2


class CaseState(IntEnum):
    """State of a case in a list."""

    SUPERVISED = 1
    CLOSED = 2
    CARRIED_OVER = 3


@dataclass(frozen=True, slots=True)
class Proposed:
    """A body proposed and signed a list.

    Attributes:
        at: Instant.
        list_id: Key of the list.
        year: Its year.
        batch: Which list of the year it is, from 1.
        body: The body.
        referrals: Keys of the referrals.
    """

    at: datetime
    list_id: str
    year: int
    batch: int
    body: Body
    referrals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """The other body signed the list.

    Attributes:
        at: Instant.
        list_id: Key of the list.
        body: The body.
    """

    at: datetime
    list_id: str
    body: Body


@dataclass(frozen=True, slots=True)
class CaseClosed:
    """The supervision of a case ended.

    Attributes:
        at: Instant.
        list_id: Key of the list.
        referral: Key of the referral.
    """

    at: datetime
    list_id: str
    referral: str


ListFact = Proposed | Signed | CaseClosed
"""Any of them."""


@dataclass(frozen=True, slots=True)
class KeyCaseList:
    """A list at a moment.

    Attributes:
        proposed: How it was proposed.
        state: Its state.
        published_at: Instant of the second signature; None before it.
        cases: Its referrals and how each of them stands.
    """

    proposed: Proposed
    state: ListState
    published_at: datetime | None
    cases: tuple[tuple[str, CaseState], ...]

    def is_shown_to(self, body: Body | None) -> bool:
        """Whether somebody sees it: until it is published only the two bodies do; None stands for anybody else."""
        return self.state is ListState.PUBLISHED or body is not None


def lists_at(facts: Iterable[ListFact], moment: datetime) -> tuple[KeyCaseList, ...]:
    """Tells how all lists stand at a moment, in the order in which they were proposed.

    Args:
        facts: The facts of all lists, in any order; those after the moment are not looked at.
        moment: An aware instant.
    """
    known = sorted((fact for fact in facts if fact.at <= moment), key=lambda fact: fact.at)
    signed: dict[str, datetime] = {}
    proposals = {fact.list_id: fact for fact in reversed(known) if isinstance(fact, Proposed)}
    for fact in known:
        made = proposals.get(fact.list_id)
        if isinstance(fact, Signed) and made is not None and fact.body is not made.body and fact.at > made.at:
            signed.setdefault(fact.list_id, fact.at)
    closed = {
        (f.list_id, f.referral) for f in known if isinstance(f, CaseClosed) and f.at > signed.get(f.list_id, f.at)
    }
    ordered = sorted(proposals.values(), key=lambda made: made.at)
    return tuple(_list(made, signed, closed, later=ordered[place + 1 :]) for place, made in enumerate(ordered))


def propose(
    facts: Sequence[ListFact], list_id: str, referrals: tuple[str, ...], *, year: int, body: Body, now: datetime
) -> Proposed:
    """Lets a list in; a case that a list of an earlier year has open is carried over by it.

    Args:
        facts: The facts of all lists.
        list_id: Key of the list to be.
        referrals: Keys of the referrals.
        year: Its year.
        body: The body that proposes it.
        now: The current instant.

    Raises:
        InvalidArgument: FIELDS_INVALID.
        FailedPrecondition: KEY_CASE_LIST_STATE.
    """
    if not referrals or len(set(referrals)) < len(referrals):
        raise invalid_fields(Violation("referrals", "has one referral or more, each of them once"))
    at = _next_instant(facts, now)
    of_year = [found for found in lists_at(facts, at) if found.proposed.year >= year]
    supervised = {r for found in of_year for r, state in found.cases if state is CaseState.SUPERVISED}
    if supervised.intersection(referrals):
        raise error(Reason.KEY_CASE_LIST_STATE, "A list of that year or a later one has one of these cases already.")
    batch = 1 + sum(found.proposed.year == year for found in of_year)
    return Proposed(at, list_id, year, batch, body=body, referrals=referrals)


def sign(facts: Sequence[ListFact], list_id: str, body: Body, *, now: datetime) -> Signed:
    """Lets the second signature in, which publishes the list.

    Args:
        facts: The facts of all lists.
        list_id: Key of the list.
        body: The body that signs.
        now: The current instant.

    Raises:
        NotFound: KEY_CASE_LIST_NOT_FOUND.
        FailedPrecondition: KEY_CASE_LIST_STATE.
    """
    at = _next_instant(facts, now)
    found = _find(facts, list_id, at)
    if found.state is ListState.PUBLISHED:
        raise error(Reason.KEY_CASE_LIST_STATE, "The list is published already: propose a further one.")
    if found.proposed.body is body:
        raise error(Reason.KEY_CASE_LIST_STATE, "This body has signed the list already: the other one signs it now.")
    return Signed(at, list_id, body)


def close(facts: Sequence[ListFact], list_id: str, referral: str, *, now: datetime) -> CaseClosed:
    """Lets the end of a case's supervision in.

    Args:
        facts: The facts of all lists.
        list_id: Key of the list.
        referral: Key of the referral.
        now: The current instant.

    Raises:
        NotFound: KEY_CASE_LIST_NOT_FOUND.
        FailedPrecondition: KEY_CASE_LIST_STATE.
    """
    at = _next_instant(facts, now)
    found = _find(facts, list_id, at)
    if found.state is ListState.PENDING or dict(found.cases).get(referral) is not CaseState.SUPERVISED:
        raise error(Reason.KEY_CASE_LIST_STATE, "The list is not published, or does not have the case open.")
    return CaseClosed(at, list_id, referral)


def _next_instant(facts: Iterable[ListFact], now: datetime) -> datetime:
    return max((now, *(fact.at + _TICK for fact in facts)))


def _find(facts: Sequence[ListFact], list_id: str, at: datetime) -> KeyCaseList:
    for found in lists_at(facts, at):
        if found.proposed.list_id == list_id:
            return found
    raise error(Reason.KEY_CASE_LIST_NOT_FOUND, "There is no such list of key cases: check its name.")


def _list(
    made: Proposed, signed: dict[str, datetime], closed: set[tuple[str, str]], *, later: Sequence[Proposed]
) -> KeyCaseList:
    # A list that nobody signed carries nothing over: until then the case is supervised where it was.
    taken = {r for p in later if p.year > made.year and p.list_id in signed for r in p.referrals}
    published_at = signed.get(made.list_id)

    def state(referral: str) -> CaseState:
        if (made.list_id, referral) in closed:
            return CaseState.CLOSED
        return CaseState.CARRIED_OVER if referral in taken else CaseState.SUPERVISED

    return KeyCaseList(
        made,
        ListState.PENDING if published_at is None else ListState.PUBLISHED,
        published_at,
        tuple((referral, state(referral)) for referral in made.referrals),
    )
