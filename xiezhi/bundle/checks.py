"""What the recipient of requests looks at before anything is performed: whether each was signed as it lies there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.anchors import Anchors, certify, require_issued
from xiezhi.proof.request import RequestClaims, read_request
from xiezhi.proof.statement import Decision, Signer, invalid, read_statement


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """Holds the statements of each item against its bytes and against the courts' authority.

    Ranks, credentials, the case and the times of statements are for the exchange to judge when it performs the item:
    one that came too late is refused by itself, and that refusal travels back. So it is with certificates that were
    revoked, or ended, on the way.

    Attributes:
        courts: The courts' authorities and revocation lists.
        now: The instant at which certificates must count already before anything is sent; None at the recipient.
    """

    courts: Anchors
    now: datetime | None = None

    def __call__(self, item: bundle_pb2.BundleItem, header: bundle_pb2.BundleHeader) -> None:
        """Looks at one item.

        Raises:
            PermissionDenied: STATEMENT_INVALID, before it is sent also STATEMENT_REVOKED; BUNDLE_OF_ANOTHER_RECIPIENT,
                where the judge wrote to another organisation.
        """
        try:
            judge, claims = self._request(item)
            if claims.unit != header.recipient_organisation:
                raise error(Reason.BUNDLE_OF_ANOTHER_RECIPIENT, "The judge wrote it to another organisation.")
            signers = {judge, *(self._consent(text, judge, claims) for text in item.request.consents)}
            if len(signers) <= len(item.request.consents):
                raise invalid("somebody signed twice, or the judge's own request")
        except XiezhiError as refusal:
            raise error(refusal.reason, f"Item {item.position:,}: {refusal.message}") from None

    def _request(self, item: bundle_pb2.BundleItem) -> tuple[str, RequestClaims]:
        signed = read_request(item.request.statement)
        claims = signed.claims
        digest = hashlib.sha256(item.request.request).digest()
        if (claims.approval, claims.method, claims.request_sha256) != (item.approval, item.method, digest):
            raise invalid("it is of another request")
        if claims.paper_reference != item.paper_reference:
            raise invalid("it was signed for another paper")
        signer = self._signer(signed.chain[0])
        if signer.organisation != claims.court_code:
            raise invalid("its judge is of another court than the case")
        return signer.officer_id, claims

    def _consent(self, text: str, judge: str, asked: RequestClaims) -> str:
        signed = read_statement(text)
        claims = signed.claims
        if claims.decision is not Decision.CONSENT:
            raise invalid("it is no consent")
        said = (claims.approval, claims.method, claims.request_sha256, claims.court_code, claims.case_number)
        if (*said, claims.requester) != (
            asked.approval,
            asked.method,
            asked.request_sha256,
            asked.court_code,
            asked.case_number,
            judge,
        ):
            raise invalid("an approver signed another request")
        return self._signer(signed.chain[0]).officer_id

    def _signer(self, certificate: x509.Certificate) -> Signer:
        if self.now is None:
            require_issued(self.courts, certificate)
        else:
            certify(self.courts, certificate, now=self.now)
        try:
            return Signer.of(certificate)
        except ValueError:
            raise invalid("its certificate names no officer, court and rank") from None
