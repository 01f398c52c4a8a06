"""A migrated database of coordination of either kind, and its servicers over it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.ids import RandomIds
from services.chassis.sealing import Keyring
from services.coordination.changes import Change
from services.coordination.channels.handlers import Board
from services.coordination.channels.server import ChannelServicer
from services.coordination.channels.store import ChannelStore
from services.coordination.copies.server import DirectoryCopyServicer
from services.coordination.copies.store import CopyStore
from services.coordination.credentials.handlers import Register
from services.coordination.credentials.server import CredentialServicer
from services.coordination.credentials.store import CredentialStore
from services.coordination.directory.handlers import Registry
from services.coordination.directory.server import DirectoryServicer
from services.coordination.directory.store import DirectoryStore
from services.coordination.revisions import Revisions
from services.filing.convert import write_date
from tests.unit.calls import CONTRACTS, make_call
from xiezhi.coordination.v1 import credential_pb2, directory_pb2

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
TODAY = date(2026, 11, 24)
COURT, OTHER_COURT, HIGH_COURT = "赣0102", "赣0103", "赣"
POLICE, PROVINCE = "360102000000", "360000000000"
PACKAGE = "/xiezhi.coordination.v1"
SERVICES = {
    "channel_pb2": "ChannelService",
    "copy_pb2": "DirectoryCopyService",
    "credential_pb2": "CredentialService",
    "directory_pb2": "DirectoryService",
}


@dataclass
class Replica:
    """One process of coordination.

    Attributes:
        database: Its database.
        keyring: Keys of its fields.
        clock: Its clock.
        told: What organisations were told.
    """

    database: Database
    keyring: Keyring
    clock: ManualClock
    told: list[Change] = field(default_factory=list)

    def __post_init__(self):
        ids, shared = RandomIds(), {"keyring": self.keyring, "revisions": Revisions()}
        self.liaisons = DirectoryStore(self.database, **shared)
        self.credentials = CredentialStore(self.database, **shared)
        police = self.liaisons.rows.organisations
        self.channels = ChannelStore(self.database, **shared, police=police, tell=self.tell)
        copies = CopyStore(self.database, keyring=self.keyring)
        self.servicers = {
            "ChannelService": ChannelServicer(Board(self.channels, self.clock, ids), store=self.channels),
            "CredentialService": CredentialServicer(
                Register(self.credentials, self.clock, ids), store=self.credentials
            ),
            "DirectoryService": DirectoryServicer(
                Registry(self.liaisons, self.clock, ids), store=self.liaisons, contracts=CONTRACTS
            ),
            "DirectoryCopyService": DirectoryCopyServicer(copies, revisions=shared["revisions"], clock=self.clock),
        }

    def tell(self, connection, change):
        self.told.append(change)

    def ask(self, request, organisation=COURT):
        """Calls the method whose request it is, for an organisation."""
        service = SERVICES[type(request).__module__.rpartition(".")[2]]
        call = make_call(
            request, f"{PACKAGE}.{service}", at=self.clock.now(), officer="SOMEBODY", organisation=organisation
        )
        return getattr(self.servicers[service], call.method.name)(request, call)


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def keyring(tmp_path):
    return Keyring.create(tmp_path / "coordination.json")


@pytest.fixture
def coordination_url(migrated_url):
    return migrated_url("services.coordination")


@pytest.fixture
def open_replica(coordination_url, keyring, clock):
    """Opens processes over the same database."""
    opened = []

    def open_replica():
        opened.append(Database.open(coordination_url))
        return Replica(opened[-1], keyring, clock)

    yield open_replica
    for database in opened:
        database.close()


@pytest.fixture
def replica(open_replica):
    return open_replica()


def appoint(officer, organisation=COURT, *, first=TODAY, last=None, department=0, request_id="", **changed):
    """A request for an appointment."""
    known = {"display_name": "测试甲", "phone": "0791-00000001", "on_establishment": True}
    request = directory_pb2.AppointLiaisonRequest(
        request_id=request_id or str(uuid.uuid4()),
        organisation=organisation,
        department=department,
        officer_id=officer,
        **known | changed,
    )
    write_date(request.start_date, first)
    if last is not None:
        write_date(request.end_date, last)
    return request


def card(officer, number, kind=1, *, court=COURT, first=date(2026, 1, 1), last=date(2027, 12, 31), request_id=""):
    """A request to register a credential."""
    request = credential_pb2.RegisterCredentialRequest(
        request_id=request_id or str(uuid.uuid4()), court_code=court, officer_id=officer, kind=kind, number=number
    )
    write_date(request.issue_date, first)
    write_date(request.expire_date, last)
    return request
