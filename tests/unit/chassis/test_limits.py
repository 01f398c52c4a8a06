"""The rate limit: a burst, then as many calls as tokens come back, for each officer at each system alone."""

from datetime import timedelta

import pytest

from services.chassis import limits
from services.chassis.limits import RateLimiter
from xiezhi.errors import Reason, ResourceExhausted


class Seconds:
    """A clock that stands still until it is moved."""

    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return Seconds()


@pytest.fixture
def limiter(seconds):
    return RateLimiter(per_second=2, burst=3, monotonic=seconds)


def take(limiter, system="courts", officer="GAN0102-J001"):
    """Returns whether a call passes."""
    try:
        limiter.take(system, officer)
    except ResourceExhausted:
        return False
    return True


def test_a_burst_passes_and_the_next_call_is_told_when_to_come_again(limiter):
    assert [take(limiter) for _ in range(3)] == [True, True, True]
    with pytest.raises(ResourceExhausted) as caught:
        limiter.take("courts", "GAN0102-J001")
    assert caught.value.reason is Reason.RATE_LIMITED
    assert caught.value.retry_after == timedelta(seconds=0.5)


def test_who_comes_again_when_told_to_passes(limiter, seconds):
    for _ in range(3):
        take(limiter)
    with pytest.raises(ResourceExhausted) as caught:
        limiter.take("courts", "GAN0102-J001")
    seconds.now += caught.value.retry_after.total_seconds()
    assert take(limiter)
    assert not take(limiter)


def test_refused_calls_do_not_put_the_next_token_off(limiter, seconds):
    for _ in range(3):
        take(limiter)
    for _ in range(10):
        assert not take(limiter)
        seconds.now += 0.04
    seconds.now += 0.11
    assert take(limiter)


def test_a_long_rest_gives_a_burst_and_no_more(limiter, seconds):
    for _ in range(3):
        take(limiter)
    seconds.now += 3_600
    assert [take(limiter) for _ in range(4)] == [True, True, True, False]


@pytest.mark.parametrize("other", [("courts", "GAN0102-J002"), ("police", "GAN0102-J001")])
def test_nobody_uses_up_the_tokens_of_another_officer_or_system(limiter, other):
    while take(limiter):
        pass
    assert take(limiter, *other)


def test_as_many_calls_pass_as_the_rate_allows(limiter, seconds):
    passed = 0
    for _ in range(100):
        passed += take(limiter)
        seconds.now += 0.1
    assert passed == 3 + 19


def test_the_bucket_unused_for_longest_makes_room_for_a_new_one(limiter, monkeypatch):
    monkeypatch.setattr(limits, "MAX_BUCKETS", 2)
    for officer in ("A", "B"):
        while take(limiter, officer=officer):
            pass
    assert not take(limiter, officer="A")
    assert take(limiter, officer="C")
    assert not take(limiter, officer="A")
    assert take(limiter, officer="B")
