"""Which police organisations have which departments, as the directory of liaisons tells."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from services.coordination.directory.rows import LiaisonRows
from services.directory.liaisons import Post


class Departments:
    """The `services.coordination.disputes.store.Directory` of a process.

    Args:
        rows: Reads appointments.
    """

    def __init__(self, rows: LiaisonRows) -> None:
        self._rows = rows

    def has_department(self, connection: Connection, organisation: str, department: int, *, day: date) -> bool:
        """Whether a police organisation has an appointed liaison of a department on a day."""
        kept = self._rows.at_posts(connection, [Post(organisation, department)])
        return any(day in one.appointment.days for one in kept)
