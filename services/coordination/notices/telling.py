"""Notices on their way: each told once, however often it is told, and to the liaison where nobody acknowledges it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection

from services.chassis.feed import Escalation, Feed, Notice
from services.coordination.changes import Change
from services.coordination.notices.domain import LIAISON, TOPIC_PREFIX, addressee_of, derive

Describe = Callable[[Change], bytes]
"""Writes what a notice says as it is kept and told."""


class Telling:
    """Writes notices; it is the `Tell` of whoever makes changes.

    Args:
        feed: The notices.
        describe: Writes what one says.
        acknowledge_within: How long an office has to acknowledge.
    """

    def __init__(self, feed: Feed, *, describe: Describe, acknowledge_within: timedelta) -> None:
        self._feed = feed
        self._describe = describe
        self._within = acknowledge_within

    def __call__(self, connection: Connection, change: Change) -> None:
        """Tells every organisation of a change, each once however often it is told."""
        payload, kind = self._describe(change), change.kind.name
        for organisation in dict.fromkeys(change.told):
            addressee = addressee_of(organisation)
            self._feed.write(
                connection,
                Notice(
                    notice_id=derive(change.key, kind, addressee),
                    addressee=addressee,
                    topic=TOPIC_PREFIX + kind.lower(),
                    subject=_subject(change),
                    payload=payload,
                    made_at=change.at,
                    traceparent=change.traceparent,
                    ack_within=self._within,
                    escalations=(Escalation((addressee_of(organisation, LIAISON),)),),
                ),
            )


def _subject(change: Change) -> bytes:
    """Returns the key of what a notice concerns: that of its name, and where it has none one made of its own."""
    key = change.subject.partition("/")[2].encode()
    return key or hashlib.sha256(change.key.encode()).digest()
