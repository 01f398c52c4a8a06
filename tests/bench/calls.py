"""The calls that are measured: real requests with real tokens, statements and grants."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256

from tests.bench.load import Metadata
from xiezhi.approval.v1 import approval_pb2, approval_pb2_grpc, grant_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.household import Category, HouseholdQuestion, build_request
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.client import Client
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki.files import read_certificate
from xiezhi.proof.statement import Claims, Decision, sign_statement

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
BATCH = "/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds"
APPEND = "/xiezhi.ledger.v1.LedgerService/Append"
CATEGORIES = (Category.HOUSEHOLD, Category.EXIT_DOCUMENTS)
REASON = "Benchmark of synthetic people."


@dataclass(frozen=True, slots=True)
class Debtor:
    """A synthetic debtor of a case."""

    case: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Approved:
    """A request with the approver's consent.

    Attributes:
        request: Its bytes.
        approval: Name of the approval.
        statement: The consent, a compact JWS.
    """

    request: bytes
    approval: str
    statement: str


class Desk:
    """A judge and an approver of one data folder.

    Args:
        home: The data folder.
        judge: Officer id of the judge.
        approver: Officer id of the approver.
    """

    def __init__(self, home: Home, *, judge: str, approver: str) -> None:
        self._home = home
        self._judge = self.session(judge)
        self._approver = approver

    def session(self, officer: str) -> Session:
        """Returns an officer's session."""
        return Session(self._home, Output(as_json=True), officer_id=officer, gateway=self._home.address("gateway"))

    def request(self, debtor: Debtor, categories: Sequence[Category] = CATEGORIES) -> bytes:
        """Makes the judge's request about a debtor."""
        question = HouseholdQuestion(debtor.case, "", debtor.name, debtor.number, tuple(categories), historic=False)
        made = build_request(self._judge, question, request_id=str(uuid.uuid4()))
        return made.SerializeToString(deterministic=True)

    def batch(self, debtors: Sequence[Debtor]) -> bytes:
        """Makes the judge's request about many debtors of one case, without photos."""
        made = identity_pb2.BatchLookupHouseholdsRequest()
        for debtor in debtors:
            one = identity_pb2.LookupHouseholdRequest.FromString(self.request(debtor))
            made.debtors.append(one.debtor)
            if not made.HasField("context"):
                made.context.CopyFrom(one.context)
                made.categories.extend(one.categories)
        return made.SerializeToString(deterministic=True)

    def sign(self, request: bytes, *, approval: str, case: str, not_after: datetime) -> Approved:
        """Consents to a request without asking the gateway, as a service sees it."""
        now = datetime.now(UTC).replace(microsecond=0)
        claims = Claims(
            approval=approval,
            method=LOOKUP,
            request_sha256=hashlib.sha256(request).digest(),
            court_code=self._home.keys.officers.get(self._judge.officer_id).organisation,
            case_number=case,
            requester=self._judge.officer_id,
            decision=Decision.CONSENT,
            reason=REASON,
            issued_at=now,
            not_after=not_after,
        )
        signer = self._home.keys.officers.signer(self._approver)
        return Approved(request, approval, sign_statement(claims, key=signer.key, chain=(signer.certificate,)))  # type: ignore[arg-type]

    def approve(self, request: bytes, *, method: str = LOOKUP) -> Approved:
        """Submits a request through the gateway and has it approved."""
        with self._judge.connect() as judge, self.session(self._approver).connect() as chief:
            return self._approve(judge, chief, request, method=method)

    def approve_all(self, requests: Sequence[bytes]) -> list[Approved]:
        """Has many requests approved; as `approve`."""
        with self._judge.connect() as judge, self.session(self._approver).connect() as chief:
            return [self._approve(judge, chief, request, method=LOOKUP) for request in requests]

    def client(self) -> Client:
        """Opens the judge's client."""
        return self._judge.connect()

    def token(self) -> tuple[str, str]:
        """Returns the judge's token as metadata."""
        return ("authorization", f"Bearer {self._judge.mint()}")

    def through_gateway(self, approved: Sequence[Approved]) -> list[tuple[bytes, Metadata]]:
        """Makes the calls that the judge's system sends to the gateway."""
        token = self.token()
        return [(one.request, (token, ("xiezhi-approval", one.approval))) for one in approved]

    def with_grant(self, approved: Sequence[Approved]) -> list[tuple[bytes, Metadata]]:
        """Makes the calls that the gateway sends to the service; they count for a minute."""
        token = self.token()
        officer = self._home.keys.officers.get(self._judge.officer_id)
        certificate = read_certificate(self._home.keys.tls(officer.system).certificate).fingerprint(SHA256())
        now = datetime.now(UTC)
        calls: list[tuple[bytes, Metadata]] = []
        for one in approved:
            grant = grant_pb2.Grant(
                method=LOOKUP,
                request_sha256=hashlib.sha256(one.request).digest(),
                approval=one.approval,
                statements=[one.statement],
                caller_certificate_sha256=certificate,
            )
            grant.accept_time.FromDatetime(now)
            grant.issue_time.FromDatetime(now)
            calls.append((one.request, (token, ("xiezhi-grant-bin", grant.SerializeToString()))))
        return calls

    def _approve(self, judge: Client, chief: Client, request: bytes, *, method: str) -> Approved:
        approval = judge.submit(method, request, reason=REASON)
        signer = self.session(self._approver).signer()
        review = chief.review(approval)
        statement = signer(review.claims(Decision.CONSENT, reason=REASON, now=datetime.now(UTC)))
        stub = approval_pb2_grpc.ApprovalServiceStub(chief.channel)
        stub.ApproveApproval(approval_pb2.ApproveApprovalRequest(name=approval.name, statement=statement))
        return Approved(request, approval.name, statement)


def ready_approvals(desk: Desk, debtors: Sequence[Debtor]) -> list[Approved]:
    """Consents to a lookup of each debtor, for calls that do not go through the gateway."""
    ends = (datetime.now(UTC) + timedelta(hours=12)).replace(microsecond=0)
    return [
        desk.sign(desk.request(debtor), approval=f"approvals/{uuid.uuid4()}", case=debtor.case, not_after=ends)
        for debtor in debtors
    ]


def append_call(count: int) -> tuple[bytes, tuple[int, ...]]:
    """Makes an append of some entries.

    Returns:
        The request, and the places of the entries' ids in it.
    """
    ids = [str(uuid.uuid4()) for _ in range(count)]
    request = ledger_pb2.AppendRequest(entries=[_entry(one).SerializeToString() for one in ids]).SerializeToString()
    return request, tuple(request.index(one.encode()) for one in ids)


def _entry(entry_id: str) -> ledger_pb2.Entry:
    entry = ledger_pb2.Entry(
        entry_id=entry_id,
        writer="gateway",
        kind=ledger_pb2.ENTRY_KIND_DISCLOSURE,
        method=LOOKUP,
        actor="GAN0102-J001",
        actor_organisation="赣0102",
        approval=f"approvals/{uuid.uuid4()}",
        case_index=bytes(32),
        subject_indexes=[bytes(32)],
        request_sha256=bytes(32),
        response_sha256=bytes(32),
        statement_sha256s=[bytes(32)],
        trace_id=uuid.uuid4().hex,
        clauses=["一.1", "五.2", "四.3"],
    )
    entry.time.FromDatetime(datetime.now(UTC))
    return entry
