"""How referrals are answered, by court, unit and period: counted from their facts, and from nothing that is stored."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from statistics import median

from services.codes.legal_time import legal_date
from services.referral.domain.calendars import Calendars
from services.referral.domain.clocks import LAW, Mark, RuleSet
from services.referral.domain.duties import Duty, DutyStatus, duties_at
from services.referral.domain.facts import Fact
from services.referral.domain.referrals import Referral, ReferralState, Standing, referral_at


@dataclass(frozen=True, slots=True)
class Period:
    """Which referrals are counted: those received from the first day to the last, both included.

    Attributes:
        first_day: First day.
        last_day: Last day.
    """

    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Tally:
    """The referrals of one court to one unit; a referral counts once for each suspect.

    Attributes:
        court_code: Code of the court.
        unit: Code of the unit that has them now, 12 digits.
        states: How many are in which state, in the order of the states.
        on_time: Duties to answer that were met in time.
        late: Duties to answer that were met late.
        overdue: Duties to answer that are overdue.
        median_days: Median of the days from the receipt to the first written answer; None where there is none.
    """

    court_code: str
    unit: str
    states: tuple[tuple[ReferralState, int], ...]
    on_time: int
    late: int
    overdue: int
    median_days: Fraction | None

    @property
    def on_time_rate(self) -> Fraction | None:
        """Part of the duties to answer that were met in time, of those of which that is known; None where none is."""
        known = self.on_time + self.late + self.overdue
        return Fraction(self.on_time, known) if known else None


def tally(
    histories: Iterable[Sequence[Fact]],
    period: Period,
    moment: datetime,
    *,
    calendars: Calendars,
    law: Sequence[RuleSet] = LAW,
) -> tuple[Tally, ...]:
    """Counts referrals as they stand at a moment.

    Args:
        histories: The facts of each referral, each referral once. Those of a campaign are counted by giving only these.
        period: Which are counted.
        moment: An aware instant.
        calendars: All calendars.
        law: All versions of the rules.

    Returns:
        One for each court and unit that have any, in the order of their codes.
    """
    groups: dict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for facts in histories:
        referral = referral_at(facts, moment)
        day = None if referral is None else referral.received_on
        if referral is None or day is None or not period.first_day <= day <= period.last_day:
            continue
        sums = groups[referral.sent.court_code, referral.unit_at(moment)]
        sums.add(referral, duties_at(facts, moment, calendars, law=law))
    return tuple(sums.tally(*key) for key, sums in sorted(groups.items()))


class _Sums:
    """What is counted for one court and unit."""

    def __init__(self) -> None:
        self._states: Counter[ReferralState] = Counter()
        self._statuses: Counter[DutyStatus] = Counter()
        self._days: list[Fraction] = []

    def add(self, referral: Referral, duties: Iterable[Duty]) -> None:
        self._states.update(standing.state for standing in referral.suspects)
        self._statuses.update(d.status for d in duties if d.deadline.rule.marks is Mark.FEEDBACK_OVERDUE)
        self._days.extend(days for standing in referral.suspects for days in _days(standing))

    def tally(self, court_code: str, unit: str) -> Tally:
        return Tally(
            court_code,
            unit,
            tuple(sorted(self._states.items())),
            on_time=self._statuses[DutyStatus.MET],
            late=self._statuses[DutyStatus.MET_LATE],
            overdue=self._statuses[DutyStatus.OVERDUE],
            median_days=median(self._days) if self._days else None,
        )


def _days(standing: Standing) -> Iterator[Fraction]:
    """Yields the days from the receipt to the first written answer, if there is one."""
    for made in standing.rounds:
        if made.answered is not None:
            yield Fraction((legal_date(made.answered.at) - standing.rounds[0].opened_on).days)
            return
