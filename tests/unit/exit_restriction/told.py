"""Restrictions, controls and hits as courts and counters are told of them, made for tests."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from services.chassis.call import Call
from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Action, Author, Direction, Filed, FilingLevel, Ground, Requirement
from services.exit_restriction.meetings import HitTold
from services.exit_restriction.registry.domain import Person, Subject
from services.exit_restriction.restrictions.domain import Renewal, RestrictionFile, Step
from services.filing.domain import Contact, Party
from tests.unit.calls import make_call
from tests.unit.exit_restriction.travellers import NOW, TODAY, person

PACKAGE = "/xiezhi.exit_restriction.v1"
COUNTERS, NOTICES = f"{PACKAGE}.ApplicationCounterService", f"{PACKAGE}.CourtNoticeService"
DONGHU, NANCHANG = "赣0102", "赣01"
JUDGE, PHONE = "GAN0102-J001", "0791-86001234"
LAST_DAY = date(2019, 8, 3)
UNIT = "360100000000"
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def record(
    someone: Person | Subject | None = None,
    *,
    court: str = DONGHU,
    serial: int = 1,
    at: datetime = NOW,
    start: date = TODAY,
    last_day: date = LAST_DAY,
    ground: Ground = Ground.CITIZEN_UNSETTLED_CASE,
    restriction_id: str = "",
) -> RestrictionRecord:
    """Makes a restriction of somebody by a case."""
    whom = someone or person()
    key = whom.person_id if isinstance(whom, Person) else whom.subject_id
    author = Author(court, f"（2018）{court}执{serial}号")
    return RestrictionRecord(
        Filed(restriction_id or str(uuid.uuid4()), author, ground, at, start, last_day, "160-2018"),
        key,
        str(uuid.uuid4()),
        Party(whom.names[0], whom.numbers[0], is_person=True),
        FilingLevel.PREFECTURE,
        f"（2018）{court}执{serial}号之一",
        JUDGE,
        Contact("李承办", PHONE),
    )


def renewal_by(officer: str = JUDGE, *, phone: str = PHONE, decision: str = "（2019）之二") -> Renewal:
    """Makes what a renewal by a judge rests on."""
    return Renewal(FilingLevel.PREFECTURE, decision, officer, Contact("李承办", phone))


def file_of(*records: RestrictionRecord, later: Iterable[Step] = ()) -> RestrictionFile:
    """Makes the file of somebody's restrictions."""
    key = records[0].subject_id if records else 1
    return RestrictionFile(key, {one.restriction_id: one for one in records}, tuple(later))


def hit(key: int = 1, *, court: str = DONGHU, serial: int = 1, at: datetime = NOW, **known: object) -> HitTold:
    """Makes what a case is told of somebody who was met."""
    values = {
        "control_id": str(uuid.uuid4()),
        "hit_id": str(uuid.uuid4()),
        "person_name": "测试1",
        "requirement": Requirement.MONITOR,
        "action": Action.STOP,
        "port": "南昌昌北机场",
        "direction": Direction.EXIT,
        "observed_at": at,
        "traceparent": TRACE,
        **known,
    }
    author = Author(court, f"（2018）{court}执{serial}号")
    return HitTold(author=author, subject_id=key, handler_id=JUDGE, unit=UNIT, at=at, **values)  # type: ignore[arg-type]


def call(
    request,
    service: str,
    *,
    at: datetime = NOW,
    officer: str = JUDGE,
    organisation: str = DONGHU,
    permissions: Iterable[str] = (),
    system: bytes = bytes(32),
    liaison: bool = True,
) -> Call:
    """Makes the call of a request, from the system with a certificate."""
    return make_call(
        request,
        service,
        at=at,
        officer=officer,
        organisation=organisation,
        permissions=permissions,
        system=system,
        liaison=liaison,
    )
