"""Referrals of synthetic suspects, and strategies that make any sequence of facts about them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from services.codes.legal_time import SHANGHAI, legal_date
from services.referral.domain import (
    Calendars,
    Decided,
    Decision,
    Extended,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Received,
    Reopened,
    Review,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from services.referral.published import published_calendars

CALENDARS = Calendars(published_calendars())
COURT, UNIT, OTHER_UNIT = "赣0102", "360102050000", "360103050000"
CASE = "（2018）赣0102执1号"
TICK = timedelta(microseconds=1)


def at(day: str, hour: int = 10, minute: int = 0) -> datetime:
    """An instant of a legal day, in UTC."""
    return datetime.combine(date.fromisoformat(day), time(hour, minute), SHANGHAI).astimezone(UTC)


def on(day: str) -> date:
    return date.fromisoformat(day)


def sent(day: str = "2018-08-06", *suspects: str) -> Sent:
    return Sent(at(day, 9), COURT, CASE, UNIT, suspects or ("a",), on(day))


def received(day: str = "2018-08-06", hour: int = 10) -> Received:
    return Received(at(day, hour), at(day, hour), "R1")


def referred(day: str = "2018-08-06", *suspects: str):
    """A referral that was sent and received on a day."""
    return [sent(day, *suspects), received(day)]


def filed(day: str, suspect: str = "a", hour: int = 12) -> Decided:
    return Decided(at(day, hour), suspect, Decision.FILED, on(day))


def not_filed(day: str, suspect: str = "a", hour: int = 12) -> Decided:
    return Decided(at(day, hour), suspect, Decision.NOT_FILED, on(day))


START = at("2018-08-06")

# Few instants, so that facts meet each other and the ends of periods; midnights in Shanghai among them.
instants = st.builds(
    lambda days, hours, micros: START + timedelta(days=days, hours=hours, microseconds=micros),
    st.one_of(st.integers(-1, 12), st.integers(0, 90)),
    st.sampled_from((0, 1, 14)),
    st.integers(-2, 2),
)
_suspects = st.sampled_from("abc")
_changes = st.one_of(
    st.builds(lambda t, hours: Received(t, t - timedelta(hours=hours), "R2"), instants, st.integers(0, 30)),
    st.builds(SupplementRequested, instants),
    st.builds(Supplemented, instants),
    st.builds(Transferred, instants, st.just(OTHER_UNIT)),
    st.builds(Extended, instants, st.sampled_from(Review)),
    st.builds(
        lambda t, suspect, decision, days: Decided(t, suspect, decision, legal_date(t) - timedelta(days=days)),
        instants,
        _suspects,
        st.sampled_from(Decision),
        st.integers(0, 2),
    ),
    st.builds(FeedbackGiven, instants, _suspects),
    st.builds(OpinionGiven, instants, _suspects),
    st.builds(Reopened, instants, _suspects, st.sampled_from(Ground), st.just("D1")),
    st.builds(Withdrawn, instants),
)
facts = st.lists(_changes, max_size=12, unique_by=lambda fact: fact.at).map(
    lambda changes: [sent("2018-08-06", "a", "b"), *(c for c in changes if c.at != sent().at)]
)
"""Any facts about one referral, admissible or not, each at an instant of its own."""
