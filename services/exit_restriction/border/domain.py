"""Who presents at a port, who is met, and what an officer is told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.exit_restriction.controls.domain import ControlFile
from services.exit_restriction.domain import Action, Response, action_for
from services.exit_restriction.hits.domain import Meeting
from services.filing.domain import Contact

KEPT = timedelta(hours=72)
"""How long the answer of a check that hit is kept for whoever asks again."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A traveller as an officer has them.

    Attributes:
        meeting: Where they present.
        document: Number of the document shown, in normal form; empty where it is not known.
        id_number: Identity number in normal form; empty where it is not known.
    """

    meeting: Meeting
    document: str = field(default="", repr=False)
    id_number: str = field(default="", repr=False)

    @property
    def texts(self) -> tuple[str, ...]:
        """What alerts are looked for by."""
        return tuple(dict.fromkeys(text for text in (self.document, self.id_number) if text))


@dataclass(frozen=True, slots=True)
class Sought:
    """Somebody whom an alert may be for.

    Attributes:
        hash: Keyed hash of the number, a signed number of 64 bits.
        meeting: Where they present.
        text: The number in normal form; empty where only the hash is known.
        is_dated: Whether it is said when they were met; otherwise they are met now.
    """

    hash: int
    meeting: Meeting
    text: str = field(default="", repr=False)
    is_dated: bool = False


@dataclass(frozen=True, slots=True)
class Met:
    """A person under control who is met.

    Attributes:
        file: The person with their controls.
        response: What is to be done.
    """

    file: ControlFile
    response: Response


@dataclass(frozen=True, slots=True)
class Recorded:
    """A hit that is written down.

    Attributes:
        hit_id: Its key.
        action: What is to be done.
    """

    hit_id: str
    action: Action


@dataclass(frozen=True, slots=True)
class Checked:
    """What an officer is told.

    Attributes:
        action: What to do.
        contacts: Courts to be told by telephone with their judges; only where the traveller is stopped.
        hit_id: The hit; empty where there is none.
        identity_differs: Whether document and identity number are of different persons on file.
        age: How old the picture was that it rests on; None where the database itself was asked.
    """

    action: Action = Action.NOTHING
    contacts: tuple[tuple[str, Contact], ...] = ()
    hit_id: str = ""
    identity_differs: bool = False
    age: timedelta | None = None


def respond(file: ControlFile, sought: Sought, now: datetime) -> Response:
    """Tells what is to be done with a person, as their controls stand now.

    Of somebody who was met before, only those controls count that were in force then already: a court that hands
    somebody over later was not to be told.

    Args:
        file: The person with their controls.
        sought: Where they present.
        now: The present instant.
    """
    # All that is written down has happened, by whatever process's clock.
    moment = max((now, *(fact.at for fact in file.facts)))
    standings = (shown.standing for shown in file.standings(moment))
    meeting = sought.meeting
    return action_for(
        (one for one in standings if not sought.is_dated or one.placed.effective_from <= meeting.at), meeting.direction
    )


def strictest_first(met: Iterable[Met]) -> list[Met]:
    """Returns those who are met under one number, the one with whom most is to be done first."""
    return sorted(met, key=lambda one: (-one.response.action, one.file.subject.subject_id))


def contacts_of(met: Sequence[Met]) -> tuple[tuple[str, Contact], ...]:
    """Returns the courts to be told by telephone with their judges, each once, the strictest demand first.

    Who passes, as one who is only watched does, is shown nothing of any court.
    """
    if not met or met[0].response.action < Action.STOP:
        return ()
    found = (
        (control.placed.author.court_code, one.file.records[control.placed.control_id].judge.contact)
        for one in met
        for control in one.response.concerned
    )
    return tuple(dict.fromkeys(found))
