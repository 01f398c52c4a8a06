"""The files of disputes, as a change sees them within its transaction."""

from __future__ import annotations

from typing import Protocol

from services.coordination.disputes.domain import DisputeFile, DisputeRecord, Parties, Step


class Files(Protocol):
    """The files; what is opened nobody else changes until the change is made or undone."""

    def has_department(self, organisation: str, department: int) -> bool:
        """Whether a police organisation has a liaison of a department now."""
        ...

    def has_open(self, subject: str, parties: Parties) -> bool:
        """Whether the two sides have a dispute about an object that is not over; nobody opens one meanwhile."""
        ...

    def open(self, dispute_id: str) -> DisputeFile | None:
        """Returns a dispute, None if it is not there."""
        ...

    def begin(self, record: DisputeRecord, step: Step) -> DisputeFile:
        """Adds a dispute, and tells of it."""
        ...

    def add(self, file: DisputeFile, step: Step) -> DisputeFile:
        """Adds a step, and tells of it."""
        ...
