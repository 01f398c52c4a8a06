"""Whom a court names and what it orders about them, put before the statutory reporting test (R-1.9)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import (
    Author,
    Candidate,
    Decision,
    Filed,
    FilingLevel,
    Ground,
    RestrictionOrder,
    Term,
    TermRule,
    rule_on,
)
from services.exit_restriction.registry.domain import Examined, Named
from services.filing.domain import Contact, Party


@dataclass(frozen=True, slots=True)
class Debtor:
    """A debtor as a court names them.

    Attributes:
        party: Name and number.
        ground: Why the law lets a court keep them from leaving; of an organisation it says nothing.
        birth: Date of birth as the number tells it; None where it tells none.
        has_passport_only: Whether the number is that of a foreigner's passport.
    """

    party: Party
    ground: Ground
    birth: date | None = field(repr=False)
    has_passport_only: bool = False

    @property
    def named(self) -> Named:
        """The debtor as the register is asked for them."""
        number = (self.party.number,)
        if self.has_passport_only:
            return Named(self.party.name, (), number)
        return Named(self.party.name, number)


@dataclass(frozen=True, slots=True)
class Ordered:
    """What a court orders of a debtor.

    Attributes:
        author: The court and the case.
        debtor: The debtor.
        level: Level of the authority that approved.
        term: How long.
        start: First day; None for the day of receipt.
        decision_number: Number of the decision not to let them exit; empty where there is none.
        names_debtor: Whether the assistance notice names the debtor's number.
        names_decision: Whether it names that of the decision.
    """

    author: Author
    debtor: Debtor
    level: FilingLevel
    term: Term
    start: date | None
    decision_number: str
    names_debtor: bool
    names_decision: bool

    @property
    def order(self) -> RestrictionOrder:
        """The restriction that is ordered."""
        return RestrictionOrder(self.author, self.debtor.ground, self.level, self.term, self.start)

    def record(
        self, filed: Filed, subject_id: int, entry_id: str, *, officer_id: str, handler: Contact
    ) -> RestrictionRecord:
        """Returns the restriction as it is kept once it is filed.

        Args:
            filed: The fact.
            subject_id: Key of the person's subject.
            entry_id: Key of the entry of the list on which it rests.
            officer_id: The handling judge.
            handler: How to reach them.
        """
        return RestrictionRecord(
            filed, subject_id, entry_id, self.debtor.party, self.level, self.decision_number, officer_id, handler
        )


def candidate_of(ordered: Ordered, examined: Examined, *, rules: Collection[TermRule], on: date) -> Candidate:
    """Puts what is ordered before the reporting test.

    Args:
        ordered: What is ordered.
        examined: What the register has.
        rules: How terms are computed.
        on: Day of the test.
    """
    person = None if examined.subject is None else examined.subject.person
    decision = None
    if ordered.decision_number:
        start = ordered.start or on
        decision = Decision(
            ordered.names_decision, ordered.level, start, ordered.term, rule=rule_on(rules, min(start, on))
        )
    return Candidate(
        is_natural_person=ordered.debtor.party.is_person,
        birth=ordered.debtor.birth or (None if person is None else person.birth_date),
        on=on,
        finding=examined.finding,
        is_deceased=person is not None and person.is_deceased,
        notice_names_person=ordered.names_debtor,
        decision=decision,
    )
