"""The channel: what two bodies declare together, and how it stands at an instant."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.directory.channels import (
    BODIES,
    ChannelState,
    Declaration,
    Operation,
    Outage,
    Pair,
    channel_at,
    operations_of,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
COURTS, POLICE = BODIES


def declaration(body, court="", department=0, *, start=NOW):
    return Declaration(f"{body}-{court}-{department}-{start:%H}", body, Pair(court, department), start)


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (Pair(), Pair(), Pair()),
        (Pair("赣0102"), Pair(), Pair("赣0102")),
        (Pair("赣0102"), Pair(department=4), Pair("赣0102", 4)),
        (Pair("赣0102", 4), Pair("赣0102"), Pair("赣0102", 4)),
        (Pair("赣0102"), Pair("赣0103"), None),
        (Pair(department=4), Pair(department=5), None),
    ],
)
def test_what_two_pairs_have_in_common(one, other, common):
    assert one.meet(other) == common == other.meet(one)


@pytest.mark.parametrize(
    ("declarations", "expected"),
    [
        ([declaration(COURTS)], []),
        ([declaration(COURTS), declaration(COURTS, "赣0102")], []),
        ([declaration(COURTS), declaration(POLICE)], [(Pair(), NOW)]),
        ([declaration(COURTS), declaration(POLICE, start=NOW + HOUR)], [(Pair(), NOW + HOUR)]),
        ([declaration(COURTS, "赣0102"), declaration(POLICE, department=4)], [(Pair("赣0102", 4), NOW)]),
        ([declaration(COURTS, "赣0102"), declaration(POLICE, "赣0103")], []),
        (
            [declaration(COURTS), declaration(POLICE, "赣0102"), declaration(POLICE, "赣0103")],
            [(Pair("赣0102"), NOW), (Pair("赣0103"), NOW)],
        ),
    ],
)
def test_what_both_bodies_mean_runs_from_the_later_start_on(declarations, expected):
    assert [(o.pair, o.start) for o in operations_of(declarations)] == expected
    backwards = operations_of(reversed(declarations))
    assert {o.key for o in backwards} == {o.key for o in operations_of(declarations)}


@pytest.mark.parametrize(
    ("at", "state"),
    [
        (NOW - HOUR, ChannelState.NOT_OPERATIONAL),
        (NOW, ChannelState.OPERATIONAL),
        (NOW + HOUR, ChannelState.OUTAGE),
        (NOW + 2 * HOUR - timedelta(microseconds=1), ChannelState.OUTAGE),
        (NOW + 2 * HOUR, ChannelState.OPERATIONAL),
    ],
)
def test_how_it_stands(at, state):
    operations = [Operation("o", Pair("赣0102", 4), NOW), Operation("later", Pair(), NOW + 9 * HOUR)]
    outages = [Outage("x", Pair(department=4), NOW + HOUR, NOW + 2 * HOUR), Outage("y", Pair("赣01"), NOW, NOW + HOUR)]
    channel = channel_at("赣0102", 4, at, operations=operations, outages=outages)
    assert channel.state is state
    assert channel.since == (None if state is ChannelState.NOT_OPERATIONAL else NOW)
    assert [outage.key for outage in channel.outages] == (["x"] if state is ChannelState.OUTAGE else [])


def test_an_outage_before_the_exchange_runs_changes_nothing():
    outage = Outage("x", Pair(), NOW, NOW + HOUR)
    assert channel_at("赣0102", 4, NOW, operations=[], outages=[outage]).state is ChannelState.NOT_OPERATIONAL


pairs = st.builds(Pair, st.sampled_from(["", "赣0102", "赣0103"]), st.sampled_from([0, 3, 4]))
declared = st.lists(
    st.builds(Declaration, st.uuids().map(str), st.sampled_from(BODIES), pairs, st.just(NOW)), max_size=6
)


@settings(max_examples=100)
@given(declared, st.sampled_from(["赣0102", "赣0103"]), st.sampled_from([3, 4]))
def test_it_runs_exactly_where_both_bodies_declared_it(declarations, court, department):
    bodies = {one.body for one in declarations if one.pair.covers(court, department)}
    state = channel_at(court, department, NOW, operations=operations_of(declarations), outages=[]).state
    assert (state is ChannelState.OPERATIONAL) == (bodies == set(BODIES))


@settings(max_examples=50)
@given(pairs, st.sampled_from(["赣0102", "赣0103"]), st.sampled_from([3, 4]))
def test_what_covers_a_pair_is_found_under_what_widens_it(pair, court, department):
    assert pair.covers(court, department) == (pair in Pair(court, department).widened())
