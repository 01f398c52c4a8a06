"""Steps of disputes as they are kept: sealed as a whole, and bound to the row they are in."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.coordination.disputes.domain import Officer, Step
from services.coordination.domain.disputes import (
    Consulted,
    Escalated,
    Fact,
    Opened,
    Position,
    Positioned,
    Settled,
    Side,
    Withdrawn,
    same_terms,
)

_FORM = 1
_NOBODY = 0

KINDS: Mapping[type[Fact], int] = MappingProxyType(
    {Opened: 1, Consulted: 2, Positioned: 3, Escalated: 4, Settled: 5, Withdrawn: 6}
)
"""Numbers of the kinds of facts, the values of `xiezhi.coordination.v1.DisputeStepKind`, which never change."""
_BY_SIDE: Mapping[int, type[Opened | Consulted | Escalated | Withdrawn]] = MappingProxyType(
    {1: Opened, 2: Consulted, 4: Escalated, 6: Withdrawn}
)


class StepSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, step: Step, *, dispute_id: str) -> bytes:
        """Seals a step; kind and instant are in its row."""
        fact = step.fact
        values = [
            _NOBODY if isinstance(fact, Settled) else fact.side,
            fact.position if isinstance(fact, Positioned) else _NOBODY,
            fact.sha256.hex() if isinstance(fact, Settled) else "",
            step.officer.organisation,
            step.officer.officer_id,
            step.text,
        ]
        record = write_record(_FORM, values)
        return self._sealer.seal(record, place=_place(dispute_id, KINDS[type(fact)], fact.at.isoformat()))

    def open(self, row: Any) -> Step:
        """Opens a step.

        Args:
            row: Its row.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        place = _place(row.dispute_id, row.kind, row.at.isoformat())
        side, position, sha256, organisation, officer, text = read_record(
            _FORM, self._sealer.open(bytes(row.record), place=place)
        )
        return Step(_fact(row, side, position=position, sha256=sha256, text=text), Officer(organisation, officer), text)


def _fact(row: Any, side: int, *, position: int, sha256: str, text: str) -> Fact:
    if row.kind == KINDS[Settled]:
        return Settled(row.at, bytes.fromhex(sha256))
    if row.kind == KINDS[Positioned]:
        is_agreed = position == Position.AGREED
        return Positioned(row.at, Side(side), Position(position), same_terms(text) if is_agreed else "")
    return _BY_SIDE[row.kind](row.at, Side(side))


def _place(dispute_id: str, kind: int, at: str) -> str:
    return f"coordination.dispute.step:{dispute_id}:{kind}:{at}"
