"""What a unit does with a referral that lies with it, and what its letters must mention."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum

from services.referral.domain import Decided, Decision, Ground, Rank
from services.referral.referrals.domain import ReferralFile, not_found
from xiezhi.errors import Reason, error

_FOOT = re.compile(r"—\s*[0-9]{1,3}\s*—")
"""Number at the foot of a page, which stands in the midst of a text that goes on over the page."""


@dataclass(frozen=True, slots=True)
class Officer:
    """Who acts for a unit.

    Attributes:
        unit: Code of the unit, 12 digits.
        officer_id: The officer.
        rank: Rank of who extends a review.
    """

    unit: str
    officer_id: str
    rank: Rank


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a unit decides about suspects.

    Attributes:
        places: Places of the suspects.
        decision: The decision.
        decided_on: Day of the decision.
        number: Number of the decision.
        late_reason: Why it is recorded on a later day; empty where there is no reason.
    """

    places: tuple[int, ...]
    decision: Decision
    decided_on: date
    number: str
    late_reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Reopening:
    """Why a unit takes suspects up again.

    Attributes:
        places: Places of the suspects.
        ground: On what.
        text: The prosecutor's document, or what the new evidence is.
    """

    places: tuple[int, ...]
    ground: Ground
    text: str = field(repr=False)


class LetterKind(IntEnum):
    """What a unit's letter is, the values of `xiezhi.referral.v1.ReferralDocumentKind`."""

    FEEDBACK = 4
    OPINION = 5
    RECEIPT = 6


@dataclass(frozen=True, slots=True)
class UnitLetter:
    """A letter of a unit.

    Attributes:
        kind: What it is.
        places: Places of the suspects whom it is about; none for a receipt.
        number: Its number.
        reasons: The reasons of an opinion; none for others.
        pdf: The file; empty while it is still to be made, and where a referral is received without a receipt.
        signed_at: When the unit signed for the referral, as its receipt says; None for now, and for other letters.
    """

    kind: LetterKind
    places: tuple[int, ...]
    number: str
    reasons: tuple[str, ...] = field(default=(), repr=False)
    pdf: bytes = field(default=b"", repr=False)
    signed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """Something that a letter must mention.

    Attributes:
        what: What it is, in words that repeat nothing of it.
        forms: The texts, any of which will do.
    """

    what: str
    forms: tuple[str, ...] = field(repr=False)


def require_lies_with(file: ReferralFile | None, officer: Officer) -> ReferralFile:
    """Returns the referral if it lies with the officer's unit; any other one looks like one that is not there.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
    """
    if file is None or file.unit != officer.unit:
        raise not_found()
    return file


def keys_of(file: ReferralFile, places: Iterable[int]) -> tuple[str, ...]:
    """Returns the keys of suspects by their places.

    Raises:
        NotFound: REFERRAL_NOT_FOUND, if the referral has no such suspect.
    """
    suspects, wanted = file.record.suspects, tuple(places)
    if any(place >= len(suspects) for place in wanted):
        raise not_found()
    return tuple(suspects[place].key for place in wanted)


def decisions_of(file: ReferralFile, places: Sequence[int]) -> tuple[tuple[Decided, str], ...]:
    """Returns the decision about each of some suspects that counts now, with its number.

    Args:
        file: The referral.
        places: Places of the suspects.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_DECIDED, if a suspect has none, or one has another than the next.
    """
    standing, numbers = file.standing(file.last_at), {step.fact: step.deed.number for step in file.steps}
    found = []
    for key in keys_of(file, places):
        stands = standing.find(key)
        decided = stands.rounds[-1].decided if stands is not None and stands.rounds else None
        if decided is None:
            raise error(Reason.NOT_DECIDED, "There is no decision about each of these suspects yet: decide first.")
        found.append((decided, numbers[decided]))
    if len({decided.decision for decided, _ in found}) > 1:
        raise error(Reason.NOT_DECIDED, "The suspects are decided differently: write one letter for each decision.")
    return tuple(found)


def without_feet(text: str) -> str:
    """Returns the text of a letter without the numbers at the feet of its pages."""
    return _FOOT.sub("", text)
