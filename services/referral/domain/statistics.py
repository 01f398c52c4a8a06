"""How referrals are answered, by court, unit, campaign or month: counted from their facts alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from fractions import Fraction
from statistics import median

from services.codes.legal_time import legal_date
from services.referral.domain.calendars import Calendars
from services.referral.domain.campaigns import Campaign
from services.referral.domain.clocks import LAW, Mark, RuleSet
from services.referral.domain.duties import Duty, DutyState, duties_at
from services.referral.domain.facts import Decision, Fact
from services.referral.domain.referrals import referral_at
from services.referral.domain.standings import Referral, Standing

_LATE = frozenset({DutyState.OVERDUE, DutyState.DONE_LATE})


class Grouping(IntEnum):
    """By what referrals are counted, the values of `xiezhi.referral.v1.ReportGrouping`."""

    COURT = 1
    UNIT = 2
    CAMPAIGN = 3
    MONTH = 4


@dataclass(frozen=True, slots=True)
class Scope:
    """Which referrals are counted, and how.

    Attributes:
        first_day: First day of receipt.
        last_day: Last day of receipt, inclusive.
        grouping: By what.
        campaigns: All campaigns, where it is by campaign.
    """

    first_day: date
    last_day: date
    grouping: Grouping
    campaigns: tuple[Campaign, ...] = ()


@dataclass(frozen=True, slots=True)
class History:
    """All that happened to one referral.

    Attributes:
        referral_id: Its key.
        facts: The facts.
    """

    referral_id: str
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class Tally:
    """Numbers of one court, unit, campaign or month.

    Attributes:
        key: Court code, unit, key of the campaign, or month such as "2018-08"; empty for all together.
        referrals: Referrals received.
        suspects: Suspects of them.
        filed: Suspects who are filed.
        not_filed: Suspects who are not.
        due: Written answers that were given or are overdue, one for each review of a suspect.
        on_time: Those of them that were given in time, the decision before them included.
        median_days: Median of the days from the first receipt to the first written answer; None where there is none.
    """

    key: str
    referrals: int
    suspects: int
    filed: int
    not_filed: int
    due: int
    on_time: int
    median_days: Fraction | None

    @property
    def undecided(self) -> int:
        """Suspects who are not decided, also because the court took the referral back."""
        return self.suspects - self.filed - self.not_filed

    @property
    def on_time_rate(self) -> Fraction | None:
        """Part of the answers that were given in time; None where none was due."""
        return Fraction(self.on_time, self.due) if self.due else None


def tally(
    histories: Iterable[History],
    scope: Scope,
    moment: datetime,
    *,
    calendars: Calendars,
    law: Sequence[RuleSet] = LAW,
) -> tuple[Tally, ...]:
    """Counts referrals as they stand at a moment.

    Args:
        histories: What happened to each referral, each referral once.
        scope: Which are counted, and how.
        moment: An aware instant.
        calendars: All calendars.
        law: All versions of the rules.

    Returns:
        One for each key that has any, in their order, and after them the one for all together.
    """
    groups: dict[str, _Sums] = defaultdict(_Sums)
    total = _Sums()
    for history in histories:
        referral = referral_at(history.facts, moment)
        if referral is None or not _is_counted(referral, scope):
            continue
        duties = duties_at(history.facts, moment, calendars, law=law)
        for sums in (total, *(groups[key] for key in _keys(history, referral, scope, moment=moment))):
            sums.add(referral, duties)
    return (*(sums.tally(key) for key, sums in sorted(groups.items())), total.tally(""))


def _is_counted(referral: Referral, scope: Scope) -> bool:
    day = referral.received_on
    return day is not None and scope.first_day <= day <= scope.last_day


def _keys(history: History, referral: Referral, scope: Scope, *, moment: datetime) -> list[str]:
    match scope.grouping:
        case Grouping.COURT:
            return [referral.sent.court_code]
        case Grouping.UNIT:
            return [referral.unit_at(moment)]
        case Grouping.CAMPAIGN:
            return [c.campaign_id for c in scope.campaigns if history.referral_id in c.referrals]
        case Grouping.MONTH:
            return [] if referral.received_on is None else [f"{referral.received_on:%Y-%m}"]


@dataclass(slots=True)
class _Sums:
    """What is counted under one key."""

    referrals: int = 0
    suspects: int = 0
    due: int = 0
    on_time: int = 0
    decisions: list[Decision] = field(default_factory=list)
    days: list[Fraction] = field(default_factory=list)

    def add(self, referral: Referral, duties: Iterable[Duty]) -> None:
        marked = [d for d in duties if d.deadline.rule.marks is Mark.FEEDBACK_OVERDUE]
        self.referrals += 1
        self.suspects += len(referral.suspects)
        for standing in referral.suspects:
            answers = list(_answers(standing, marked))
            self.due += len(answers)
            self.on_time += sum(answers)
            last = standing.rounds[-1].decided if standing.rounds else None
            self.decisions.extend([] if last is None else [last.decision])
            self.days.extend(_days(standing))

    def tally(self, key: str) -> Tally:
        return Tally(
            key,
            self.referrals,
            self.suspects,
            filed=self.decisions.count(Decision.FILED),
            not_filed=self.decisions.count(Decision.NOT_FILED),
            due=self.due,
            on_time=self.on_time,
            median_days=median(self.days) if self.days else None,
        )


def _answers(standing: Standing, duties: Iterable[Duty]) -> Iterator[bool]:
    """Yields of each written answer that was given or is overdue whether nothing was late until it was given.

    A filing in time is no written answer yet, and one that was late makes the feedback of it late as well.
    """
    ends = [*(made.opened_at for made in standing.rounds[1:]), datetime.max.replace(tzinfo=UTC)]
    for made, end in zip(standing.rounds, ends, strict=True):
        own = (d for d in duties if d.suspect == standing.suspect and made.opened_at <= d.started_at < end)
        is_late = any(duty.state in _LATE for duty in own)
        if is_late or made.answered is not None:
            yield not is_late


def _days(standing: Standing) -> Iterator[Fraction]:
    """Yields the days from the first receipt to the first written answer, if there is one."""
    for made in standing.rounds:
        if made.answered is not None:
            yield Fraction((legal_date(made.answered.at) - standing.rounds[0].opened_on).days)
            return
