"""What controls and checks at ports are made of in one process, for the composition root."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.alerts.feed import AlertFeed
from services.alerts.leases import LeaseBook
from services.alerts.rows import AlertRows
from services.alerts.watch import AlertWatch
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import IdSource
from services.chassis.sealing import Keyring
from services.exit_restriction.border.dealings import DealingRows
from services.exit_restriction.border.keys import alert_hasher, border_key
from services.exit_restriction.border.store import BorderStore
from services.exit_restriction.border.suspects import Suspects
from services.exit_restriction.border.tables import LEASES
from services.exit_restriction.border.tellings import Tellings
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.controls.store import ControlStore
from services.exit_restriction.controls.tables import ALERTS
from services.exit_restriction.hits.rows import HitRows
from services.exit_restriction.meetings import Tell
from services.exit_restriction.registry.store import SubjectRows


@dataclass(frozen=True, slots=True)
class Ages:
    """How long things may be used.

    Attributes:
        index: The greatest age at which the index of alerts answers.
        lease: How long a port may use the key that it was lent.
    """

    index: timedelta
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Border:
    """What controls and checks at ports share.

    Attributes:
        watch: The index of alerts.
        controls: What courts order.
        store: Checks.
        leases: The key of alerts, and its leases.
    """

    watch: AlertWatch
    controls: ControlStore
    store: BorderStore
    leases: LeaseBook


def make_border(database: Database, keyring: Keyring, tell: Tell, *, clock: Clock, ids: IdSource, ages: Ages) -> Border:
    """Makes them.

    Args:
        database: The exit restriction service's database, migrated.
        keyring: Keys of its fields at rest.
        tell: Tells courts.
        clock: Source of now.
        ids: Source of ids.
        ages: How long things may be used.
    """
    key = border_key(keyring)
    hasher, alerts, subjects = alert_hasher(key), AlertRows(ALERTS, key_id=key.key_id), SubjectRows(keyring)
    controls = ControlRows(keyring, subjects=subjects)
    watch = AlertWatch(database, rows=alerts, clock=clock, bound=ages.index)
    feed = AlertFeed(ALERTS, hasher=hasher)
    feed.on_commit(watch.wake)
    store = BorderStore(
        database,
        suspects=Suspects(alerts, hasher=hasher, subjects=subjects, controls=controls),
        dealings=DealingRows(keyring),
        hits=HitRows(keyring),
        tellings=Tellings(controls, tell=tell),
        clock=clock,
        ids=ids,
    )
    leases = LeaseBook(LEASES, database=database, key=key, duration=ages.lease, clock=clock, ids=ids)
    return Border(watch, ControlStore(database, keyring=keyring, alerts=feed, tell=tell), store, leases)
