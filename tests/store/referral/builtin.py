"""The calendars that come with the exchange, for tests of what has nothing to do with imported ones."""

from __future__ import annotations

from sqlalchemy import Connection

from services.referral.domain import Calendars
from tests.unit.referral.domain.referred import CALENDARS


class BuiltInCalendars:
    """Stands for `services.referral.calendars.rows.CalendarRows`."""

    def read(self, connection: Connection) -> Calendars:
        del connection
        return CALENDARS

    def share(self, connection: Connection) -> Calendars:
        return self.read(connection)
