"""Courts that send orders, on papers whose seal is a word, to the service over a real database."""

from __future__ import annotations

from services.alerts.feed import AlertFeed
from services.chassis.ids import RandomIds
from services.filing.desk import Desk
from services.vehicle.checks.keys import alert_hasher, check_key
from services.vehicle.seizures.server import SeizureServicer
from services.vehicle.seizures.store import SeizureStore, never_seen
from services.vehicle.seizures.tables import ALERTS
from tests.unit.filing.papers import verify
from tests.unit.vehicle.orders import call


class Court:
    """Courts that send orders over the wire's messages.

    Args:
        desk: What the service's use cases need.
    """

    def __init__(self, desk):
        self.desk = desk
        self._servicer = SeizureServicer(desk)

    @classmethod
    def over(cls, database, ring, *, clock, seen_before=never_seen, verify=verify, wake=lambda: None):
        """Opens the desk over a database."""
        alerts = AlertFeed(ALERTS, hasher=alert_hasher(check_key(ring)))
        alerts.on_commit(wake)
        store = SeizureStore(database, keyring=ring, alerts=alerts, seen_before=seen_before)
        return cls(Desk(store, verify, clock, RandomIds()))

    async def __call__(self, request, **known):
        """Sends an order at the time that the desk's clock shows."""
        name = type(request).__name__.removesuffix("Request")
        return await getattr(self._servicer, name)(request, call(request, at=self.desk.clock.now(), **known))
