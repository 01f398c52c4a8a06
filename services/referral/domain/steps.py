"""What is said of a step that a referral does not admit: in which states it is, and which steps these admit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from services.referral.domain.facts import (
    Decided,
    Extended,
    FactOfReferral,
    FactOfSuspect,
    FeedbackGiven,
    OpinionGiven,
    Received,
    Reopened,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from services.referral.domain.standings import ADMITTED, Standing
from xiezhi.errors import Reason, XiezhiError, error

_STEPS: Mapping[type[FactOfReferral | FactOfSuspect], str] = MappingProxyType(
    {
        Received: "receive",
        SupplementRequested: "request a supplement",
        Supplemented: "supplement",
        Transferred: "transfer",
        Extended: "extend",
        Decided: "decide",
        FeedbackGiven: "give feedback",
        OpinionGiven: "give the opinion",
        Reopened: "reopen",
        Withdrawn: "withdraw",
    }
)


def not_found() -> XiezhiError:
    """Makes the refusal of a referral, or of a suspect in it, that is not there."""
    return error(Reason.REFERRAL_NOT_FOUND, "There is no such referral, or it has no such suspect: check the names.")


def refuse_step(standings: Iterable[Standing]) -> XiezhiError:
    """Makes the refusal of a step.

    Args:
        standings: How the referral stands for the suspects that the step concerns.
    """
    states = sorted({standing.state for standing in standings})
    admitted = [name for kind, name in _STEPS.items() if not ADMITTED[kind].isdisjoint(states)]
    names, steps = " and ".join(state.name for state in states), ", ".join(admitted) or "none"
    return error(Reason.REFERRAL_STATE, f"The referral is {names}, which admits these steps: {steps}.")
