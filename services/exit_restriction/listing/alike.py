"""Orders that are alike, decided once: most of an upload's are the same for people about whom nothing is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from services.codes.legal_time import legal_date
from services.codes.terms import corresponding_day
from services.exit_restriction.domain import (
    ADULT_YEARS,
    Eligibility,
    EntryFact,
    Fact,
    Filed,
    FilingLevel,
    Listing,
    Published,
    RestrictionOrder,
    Standing,
    Term,
    TermRule,
    assess,
    file,
    publish,
    standing_of,
)
from services.exit_restriction.registry.domain import Examined
from services.exit_restriction.reporting import Ordered, candidate_of


class AlikeOrders:
    """Lets entries and restrictions in as the domain does, and asks it once for those that are alike.

    Who is listed and restricted changes nothing of the answer as long as there are no facts about them.

    Args:
        rules: How terms are computed.
        now: The instant of receipt.
    """

    def __init__(self, rules: Collection[TermRule], *, now: datetime) -> None:
        self._rules = rules
        self._now = now
        self._today = legal_date(now)
        self._adults_since = corresponding_day(self._today, -ADULT_YEARS * 12)
        self._tested: dict[tuple[object, ...], Eligibility] = {}
        self._published: dict[Listing, Published] = {}
        self._standings: dict[tuple[FilingLevel, Term, date | None], Standing] = {}

    def assess(self, ordered: Ordered, examined: Examined) -> Eligibility:
        """Puts an order to the reporting test; see `services.exit_restriction.domain.assess`.

        The test asks when somebody was born only to tell a minor. So those who were born on different days are alike
        where both came of age a day ago or longer; everybody else is tested by themselves.

        Args:
            ordered: What is ordered.
            examined: What the register has of the debtor.
        """
        person = None if examined.subject is None else examined.subject.person
        birth = ordered.debtor.birth or (None if person is None else person.birth_date)
        if birth is None or birth >= self._adults_since:
            return self._test(ordered, examined)
        key = (
            ordered.debtor.party.is_person,
            examined.finding,
            person is not None and person.is_deceased,
            ordered.names_debtor,
            ordered.names_decision,
            bool(ordered.decision_number),
            ordered.level,
            ordered.term,
            ordered.start,
        )
        known = self._tested.get(key)
        if known is None:
            known = self._tested[key] = self._test(ordered, examined)
        return known

    def _test(self, ordered: Ordered, examined: Examined) -> Eligibility:
        return assess(candidate_of(ordered, examined, rules=self._rules, on=self._today))

    def publish(self, entry: Published, facts: Sequence[EntryFact]) -> Published:
        """Lets an entry in; see `services.exit_restriction.domain.publish`.

        Args:
            entry: The entry as it is to be, received now.
            facts: The debtor's facts.

        Raises:
            XiezhiError: As there.
        """
        if not facts and entry.listing in self._published:
            return entry
        made = publish(entry.author, entry.listing, facts, entry_id=entry.entry_id, now=self._now)
        if not facts:
            self._published[entry.listing] = made
        return made

    def file(self, order: RestrictionOrder, facts: Sequence[Fact], *, restriction_id: str) -> Standing:
        """Lets a restriction in, and tells how it stands then; see `services.exit_restriction.domain.file`.

        Args:
            order: The order.
            facts: The person's facts.
            restriction_id: Key of the restriction to be.

        Raises:
            XiezhiError: As there.
        """
        key = (order.level, order.term, order.start)
        known = None if facts else self._standings.get(key)
        if known is None:
            filed = file(order, facts, restriction_id=restriction_id, rules=self._rules, now=self._now)
            standing = standing_of(filed)
            if not facts:
                self._standings[key] = standing
            return standing
        like = known.filed
        filed = Filed(
            restriction_id,
            order.author,
            order.ground,
            at=like.at,
            start=like.start,
            last_day=like.last_day,
            rule_version=like.rule_version,
        )
        return Standing(filed, known.state, known.periods, known.effective_from)
