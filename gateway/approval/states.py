"""States of an approval, the events that lead from one to another, and what each state means to a call."""

from __future__ import annotations

from enum import IntEnum

from xiezhi.errors import Reason, XiezhiError, error


class State(IntEnum):
    """State of an approval; the values of `xiezhi.approval.v1.State`."""

    PENDING = 1
    APPROVED = 2
    SPENT = 3
    REJECTED = 4
    WITHDRAWN = 5
    EXPIRED = 6
    REVOKED = 7

    @property
    def is_alive(self) -> bool:
        """Whether the approval can still be decided on or used, and its request is kept."""
        return self in {State.PENDING, State.APPROVED}


class Kind(IntEnum):
    """What can happen to an approval; the values of `xiezhi.approval.v1.TimelineEvent.Kind`."""

    SUBMITTED = 1
    CONSENTED = 2
    REJECTED = 3
    WITHDRAWN = 4
    REVOKED = 5
    USED = 6
    SPENT = 7


ENDINGS = {
    Kind.REJECTED: State.REJECTED,
    Kind.WITHDRAWN: State.WITHDRAWN,
    Kind.REVOKED: State.REVOKED,
    Kind.SPENT: State.SPENT,
}
"""Events that end an approval for good, and the states they lead to."""

ADMISSIBLE = {
    Kind.CONSENTED: frozenset({State.PENDING}),
    Kind.REJECTED: frozenset({State.PENDING}),
    Kind.WITHDRAWN: frozenset({State.PENDING, State.APPROVED}),
    Kind.REVOKED: frozenset({State.APPROVED}),
    Kind.USED: frozenset({State.APPROVED}),
    Kind.SPENT: frozenset({State.APPROVED}),
}
"""The states in which each event may happen."""

_UNUSABLE = {
    State.PENDING: (Reason.APPROVAL_PENDING, "The approval still waits for decisions."),
    State.REJECTED: (Reason.APPROVAL_REJECTED, "The approval was rejected."),
    State.WITHDRAWN: (Reason.APPROVAL_WITHDRAWN, "The requester withdrew the approval."),
    State.EXPIRED: (Reason.APPROVAL_EXPIRED, "The approval's time is over."),
    State.REVOKED: (Reason.APPROVAL_REVOKED, "The approval was revoked."),
    State.SPENT: (Reason.APPROVAL_SPENT, "The approval was spent by a call."),
}


def unusable(state: State, *, name: str) -> XiezhiError:
    """Makes the refusal of a call whose approval is in a state other than APPROVED.

    Args:
        state: The approval's state.
        name: Name of the approval.
    """
    reason, message = _UNUSABLE[state]
    return error(reason, message, resource=name)
