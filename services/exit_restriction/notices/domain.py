"""What courts are told of their restrictions and controls, who is told of it, and who may read the content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum

from services.exit_restriction.domain import Action, Author, Direction, Requirement

HIGH_COURT = "赣"
COMMAND_CENTRE, LIAISON = "command-centre", "liaison"
COMMAND_PERMISSION, LIAISON_PERMISSION = "exit.notice.command", "exit.notice.liaison"
"""Permissions by which a token is that of its organisation's command centre or liaison."""
TOPIC_PREFIX = "court."


class NoticeKind(IntEnum):
    """Why a court is told, the values of `xiezhi.exit_restriction.v1.CourtNoticeKind`."""

    HIT = 1
    HANDLED = 2
    OVERDUE = 3
    RENEWAL_OPEN = 4
    RENEWAL_CLOSING = 5
    EXPIRED = 6
    RELEASE_PROPOSED = 7

    @property
    def topic(self) -> str:
        """Topic of notices of this kind; the feed adds to it when one is overdue."""
        return TOPIC_PREFIX + self.name.lower()


@dataclass(frozen=True, slots=True)
class Met:
    """How a person under control was met, and what was done.

    Attributes:
        hit_id: Key of the hit.
        port: The port.
        direction: Which way the person went.
        observed_at: When, UTC.
        unit: Code of the police unit, 12 digits.
        requirement: What the court asked for.
        action: What was to be done.
        handled: What was done; None while nothing is recorded.
        note: The officer's remark; may be empty.
        person_name: Name of the person, as the court handed it over.
    """

    hit_id: str
    port: str = field(repr=False)
    direction: Direction
    observed_at: datetime
    unit: str
    requirement: Requirement
    action: Action
    handled: Action | None = None
    note: str = field(default="", repr=False)
    person_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class CourtTold:
    """What a court is told about one of its measures.

    Attributes:
        kind: Why.
        author: The court and the case.
        measure: Name of the restriction or control.
        handler_id: Officer id of the handling judge, who alone reads the content.
        last_day: Last day on which the court can renew, or of what is over; None for hits.
        met: How the person was met; None for other kinds.
    """

    kind: NoticeKind
    author: Author
    measure: str
    handler_id: str
    last_day: date | None = None
    met: Met | None = None

    def as_shown_to(self, officer_id: str, *, organisation: str) -> CourtTold:
        """Returns what an officer is shown: the handling judge all of it, others no content.

        Args:
            officer_id: The officer, as their organisation knows them.
            organisation: Their organisation; another one may have given the same id to somebody else.
        """
        if (officer_id, organisation) == (self.handler_id, self.author.court_code):
            return self
        return CourtTold(self.kind, self.author, self.measure, handler_id="")


def restriction_name(restriction_id: str) -> str:
    """Returns the resource name of a restriction."""
    return f"restrictions/{restriction_id}"


def control_name(control_id: str) -> str:
    """Returns the resource name of a control."""
    return f"controls/{control_id}"


def addressee_of_court(court_code: str) -> str:
    """Returns under what notices to a court are kept, for example "court/赣0102"."""
    return f"court/{court_code}"


def addressee_of_post(organisation: str, post: str) -> str:
    """Returns under what notices to a post are kept, for example "赣|command-centre"."""
    return f"{organisation}|{post}"


def told_late(court_code: str) -> tuple[str, ...]:
    """Returns who is told of a hit that the court has not acknowledged in time."""
    return addressee_of_post(court_code, LIAISON), addressee_of_post(HIGH_COURT, COMMAND_CENTRE)


def addressee_for(organisation: str, permissions: frozenset[str], *, is_liaison: bool) -> str:
    """Returns whose notices an officer follows: those to their court, or to the post that their token is of.

    Args:
        organisation: The officer's organisation.
        permissions: What the token permits.
        is_liaison: Whether the officer reads as the organisation's liaison.
    """
    if is_liaison:
        return addressee_of_post(organisation, LIAISON)
    if COMMAND_PERMISSION in permissions:
        return addressee_of_post(organisation, COMMAND_CENTRE)
    return addressee_of_court(organisation)


def derive_id(origin: str, *parts: object) -> str:
    """Returns the id of what follows from something, the same however often it is made.

    Args:
        origin: Key of what it follows from, a UUID.
        parts: What tells it from others that follow from the same.

    Source:
        RFC 9562, section 5.8, of BLAKE2b (RFC 7693) with the origin as its key: an upload needs three of them an entry.
    """
    told = hashlib.blake2b("|".join(map(str, parts)).encode(), key=origin.encode(), digest_size=16).hexdigest()
    return f"{told[:8]}-{told[8:12]}-8{told[13:16]}-a{told[17:20]}-{told[20:]}"
