"""People under control and files of theirs, made for tests."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from services.exit_restriction.controls.domain import ControlFile, ControlRecord, HandedOver, Judge
from services.exit_restriction.domain import Author, Direction, Placed, Requirement
from services.exit_restriction.hits.domain import Meeting
from services.exit_restriction.registry.domain import Person, Subject
from services.filing.domain import Contact
from tests.unit.exit_restriction.told import DONGHU, JUDGE, PHONE, UNIT
from tests.unit.exit_restriction.travellers import NOW, TODAY, person

EXIT, ENTRY = Direction.EXIT, Direction.ENTRY
CITIZEN = 1
"""Kind of a citizen identity number."""


def control(
    someone: Person | None = None,
    requirement: Requirement = Requirement.BLOCK_EXIT,
    *,
    court: str = DONGHU,
    serial: int = 1,
    at: datetime = NOW,
    last_day: date = date(2018, 11, 3),
    documents: tuple[str, ...] = (),
    control_id: str = "",
) -> ControlRecord:
    """Makes a control of somebody by a case."""
    whom = someone or person()
    author = Author(court, f"（2018）{court}执{serial}号")
    placed = Placed(control_id or str(uuid.uuid4()), author, requirement, at, TODAY, last_day, "7.4-current")
    return ControlRecord(
        placed,
        whom.person_id,
        HandedOver(whom.names[0], CITIZEN, whom.numbers[0], document_numbers=documents),
        f"（2018）{court}执{serial}号之一",
        Judge(JUDGE, Contact("李承办", PHONE)),
        "batch",
    )


def file_of(someone: Person | None = None, *records: ControlRecord) -> ControlFile:
    """Makes the file of somebody's controls."""
    return ControlFile(Subject.of(someone or person()), {one.control_id: one for one in records})


def meeting(
    direction: Direction = EXIT, *, at: datetime = NOW, port: str = "南昌昌北机场", unit: str = UNIT
) -> Meeting:
    """Makes a meeting at a port."""
    return Meeting(port, direction, unit, at)
