"""What is not acknowledged in time: others are told, once, whichever process dies, races or comes late."""

import asyncio
import threading
import uuid
from datetime import timedelta

import pytest

from services.chassis.feed import OVERDUE, Escalation
from services.chassis.outbox import LEASE, MOST_ATTEMPTS, Event
from services.chassis.sealing import Keyring, SealError
from xiezhi.errors import Reason, XiezhiError

WITHIN = timedelta(minutes=30)
LIAISONS = ("court|liaison", "police|liaison")
TO_LIAISONS = {"ack_within": WITHIN, "escalations": (Escalation(LIAISONS),)}
TWO_LEVELS = {
    "ack_within": WITHIN,
    "escalations": (Escalation(LIAISONS, ack_within=timedelta(hours=2)), Escalation(("province",))),
}


async def run(*relays):
    """Has relays deliver what is due, at the same time if they are several."""
    while any(await asyncio.gather(*(relay.step() for relay in relays))):
        pass


async def test_what_is_not_acknowledged_in_time_is_told_to_both_liaisons(desk, clock):
    trace = f"00-{'ab' * 16}-{'cd' * 8}-01"
    await desk.tell("seen", traceparent=trace, **TO_LIAISONS)
    clock.advance(WITHIN - timedelta(microseconds=1))
    await run(desk.relay())
    assert await desk.all_told(*LIAISONS) == {name: [] for name in LIAISONS}
    clock.advance(timedelta(microseconds=1))
    await run(desk.relay())
    for name in LIAISONS:
        (notice,) = await desk.take(1, name)
        assert (notice.topic, notice.subject, notice.payload) == ("test.told.overdue", b"subject", b"seen")
        assert (notice.traceparent, notice.made_at, notice.ack_due_at) == (trace, clock.now(), None)
    clock.advance(timedelta(days=30))
    await run(desk.relay())
    assert await desk.all_told(*LIAISONS, "a") == {name: ["seen"] for name in (*LIAISONS, "a")}


async def test_a_follower_is_woken_by_an_escalation(desk, clock):
    following = asyncio.ensure_future(desk.take(1, LIAISONS[0], after=None))
    await desk.tell("seen", **TO_LIAISONS)
    clock.advance(WITHIN)
    await run(desk.relay())
    assert [notice.payload for notice in await following] == [b"seen"]


async def test_what_is_acknowledged_in_time_is_told_to_nobody_else(desk, clock):
    (notice,) = await desk.tell("seen", **TO_LIAISONS)
    await desk.acknowledge(notice)
    clock.advance(WITHIN)
    assert await desk.relay().step()
    assert not await desk.relay().step()
    assert await desk.all_told(*LIAISONS) == {name: [] for name in LIAISONS}


async def test_a_deadline_that_leads_to_nobody_schedules_nothing(desk, clock):
    await desk.tell("seen", ack_within=WITHIN)
    (notice,) = await desk.take(1)
    assert notice.ack_due_at == clock.now() + WITHIN
    clock.advance(WITHIN)
    assert not await desk.relay().step()


@pytest.mark.parametrize(("acknowledged", "told"), [((), ["seen"]), (LIAISONS[:1], ["seen"]), (LIAISONS, [])])
async def test_the_next_level_is_told_once_unless_all_of_this_one_acknowledge(desk, clock, acknowledged, told):
    await desk.tell("seen", **TWO_LEVELS)
    clock.advance(WITHIN)
    await run(desk.relay())
    for name in acknowledged:
        (notice,) = await desk.take(1, name)
        await desk.acknowledge(notice.notice_id, addressee=name)
    clock.advance(timedelta(hours=2))
    await run(desk.relay())
    assert await desk.all_told("province") == {"province": told}
    clock.advance(timedelta(days=30))
    assert not await desk.relay().step()
    if told:
        assert [notice.topic for notice in await desk.take(1, "province")] == ["test.told.overdue"]


async def test_a_notice_written_again_has_one_deadline(desk, clock):
    notice = desk.notice("seen", **TO_LIAISONS)
    assert [await desk.write(notice), await desk.write(notice)] == [[True], [False]]
    clock.advance(WITHIN)
    await run(desk.relay())
    assert await desk.all_told(*LIAISONS) == {name: ["seen"] for name in LIAISONS}


async def test_two_relays_at_once_escalate_once(desk, other, clock):
    numbers = [str(number) for number in range(30)]
    await desk.tell(*numbers, **TWO_LEVELS)
    for step in (WITHIN, timedelta(hours=2)):
        clock.advance(step)
        await run(desk.relay(), other.relay())
        # Where both want the same row in another order the database fails one, which is tried again.
        clock.advance(timedelta(minutes=1))
        await run(desk.relay(), other.relay())
    told = await desk.all_told(*LIAISONS, "province")
    assert all(sorted(words) == sorted(numbers) for words in told.values())


async def test_an_escalation_that_was_taken_over_midway_is_not_repeated(desk, other, clock):
    """The first process tells the liaisons and stops before it can forget the event."""
    await desk.tell("seen", **TWO_LEVELS)
    clock.advance(WITHIN)
    claimed = await desk.database.write(lambda c: desk.outbox.claim(c, lease="dead", now=clock.now()))
    for _, event in claimed:
        await desk.feed.escalate(event)
    desk.database.close()
    clock.advance(LEASE)
    await run(other.relay())
    clock.advance(timedelta(hours=2))
    await run(other.relay())
    names = (*LIAISONS, "province")
    assert await other.all_told(*names) == {name: ["seen"] for name in names}


async def test_a_scheduler_that_was_stopped_for_a_week_loses_none_and_repeats_none(desk, other, clock):
    numbers = [str(number) for number in range(150)]
    for number in numbers:
        await desk.tell(number, **(TO_LIAISONS | {"ack_within": timedelta(minutes=int(number) + 1)}))
    clock.advance(timedelta(days=7))
    for one in (desk, other):
        await run(one.relay())
        assert await desk.all_told(LIAISONS[0]) == {LIAISONS[0]: numbers}
        assert [notice.number for notice in await desk.take(150, LIAISONS[1])] == list(range(1, 151))


async def test_an_acknowledgement_and_an_escalation_that_race_agree(desk, other, clock):
    """Either the acknowledgement came first and nobody was told, or both liaisons were."""
    for number in range(15):
        (notice,) = await desk.tell(f"{number}", **TO_LIAISONS)
        clock.advance(WITHIN)
        work = [desk.acknowledge(notice), run(other.relay())]
        await asyncio.gather(*(work if number % 2 else reversed(work)))
    told = await desk.all_told(*LIAISONS)
    assert told[LIAISONS[0]] == told[LIAISONS[1]]
    assert all(notice.acked_at is not None for notice in await desk.take(15))


async def test_an_escalation_waits_for_an_acknowledgement_that_is_under_way(desk, other, clock):
    (notice,) = await desk.tell("seen", **TO_LIAISONS)
    clock.advance(WITHIN)
    written, leave = threading.Event(), threading.Event()

    def acknowledge(connection):
        desk.feed.acknowledge(connection, "a", [notice], by="officer", now=clock.now())
        written.set()
        assert leave.wait(10)

    acknowledging = asyncio.ensure_future(desk.database.write(acknowledge))
    await asyncio.to_thread(written.wait, 10)
    escalating = asyncio.ensure_future(other.relay().step())
    done, _ = await asyncio.wait({escalating}, timeout=0.3)
    assert not done
    leave.set()
    await asyncio.gather(acknowledging, escalating)
    assert await desk.all_told(*LIAISONS) == {name: [] for name in LIAISONS}


async def test_an_escalation_whose_key_is_missing_is_a_dead_letter_until_it_is_replayed(
    desk, open_desk, feed_url, clock, tmp_path
):
    keyless = open_desk(feed_url, keyring=Keyring.create(tmp_path / "other.json"))
    await desk.tell("in private", **TO_LIAISONS)
    for _ in range(MOST_ATTEMPTS):
        clock.advance(WITHIN)
        assert await keyless.relay().step()
    (letter,) = await keyless.letters.list()
    assert (letter.topic, letter.attempts, letter.error) == (OVERDUE, MOST_ATTEMPTS, SealError.__name__)
    assert "private" not in repr(letter)
    clock.advance(timedelta(days=1))
    await run(desk.relay())
    assert await desk.all_told(*LIAISONS) == {name: [] for name in LIAISONS}
    await desk.letters.replay(letter.event_id)
    await run(desk.relay())
    assert await desk.all_told(*LIAISONS) == {name: ["in private"] for name in LIAISONS}
    assert await desk.letters.list() == ()


async def test_what_is_no_dead_letter_is_not_replayed(desk):
    for event_id in (str(uuid.uuid4()), "none"):
        with pytest.raises(XiezhiError) as refused:
            await desk.letters.replay(event_id)
        assert refused.value.reason is Reason.NOT_FOUND


async def test_an_event_of_another_topic_is_refused(desk, clock):
    with pytest.raises(ValueError, match="topic"):
        await desk.feed.escalate(Event("id", "test.other", b"s", b"[]", "", clock.now()))
