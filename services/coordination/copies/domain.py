"""What has changed in the directory, as its copies are told."""

from __future__ import annotations

from dataclasses import dataclass

from services.coordination.credentials.domain import Registered
from services.directory.channels import Operation, Outage
from services.directory.liaisons import Appointment


@dataclass(frozen=True, slots=True)
class Changes:
    """Some changes, each the whole of what it is about.

    Attributes:
        revision: Revision of a copy once it has them.
        is_complete: Whether it has everything then.
        credentials: Credentials that were registered or revoked.
        appointments: Appointments that were made or changed.
        operations: For whom the platform became operational.
        outages: Outages that were declared or ended.
    """

    revision: int
    is_complete: bool
    credentials: tuple[Registered, ...] = ()
    appointments: tuple[Appointment, ...] = ()
    operations: tuple[Operation, ...] = ()
    outages: tuple[Outage, ...] = ()
