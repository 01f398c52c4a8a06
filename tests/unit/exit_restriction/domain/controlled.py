"""Border controls of one synthetic person, and strategies that make any sequence of facts about them."""

from __future__ import annotations

from datetime import date, datetime

from hypothesis import strategies as st

from services.exit_restriction.domain import ControlOrder, Lifted, Placed, Refiled, Requirement
from tests.unit.exit_restriction.domain.restricted import AUTHORS, DAY, START, days, instants, names


def placed(
    name: str = "a",
    requirement: Requirement = Requirement.BLOCK_EXIT,
    moment: datetime = START,
    *,
    start: date = DAY,
    last_day: date = date(2018, 11, 3),
):
    """A control of a court and a case of its own."""
    return Placed(name, AUTHORS[name], requirement, moment, start, last_day, "7.4-current")


def demanded(name: str = "a", requirement: Requirement = Requirement.BLOCK_EXIT, **more: object):
    """An order of a court and a case of its own."""
    return ControlOrder(AUTHORS[name], requirement, **more)


_placings = st.dictionaries(names, st.tuples(instants, st.sampled_from(Requirement), days, days), max_size=3).map(
    lambda made: [placed(n, r, t, start=s, last_day=e) for n, (t, r, s, e) in made.items()]
)
_changes = st.lists(
    st.one_of(st.builds(Lifted, names, instants), st.builds(Refiled, names, instants, st.just("z"))),
    max_size=8,
)
controls = st.builds(lambda placings, changes: placings + changes, _placings, _changes)
"""Any facts about one person, admissible or not."""
