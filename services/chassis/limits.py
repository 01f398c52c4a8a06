"""Rate limit per caller: a token bucket for every officer at every system."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import timedelta

from xiezhi.errors import Reason, error

MAX_BUCKETS = 100_000


class RateLimiter:
    """Takes one token per call from the caller's bucket.

    Args:
        per_second: Tokens that come back per second; more than zero.
        burst: Tokens that a bucket holds at most, at least 1.
        monotonic: Source of the time in seconds.
    """

    def __init__(self, *, per_second: float, burst: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._monotonic = monotonic
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, system: str, officer: str) -> None:
        """Takes a token.

        Raises:
            ResourceExhausted: RATE_LIMITED with the time after which a token is there.
        """
        key = (system, officer)
        now = self._monotonic()
        tokens, since = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - since) * self._per_second)
        if len(self._buckets) >= MAX_BUCKETS:
            self._buckets.popitem(last=False)
        if tokens < 1:
            self._buckets[key] = (tokens, now)
            wait = timedelta(seconds=(1 - tokens) / self._per_second)
            raise error(Reason.RATE_LIMITED, "Too many calls of this caller.", retry_after=wait)
        self._buckets[key] = (tokens - 1, now)
