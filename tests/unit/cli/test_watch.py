"""Watching goes on where it was, whatever broke in between."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from xiezhi.cli.following import FIRST_PAUSE
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.cli.watch import Watcher, notice_view
from xiezhi.cli.watching import WatchChoice, watch_post
from xiezhi.client import Client
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.vehicle.v1 import check_pb2, seizure_pb2, sighting_pb2

AWAY = error(Reason.LEDGER_UNAVAILABLE, "away")
OVER = error(Reason.DEADLINE_TOO_SHORT, "over")


class Stream:
    """A stream of groups of cursors, which ends or breaks after them."""

    def __init__(self, groups: tuple[tuple[str, ...], ...], failure: XiezhiError | None) -> None:
        self._groups = iter(groups)
        self._failure = failure
        self.is_cancelled = False

    def __iter__(self) -> Iterator[sighting_pb2.WatchSightingsResponse]:
        for group in self._groups:
            notices = [sighting_pb2.SightingNotice(cursor=cursor, notice_id=f"id {cursor}") for cursor in group]
            yield sighting_pb2.WatchSightingsResponse(notices=notices)
        if self._failure is not None:
            raise self._failure

    def cancel(self) -> None:
        self.is_cancelled = True


class Stub:
    """An exchange that answers with these streams, one after the other."""

    def __init__(self, *streams: Stream) -> None:
        self._streams = list(streams)
        self.asked: list[str] = []
        self.acknowledged: list[list[str]] = []
        self.refusals: list[XiezhiError] = []

    def WatchSightings(self, request: sighting_pb2.WatchSightingsRequest, timeout: float | None) -> Stream:
        self.asked.append(request.after)
        return self._streams[len(self.asked) - 1]

    def AcknowledgeSightings(
        self, request: sighting_pb2.AcknowledgeSightingsRequest
    ) -> sighting_pb2.AcknowledgeSightingsResponse:
        if self.refusals:
            raise self.refusals.pop()
        self.acknowledged.append(list(request.notice_ids))
        return sighting_pb2.AcknowledgeSightingsResponse(acknowledged_count=len(request.notice_ids))


def _watcher(*streams: Stream) -> tuple[Watcher, Stub, list[float]]:
    stub: Any = Stub(*streams)
    slept: list[float] = []
    return Watcher(stub, sleep=slept.append), stub, slept


def _cursors(watcher: Watcher, count: int) -> list[str]:
    return [notice.cursor for notices in islice(watcher.follow(), count) for notice in notices]


def test_it_goes_on_after_the_last_notice_when_the_exchange_was_away() -> None:
    watcher, stub, slept = _watcher(Stream((("1", "2"), ("3",)), AWAY), Stream((("4",),), None))
    assert _cursors(watcher, 3) == ["1", "2", "3", "4"]
    assert stub.asked == ["", "3"]
    assert slept == [FIRST_PAUSE]


def test_pauses_grow_while_it_stays_away_and_begin_anew_after_an_answer() -> None:
    streams = [Stream((), AWAY), Stream((), AWAY), Stream((("1",),), AWAY), Stream((("2",),), None)]
    watcher, stub, slept = _watcher(*streams)
    assert _cursors(watcher, 2) == ["1", "2"]
    assert slept == [FIRST_PAUSE, 2 * FIRST_PAUSE, FIRST_PAUSE]
    assert stub.asked == ["", "", "", "1"]


@pytest.mark.parametrize("end", [None, OVER], ids=["ended", "deadline"])
def test_a_stream_that_ended_is_opened_again_without_a_pause(end: XiezhiError | None) -> None:
    watcher, stub, slept = _watcher(Stream((("1",),), end), Stream((("2",),), None))
    assert _cursors(watcher, 2) == ["1", "2"]
    assert stub.asked == ["", "1"]
    assert not slept


def test_a_group_that_was_not_dealt_with_comes_again() -> None:
    watcher, stub, _ = _watcher(Stream((("1",), ("2",)), None), Stream((("2",),), None))
    followed = watcher.follow()
    next(followed)
    next(followed)
    followed.close()
    assert watcher.cursor == "1"
    assert _cursors(watcher, 1) == ["2"]
    assert stub.asked == ["", "1"]


def test_another_refusal_ends_it() -> None:
    watcher, _, _ = _watcher(Stream((), error(Reason.PERMISSION_MISSING, "no")))
    with pytest.raises(XiezhiError, match="no"):
        next(watcher.follow())


def test_once_takes_the_first_group_and_lets_go_of_the_stream() -> None:
    stream = Stream((("1",), ("2",)), None)
    watcher, _, _ = _watcher(stream)
    assert [notice.cursor for notice in watcher.next_group(timedelta(seconds=1))] == ["1"]
    assert stream.is_cancelled


def test_once_without_anything_waiting_is_nothing() -> None:
    watcher, stub, _ = _watcher(Stream((), OVER))
    assert not watcher.next_group(timedelta(seconds=1))
    watcher.acknowledge(())
    assert not stub.acknowledged


@pytest.mark.parametrize("once", [True, False])
def test_a_wrong_time_to_wait_is_refused_before_anything_is_asked(tmp_path: Path, once: bool) -> None:
    session = Session(Home(tmp_path), Output(as_json=True))
    with pytest.raises(CommandError, match="no duration"):
        watch_post(session, _never, choice=WatchChoice(once=once, timeout="soon"), view=notice_view)


def _never(client: Client) -> Watcher:
    raise AssertionError("nobody is asked")


def test_what_was_shown_is_acknowledged() -> None:
    watcher, stub, _ = _watcher(Stream((("1", "2"),), None))
    watcher.acknowledge(watcher.next_group(timedelta(seconds=1)))
    assert stub.acknowledged == [["id 1", "id 2"]]


def test_what_was_shown_is_acknowledged_when_the_exchange_is_back() -> None:
    watcher, stub, slept = _watcher(Stream((("1",),), None))
    stub.refusals = [OVER, AWAY]
    watcher.acknowledge_at_last(watcher.next_group(timedelta(seconds=1)))
    assert stub.acknowledged == [["id 1"]]
    assert slept == [FIRST_PAUSE, 2 * FIRST_PAUSE]


def test_an_acknowledgement_that_is_refused_ends_it() -> None:
    watcher, stub, _ = _watcher(Stream((("1",),), None))
    stub.refusals = [error(Reason.PERMISSION_MISSING, "no")]
    with pytest.raises(XiezhiError, match="no"):
        watcher.acknowledge_at_last(watcher.next_group(timedelta(seconds=1)))


def test_a_notice_tells_the_vehicle_the_courts_and_whom_to_call() -> None:
    seizures = [
        sighting_pb2.SightedSeizure(
            seizure=seizure_pb2.Seizure(court_code=court, state=state, queue_position=place),
            handler_name=f"法官{place}",
            handler_phone=f"0791-000000{place}",
        )
        for place, (court, state) in enumerate(
            [("赣0102", seizure_pb2.SEIZURE_STATE_EFFECTIVE), ("赣01", seizure_pb2.SEIZURE_STATE_WAITING)]
        )
    ]
    notice = sighting_pb2.SightingNotice(
        kind=sighting_pb2.NOTICE_KIND_OVERDUE,
        sighting=sighting_pb2.Sighting(
            plate="赣A12345",
            trigger=check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL,
            place="G60 K512",
            count=3,
            clone_suspected=True,
            before_seizure=True,
            vehicle_held=True,
            seizures=seizures,
        ),
    )
    console = Console(width=140)
    with console.capture() as shown:
        console.print(notice_view(notice))
    for told in (
        "OVERDUE",
        "赣A12345",
        "HIGHWAY_PATROL",
        "G60 K512",
        "套牌",
        "72 hours",
        "holds",
        "WAITING as number 1",
    ):
        assert told in shown.get()
    assert "赣0102 法官0 0791-0000000, 赣01 法官1 0791-0000001" in shown.get()
