"""Restrictions of one synthetic person, and strategies that make any sequence of facts or orders about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from services.codes.legal_time import SHANGHAI
from services.exit_restriction.domain import (
    Author,
    Filed,
    FilingLevel,
    Ground,
    Released,
    Renewed,
    RestrictionOrder,
    Superseded,
    Term,
    standing_at,
)
from xiezhi.errors import CLASS_OF, XiezhiError

TICK = timedelta(microseconds=1)
START = datetime(2018, 8, 3, 2, tzinfo=UTC)
"""10:00 on 2018-08-03 in Shanghai."""
DAY = date(2018, 8, 3)
AUTHORS = {
    name: Author(court, f"（2018）{court}执{ord(name)}号")
    for name, court in zip("abc", ("赣01", "赣0102", "赣0702"), strict=True)
}
few = settings(max_examples=60)
"""Enough examples for small machines that have little time."""
SECRETS = ("赣", "执1", "369901")


def at(days: float = 0, **more: float) -> datetime:
    """An instant so long after `START`."""
    return START + timedelta(days=days, **more)


def noon(day: date) -> datetime:
    """Noon of a day in Shanghai."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI).astimezone(UTC)


def filed(name: str = "a", moment: datetime = START, *, start: date = DAY, last_day: date = date(2019, 8, 3)):
    """A restriction of a court and a case of its own."""
    return Filed(name, AUTHORS[name], Ground.CITIZEN_UNSETTLED_CASE, moment, start, last_day, "160-2018")


def restrainers(known, moment: datetime) -> list[Author]:
    """Who restricts the person at a moment."""
    return [standing.filed.author for standing in standing_at(known, moment) if standing.is_in_force]


def ordered(name: str = "a", *, level=FilingLevel.PREFECTURE, start: date | None = None, **term: object):
    """An order of a court and a case of its own."""
    return RestrictionOrder(AUTHORS[name], Ground.CITIZEN_UNSETTLED_CASE, level, Term(**term), start)


def refused(reason, call, *arguments, **more) -> str:
    """Calls what must be refused for a reason, and returns the message."""
    with pytest.raises(XiezhiError) as caught:
        call(*arguments, **more)
    assert caught.value.reason is reason
    assert type(caught.value) is CLASS_OF[reason]
    assert not any(secret in caught.value.message for secret in SECRETS)
    return caught.value.message


# Few instants, of which some are midnights in Shanghai, so that facts meet each other and the ends of terms.
_midnight = datetime(2018, 8, 3, 16, tzinfo=UTC)
instants = st.builds(
    lambda start, days, micros: start + timedelta(days=days, microseconds=micros),
    st.sampled_from((START, _midnight)),
    st.one_of(st.integers(0, 60), st.integers(0, 1200)),
    st.sampled_from((0, 0, 0, -1, 1)),
)
names = st.sampled_from("abc")
days = st.builds(lambda n: DAY + timedelta(days=n), st.one_of(st.integers(-30, 60), st.integers(0, 1500)))
_filings = st.dictionaries(names, st.tuples(instants, days, days), max_size=3).map(
    lambda made: [filed(name, moment, start=start, last_day=end) for name, (moment, start, end) in made.items()]
)
_changes = st.lists(
    st.one_of(
        st.builds(Renewed, names, instants, days, st.just("160-2018")),
        st.builds(Released, names, instants),
        st.builds(Superseded, names, instants, st.just("z")),
    ),
    max_size=10,
)
facts = st.builds(lambda filings, changes: filings + changes, _filings, _changes)
"""Any facts about one person, admissible or not."""
