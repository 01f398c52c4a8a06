"""The ledger as a real process, and callers with real certificates."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import grpc
from google.protobuf.message import Message

from services.chassis.admission import AUTHORIZATION_KEY, GRANT_KEY
from services.chassis.channels import open_channel
from services.chassis.config import TlsSettings
from services.chassis.evidence import LedgerWriter
from services.chassis.ids import RandomIds
from services.chassis.tracer import SpanTracer
from xiezhi.approval.v1 import grant_pb2
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import from_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki import ISSUERS, InsecureDevelopmentKeys, Officer
from xiezhi.pki.files import read_certificate
from xiezhi.proof.receipt import LogKey

SERVICE = "/xiezhi.ledger.v1.LedgerService/"
NAME = "spiffe://xiezhi.jx/service/ledger"
AUDITOR = Officer(
    officer_id="AUDIT-A001",
    agency="courts",
    system="courts",
    organisation="赣",
    rank=None,
    name="审计员",
    phone="00000000000",
    work_card="A001",
    enforcement_card="",
    permissions=("ledger.head", "ledger.read", "oversight.read"),
)
START_SECONDS = 20

SPANS = SpanTracer(service="identity", ratio=0, exporters=(), undecided=lambda *_: None)


@dataclass(frozen=True, slots=True)
class Site:
    """Where a ledger lives.

    Attributes:
        folder: Its data.
        keys: Everybody's keys.
        url: Its database.
    """

    folder: Path
    keys: InsecureDevelopmentKeys
    url: str

    @property
    def log_key(self) -> LogKey:
        return LogKey.from_pem(self.keys.log_key_file.read_bytes())

    @property
    def high_water(self) -> Path:
        return self.folder / "ledger.high-water"

    def tls(self, name: str) -> TlsSettings:
        files = self.keys.tls(name)
        return TlsSettings(authority=files.authority, certificate=files.certificate, key=files.key)

    def write_config(self) -> Path:
        """Writes the ledger's configuration; JSON strings are TOML strings."""
        tls = self.tls("ledger")
        issuer = self.keys.tokens("courts")
        values = {
            "ready_file": self.folder / "ledger.address",
            "database_url": self.url,
            "keyring": self.keys.keyring_file("ledger"),
            "oversight_keyring": self.keys.keyring_file("oversight"),
            "spool": self.folder / "ledger.spool",
            "signing_key": self.keys.ledger_key_file,
            "high_water": self.high_water,
            "tls.authority": tls.authority,
            "tls.certificate": tls.certificate,
            "tls.key": tls.key,
            "trust.officer_authorities": self.keys.officers.authority_file,
            "trust.officer_revocations": self.keys.officers.revocation_file,
        }
        lines = [f"{name} = {json.dumps(str(value))}" for name, value in values.items()]
        lines.append(
            "trust.issuers = [{ "
            f"name = {json.dumps(ISSUERS['courts'])}, jwks = {json.dumps(str(issuer.key_set_file))}, "
            'organisations = "赣([0-9]{2}|[0-9]{4})?" }]'
        )
        file = self.folder / "ledger.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        return file

    def launch(self) -> subprocess.Popen[str]:
        """Starts the process without waiting for it."""
        return subprocess.Popen(
            [sys.executable, "-m", "services.ledger"],
            env={**os.environ, "XIEZHI_CONFIG": str(self.write_config())},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    @contextmanager
    def run(self) -> Iterator[Ledger]:
        """Runs the process until the block ends."""
        ready = self.folder / "ledger.address"
        ready.unlink(missing_ok=True)
        process = self.launch()
        try:
            ends = time.monotonic() + START_SECONDS
            while not ready.exists():
                if process.poll() is not None or time.monotonic() > ends:
                    raise AssertionError(f"the ledger did not start: {process.stdout.read() if process.stdout else ''}")
                time.sleep(0.01)
            yield Ledger(self, process, ready.read_text().strip())
        finally:
            process.terminate()
            process.wait(START_SECONDS)
            if process.stdout is not None:
                process.stdout.close()


@dataclass(frozen=True, slots=True)
class Ledger:
    """A running ledger."""

    site: Site
    process: subprocess.Popen[str]
    address: str

    def channel(self, name: str) -> grpc.aio.Channel:
        """Opens a channel as a system, for example "identity"."""
        return open_channel(self.address, name=NAME, tls=self.site.tls(name))

    def writer(self, channel: grpc.aio.Channel) -> LedgerWriter:
        """Makes what processes append with; its witness outlives the ledger."""
        return LedgerWriter(
            channel, key=self.site.log_key, witness=self.site.folder / "identity.witness", span=SPANS.within
        )

    async def call(self, channel: grpc.aio.Channel, method: str, request: Message) -> bytes:
        """Calls as the gateway does for the auditor; returns the answer's bytes.

        Args:
            channel: The gateway's.
            method: Name of a method of the log itself, or full name of another one.
            request: The request.

        Raises:
            XiezhiError: If the ledger refuses.
        """
        full_name = method if method.startswith("/") else SERVICE + method
        raw, now = request.SerializeToString(), datetime.now(UTC)
        grant = grant_pb2.Grant(method=full_name, request_sha256=hashlib.sha256(raw).digest())
        grant.accept_time.FromDatetime(now)
        grant.issue_time.FromDatetime(now)
        certificate = read_certificate(self.site.keys.tls(AUDITOR.system).certificate)
        grant.caller_certificate_sha256 = certificate.fingerprint(certificate.signature_hash_algorithm)  # type: ignore[arg-type]
        token = self.site.keys.mint_token(AUDITOR.officer_id, now=now)
        metadata = ((GRANT_KEY, grant.SerializeToString()), (AUTHORIZATION_KEY, f"Bearer {token}"))
        try:
            return bytes(await channel.unary_unary(full_name)(raw, metadata=metadata, timeout=10))
        except grpc.aio.AioRpcError as failure:
            raise refusal(failure) from None


def refusal(failure: grpc.aio.AioRpcError) -> XiezhiError:
    """Rebuilds the ledger's own error."""
    return from_status(failure.code().name, failure.details() or "", tuple(failure.trailing_metadata() or ()))


def new_entry(writer: str = "identity") -> ledger_pb2.Entry:
    """An entry as services write them."""
    entry = ledger_pb2.Entry(
        entry_id=str(RandomIds().uuid()),
        writer=writer,
        kind=ledger_pb2.ENTRY_KIND_DISCLOSURE,
        method="/xiezhi.identity.v1.IdentityService/LookupHousehold",
        actor="GAN0102-J001",
        actor_organisation="赣0102",
        approval="approvals/0d3c1d3e-2f52-4b0a-9d0c-7a86a3f1a111",
        case_index=bytes(32),
        subject_indexes=[bytes(32)],
        request_sha256=bytes(32),
        response_sha256=bytes(32),
        statement_sha256s=[bytes(32)],
        trace_id="5" * 32,
        clauses=["一.1"],
    )
    entry.time.FromDatetime(datetime.now(UTC))
    return entry
