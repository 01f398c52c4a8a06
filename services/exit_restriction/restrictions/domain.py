"""Restrictions as they are filed: what is known of one at a moment, and the file of a person's restrictions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Fact, FilingLevel, Released, Renewed, Standing, Superseded, standing_at
from services.filing.domain import Contact
from xiezhi.errors import Reason, XiezhiError, error

MOST_SHOWN = 200
"""How many restrictions of a debtor in a case are shown, the newest ones."""

Later = Renewed | Released | Superseded
"""What happens to a restriction after it was filed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A restriction at a moment.

    Attributes:
        record: How it was filed.
        standing: How it stands.
        filed_at: When each of its terms was filed.
        level: Level at which the last of them was decided.
        decision_number: Number of the decision on it.
        officer_id: The judge who handled the case then, as the court's token names them.
        handler: How to reach them.
        is_release_proposed: Whether the debtor was taken off the list by then.
    """

    record: RestrictionRecord
    standing: Standing
    filed_at: tuple[datetime, ...]
    level: FilingLevel
    decision_number: str
    officer_id: str
    handler: Contact
    is_release_proposed: bool


@dataclass(frozen=True, slots=True)
class Renewal:
    """What a renewal rests on, beside the fact itself.

    Attributes:
        level: Level at which it was decided.
        decision_number: Number of the decision.
        officer_id: The handling judge, as the court's token names them.
        handler: How to reach them.
    """

    level: FilingLevel
    decision_number: str
    officer_id: str
    handler: Contact


@dataclass(frozen=True, slots=True)
class Step:
    """What happened to a restriction after it was filed, as it is kept.

    Attributes:
        fact: The fact.
        renewal: What it rests on; None unless it renews.
    """

    fact: Later
    renewal: Renewal | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """The release of a restriction was proposed to its court.

    Attributes:
        restriction_id: Key of the restriction.
        at: When.
    """

    restriction_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RestrictionFile:
    """All that happened to the restrictions of a person.

    Attributes:
        subject_id: Key of the person's subject.
        records: The restrictions by key, in the order in which they were received.
        later: What happened to them later.
        proposals: Which releases were proposed.
    """

    subject_id: int
    records: Mapping[str, RestrictionRecord] = field(default_factory=lambda: MappingProxyType({}))
    later: tuple[Step, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts."""
        return (*(record.filed for record in self.records.values()), *(step.fact for step in self.later))

    def standings(self, at: datetime) -> tuple[Standing, ...]:
        """Returns the restrictions filed until a moment as they stand then, in the order of receipt."""
        return standing_at(self.facts, at)

    def shown(self, restriction_id: str, at: datetime) -> Shown:
        """Returns one of the restrictions as it stands at a moment not before its receipt."""
        return next(shown for shown in self.all_shown(at) if shown.record.restriction_id == restriction_id)

    def all_shown(self, at: datetime) -> tuple[Shown, ...]:
        """Returns all restrictions filed until a moment as they stand then, in the order of receipt."""
        return tuple(self._show(standing, at) for standing in self.standings(at))

    def with_restriction(self, record: RestrictionRecord) -> RestrictionFile:
        """Returns the file with one more restriction."""
        return RestrictionFile(
            self.subject_id, {**self.records, record.restriction_id: record}, self.later, self.proposals
        )

    def followed_by(self, step: Step) -> RestrictionFile:
        """Returns the file with one more step."""
        return replace(self, later=(*self.later, step))

    def proposing(self, proposals: Iterable[Proposal]) -> RestrictionFile:
        """Returns the file with more releases proposed."""
        return replace(self, proposals=(*self.proposals, *proposals))

    def _show(self, standing: Standing, at: datetime) -> Shown:
        record = self.records[standing.filed.restriction_id]
        renewals = [
            (step.fact.at, step.renewal)
            for step in self.later
            if step.fact.restriction_id == record.restriction_id and step.renewal is not None and step.fact.at <= at
        ]
        first = Renewal(record.level, record.decision_number, record.officer_id, record.handler)
        last = renewals[-1][1] if renewals else first
        return Shown(
            record,
            standing,
            filed_at=(record.filed.at, *(filed for filed, _ in renewals)),
            level=last.level,
            decision_number=last.decision_number,
            # Of the first renewals it was not kept who handled the case.
            officer_id=last.officer_id or record.officer_id,
            handler=last.handler if last.officer_id else record.handler,
            is_release_proposed=any(
                proposal.restriction_id == record.restriction_id and proposal.at <= at for proposal in self.proposals
            ),
        )


def not_found() -> XiezhiError:
    """Makes the refusal of a restriction that is not there, or not the caller's."""
    return error(Reason.RESTRICTION_NOT_FOUND, "There is no such restriction of this court and case: check its name.")
