"""What the sides of a dispute and both provincial bodies do, each step within one change of the files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from services.coordination.disputes.domain import (
    DisputeFile,
    DisputeRecord,
    Officer,
    Step,
    Topic,
    Whose,
    parties_of,
)
from services.coordination.disputes.files import Files
from services.coordination.domain.dispute_steps import consult, escalate, not_found, settle, take_position, withdraw
from services.coordination.domain.disputes import PROVINCIAL, Later, Opened, Position, Side
from xiezhi.errors import Reason, error


@dataclass(frozen=True, slots=True)
class Opening:
    """What an organisation disputes.

    Attributes:
        dispute_id: Key of the dispute to be.
        subject: Name of the object.
        topic: What it is about.
        text: What is in dispute.
        counterpart: The other side as the organisation names it; may be empty.
    """

    dispute_id: str
    subject: str
    topic: Topic
    text: str
    counterpart: str


def open_one(opening: Opening, whose: Whose, files: Files, *, officer: Officer, now: datetime) -> DisputeFile:
    """Opens a dispute.

    Args:
        opening: What is disputed.
        whose: Whose the object is.
        files: The files.
        officer: Who opens it.
        now: The present instant.

    Raises:
        XiezhiError: DISPUTE_SUBJECT_NOT_FOUND, DISPUTE_EXISTS or FIELDS_INVALID.
    """
    organisation = officer.organisation
    parties = parties_of(organisation, opening.counterpart, whose, has_department=files.has_department)
    if files.has_open(opening.subject, parties):
        raise error(Reason.DISPUTE_EXISTS, "The two sides have a dispute about this that is not over: go on with it.")
    record = DisputeRecord(opening.dispute_id, opening.subject, opening.topic, parties)
    side = Side.COURT if organisation == parties.court_code else Side.POLICE
    return files.begin(record, Step(Opened(now, side), officer, opening.text))


def consult_one(dispute_id: str, text: str, files: Files, *, officer: Officer, now: datetime) -> DisputeFile:
    """Adds what a side writes; raises DISPUTE_NOT_FOUND or DISPUTE_STATE."""
    return _step(dispute_id, partial(consult, now=now), files, officer=officer, text=text)


def position_one(
    dispute_id: str, position: Position, text: str, *, files: Files, officer: Officer, now: datetime
) -> DisputeFile:
    """Records the position of a side; raises DISPUTE_NOT_FOUND, DISPUTE_STATE or DISPUTE_TERMS_DIFFER."""
    let_in = partial(take_position, position=position, text=text, now=now)
    return _step(dispute_id, let_in, files, officer=officer, text=text)


def escalate_one(dispute_id: str, files: Files, *, officer: Officer, days: int, now: datetime) -> DisputeFile:
    """Takes a dispute to the provincial bodies; raises DISPUTE_NOT_FOUND, DISPUTE_STATE or CONSULTATION_NOT_OVER.

    Args:
        dispute_id: The dispute.
        files: The files.
        officer: Who takes it there.
        days: Days that the other side has to answer.
        now: The present instant.
    """
    return _step(dispute_id, partial(escalate, days=days, now=now), files, officer=officer)


def withdraw_one(dispute_id: str, text: str, files: Files, *, officer: Officer, now: datetime) -> DisputeFile:
    """Withdraws a dispute; raises DISPUTE_NOT_FOUND or DISPUTE_STATE."""
    return _step(dispute_id, partial(withdraw, now=now), files, officer=officer, text=text)


def settle_one(dispute_id: str, sha256: bytes, files: Files, *, officer: Officer, now: datetime) -> DisputeFile:
    """Settles a dispute by a record that both bodies have sealed; raises DISPUTE_NOT_FOUND or DISPUTE_STATE."""
    file = require_shown(files.open(dispute_id), officer.organisation)
    return files.add(file, Step(settle(file.facts, sha256, now=now), officer))


def require_shown(file: DisputeFile | None, organisation: str) -> DisputeFile:
    """Refuses a dispute that an organisation does not see.

    Raises:
        NotFound: DISPUTE_NOT_FOUND.
    """
    if file is None or not file.is_shown_to(organisation):
        raise not_found()
    return file


def require_body(organisation: str) -> None:
    """Refuses whoever is neither of the provincial bodies.

    Raises:
        PermissionDenied: PERMISSION_MISSING.
    """
    if organisation not in PROVINCIAL:
        raise error(
            Reason.PERMISSION_MISSING,
            "Only the High Court and the Provincial Public Security Department settle: have one of them do it.",
        )


def _step(
    dispute_id: str, let_in: Callable[..., Later], files: Files, *, officer: Officer, text: str = ""
) -> DisputeFile:
    """Has a side take a step; whoever is of neither side finds nothing, and a provincial body no step of its own."""
    file = files.open(dispute_id)
    side = None if file is None else file.side_of(officer.organisation)
    if file is None or side is None:
        raise not_found()
    return files.add(file, Step(let_in(file.facts, side), officer, text))
