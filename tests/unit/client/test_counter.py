"""A counter's copy: nobody is held a moment longer than by the exchange, and in doubt the counter looks by hand."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.exit_restriction.travellers import number
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.client.follower import Follower
from xiezhi.client.receipts import ReceiptError
from xiezhi.errors import CLASS_OF, Cancelled, Reason, XiezhiError, error
from xiezhi.exit_restriction.v1 import counter_pb2

START = datetime(2018, 8, 3, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LEASE = 15 * MINUTE
KEY, OTHER_KEY = bytes(range(16)), bytes(16)
NUMBERS = tuple(number(serial) for serial in range(1, 4))
PRESENT, FILED, RENEWED = (
    counter_pb2.COPY_CHANGE_PRESENT,
    counter_pb2.COPY_CHANGE_FILED,
    counter_pb2.COPY_CHANGE_RENEWED,
)
RELEASED, SUPERSEDED, EXPIRED = (
    counter_pb2.COPY_CHANGE_RELEASED,
    counter_pb2.COPY_CHANGE_SUPERSEDED,
    counter_pb2.COPY_CHANGE_EXPIRED,
)
PASS, RESTRICTED, MANUAL = Decision
few = settings(max_examples=60)


def at(minutes):
    return START + minutes * MINUTE


def hashed(id_number, key=KEY):
    mac = CMAC(algorithms.AES(key))
    mac.update(id_number.encode())
    return mac.finalize()


def item(name="a", change=FILED, *, begins=0, ends=60, who=NUMBERS[:1], key=KEY):
    made = counter_pb2.RestrictionCopy(
        name=name, change=change, person_hashes=[hashed(one, key) for one in who], ground={"court_code": "赣0102"}
    )
    made.effective_time.FromDatetime(at(begins))
    made.end_time.FromDatetime(at(ends))
    return made


def answer(*items, cursor="", lease=15, complete=False):
    made = counter_pb2.WatchRestrictionsResponse(copies=items, cursor=cursor, snapshot_complete=complete)
    if lease is not None:
        made.lease_end_time.FromDatetime(at(lease))
    return made


def copy_with(*items, lease=15, complete=True):
    copy = CounterCopy()
    copy.use_key(KEY)
    copy.begin()
    assert copy.apply(answer(*items, cursor="c0" if complete else "", lease=lease, complete=complete), START)
    return copy


def said(copy, minutes, who=NUMBERS[0]):
    return copy.decide(who, at(minutes)).decision


def test_a_person_is_restricted_within_the_term_and_passes_outside_of_it():
    copy = copy_with(item(begins=1, ends=10))
    assert [said(copy, minute) for minute in (0, 1, 9.99, 10, 14)] == [PASS, RESTRICTED, RESTRICTED, PASS, PASS]
    assert said(copy, 5, NUMBERS[1]) is PASS


def test_the_applicant_may_be_told_every_ground():
    copy = copy_with(item("a"), item("b"), item("c", ends=1))
    assert len(copy.decide(NUMBERS[0], at(2)).grounds) == 2
    assert copy.decide(NUMBERS[1], at(2)).grounds == ()


def test_after_the_lease_everything_is_forgotten_and_checked_by_hand():
    copy = copy_with(item(ends=600))
    assert said(copy, 14.99) is RESTRICTED
    assert said(copy, 15) is MANUAL
    assert (len(copy), copy.cursor, copy.is_empty) == (0, "", True)
    # A clock that is put back brings nothing back, nor does an answer that comes too late.
    assert said(copy, 14) is MANUAL
    assert not copy.apply(answer(cursor="c1", lease=30), at(16))
    assert [said(copy, 16), said(copy, 16, NUMBERS[1])] == [MANUAL, MANUAL]


def test_an_answer_that_comes_after_the_lease_does_not_revive_the_copy():
    copy = copy_with(item(ends=600))
    assert not copy.apply(answer(cursor="c1", lease=30), at(15))
    assert said(copy, 16) is MANUAL


def test_an_incomplete_copy_restricts_and_lets_nobody_pass():
    copy = copy_with(item(), complete=False)
    assert [said(copy, 1), said(copy, 1, NUMBERS[1]), copy.cursor] == [RESTRICTED, MANUAL, ""]
    copy.apply(answer(cursor="c0", complete=True), at(1))
    assert [said(copy, 1), said(copy, 1, NUMBERS[1]), copy.cursor] == [RESTRICTED, PASS, "c0"]


def test_parts_of_a_snapshot_whose_lease_ran_out_in_between_do_not_make_a_whole():
    copy = copy_with(item(ends=600), complete=False)
    assert not copy.apply(answer(item("b"), cursor="c0", complete=True, lease=40), at(20))
    assert said(copy, 21, NUMBERS[1]) is MANUAL


def test_without_lease_or_key_everything_is_checked_by_hand():
    copy = CounterCopy()
    assert said(copy, 0) is MANUAL
    copy = copy_with(item(), lease=None)
    assert [said(copy, 0), said(copy, 0, NUMBERS[1])] == [MANUAL, MANUAL]


def test_another_key_forgets_everything_and_the_same_one_nothing():
    copy = copy_with(item())
    copy.use_key(KEY)
    assert said(copy, 1) is RESTRICTED
    copy.use_key(OTHER_KEY)
    assert (said(copy, 1), copy.cursor) == (MANUAL, "")
    with pytest.raises(ValueError, match="16 bytes"):
        copy.use_key(b"short")


@pytest.mark.parametrize("closing", [RELEASED, SUPERSEDED])
def test_what_was_released_stays_released_whatever_is_replayed(closing):
    copy = copy_with(item(ends=14))
    closed = item(change=closing, ends=5)
    for told in (closed, item(ends=14), item(change=RENEWED, ends=100), closed):
        copy.apply(answer(told, cursor="c1"), at(4))
    assert [said(copy, 4.9), said(copy, 5)] == [RESTRICTED, PASS]


def test_a_renewal_goes_on_and_its_replayed_beginning_does_not_shorten_it():
    copy = copy_with(item(ends=5), lease=100)
    for told in (item(change=RENEWED, ends=50), item(ends=5), item(change=EXPIRED, ends=5)):
        copy.apply(answer(told, cursor="c1", lease=100), at(1))
    assert [said(copy, 49), said(copy, 50)] == [RESTRICTED, PASS]


def test_of_two_endings_the_first_counts():
    copy = copy_with(item(ends=14))
    for told in (item(change=RELEASED, ends=5), item(change=SUPERSEDED, ends=9)):
        copy.apply(answer(told, cursor="c1"), at(1))
    assert [said(copy, 4.9), said(copy, 5)] == [RESTRICTED, PASS]


def test_a_lease_that_was_told_later_for_less_shortens_nothing():
    copy = copy_with(item(ends=100), lease=30)
    copy.apply(answer(cursor="c1", lease=10), at(1))
    assert (said(copy, 20), copy.lease_end) == (RESTRICTED, at(30))


def test_a_snapshot_that_is_not_complete_is_not_resumed():
    copy = copy_with(item(), complete=False)
    copy.apply(answer(item("b"), cursor="c7"), at(1))
    assert copy.cursor == ""


def test_the_person_is_found_under_every_number():
    copy = copy_with(item(who=NUMBERS[:2]))
    assert [said(copy, 1, who) for who in NUMBERS] == [RESTRICTED, RESTRICTED, PASS]


def test_a_number_is_read_as_it_is_typed_and_what_is_none_is_checked_by_hand():
    lower = next(n for n in (number(serial) for serial in range(1, 99)) if n.endswith("X"))
    copy = copy_with(item(who=(lower, "GBR110081010101")))
    assert said(copy, 1, f" {lower.lower()} ") is RESTRICTED
    assert said(copy, 1, "gbr110081010101") is RESTRICTED
    wrong = lower[:-1] + "0"
    assert {said(copy, 1, one) for one in ("", "369901800115001", wrong, "E12345678", "①" * 18)} == {MANUAL}


@pytest.mark.parametrize(
    "damage",
    [
        lambda i: i.ClearField("end_time"),
        lambda i: i.ClearField("effective_time"),
        lambda i: i.ClearField("person_hashes"),
        lambda i: i.ClearField("change"),
        lambda i: i.person_hashes.append(b"short"),
    ],
)
def test_an_item_that_is_not_understood_leaves_everything_to_the_counter(damage):
    copy, bad = copy_with(item("b")), item()
    damage(bad)
    assert not copy.apply(answer(bad, cursor="c1"), START)
    assert [said(copy, 1), said(copy, 1, NUMBERS[1]), copy.cursor] == [MANUAL, MANUAL, ""]


def test_what_is_over_is_forgotten_at_quiet_times():
    copy = copy_with(item("a", ends=5), item("b", ends=20), lease=100)
    copy.apply(answer(cursor="c0", lease=100), at(6))
    assert len(copy) == 1
    assert [said(copy, 6), said(copy, 20)] == [RESTRICTED, PASS]


def test_a_released_restriction_is_remembered_until_nothing_can_bring_it_back():
    copy = copy_with(item(ends=50), item(change=RELEASED, ends=5), lease=100)
    copy.apply(answer(cursor="c0", lease=100), at(6))
    copy.apply(answer(item(ends=50), cursor="c0", lease=100), at(7))
    assert said(copy, 7) is PASS


# Sequences as the contract allows them: each restriction is told of in order, any stretch may come again.


@dataclass(frozen=True)
class Life:
    """What happens to one restriction: items in their order."""

    items: tuple[counter_pb2.RestrictionCopy, ...]

    def end(self):
        return self.items[-1].end_time.ToDatetime(UTC)


@st.composite
def lives(draw, name):
    begins = draw(st.integers(-5, 20))
    ends = draw(st.integers(begins + 1, 40))
    who = (draw(st.sampled_from(NUMBERS)),)
    items = [item(name, draw(st.sampled_from((PRESENT, FILED))), begins=begins, ends=ends, who=who)]
    for _ in range(draw(st.integers(0, 2))):
        ends += draw(st.integers(1, 20))
        items.append(item(name, RENEWED, begins=begins, ends=ends, who=who))
    ending = draw(st.sampled_from((None, RELEASED, SUPERSEDED, EXPIRED)))
    if ending is EXPIRED:
        items.append(item(name, EXPIRED, begins=begins, ends=ends, who=who))
    elif ending is not None:
        items.append(item(name, ending, begins=begins, ends=draw(st.integers(-5, ends)), who=who))
    return Life(tuple(items))


stories = st.tuples(*(lives(name) for name in "abc"))
minutes = st.integers(-5, 90)


def merged(draw, story):
    """Puts the items of several restrictions in one order that keeps each one's own, and repeats stretches of it."""
    left = [list(life.items) for life in story]
    told = []
    while any(left):
        told.append(draw(st.sampled_from([items for items in left if items])).pop(0))
    for _ in range(draw(st.integers(0, 2))):
        first = draw(st.integers(0, len(told) - 1))
        last = draw(st.integers(first + 1, len(told)))
        told[last:last] = told[first:last]
    return told


@few
@given(stories, st.data(), minutes, minutes)
def test_no_order_and_no_replay_changes_what_a_copy_says_in_the_end(story, data, asked, lease):
    told = merged(data.draw, story)
    shuffled = data.draw(st.permutations(told))
    copies = [copy_with(*told, lease=lease), copy_with(*shuffled, lease=lease)] if lease > 0 else []
    for who in NUMBERS:
        held = any(
            life.items[0].effective_time.ToDatetime(UTC) <= at(asked) < life.end()
            and hashed(who) in life.items[0].person_hashes
            for life in story
        )
        for copy in copies:
            expected = MANUAL if asked >= lease else (RESTRICTED if held else PASS)
            assert copy.decide(who, at(asked)).decision is expected
        copies = [copy for copy in copies if not copy.is_empty]


@few
@given(stories, st.data())
def test_nobody_is_held_after_the_end_or_after_the_lease_wherever_the_counter_is_cut_off(story, data):
    told = merged(data.draw, story)
    cut = data.draw(st.integers(0, len(told)))
    copy = copy_with()
    lease, now = 15, 0
    for number_, one in enumerate(told[:cut]):
        now += data.draw(st.integers(0, 3))
        if data.draw(st.booleans()):
            lease = max(lease, now + data.draw(st.integers(0, 15)))
        if not copy.apply(answer(one, cursor=f"c{number_}", lease=lease), at(now)):
            break
    latest = {}
    for one in told[:cut]:
        latest[one.name] = max(latest.get(one.name, START), one.end_time.ToDatetime(UTC))
    for later in sorted(data.draw(st.lists(st.integers(now, 120), min_size=1, max_size=8))):
        for who in NUMBERS:
            verdict = copy.decide(who, at(later))
            if verdict.decision is RESTRICTED:
                assert later < lease
                assert any(at(later) < latest[one.name] for one in told[:cut] if hashed(who) in one.person_hashes)
            if later >= lease:
                assert verdict.decision is MANUAL
                assert len(copy) == 0


class Exchange:
    """Answers as told, and remembers what it was asked."""

    def __init__(self, *streams, keys=(KEY,), clock):
        self.streams, self.keys, self.clock = list(streams), list(keys), clock
        self.asked, self.leased, self.cancelled = [], 0, 0
        self.follower = None

    def LeaseCounterKey(self, request):
        key = self.keys[min(self.leased, len(self.keys) - 1)]
        self.leased += 1
        made = counter_pb2.LeaseCounterKeyResponse(lease_id=f"lease{self.leased}", key=key)
        made.expire_time.FromDatetime(self.clock.now + timedelta(hours=1))
        return made

    def WatchRestrictions(self, request):
        self.asked.append((request.lease_id, request.after))
        return Stream(self, self.streams.pop(0) if self.streams else [None])


class Stream:
    """One stream: answers, errors to be raised, and functions to be called in between; None stops the follower."""

    def __init__(self, exchange, steps):
        self.exchange, self.steps = exchange, iter(steps)

    def __iter__(self):
        return self

    def __next__(self):
        step = next(self.steps)
        if step is None:
            self.exchange.follower.stop()
            raise error(Reason.SHUTTING_DOWN, "Over.")
        if isinstance(step, Exception):
            raise step
        if callable(step):
            step()
            return next(self)
        return step

    def cancel(self):
        self.exchange.cancelled += 1


class Clock:
    now = START

    def __call__(self):
        return self.now


def following(*streams, **known):
    clock = Clock()
    exchange, copy = Exchange(*streams, clock=clock, **known), CounterCopy()
    follower = Follower(copy, exchange, now=clock, pause=timedelta(0))
    exchange.follower = follower
    return follower, exchange, copy, clock


def away():
    return error(Reason.STORE_UNAVAILABLE, "Away.")


def test_a_follower_goes_on_where_it_broke_off():
    whole = answer(item(), cursor="c0", complete=True)
    follower, exchange, copy, _ = following([whole, answer(cursor="c1"), away()], [answer(cursor="c2")], [None])
    follower.follow()
    assert exchange.asked == [("lease1", ""), ("lease1", "c1"), ("lease1", "c2")]
    assert said(copy, 1) is RESTRICTED
    assert exchange.cancelled >= 3


def test_a_snapshot_that_broke_off_begins_anew():
    part = answer(item("old"))
    follower, exchange, copy, _ = following(
        [part, away()], [answer(item("b", who=NUMBERS[1:2]), cursor="c", complete=True), None]
    )
    follower.follow()
    assert exchange.asked == [("lease1", ""), ("lease1", "")]
    assert [said(copy, 1), said(copy, 1, NUMBERS[1])] == [PASS, RESTRICTED]


def test_a_cursor_that_is_refused_begins_anew():
    whole = answer(cursor="c0", complete=True)
    invalid = error(Reason.PAGE_TOKEN_INVALID, "Not of this stream.")
    follower, exchange, _, _ = following([whole, away()], [invalid], [whole, None])
    follower.follow()
    assert [after for _, after in exchange.asked] == ["", "c0", ""]


def test_the_key_is_leased_anew_in_time_and_when_it_does_not_hold():
    whole, quiet = answer(cursor="c0", complete=True, lease=120), answer(cursor="c0", lease=120)
    follower, exchange, copy, clock = following(
        [whole, lambda: setattr(clock, "now", at(44)), quiet, lambda: setattr(clock, "now", at(45)), quiet, quiet],
        [quiet, error(Reason.CHECK_KEY_LEASE_INVALID, "Not held.")],
        [quiet, None],
    )
    follower.follow()
    assert exchange.asked == [("lease1", ""), ("lease2", "c0"), ("lease3", "c0")]
    assert said(copy, 46) is PASS


def test_the_key_is_not_leased_anew_before_its_last_quarter():
    whole, quiet = answer(cursor="c0", complete=True, lease=120), answer(cursor="c0", lease=120)
    follower, exchange, _, clock = following([whole, lambda: setattr(clock, "now", at(44)), quiet, None])
    follower.follow()
    assert exchange.leased == 1


def test_a_new_key_begins_anew():
    whole = answer(cursor="c0", complete=True, lease=120)
    follower, exchange, _, clock = following(
        [whole, lambda: setattr(clock, "now", at(50)), whole], [whole, None], keys=(KEY, OTHER_KEY)
    )
    follower.follow()
    assert exchange.asked == [("lease1", ""), ("lease2", "")]


def test_a_follower_that_hears_nothing_until_the_lease_is_over_begins_anew():
    whole = answer(item(ends=600), cursor="c0", complete=True)
    follower, exchange, copy, clock = following(
        [whole, lambda: setattr(clock, "now", at(16)), answer(cursor="c1", lease=40)],
        [answer(cursor="c9", complete=True, lease=40), None],
    )
    follower.follow()
    assert [after for _, after in exchange.asked] == ["", ""]
    assert said(copy, 17) is PASS


@pytest.mark.parametrize(
    ("dies", "asked"), [("later", ["", ""]), ("from the start", ["", "c0", ""])], ids=["later", "from the start"]
)
def test_a_line_that_is_dead_is_given_up_when_the_lease_is_over(dies, asked):
    silence = threading.Event()
    whole, dead = answer(item(ends=600), cursor="c0", complete=True), [lambda: silence.wait(5), cancelled()]
    streams = [[whole, *dead]] if dies == "later" else [[whole, away()], dead]
    follower, exchange, copy, clock = following(*streams, [None])
    clock.now = at(15) - timedelta(seconds=0.05)

    def cancel(stream):
        clock.now = at(15)
        give_up(stream)
        silence.set()

    give_up = follower._give_up
    follower._give_up = cancel
    follower.follow()
    assert [after for _, after in exchange.asked] == asked
    assert said(copy, 15) is MANUAL


def test_an_exchange_that_is_busy_is_waited_for():
    whole = answer(item(), cursor="c0", complete=True)
    follower, exchange, copy, _ = following([whole, error(Reason.RATE_LIMITED, "Busy.")], [None])
    follower.follow()
    assert exchange.asked == [("lease1", ""), ("lease1", "c0")]
    assert said(copy, 1) is RESTRICTED


def cancelled():
    return error(next(reason for reason, kind in CLASS_OF.items() if kind is Cancelled), "Cancelled.")


def test_what_is_refused_for_good_and_what_is_not_proven_end_the_following():
    refusal = error(Reason.OUT_OF_JURISDICTION, "Not of Jiangxi.")
    follower, *_ = following([refusal])
    with pytest.raises(XiezhiError) as caught:
        follower.follow()
    assert caught.value.reason is refusal.reason
    whole = answer(item(), cursor="c0", complete=True)
    follower, _, copy, _ = following([whole, ReceiptError("/x/Y", "no receipt")])
    with pytest.raises(ReceiptError):
        follower.follow()
    assert said(copy, 1) is MANUAL
