"""What is done when a person presents at a port, and which courts are told (notice 二.3, R-2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from services.exit_restriction.domain.controls import ControlStanding
from services.exit_restriction.domain.facts import Author
from services.exit_restriction.domain.requirements import Requirement


class Direction(IntEnum):
    """Which way somebody crosses the border, the values of `xiezhi.exit.v1.Direction`."""

    EXIT = 1
    ENTRY = 2


class Action(IntEnum):
    """What is done, from the mildest to the strictest; the values of `xiezhi.exit.v1.Action`."""

    PASS = 1
    BLOCK = 2
    BLOCK_AND_WITHHOLD = 3
    DETAIN = 4


@dataclass(frozen=True, slots=True)
class Response:
    """What follows when a person presents.

    Attributes:
        action: What is done.
        shown: The controls that demand it, and that the officer is shown; none where the person passes, so that one who
            is only watched looks like anybody else.
        notified: The courts and cases to tell, each once, in the order of receipt; nobody where nothing is in force.
    """

    action: Action
    shown: tuple[ControlStanding, ...]
    notified: tuple[Author, ...]


_ON_EXIT: Mapping[Requirement, Action] = MappingProxyType(
    {
        Requirement.BLOCK_EXIT: Action.BLOCK,
        Requirement.BLOCK_EXIT_WITHHOLD: Action.BLOCK_AND_WITHHOLD,
        Requirement.DETAIN: Action.DETAIN,
    }
)
_ON_ENTRY: Mapping[Requirement, Action] = MappingProxyType(
    {
        Requirement.BLOCK_ENTRY: Action.BLOCK,
        Requirement.BLOCK_ENTRY_WITHHOLD: Action.BLOCK_AND_WITHHOLD,
        Requirement.DETAIN: Action.DETAIN,
    }
)
_ACTIONS: Mapping[Direction, Mapping[Requirement, Action]] = MappingProxyType(
    {Direction.EXIT: _ON_EXIT, Direction.ENTRY: _ON_ENTRY}
)


def action_for(controls: Iterable[ControlStanding], direction: Direction) -> Response:
    """Tells what is done with a person: the strictest of what the courts demand in this direction.

    All courts whose control is in force are told that the person was met, also those whose demand is milder or of the
    other direction: who is not to leave and comes home is found too.

    Args:
        controls: How the person's controls stand at the moment.
        direction: Which way the person crosses the border.
    """
    in_force = tuple(control for control in controls if control.is_in_force)
    demanded = [_ACTIONS[direction].get(control.placed.requirement, Action.PASS) for control in in_force]
    action = max(demanded, default=Action.PASS)
    shown = tuple(
        control
        for control, demand in zip(in_force, demanded, strict=True)
        if demand is action and action is not Action.PASS
    )
    return Response(action, shown, notified=tuple(dict.fromkeys(control.placed.author for control in in_force)))
