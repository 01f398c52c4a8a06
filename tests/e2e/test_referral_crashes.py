"""Processes die while referrals are handled, and stand still for days: nothing is lost, nobody is told twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from tests.e2e.deciding import RECEIVED, Deciding
from tests.e2e.exits import new_id
from tests.e2e.players import Players
from tests.e2e.proofs import read_head, require_continued, require_nothing_lost
from tests.e2e.referrals import OTHER_UNIT, Referrals
from tests.e2e.running import Suite, await_that, running
from tests.e2e.watching import ReferralWatch
from xiezhi.cli.home import Home
from xiezhi.cli.moved import move_clock
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2, notice_pb2, referral_pb2

pytestmark = pytest.mark.long

AWAY = timedelta(days=15)
"""How long everything stands still: long enough that what was to be done within a week is overdue."""
LIAISON, UNIT_LIAISON = "GAN0102-L001", "POL360102-L001"
OVERDUE, ESCALATED = notice_pb2.REFERRAL_NOTICE_KIND_OVERDUE, notice_pb2.REFERRAL_NOTICE_KIND_ESCALATED


def test_whatever_dies_and_however_long_it_is_away(home: Home) -> None:
    with running(home) as suite:
        players = Players(home)
        referrals = Referrals(players)
        players.submit(players.question())
        head = read_head(players)
        with Deciding(referrals) as load:
            for name in ("referral", "gateway", "ledger"):
                load.await_rounds()
                suite.kill(name)
                suite.start(name)
            load.await_rounds()
        assert not load.told.wrong
        assert load.told.refused
        require_continued(players, head)
        require_nothing_lost(players, load.told)
        before = {known.name: _require_kept(referrals, known) for known in load.known}
        players.close()
    move_clock(home, AWAY)
    with running(home) as suite:
        players = Players(home)
        referrals = Referrals(players)
        waiting = next(known for known in load.known if known.state == RECEIVED)
        passed_on = investigation_pb2.TransferReferralRequest(
            request_id=new_id(), name=waiting.name, unit=OTHER_UNIT, reason="不属于本单位管辖。"
        )
        referrals.refuse(Reason.TRANSFER_TOO_LATE, passed_on)
        missed = {known.name: _read(referrals, known) for known in load.known}
        for name, referral in missed.items():
            dates = [duty.due_date for duty in before[name].duties]
            assert [duty.due_date for duty in referral.duties] == dates, "a deadline has moved"
        _require_told(suite, players, missed)
        players.close()


def _read(referrals: Referrals, known: Any) -> referral_pb2.Referral:
    listed = referrals.carry_out(referral_pb2.ListReferralsResponse, known.dossier.list()).referrals
    (referral,) = listed
    assert referral.name == known.name
    return referral


def _require_kept(referrals: Referrals, known: Any) -> referral_pb2.Referral:
    """Requires that there is one referral, as far as was acknowledged, and no step of it twice."""
    referral = _read(referrals, known)
    assert referral.suspects[0].state >= known.state
    assert max(Counter(event.kind for event in referral.events).values()) == 1
    return referral


def _require_told(suite: Suite, players: Players, referrals: dict[str, referral_pb2.Referral]) -> None:
    """Requires that what was missed is told to both liaisons and both provincial bodies, once each."""
    cast = players.cast
    wanted = {
        (name, duty.kind, duty.suspect, duty.rule)
        for name, referral in referrals.items()
        for duty in referral.duties
        if duty.state == referral_pb2.DUTY_STATE_OVERDUE
    }
    assert wanted
    posts = {
        LIAISON: OVERDUE,
        UNIT_LIAISON: OVERDUE,
        cast.court_supervisor: ESCALATED,
        cast.police_supervisor: ESCALATED,
    }
    seen: dict[str, list[Any]] = {}
    for officer, kind in posts.items():
        with ReferralWatch(players, officer) as watch:
            await_that(lambda: wanted <= _told(watch, kind).keys(), f"{officer} is not told", seconds=30)  # noqa: B023
        seen[officer] = sorted({arrival.notice.notice_id for arrival in watch.arrivals})
        twice = [told for told, ids in _told(watch, kind).items() if len(ids) > 1]
        assert not twice, f"{officer} is told twice"
    suite.kill("referral")
    suite.start("referral")
    for officer, kind in posts.items():
        with ReferralWatch(players, officer) as watch:
            await_that(lambda: wanted <= _told(watch, kind).keys(), f"{officer} is not told again", seconds=30)  # noqa: B023
        assert sorted({arrival.notice.notice_id for arrival in watch.arrivals}) == seen[officer]


def _told(watch: ReferralWatch, kind: notice_pb2.ReferralNoticeKind) -> dict[tuple[Any, ...], set[str]]:
    """Returns the ids of the notices of a kind, by the duty that they are about."""
    found: dict[tuple[Any, ...], set[str]] = {}
    for arrival in list(watch.arrivals):
        notice = arrival.notice
        if notice.kind == kind:
            key = (notice.subject, notice.duty.kind, notice.duty.suspect, notice.duty.rule)
            found.setdefault(key, set()).add(notice.notice_id)
    return found
