"""Processes die while people are restricted and met (invariants 2, 3 and 6): nothing is lost, nothing happens twice."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.e2e.confining import Confining
from tests.e2e.exits import OTHER_JUDGE, Exits, new_id
from tests.e2e.load import settle
from tests.e2e.players import Players
from tests.e2e.proofs import read_head, require_continued, require_nothing_lost
from tests.e2e.running import Suite, await_that
from tests.e2e.watching import CourtWatch
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.items import ItemFile
from xiezhi.cli.exits.synthetic import make_items
from xiezhi.cli.exits.upload import COMMIT, Uploading
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import listing_pb2, notice_pb2, restriction_pb2

PAUSE = 0.2


def test_whatever_dies_no_act_and_no_hit_is_lost_or_made_up(own_suite: Suite) -> None:
    suite, players = own_suite, Players(own_suite.home)
    exits, cast = Exits(players), players.cast
    wanted = exits.people(6)
    _hand_over(exits, wanted)
    head = read_head(players)
    with CourtWatch(players, cast.judge) as watch, CourtWatch(players, OTHER_JUDGE) as other:
        with Confining(exits, wanted) as load:
            for name in ("exit_restriction", "gateway", "ledger"):
                load.await_rounds()
                suite.kill(name)
                suite.start(name)
            load.await_rounds()
        assert not load.told.wrong
        assert load.told.refused
        await_that(lambda: load.hits <= watch.seen & other.seen, "a hit is lost to a court", seconds=20)
    assert len(load.hits) > len(wanted)
    for one in (watch, other):
        _require_told_once(one)
        load.told.receipts += one.receipts
        load.told.answers += one.receipts
    _require_kept(exits, load)
    require_continued(players, head)
    require_nothing_lost(players, load.told)
    players.close()


def _hand_over(exits: Exits, wanted: list[DebtorQuestion]) -> None:
    """Has two courts hand the same people over."""
    for judge in (exits.cast.judge, OTHER_JUDGE):
        case = exits.case(*wanted, judge=judge)
        outcomes = exits.control(*map(exits.item, wanted), case=case, judge=judge)
        assert not any(outcome.refused_reason for outcome in outcomes)


def _require_told_once(watch: CourtWatch) -> None:
    """Requires that a court was told of each hit by one notice, however often that was delivered."""
    ids = {(notice.hit.name, notice.notice_id) for notice in watch.of(notice_pb2.COURT_NOTICE_KIND_HIT)}
    assert not [name for name, count in Counter(name for name, _ in ids).items() if count > 1]
    assert len({notice_id for _, notice_id in ids}) == len(ids)
    assert all(name for name, _ in ids), "the handling judge is not shown who was met"


def _require_kept(exits: Exits, load: Confining) -> None:
    """Requires that each debtor has one restriction, with what was acknowledged of it and nothing twice."""
    assert load.known
    for known in load.known:
        (found,) = exits.restrictions(known.who, case=known.case)
        assert found.name == known.restriction
        assert len(found.terms) <= 2
        if known.is_released:
            assert found.state == restriction_pb2.RESTRICTION_STATE_RELEASED_EARLY
        elif known.terms == 2:
            assert len(found.terms) == 2
            assert found.state == restriction_pb2.RESTRICTION_STATE_ACTIVE


class _Killer:
    """Kills the service once an upload is in the middle, and starts it again; in the main thread, as signals need."""

    def __init__(self, suite: Suite) -> None:
        self._suite = suite
        self.has_killed = False

    def __call__(self, done: int, total: int) -> None:
        if 0 < done < total and not self.has_killed:
            self.has_killed = True
            self._suite.kill("exit_restriction")
            self._suite.start("exit_restriction")


@pytest.mark.parametrize("count", [2_100, pytest.param(5_000, marks=pytest.mark.long)])
def test_an_upload_goes_on_where_it_was_cut_off(own_suite: Suite, tmp_path: Path, count: int) -> None:
    suite, players = own_suite, Players(own_suite.home)
    cast = players.cast
    settle(suite)
    file = tmp_path / "entries.jsonl"
    make_items(players.session(cast.judge), count, file, months=12, progress=lambda done, total: None)
    uploading = Uploading(players.client(cast.judge), f"uploads/{new_id()}", sleep=lambda seconds: time.sleep(PAUSE))
    staging = _Killer(suite)
    upload = uploading.stage(ItemFile(file), progress=staging)
    assert staging.has_killed
    request = listing_pb2.CommitUploadRequest(
        request_id=new_id(), name=upload.name, sha256=upload.sha256, item_count=upload.item_count
    )
    approval = players.approved(request, method=COMMIT, approver=cast.superior_approver)
    raw, killing = request.SerializeToString(deterministic=True), _Killer(suite)

    def commit() -> ProvenAnswer:
        return uploading.commit(raw, approval=approval, progress=lambda done, total: None)

    with ThreadPoolExecutor(1) as pool:
        committed = pool.submit(commit)
        while not (killing.has_killed or committed.done()):
            killing(uploading.state().pushed_count, count)
        answer = committed.result(timeout=120)
    assert killing.has_killed
    told = listing_pb2.CommitUploadResponse.FromString(answer.payload).upload
    assert listing_pb2.CommitUploadResponse.FromString(commit().payload).upload == told
    outcomes = list(uploading.outcomes())
    assert [outcome.index for outcome in outcomes] == list(range(count))
    refused = [one for one in outcomes if one.outcome.forwarding == listing_pb2.FORWARDING_REFUSED]
    assert all(Reason.PERSON_UNDER_AGE.value in one.outcome.reasons for one in refused)
    entries = [outcome.entry for outcome in outcomes if outcome.entry]
    restrictions = [outcome.outcome.restriction for outcome in outcomes if outcome.outcome.restriction]
    assert len({*entries}) == len(entries) == count - len(refused)
    assert len({*restrictions}) == len(restrictions) == told.forwarded_count
    assert (told.pushed_count, told.refused_count) == (count, len(refused))
    assert told.list_only_count == len(entries) - len(restrictions)
    players.close()
