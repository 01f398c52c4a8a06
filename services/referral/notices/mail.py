"""Notices on their way: each told once, however often it is told, and to the liaison where nobody acknowledges it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from services.chassis.feed import Escalation, Feed, Notice
from services.referral.notices.domain import LIAISON, OFFICE, Told, addressee_of, derive

Describe = Callable[[Told], bytes]
"""Writes what a notice says as it is kept and told."""


class Mail:
    """Writes notices.

    Args:
        feed: The notices.
        describe: Writes what one says.
        acknowledge_within: How long whoever is told has to acknowledge.
    """

    def __init__(self, feed: Feed, *, describe: Describe, acknowledge_within: timedelta) -> None:
        self._feed = feed
        self._describe = describe
        self._within = acknowledge_within

    def send(
        self,
        connection: Connection,
        told: Told,
        addressees: Iterable[str],
        *,
        topic: str,
        key: str,
        now: datetime,
        traceparent: str = "",
    ) -> None:
        """Tells some addressees something, each once however often it is told.

        Args:
            connection: That of a write function, under the lock of what it is about.
            told: What they are told.
            addressees: Who is told.
            topic: What it is about.
            key: Names the notice.
            now: The present instant.
            traceparent: Trace in which it came about; empty where there is none.
        """
        payload, subject = self._describe(told), told.subject.partition("/")[2].encode()
        for addressee in dict.fromkeys(addressees):
            organisation, _, post = addressee.partition("|")
            is_office = post == OFFICE
            self._feed.write(
                connection,
                Notice(
                    notice_id=derive(key, addressee),
                    addressee=addressee,
                    topic=topic,
                    subject=subject,
                    payload=payload,
                    made_at=now,
                    traceparent=traceparent,
                    ack_within=self._within if is_office else None,
                    escalations=(Escalation((addressee_of(organisation, LIAISON),)),) if is_office else (),
                ),
            )
