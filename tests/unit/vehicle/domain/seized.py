"""Seizures of one synthetic vehicle, and strategies that make any sequence of facts about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from services.vehicle.domain import Disposed, Extended, Lifted, Served, Withdrawn

START = datetime(2018, 8, 3, 2, tzinfo=UTC)
"""10:00 on 2018-08-03 in Shanghai."""


def at(days: float = 0, **more: float) -> datetime:
    """An instant so long after `START`."""
    return START + timedelta(days=days, **more)


def served(
    name: str, moment: datetime = START, *, sequence: int = 0, term_months: int = 24, last_day: date | None = None
):
    """A seizure of a court and a case of its own."""
    court = {"a": "赣01", "b": "赣0102", "c": "赣0702"}.get(name, "赣0103")
    return Served(name, court, f"（2018）{court}执{ord(name[0])}号", moment, sequence, term_months, last_day)


# Few instants, of which some are midnights in Shanghai, so that facts meet each other and the ends of terms.
_midnight = datetime(2018, 8, 3, 16, tzinfo=UTC)
instants = st.builds(
    lambda start, days, micros: start + timedelta(days=days, microseconds=micros),
    st.sampled_from((START, _midnight)),
    st.one_of(st.integers(0, 60), st.integers(0, 2600)),
    st.sampled_from((0, 0, 0, -1, 1)),
)
_names = st.sampled_from("abcdefg")
_terms = st.sampled_from((1, 2, 12, 24))
_days = st.one_of(st.none(), st.dates(date(2018, 8, 1), date(2024, 12, 31)))
_services = st.dictionaries(
    _names,
    st.tuples(instants, st.integers(0, 3), _terms, _days),
    max_size=7,
).map(lambda made: [served(n, t, sequence=s, term_months=m, last_day=d) for n, (t, s, m, d) in made.items()])
_changes = st.lists(
    st.one_of(
        st.builds(Extended, _names, instants, _terms, _days),
        st.builds(Lifted, _names, instants),
        st.builds(Withdrawn, _names, instants),
        st.builds(Disposed, _names, instants),
    ),
    max_size=12,
)
facts = st.builds(lambda services, changes: services + changes, _services, _changes)
"""Any facts about one vehicle, admissible or not."""
