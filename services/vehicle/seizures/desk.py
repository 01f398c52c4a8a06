"""The desk at which courts' orders about vehicles are taken in."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol, TypeAlias

from services.filing import desk as filing_desk
from services.filing.desk import Accepted, Desk, Sought
from services.filing.domain import Filing
from services.vehicle.seizures.domain import RULING, Shown
from services.vehicle.seizures.files import Files


class Store(filing_desk.Store[Files], Protocol):
    """The files of vehicles; `services.vehicle.seizures.store.SeizureStore` is one."""

    async def names(self, seizure_ids: Collection[str]) -> frozenset[str]:
        """Returns the plates and VINs of the vehicles of seizures; of one that is not there, none."""
        ...

    async def page(
        self, case: tuple[str, str, str], *, as_of: datetime, after: int, size: int
    ) -> list[tuple[int, Shown]]:
        """Returns a debtor's seizures in a case with their sequences, in the order of service."""
        ...


SeizureDesk: TypeAlias = Desk[Store]
"""What the use cases need."""


async def take(
    filing: Filing,
    act: Callable[[Accepted, Files], bytes],
    *,
    desk: SeizureDesk,
    sought: Collection[str] = (),
    seizures: Collection[str] = (),
) -> bytes:
    """Takes an order in, which depends on what its first paper mentions; see `services.filing.desk.take`.

    Args:
        filing: What the court hands in.
        act: Makes the change and returns the answer.
        desk: What is needed.
        sought: Texts of which the order depends on whether its first paper mentions them.
        seizures: Keys of seizures whose vehicles are sought likewise, by plate and VIN.

    Raises:
        XiezhiError: As there.
    """

    async def look_up() -> Sought:
        return {RULING: await desk.store.names(seizures)}

    return await filing_desk.take(filing, act, desk=desk, sought={RULING: sought}, look_up=look_up)
