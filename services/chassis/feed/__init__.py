"""A service's own notices: a durable log for each addressee, which subscribers follow, acknowledge and resume.

A notice is written in the transaction of the change that it tells of, and delivered at least once, in order. What is
not acknowledged in time is told to others, by an event of the outbox that is due then. A service hosts its own typed
watch methods on top:

    TABLES, OUTBOX = define_feed(METADATA), define_outbox(METADATA)

    outbox = Outbox(OUTBOX)
    feed = Feed(TABLES, database=database, outbox=outbox, sealer=sealer, clock=clock)
    relay = Relay(outbox, database=database, deliver=feed.escalate, clock=clock, ids=ids)

    def change(connection: Connection) -> None:
        ...  # the change itself
        feed.write(connection, notice)

    await database.write(change)

    async with aclosing(feed.watch(addressee, cursor=request.cursor)) as groups:
        async for group in groups:
            for notice in group:
                yield answer(notice.payload, cursor=cursor_of(notice))

    await feed.acknowledge_now(addressee, ids, by=officer)

A notice's `traceparent` is that of the call that makes the change; it is read in the event loop, where the call's span
is the current one, and not in the write function, which runs in another thread.
"""

from services.chassis.feed.cursor import cursor_at, cursor_of, read_cursor
from services.chassis.feed.dead_letters import DeadLetters, write_dead_letter
from services.chassis.feed.escalation import TOPIC as OVERDUE
from services.chassis.feed.feed import Feed
from services.chassis.feed.notices import Acknowledgement, Delivered, Escalation, Notice
from services.chassis.feed.posts import reads_as_liaison
from services.chassis.feed.tables import FeedTables, define_feed

__all__ = [
    "OVERDUE",
    "Acknowledgement",
    "DeadLetters",
    "Delivered",
    "Escalation",
    "Feed",
    "FeedTables",
    "Notice",
    "cursor_at",
    "cursor_of",
    "define_feed",
    "read_cursor",
    "reads_as_liaison",
    "write_dead_letter",
]
