"""A counter of the terminal that follows in a thread of its own."""

from __future__ import annotations

import pytest

from xiezhi.cli.exits.counter import _Following
from xiezhi.client import ReceiptError
from xiezhi.client.counter import CounterCopy
from xiezhi.errors import Reason, XiezhiError, error


class Ending:
    """A follower that ends at once."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def follow(self) -> None:
        """Ends."""
        raise self.failure

    def stop(self) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    "failure", [error(Reason.OUT_OF_JURISDICTION, "Not of Jiangxi."), ReceiptError("/x/Y", "no receipt")]
)
def test_what_ends_the_following_is_told_to_whoever_waits_for_the_snapshot(failure: Exception) -> None:
    following = _Following(CounterCopy(), Ending(failure))  # type: ignore[arg-type]
    with following, pytest.raises((XiezhiError, ReceiptError)) as caught:
        following.await_snapshot()
    assert caught.value is failure
