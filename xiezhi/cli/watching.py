"""What commands that watch a post share: their options, and how notices are told as they come."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, TypeVar

import typer
from google.protobuf.message import Message
from rich.console import Group, RenderableType

from xiezhi.cli.duration import parse_duration
from xiezhi.cli.following import Following
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.signals import interrupting
from xiezhi.client import Client

N = TypeVar("N", bound=Message)


@dataclass(frozen=True, slots=True)
class WatchChoice:
    """How a post is watched.

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


def watch_post(
    session: Session,
    open_post: Callable[[Client], Following[N]],
    *,
    choice: WatchChoice,
    view: Callable[[N], RenderableType],
) -> None:
    """Tells notices as they come, until the caller ends it or, where that is chosen, until what waits was told.

    Args:
        session: Where to.
        open_post: Begins to follow them over a connection.
        choice: How.
        view: Shows one to people.

    Raises:
        CommandError: If the time to wait is none, whether it is needed or not.
    """
    patience = parse_duration(choice.timeout, timedelta(seconds=1))
    with session.connect() as client:
        following = open_post(client)
        if choice.once:
            _tell_waiting(session, following, ack=choice.ack, patience=patience, view=view)
            return
        try:
            with interrupting():
                _tell(session, following, ack=choice.ack, view=view)
        except KeyboardInterrupt:
            session.output.note(f"Ended. Go on with --after {following.cursor}." if following.cursor else "Ended.")


def _tell_waiting(
    session: Session,
    following: Following[N],
    *,
    ack: bool,
    patience: timedelta,
    view: Callable[[N], RenderableType],
) -> None:
    notices = following.next_group(patience)
    data = [message_dict(notice) for notice in notices]
    session.output.result(data, Group(*map(view, notices)) if notices else "Nothing waits.")
    if ack:
        following.acknowledge(notices)


def _tell(session: Session, following: Following[N], *, ack: bool, view: Callable[[N], RenderableType]) -> None:
    for notices in following.follow():
        for notice in notices:
            if session.output.as_json:
                session.output.console.out(json.dumps(message_dict(notice), ensure_ascii=False), highlight=False)
            else:
                session.output.console.print(view(notice))
        if ack:
            following.acknowledge_at_last(notices)
