"""What a checkpoint of the expressway sends: batches of plates, none of them sought, as texts or packed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from cryptography.hazmat.primitives.hashes import SHA256

from services.alerts.packed import pack
from services.synthetic import SCENARIO
from services.vehicle.checks.keys import PlateHasher
from tests.bench.load import Metadata
from xiezhi.approval.v1 import grant_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.pki.files import read_certificate
from xiezhi.vehicle.v1 import check_pb2, check_pb2_grpc

STREAM = "/xiezhi.vehicle.v1.VehicleCheckService/StreamChecks"
DIFFERENT = 32
"""Different batches of one size; they are sent in turn."""

Calls = list[tuple[bytes, Metadata]]


class Checkpoint:
    """A checkpoint's system and its camera.

    Args:
        home: The data folder.
    """

    def __init__(self, home: Home) -> None:
        self._home = home
        self._officer = home.keys.officers.get(SCENARIO.camera)
        self._session = Session(home, Output(as_json=True), officer_id=SCENARIO.camera, gateway=home.address("gateway"))

    @property
    def system(self) -> str:
        """Name of its system, whose certificate it shows."""
        return self._officer.system

    def texts(self, size: int) -> list[bytes]:
        """Makes batches of plates."""
        return [
            check_pb2.StreamChecksRequest(place="G60 K512", plates=plates).SerializeToString()
            for plates in _passing(size)
        ]

    def packed(self, size: int) -> list[bytes]:
        """Makes batches of the same plates, packed under a leased key."""
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

    def through_gateway(self, batches: Sequence[bytes]) -> Calls:
        """Makes what its system sends to the gateway."""
        token = self._token()
        return [(batch, (token,)) for batch in batches]

    def with_grant(self, batches: Sequence[bytes]) -> Calls:
        """Makes what the gateway sends to the service; it counts for a minute."""
        certificate = read_certificate(self._home.keys.tls(self.system).certificate)
        grant = grant_pb2.Grant(method=STREAM, caller_certificate_sha256=certificate.fingerprint(SHA256()))
        now = datetime.now(UTC)
        grant.accept_time.FromDatetime(now)
        grant.issue_time.FromDatetime(now)
        metadata = (self._token(), ("xiezhi-grant-bin", grant.SerializeToString()))
        return [(batch, metadata) for batch in batches]

    def _token(self) -> tuple[str, str]:
        return ("authorization", f"Bearer {self._session.mint()}")


def _passing(size: int) -> list[list[str]]:
    """Returns plates of another province, where nobody in the bench is sought."""
    return [[f"湘A{(batch * size + place) % 100_000:05}" for place in range(size)] for batch in range(DIFFERENT)]
