"""Those who carry paper in the tests, and what they carry."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.unit.pki.conftest import JUDGE, POLICE
from xiezhi.bundle import Draft, Recipient, Sender, SenderTrust, VerifiedBundle, Written, verify_bundle, write_bundle
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.pki import InsecureDevelopmentKeys
from xiezhi.proof.anchors import Anchors
from xiezhi.proof.exchange import read_recipient
from xiezhi.proof.request import RequestClaims, sign_request
from xiezhi.proof.statement import Claims, Decision, Rank, sign_statement

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
COURT, UNIT, OTHER_UNIT = "赣0102", "360100000000", "360000000000"
METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
CASE = "（2026）赣0102执1号"
BUNDLE_ID, RESULTS_ID = "00000000-0000-4000-8000-00000000b001", "00000000-0000-4000-8000-00000000b002"

CHIEF = replace(JUDGE, officer_id="GAN0102-C001", rank=Rank.DIVISION_CHIEF, permissions=("approval.decide",))
LIAISON = replace(JUDGE, officer_id="GAN0102-L001", rank=Rank.CLERK, permissions=())
CARRIER = replace(POLICE, officer_id="POL3601-L001", permissions=("paper.perform",))
STRANGER = replace(POLICE, officer_id="POL3600-L001", organisation=OTHER_UNIT, permissions=("paper.perform",))
OFFICERS = (JUDGE, CHIEF, LIAISON, CARRIER, STRANGER)


def approval(number: int) -> str:
    return f"approvals/00000000-0000-4000-8000-{number:012x}"


@dataclass(frozen=True)
class Desk:
    """The keys of everybody, and what they do with them."""

    keys: InsecureDevelopmentKeys

    def sender(self, officer: str = LIAISON.officer_id) -> Sender:
        register = self.keys.carriers if officer.startswith("POL") else self.keys.officers
        identity = register.signer(officer)
        return Sender(identity.key, (identity.certificate,))  # type: ignore[arg-type]

    def recipient(self, organisation: str = UNIT) -> Recipient:
        return Recipient(organisation, self.keys.exchange.key(organisation))

    @property
    def courts(self) -> Anchors:
        return Anchors.read(self.keys.officers.authority_file, self.keys.officers.revocation_file)

    @property
    def trust(self) -> SenderTrust:
        police = self.keys.carriers
        return SenderTrust(self.courts, Anchors.read(police.authority_file, police.revocation_file))

    def request(self, number: int = 1, *, content: bytes = b"request", **changed: Any) -> bundle_pb2.BundleItem:
        """A request that the judge and a chief signed, with claims changed as named."""
        known: dict[str, Any] = {
            "approval": approval(number),
            "method": METHOD,
            "request_sha256": hashlib.sha256(content).digest(),
            "unit": UNIT,
            "paper_reference": f"（2026）赣0102执报{number}号",
            "court_code": COURT,
            "case_number": CASE,
            "work_card": JUDGE.work_card,
            "enforcement_card": JUDGE.enforcement_card,
            "reason": "被执行人下落不明",
            "result_key": X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw(),
            "issued_at": NOW,
            "not_after": NOW + timedelta(days=3),
        }
        claims = RequestClaims(**known | changed)
        judge = self.keys.officers.signer(JUDGE.officer_id)
        statement = sign_request(claims, key=judge.key, chain=(judge.certificate,))  # type: ignore[arg-type]
        carried = bundle_pb2.CarriedRequest(request=content, statement=statement, consents=[self.consent(claims)])
        reference = known["paper_reference"]
        return bundle_pb2.BundleItem(
            paper_reference=reference, approval=approval(number), method=METHOD, request=carried
        )

    def consent(self, asked: RequestClaims, *, officer: str = CHIEF.officer_id, **changed: Any) -> str:
        known: dict[str, Any] = {
            "approval": asked.approval,
            "method": asked.method,
            "request_sha256": asked.request_sha256,
            "court_code": asked.court_code,
            "case_number": asked.case_number,
            "requester": JUDGE.officer_id,
            "decision": Decision.CONSENT,
            "reason": "needed",
            "issued_at": NOW,
            "not_after": asked.not_after,
        }
        signer = self.keys.officers.signer(officer)
        return sign_statement(Claims(**known | changed), key=signer.key, chain=(signer.certificate,))  # type: ignore[arg-type]

    def write(
        self,
        items: Iterable[bundle_pb2.BundleItem],
        *,
        file: BytesIO,
        to: str = UNIT,
        officer: str = LIAISON.officer_id,
        **said: Any,
    ) -> Written:
        exchange = self.keys.exchange
        anchors = Anchors.read(exchange.authority_file, exchange.revocation_file)
        return write_bundle(
            file,
            items,
            draft=Draft(**{"bundle_id": BUNDLE_ID, "paper_reference": "（2026）赣0102执报1号"} | said),
            sender=self.sender(officer),
            recipient=read_recipient(exchange.certificate(to), anchors, now=NOW),
            now=NOW,
        )

    def bundle(self, count: int = 3) -> bytes:
        """The file of a bundle of requests."""
        file = BytesIO()
        self.write((self.request(number) for number in range(1, count + 1)), file=file)
        return file.getvalue()

    def verify(self, content: bytes, *, organisation: str = UNIT, **asked: Any) -> VerifiedBundle:
        given = {"recipient": self.recipient(organisation), "trust": self.trust, "now": NOW}
        return verify_bundle(BytesIO(content), **given | asked)


def results(count: int, *, size: int = 100) -> Iterator[bundle_pb2.BundleItem]:
    """Results that nobody verifies."""
    for number in range(1, count + 1):
        yield bundle_pb2.BundleItem(
            paper_reference=f"R{number}",
            approval=approval(number),
            method=METHOD,
            result=bundle_pb2.CarriedResult(performed=bytes(size)),
        )
