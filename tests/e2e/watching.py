"""Somebody at whose post notices arrive, of sightings or of what a court hears, and what arrived there."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import grpc

from tests.e2e.exits import NOTICES
from tests.e2e.lines import Line
from tests.e2e.players import Players
from tests.e2e.running import await_that
from tests.e2e.vehicles import SIGHTINGS
from xiezhi.client import Trace
from xiezhi.common.v1 import receipt_pb2
from xiezhi.exit_restriction.v1 import notice_pb2
from xiezhi.referral.v1 import notice_pb2 as referral_notice_pb2
from xiezhi.vehicle.v1 import sighting_pb2

WATCH = f"{SIGHTINGS}WatchSightings"
COURT_WATCH = f"{NOTICES}WatchCourtNotices"
COORDINATION_WATCH = "/xiezhi.coordination.v1.CoordinationNoticeService/WatchCoordinationNotices"
REFERRAL_WATCH = "/xiezhi.referral.v1.ReferralNoticeService/WatchReferralNotices"
PAUSE = 0.05


@dataclass(frozen=True, slots=True)
class Arrival:
    """A notice that arrived.

    Attributes:
        notice: The notice.
        at: When, by the monotonic clock, seconds.
    """

    notice: Any
    at: float


@dataclass
class Watch:
    """Follows the notices to an officer's post over breaks, from where it stopped; used in a with statement.

    Attributes:
        players: Who watches.
        officer: Who of them.
        after: Cursor from which on.
        arrivals: What arrived.
        receipts: Receipts of all answers.
        wrong: What must not have happened.
        trace: The trace in which it is watched.
    """

    players: Players
    officer: str
    after: str = ""
    arrivals: list[Arrival] = field(default_factory=list)
    receipts: list[receipt_pb2.Receipt] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    trace: Trace = field(default_factory=Trace.start)

    method: ClassVar[str] = WATCH
    asked: ClassVar[type[Any]] = sighting_pb2.WatchSightingsRequest
    answered: ClassVar[type[Any]] = sighting_pb2.WatchSightingsResponse

    def __enter__(self) -> Self:
        self._line = Line(self.players.home, system=self.players.home.keys.officers.get(self.officer).system)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._line.close()
        self._thread.join(timeout=20)
        assert not self._thread.is_alive(), "a watcher hangs"
        assert not self.wrong

    @property
    def seen(self) -> set[str]:
        """Names of the sightings that were told."""
        return {arrival.notice.sighting.name for arrival in list(self.arrivals)}

    def arrival(self, sighting: str, *, seconds: float = 10) -> Arrival:
        """Waits for the notice of a sighting."""
        await_that(lambda: self.wrong or sighting in self.seen, "the sighting is not told", seconds=seconds)
        return next(arrival for arrival in self.arrivals if arrival.notice.sighting.name == sighting)

    def _follow(self) -> None:
        while not self._ended.is_set():
            try:
                asked = self.asked(after=self.after).SerializeToString()
                sent = (self.players.token(self.officer), ("traceparent", self.trace.traceparent))
                for message in self._line.stream(self.method, asked, sent, timeout=120):
                    self._take(message, time.monotonic())
            except grpc.RpcError as failure:
                # UNAVAILABLE and CANCELLED: a process has died or stops; all else must not be.
                if failure.code().name not in {"UNAVAILABLE", "CANCELLED"}:
                    self.wrong.append(failure.code().name)
                    return
                time.sleep(PAUSE)
            except ValueError:
                return  # the connection is closed

    def _take(self, message: bytes, at: float) -> None:
        answer = self.answered.FromString(message)
        if not answer.receipt.entry:
            self.wrong.append("an answer without a receipt")
        self.receipts.append(answer.receipt)
        self.arrivals += [Arrival(notice, at) for notice in answer.notices]
        self.after = answer.notices[-1].cursor


class CourtWatch(Watch):
    """Somebody at a court to whom notices of restrictions and controls arrive."""

    method = COURT_WATCH
    asked = notice_pb2.WatchCourtNoticesRequest
    answered = notice_pb2.WatchCourtNoticesResponse

    @property
    def seen(self) -> set[str]:
        """Names of the hits that were told."""
        return {one.hit.name for one in self.of(notice_pb2.COURT_NOTICE_KIND_HIT)}

    def arrival_of_hit(self, hit: str) -> notice_pb2.CourtNotice:
        """Waits for the notice of a hit, and returns it."""
        notice: notice_pb2.CourtNotice = self.hit_arrival(hit).notice
        return notice

    def hit_arrival(self, hit: str) -> Arrival:
        """Waits for the notice of a hit, and returns it with when it came."""
        await_that(lambda: self.wrong or hit in self.seen, "the hit is not told", seconds=10)
        kind = notice_pb2.COURT_NOTICE_KIND_HIT
        return next(one for one in list(self.arrivals) if one.notice.kind == kind and one.notice.hit.name == hit)

    def of(self, kind: notice_pb2.CourtNoticeKind) -> list[notice_pb2.CourtNotice]:
        """Returns what arrived of a kind."""
        return [arrival.notice for arrival in list(self.arrivals) if arrival.notice.kind == kind]


class ReferralWatch(Watch):
    """Somebody at a court, a unit or a provincial body to whom notices of referrals arrive."""

    method = REFERRAL_WATCH
    asked = referral_notice_pb2.WatchReferralNoticesRequest
    answered = referral_notice_pb2.WatchReferralNoticesResponse
