"""Tables of the notices to courts, and of what is due later."""

from __future__ import annotations

from services.chassis.feed import define_feed
from services.chassis.outbox import define_outbox
from services.exit_restriction.metadata import METADATA

FEED, OUTBOX = define_feed(METADATA), define_outbox(METADATA)
