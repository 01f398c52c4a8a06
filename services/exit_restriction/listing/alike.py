"""Orders that are alike, decided once: most of an upload's are the same for people about whom nothing is known."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from services.exit_restriction.domain import (
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
    file,
    publish,
    standing_of,
)


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
        self._published: dict[Listing, Published] = {}
        self._standings: dict[tuple[FilingLevel, Term, date | None], Standing] = {}

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
