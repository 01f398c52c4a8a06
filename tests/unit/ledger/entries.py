"""Entries about nobody, as the suite's processes write them."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from services.ledger.domain import Record
from services.ledger.log import Log
from services.ledger.recovery import recover
from tests.unit.ledger.fakes import MemoryHighWater, MemoryStore, id_of, signer
from xiezhi.ledger.v1 import ledger_pb2

BEGIN = datetime(2026, 9, 1, 1, 0, tzinfo=UTC)
BEGIN_US = int(BEGIN.timestamp()) * 1_000_000
SECOND = 1_000_000
DAY = 86_400 * SECOND
JUDGE, CHIEF, COURT = "GAN0102-J001", "GAN0102-C001", "赣0102"
LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
SEIZE = "/xiezhi.vehicle.v1.SeizureService/RegisterSeizure"
SUBMIT = "/xiezhi.approval.v1.ApprovalService/SubmitApproval"
APPROVE = "/xiezhi.approval.v1.ApprovalService/ApproveApproval"
DISCLOSURE, MEASURE = ledger_pb2.ENTRY_KIND_DISCLOSURE, ledger_pb2.ENTRY_KIND_MEASURE
WORKFLOW, REFUSAL = ledger_pb2.ENTRY_KIND_WORKFLOW, ledger_pb2.ENTRY_KIND_REFUSAL


def digest(number: int) -> bytes:
    """A keyed digest of some case or person."""
    return number.to_bytes(32, "big")


def approval(number: int) -> str:
    """Name of some approval."""
    return f"approvals/{uuid.UUID(int=number, version=4)}"


def entry(
    at: float = 0,
    kind: ledger_pb2.EntryKind = DISCLOSURE,
    method: str = LOOKUP,
    /,
    *,
    actor: str = JUDGE,
    court: str = COURT,
    about: int | None = None,
    case: int | None = None,
    subjects: Iterable[int] = (),
) -> ledger_pb2.Entry:
    """An entry.

    Args:
        at: Seconds after `BEGIN`.
        kind: Its kind.
        method: The method called.
        actor: Who called.
        court: Of which court.
        about: Number of its approval.
        case: Number of its case.
        subjects: Numbers of its data subjects.
    """
    made = ledger_pb2.Entry(
        entry_id=str(uuid.uuid4()),
        writer="identity",
        kind=kind,
        method=method,
        actor=actor,
        actor_organisation=court,
        approval="" if about is None else approval(about),
        case_index=b"" if case is None else digest(case),
        subject_indexes=map(digest, subjects),
    )
    made.time.FromDatetime(BEGIN + timedelta(seconds=at))
    return made


def records(entries: Iterable[ledger_pb2.Entry]) -> list[Record]:
    """Entries as they are kept."""
    return [Record.of(uuid.UUID(one.entry_id), one.SerializeToString()) for one in entries]


async def make_log(*entries: ledger_pb2.Entry) -> Log:
    """A log of entries in memory."""
    log = await recover(MemoryStore(), signer=signer(), high_water=MemoryHighWater(), id_of=id_of)
    if entries:
        await log.append(records(entries))
    return log
