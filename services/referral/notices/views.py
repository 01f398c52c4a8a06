"""A referral as it stands at a moment, with what is listed and told of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.referral.convert import NAME
from services.referral.domain import (
    Adjusted,
    Calendars,
    Decision,
    Duty,
    Fact,
    Referral,
    adjust,
    duties_at,
    private_prosecution_eligible_on,
    referral_at,
)
from services.referral.notices.domain import Kind, Outline, Owed, Told, key_of, owed_of


@dataclass(frozen=True, slots=True)
class View:
    """A referral at a moment.

    Attributes:
        referral_id: Its key.
        facts: Its facts until then.
        moment: The moment.
        calendars: All calendars.
        referral: How it stands.
        duties: Its duties.
    """

    referral_id: str
    facts: tuple[Fact, ...]
    moment: datetime
    calendars: Calendars
    referral: Referral
    duties: tuple[Duty, ...]

    @property
    def unit(self) -> str:
        """Code of the unit that it lies with."""
        return self.referral.unit_at(self.moment)

    @property
    def running(self) -> tuple[Duty, ...]:
        """The duties that are owed."""
        return tuple(duty for duty in self.duties if duty.is_owed and duty.deadline.rule.kind is not None)

    @property
    def outline(self) -> Outline:
        """Where it lies and what has become of it."""
        last = (standing.rounds[-1].decided for standing in self.referral.suspects if standing.rounds)
        filed = sum(decided is not None and decided.decision is Decision.FILED for decided in last)
        sent, is_closed = self.referral.sent, self.referral.is_closed
        received_on = self.referral.received_on
        return Outline(self.referral_id, sent.court_code, sent.case_number, self.unit, received_on, filed, is_closed)

    @property
    def open_suspects(self) -> frozenset[str]:
        """Keys of the suspects against whom the creditor may turn to private prosecution."""
        return frozenset(
            standing.suspect
            for standing in self.referral.suspects
            if private_prosecution_eligible_on(standing, self.duties) is not None
        )

    def stale(self) -> frozenset[bytes]:
        """Returns keys of the duties that a calendar moves which was adopted after they began."""
        adopted = (one.adopted_at for one in self.calendars.versions if one.adopted_at is not None)
        clocks = {_clock(fact) for fact in self.moved(max((self.moment, *adopted)))}
        return frozenset(key_of(self.referral_id, duty) for duty in self.running if _clock_of(duty) in clocks)

    def moved(self, now: datetime) -> tuple[Adjusted, ...]:
        """Returns the facts by which running deadlines come to be those of the calendars that count now.

        What a calendar has moved once it does not move again, although a day that was put to the day of its adoption
        would be another one on a later day.
        """
        made = adjust(self.facts, now, self.calendars)
        return tuple(fact for fact in made if set(fact.new_versions) - set(fact.old_versions))

    def owed(self, duty: Duty) -> Owed:
        """Returns a duty as it is listed and told."""
        return owed_of(self.referral_id, self.referral, duty, unit=self.unit)

    def find(self, fact: Adjusted) -> Duty | None:
        """Returns the duty whose deadline a fact moved; None where there is none any more."""
        return next((duty for duty in self.duties if _clock_of(duty) == _clock(fact)), None)

    def told(
        self,
        kind: Kind,
        *,
        event: int = 0,
        duty: Duty | None = None,
        on: date | None = None,
        former_due: date | None = None,
    ) -> Told:
        """Returns what a notice says.

        Args:
            kind: Why it is sent.
            event: What happened, a value of the contract's; 0 for other kinds.
            duty: The duty; None where it is not about one.
            on: Day as of which the duty is told.
            former_due: The last day before it was computed anew; None for other kinds.
        """
        sent = self.referral.sent
        return Told(
            kind,
            f"{NAME}{self.referral_id}",
            sent.court_code,
            sent.case_number,
            self.unit,
            event=event,
            owed=None if duty is None else self.owed(duty),
            on=on,
            former_due=former_due,
        )


def view_of(
    referral_id: str, facts: Sequence[Fact], *, calendars: Calendars, moment: datetime | None = None
) -> View | None:
    """Looks at a referral.

    Args:
        referral_id: Its key.
        facts: Its facts.
        calendars: All calendars.
        moment: The moment; None for that of the last fact.

    Returns:
        The referral; None where it was not sent yet.
    """
    if not facts:
        return None
    at = moment or _last(facts)
    known = tuple(fact for fact in facts if fact.at <= at)
    referral = referral_at(known, at)
    if referral is None:
        return None
    return View(referral_id, known, at, calendars, referral, duties_at(known, at, calendars))


def _last(facts: Iterable[Fact]) -> datetime:
    return max(fact.at for fact in facts)


def _clock_of(duty: Duty) -> tuple[str, str, datetime]:
    return duty.deadline.rule.id, duty.suspect, duty.started_at


def _clock(fact: Adjusted) -> tuple[str, str, datetime]:
    return fact.rule_id, fact.suspect, fact.started_at
