"""Keeps a counter's copy up to date over a client's channel."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from xiezhi.client.counter import CounterCopy
from xiezhi.client.receipts import ReceiptError
from xiezhi.errors import Cancelled, DeadlineExceeded, Reason, ResourceExhausted, Unavailable, XiezhiError
from xiezhi.exit_restriction.v1 import counter_pb2

PAUSE = timedelta(seconds=1)
"""How long to wait before the exchange is asked again after it was away."""
RENEWED_AT = 4
"""The key is leased anew when this part of its lease is left."""


class Follower:
    """Keeps a copy up to date: opens the stream, goes on where it broke off, and leases the key anew in time.

    Args:
        copy: The copy.
        stub: `ApplicationCounterServiceStub` over a client's channel.
        now: The clock, UTC.
        pause: How long to wait before the exchange is asked again after it was away.
    """

    def __init__(
        self,
        copy: CounterCopy,
        stub: Any,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        pause: timedelta = PAUSE,
    ) -> None:
        self._copy = copy
        self._stub = stub
        self._now = now
        self._pause = pause
        self._stopped = threading.Event()
        self._stream: Any = None
        self._alarm: threading.Timer | None = None
        self._lease_id = ""
        self._renew_at: datetime | None = None

    def follow(self) -> None:
        """Follows until `stop` is called; an exchange that is away or busy is waited for while the lease runs out.

        Raises:
            XiezhiError: If the exchange refuses for good, as a system without the permission.
            ReceiptError: If an answer is not proven; the copy has forgotten everything then.
        """
        while not self._stopped.is_set():
            try:
                self._follow_once()
            except ReceiptError:
                self._copy.forget()
                raise
            except (Unavailable, DeadlineExceeded, Cancelled, ResourceExhausted):
                self._stopped.wait(self._pause.total_seconds())
            except XiezhiError as failure:
                self._mend(failure)
                self._stopped.wait(self._pause.total_seconds())

    def stop(self) -> None:
        """Ends `follow`, from any thread."""
        self._stopped.set()
        if self._stream is not None:
            self._stream.cancel()

    def _mend(self, failure: XiezhiError) -> None:
        if self._stopped.is_set():
            return
        if failure.reason is Reason.PAGE_TOKEN_INVALID:
            self._copy.forget()
        elif failure.reason is Reason.CHECK_KEY_LEASE_INVALID:
            self._renew_at = None
        else:
            raise failure

    def _follow_once(self) -> None:
        self._lease()
        self._copy.lapse(self._now())
        after = self._copy.cursor
        if not after:
            self._copy.begin()
        request = counter_pb2.WatchRestrictionsRequest(lease_id=self._lease_id, after=after)
        self._stream = self._stub.WatchRestrictions(request)
        try:
            # Before the first answer too: what goes on has a lease, and the line may be dead from the start.
            self._set_alarm()
            for answer in self._stream:
                goes_on = self._copy.apply(answer, self._now())
                if not goes_on or self._stopped.is_set() or self._is_due():
                    return
                self._set_alarm()
        finally:
            self._stream.cancel()
            self._clear_alarm()

    def _set_alarm(self) -> None:
        """Has a stream that has gone silent given up when the lease is over, as where the line is dead."""
        self._clear_alarm()
        lease_end = self._copy.lease_end
        if lease_end is not None:
            self._alarm = threading.Timer((lease_end - self._now()).total_seconds(), self._give_up, (self._stream,))
            self._alarm.daemon = True
            self._alarm.start()

    def _clear_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None

    def _give_up(self, stream: Any) -> None:
        self._copy.lapse(self._now())
        stream.cancel()

    def _is_due(self) -> bool:
        # Within a snapshot nothing can be resumed, so it is let come to its end first.
        return bool(self._copy.cursor) and (self._renew_at is None or self._now() >= self._renew_at)

    def _lease(self) -> None:
        if self._renew_at is not None and self._now() < self._renew_at:
            return
        asked_at = self._now()
        lease = self._stub.LeaseCounterKey(counter_pb2.LeaseCounterKeyRequest())
        self._copy.use_key(lease.key)
        self._lease_id = lease.lease_id
        left = lease.expire_time.ToDatetime(UTC) - asked_at
        self._renew_at = asked_at + left - left / RENEWED_AT
