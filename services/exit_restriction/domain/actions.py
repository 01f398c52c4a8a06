"""What is done when a person presents at a port, and which courts are told (notice 二.3, R-2.8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from services.exit_restriction.domain.controls import ControlStanding
from services.exit_restriction.domain.requirements import Requirement
from services.filing.domain import Author


class Direction(IntEnum):
    """Which way somebody crosses the border, the values of `xiezhi.exit_restriction.v1.TravelDirection`."""

    EXIT = 1
    ENTRY = 2


class Action(IntEnum):
    """What is done, from the mildest to the strictest; the values of `xiezhi.exit_restriction.v1.BorderAction`.

    Attributes:
        NOTHING: Nothing; no court's control concerns the person on this way.
        LET_PASS: 掌握出入境动态, the courts are told and the traveller is shown nothing.
        STOP: 阻止出境, 阻止入境.
        STOP_AND_WITHHOLD: Stopped, and the document is withheld (扣留证件).
        DETAIN: 扣留人员.
    """

    NOTHING = 1
    LET_PASS = 2
    STOP = 3
    STOP_AND_WITHHOLD = 4
    DETAIN = 5


@dataclass(frozen=True, slots=True)
class Response:
    """What follows when a person presents.

    Attributes:
        action: What is done.
        concerned: The controls in force that concern this way across the border, the strictest first, and of those that
            demand the same in the order of receipt.
    """

    action: Action
    concerned: tuple[ControlStanding, ...]

    @property
    def told(self) -> tuple[ControlStanding, ...]:
        """The strictest control of each court and case, all of which are told; none where nothing is in force."""
        found: dict[Author, ControlStanding] = {}
        for control in self.concerned:
            found.setdefault(control.placed.author, control)
        return tuple(found.values())


_ALWAYS: Mapping[Requirement, Action] = MappingProxyType(
    {Requirement.MONITOR: Action.LET_PASS, Requirement.DETAIN: Action.DETAIN}
)
_ON_EXIT: Mapping[Requirement, Action] = MappingProxyType(
    {
        **_ALWAYS,
        Requirement.BLOCK_EXIT: Action.STOP,
        Requirement.BLOCK_EXIT_WITHHOLD: Action.STOP_AND_WITHHOLD,
    }
)
_ON_ENTRY: Mapping[Requirement, Action] = MappingProxyType(
    {
        **_ALWAYS,
        Requirement.BLOCK_ENTRY: Action.STOP,
        Requirement.BLOCK_ENTRY_WITHHOLD: Action.STOP_AND_WITHHOLD,
    }
)
_ACTIONS: Mapping[Direction, Mapping[Requirement, Action]] = MappingProxyType(
    {Direction.EXIT: _ON_EXIT, Direction.ENTRY: _ON_ENTRY}
)


def action_for(controls: Iterable[ControlStanding], direction: Direction) -> Response:
    """Tells what is done with a person: the strictest of what the courts demand in this direction.

    Whose demand is milder is told too; whose demand is of the other direction is not, and hinders nobody.

    Args:
        controls: How the person's controls stand at the moment.
        direction: Which way the person crosses the border.
    """
    actions = _ACTIONS[direction]
    concerned = [control for control in controls if control.is_in_force and control.placed.requirement in actions]
    # Sorting is stable: those that demand the same stay in the order of receipt.
    concerned.sort(key=lambda control: -actions[control.placed.requirement])
    action = actions[concerned[0].placed.requirement] if concerned else Action.NOTHING
    return Response(action, tuple(concerned))
