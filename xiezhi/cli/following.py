"""Follows a stream of notices to a post, over breaks of the connection and from where it was."""

from __future__ import annotations

import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Generic, TypeVar

import typer
from google.protobuf.message import Message
from rich.console import Group, RenderableType

from xiezhi.cli.duration import parse_duration
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.signals import interrupting
from xiezhi.errors import DeadlineExceeded, Unavailable

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 10.0
"""Seconds before the stream is opened again after the exchange was away."""


N = TypeVar("N", bound=Message)


@dataclass(frozen=True, slots=True)
class WatchChoice:
    """How a stream of notices is watched.

    Attributes:
        after: Cursor of the last notice dealt with; empty for the first that is not acknowledged.
        ack: Whether what was shown is acknowledged.
        once: Whether to end once what waits was shown.
        timeout: How long to wait for the first notice then.
    """

    after: Annotated[
        str, typer.Option("--after", help="Cursor of the last notice dealt with; else the first not acknowledged.")
    ] = ""
    ack: Annotated[bool, typer.Option("--ack", help="Acknowledge each once it was shown.")] = False
    once: Annotated[bool, typer.Option("--once", help="End once what waits was shown.")] = False
    timeout: Annotated[str, typer.Option("--timeout", help="With --once: how long to wait for the first, as 5s.")] = (
        "3s"
    )


@dataclass(slots=True, kw_only=True)
class Follower(ABC, Generic[N]):
    """Follows the notices of the caller's post.

    Attributes:
        cursor: That of the last notice that was handed out; empty before the first.
        sleep: Waits so many seconds.
    """

    cursor: str = ""
    sleep: Callable[[float], None] = time.sleep

    @abstractmethod
    def groups(self, seconds: float | None) -> Iterator[Sequence[N]]:
        """Opens the stream after the cursor and yields its notices as they come, in groups.

        Args:
            seconds: How long it may stay open; None for as long as the contract lets it.
        """

    @abstractmethod
    def cursor_of(self, notice: N) -> str:
        """Returns where to go on after a notice."""

    @abstractmethod
    def acknowledge(self, notices: Sequence[N]) -> None:
        """Acknowledges notices, if there are any."""

    def next_group(self, patience: timedelta) -> Sequence[N]:
        """Returns the next notices, none if there are none in time."""
        try:
            for notices in self.groups(patience.total_seconds()):
                self.cursor = self.cursor_of(notices[-1])
                return notices
        except DeadlineExceeded:
            pass
        return ()

    def follow(self) -> Iterator[Sequence[N]]:
        """Yields notices in their order until the caller stops; opens the stream again when it ends or breaks."""
        pause = FIRST_PAUSE
        while True:
            try:
                for notices in self.groups(None):
                    pause = FIRST_PAUSE
                    yield notices
                    self.cursor = self.cursor_of(notices[-1])
            except DeadlineExceeded:
                continue
            except Unavailable:
                self.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)


def watch_post(
    session: Session, follower: Follower[N], *, choice: WatchChoice, view: Callable[[N], RenderableType]
) -> None:
    """Tells notices as they come, until the caller ends it or, where that is chosen, until what waits was told.

    Args:
        session: Where to.
        follower: Follows them.
        choice: How.
        view: Shows one to people.
    """
    if choice.once:
        notices = follower.next_group(parse_duration(choice.timeout, timedelta(seconds=1)))
        data = [message_dict(notice) for notice in notices]
        session.output.result(data, Group(*map(view, notices)) if notices else "Nothing waits.")
        if choice.ack:
            follower.acknowledge(notices)
        return
    try:
        with interrupting():
            _tell(session, follower, ack=choice.ack, view=view)
    except KeyboardInterrupt:
        session.output.note(f"Ended. Go on with --after {follower.cursor}." if follower.cursor else "Ended.")


def _tell(session: Session, follower: Follower[N], *, ack: bool, view: Callable[[N], RenderableType]) -> None:
    for notices in follower.follow():
        for notice in notices:
            if session.output.as_json:
                session.output.console.out(json.dumps(message_dict(notice), ensure_ascii=False), highlight=False)
            else:
                session.output.console.print(view(notice))
        if ack:
            follower.acknowledge(notices)
