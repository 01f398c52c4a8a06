"""Tables of notices, and of what is due later.

In clear are organisations, posts and ids; what a notice says is sealed.
"""

from __future__ import annotations

from services.chassis.feed import define_feed
from services.chassis.outbox import define_outbox
from services.coordination.metadata import METADATA

FEED, OUTBOX = define_feed(METADATA), define_outbox(METADATA)
