"""Processes die at any moment (invariants 2, 3 and 6): nothing acknowledged is lost, and the log stays one log."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.protobuf.message import Message

from tests.e2e.command import run_command
from tests.e2e.lines import Refused
from tests.e2e.load import Load, settle
from tests.e2e.players import APPROVALS, LOOKUP, Players
from tests.e2e.processes import suite_processes
from tests.e2e.proofs import read_head, require_continued, require_nothing_lost
from tests.e2e.running import Suite, await_that, copy_home
from tests.e2e.traffic import Traffic
from tests.e2e.vehicles import LIAISON, Vehicles
from tests.e2e.watching import Watch
from xiezhi.cli.health import is_serving
from xiezhi.cli.home import Home
from xiezhi.cli.suite import PROCESSES
from xiezhi.errors import Reason
from xiezhi.ledger.v1 import ledger_pb2


@pytest.fixture(scope="module")
def supervised(template: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A suite under the command line's own supervisor, which starts again what dies."""
    home = copy_home(template, tmp_path_factory.mktemp("supervised"))
    run_command(home.root, "up", "--people", "0", "--detach")
    yield home
    run_command(home.root, "down")


def _kill(home: Home, *names: str) -> None:
    """Kills processes at once and waits until the supervisor has them serving again."""
    before = suite_processes(home.root)
    for name in names:
        os.kill(before[name], signal.SIGKILL)
    await_that(
        lambda: all(suite_processes(home.root).get(name, before[name]) != before[name] for name in names),
        "what was killed is not started again",
    )
    for name in PROCESSES:
        await_that(
            lambda name=name: (at := home.address(name)) and is_serving(home, name, at),  # type: ignore[misc]
            f"{name} does not serve again",
        )


def test_whatever_dies_while_calls_are_in_flight(supervised: Home) -> None:
    players = Players(supervised)
    players.submit(players.question())
    head = read_head(players)
    with Load(players) as load:
        load.await_rounds()
        for names in (("identity",), ("gateway",), ("ledger",), PROCESSES):
            _kill(supervised, *names)
            load.await_rounds()
    assert not load.told.wrong
    assert load.told.refused
    assert len(load.told.answers) > 10
    head = require_continued(players, head)
    assert head.tree_size >= max(receipt.leaf_index for receipt in load.told.receipts)
    require_nothing_lost(players, load.told)
    players.close()


def test_whatever_dies_between_the_steps_of_a_story(own_suite: Suite) -> None:
    players = Players(own_suite.home)
    request = players.question()
    approval = players.submit(request)
    head = read_head(players)
    _die_and_return(own_suite)
    head = require_continued(players, head)
    players.decide(approval)
    _die_and_return(own_suite)
    head = require_continued(players, head)
    first = players.call(players.cast.judge, LOOKUP, request, approval=approval)
    _die_and_return(own_suite)
    again = players.call(players.cast.judge, LOOKUP, request, approval=approval)
    assert again.payload == first.payload
    assert again.receipt.leaf_index > first.receipt.leaf_index
    require_continued(players, head)
    assert [e.kind for e in players.book.of_trace(first.trace)] == [ledger_pb2.ENTRY_KIND_DISCLOSURE]
    players.close()


def _die_and_return(suite: Suite) -> None:
    for name in PROCESSES:
        suite.kill(name)
    suite.start(*PROCESSES)
    settle(suite)


def test_while_a_process_is_away_calls_are_refused_and_the_refusals_recorded_later(own_suite: Suite) -> None:
    suite, players = own_suite, Players(own_suite.home)
    request = players.question()
    approval = players.approved(request)
    suite.kill("identity")
    players.refuse(Reason.BACKEND_UNAVAILABLE, players.cast.judge, LOOKUP, request, approval=approval)
    suite.start("identity")
    settle(suite)
    suite.kill("ledger")
    asked = ((LOOKUP, request), (f"{APPROVALS}SubmitApproval", players.submission(request)))
    with ThreadPoolExecutor() as pool:
        refused = [*pool.map(lambda one: _refused(players, *one, approval=approval), asked)]
    suite.start("ledger")
    settle(suite)
    for one in refused:
        assert (one.reason, one.code) == (Reason.LEDGER_UNAVAILABLE, "UNAVAILABLE")
        assert one.error.retry_after
        await_that(lambda one=one: players.book.of_trace(one.trace), "the refusal is not recorded later")  # type: ignore[misc]
        entries = players.book.of_trace(one.trace)
        recorded = {(entry.kind, entry.reason) for entry in entries}
        assert recorded == {(ledger_pb2.ENTRY_KIND_REFUSAL, Reason.LEDGER_UNAVAILABLE.value)}
    players.close()


def _refused(players: Players, method: str, request: Message, *, approval: str) -> Refused:
    with pytest.raises(Refused) as caught:
        players.call(players.cast.judge, method, request, approval=approval)
    return caught.value


def test_whatever_dies_under_traffic_no_sighting_is_lost_or_made_up(own_suite: Suite) -> None:
    suite, players = own_suite, Players(own_suite.home)
    vehicles, cast = Vehicles(players), players.cast
    cars = vehicles.seize_many(32)
    head = read_head(players)
    with Watch(players, cast.command_centre) as watch, Watch(players, LIAISON) as liaison:
        with Traffic(vehicles, cars) as traffic:
            for name in ("vehicle", "gateway", "ledger"):
                traffic.await_rounds()
                suite.kill(name)
                suite.start(name)
            traffic.await_rounds()
        assert not traffic.told.wrong
        assert traffic.told.refused
        await_that(lambda: traffic.sightings <= watch.seen, "a sighting is lost to the command centre", seconds=20)
    assert len(traffic.sightings) > len(cars) / 2
    assert not liaison.arrivals, "somebody else is told"
    _require_checked(watch, traffic)
    require_continued(players, head)
    told = traffic.told
    told.receipts += watch.receipts
    told.answers += watch.receipts
    require_nothing_lost(players, told)
    with Watch(players, cast.command_centre) as again:
        await_that(lambda: watch.seen <= again.seen, "what nobody acknowledged is not told again", seconds=20)
    assert again.seen == watch.seen
    players.close()


def _require_checked(watch: Watch, traffic: Traffic) -> None:
    """Requires that every sighting is of a car that was asked about in its trace, and is told once but for breaks."""
    notices = [arrival.notice for arrival in watch.arrivals]
    assert {notice.sighting.plate in traffic.asked.get(notice.trace_id, ()) for notice in notices} == {True}
    assert len({notice.notice_id for notice in notices}) == len({notice.sighting.name for notice in notices})
    firsts = [*dict.fromkeys(notice.notice_id for notice in notices)]
    lasts = [*dict.fromkeys(notice.notice_id for notice in reversed(notices))]
    assert firsts == lasts[::-1], "notices came out of their order"


def test_a_ledger_that_forgot_is_found_out_and_nothing_more_is_answered(own_suite: Suite) -> None:
    """The last test of the suite, which stays broken."""
    suite, players = own_suite, Players(own_suite.home)
    request = players.question()
    approval = players.approved(request)
    assert players.look(request, approval).household.members
    suite.stop("ledger")
    for left in (*suite.home.data.glob("ledger.db*"), suite.home.data / "ledger.high-water"):
        left.unlink()
    suite.start("ledger")
    await_that(
        lambda: _refused(players, LOOKUP, request, approval=approval).reason is not Reason.LEDGER_UNAVAILABLE,
        "the ledger is not found again",
    )
    refused = _refused(players, LOOKUP, request, approval=approval)
    assert (refused.reason, refused.code) == (Reason.LEDGER_DAMAGED, "DATA_LOSS")
    suite.await_not_serving("identity", seconds=10)
    submission = players.submission(request)
    refused = _refused(players, f"{APPROVALS}SubmitApproval", submission, approval="")
    assert refused.reason is Reason.LEDGER_DAMAGED
    suite.await_not_serving("gateway", seconds=10)
    players.close()
