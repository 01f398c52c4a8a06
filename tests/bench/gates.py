"""What gates send: batches of plates or of travellers' numbers, none of them sought, as texts or packed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256

from services.alerts.packed import pack
from services.exit_restriction.border.keys import NumberHasher
from services.synthetic import SCENARIO
from services.synthetic.numbers import citizen_id
from services.vehicle.checks.keys import PlateHasher
from tests.bench.load import Metadata
from xiezhi.approval.v1 import grant_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.exit_restriction.v1 import border_pb2, border_pb2_grpc, hit_pb2
from xiezhi.pki.files import read_certificate
from xiezhi.vehicle.v1 import check_pb2, check_pb2_grpc

DIFFERENT = 32
"""Different batches of one size; they are sent in turn."""
SEQUENCES = 999
"""Sequences of identity numbers of one day."""

Calls = list[tuple[bytes, Metadata]]


class Gate(ABC):
    """A gate and its system.

    Args:
        home: The data folder.
        officer: Officer id under which it calls.
    """

    process: str
    """Name of the process that answers."""
    stream: str
    """Full name of the method."""

    def __init__(self, home: Home, officer: str) -> None:
        self._home = home
        self._officer = home.keys.officers.get(officer)
        self._session = Session(home, Output(as_json=True), officer_id=officer, gateway=home.address("gateway"))

    @property
    def system(self) -> str:
        """Name of its system, whose certificate it shows."""
        return self._officer.system

    @abstractmethod
    def texts(self, size: int) -> list[bytes]:
        """Makes batches of texts."""

    @abstractmethod
    def packed(self, size: int) -> list[bytes]:
        """Makes batches of the same texts, packed under a leased key."""

    def through_gateway(self, batches: Sequence[bytes]) -> Calls:
        """Makes what its system sends to the gateway."""
        token = self._token()
        return [(batch, (token,)) for batch in batches]

    def with_grant(self, batches: Sequence[bytes]) -> Calls:
        """Makes what the gateway sends to the service; it counts for a minute."""
        certificate = read_certificate(self._home.keys.tls(self.system).certificate)
        grant = grant_pb2.Grant(method=self.stream, caller_certificate_sha256=certificate.fingerprint(SHA256()))
        now = datetime.now(UTC)
        grant.accept_time.FromDatetime(now)
        grant.issue_time.FromDatetime(now)
        metadata = (self._token(), ("xiezhi-grant-bin", grant.SerializeToString()))
        return [(batch, metadata) for batch in batches]

    def _token(self) -> tuple[str, str]:
        return ("authorization", f"Bearer {self._session.mint()}")


class Checkpoint(Gate):
    """A checkpoint of the expressway and its camera."""

    process = "vehicle"
    stream = "/xiezhi.vehicle.v1.VehicleCheckService/StreamChecks"

    def __init__(self, home: Home) -> None:
        super().__init__(home, SCENARIO.camera)

    def texts(self, size: int) -> list[bytes]:
        """Makes batches of plates."""
        return [
            check_pb2.StreamChecksRequest(place="G60 K512", plates=plates).SerializeToString()
            for plates in _passing(size)
        ]

    def packed(self, size: int) -> list[bytes]:
        """Makes batches of the same plates, packed."""
        with self._session.connect() as client:
            stub = check_pb2_grpc.VehicleCheckServiceStub(client.channel)
            lease = stub.LeaseCheckKey(check_pb2.LeaseCheckKeyRequest())
        hasher = PlateHasher(lease.key)
        return [
            check_pb2.StreamChecksRequest(
                place="G60 K512", packed_plates=pack(hasher.hash_all(plates).hashes), lease_id=lease.lease_id
            ).SerializeToString()
            for plates in _passing(size)
        ]


class Port(Gate):
    """A port and its gates."""

    process = "exit_restriction"
    stream = "/xiezhi.exit_restriction.v1.BorderCheckService/StreamTravellers"

    def __init__(self, home: Home) -> None:
        super().__init__(home, SCENARIO.border_officer)

    def texts(self, size: int) -> list[bytes]:
        """Makes batches of identity numbers."""
        return [_leaving(numbers=numbers) for numbers in _travelling(size)]

    def packed(self, size: int) -> list[bytes]:
        """Makes batches of the same numbers, packed."""
        with self._session.connect() as client:
            stub = border_pb2_grpc.BorderCheckServiceStub(client.channel)
            lease = stub.LeaseBorderKey(border_pb2.LeaseBorderKeyRequest())
        hasher = NumberHasher(lease.key)
        return [
            _leaving(packed_numbers=pack(hasher.hash_all(numbers).hashes), lease_id=lease.lease_id)
            for numbers in _travelling(size)
        ]


def _leaving(**content: object) -> bytes:
    return border_pb2.StreamTravellersRequest(
        direction=hit_pb2.TRAVEL_DIRECTION_EXIT,
        port="南昌昌北机场",
        **content,  # type: ignore[arg-type]
    ).SerializeToString()


def _passing(size: int) -> list[list[str]]:
    """Returns plates of another province, where nobody in the bench is sought."""
    return [[f"湘A{(batch * size + place) % 100_000:05}" for place in range(size)] for batch in range(DIFFERENT)]


def _travelling(size: int) -> list[list[str]]:
    """Returns numbers of people who were born before anybody of the synthetic province."""
    first = date(1890, 1, 1)
    return [
        [
            citizen_id(first + timedelta(days=number // SEQUENCES), number % SEQUENCES + 1)
            for number in range(batch * size, (batch + 1) * size)
        ]
        for batch in range(DIFFERENT)
    ]
