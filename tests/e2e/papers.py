"""Requests that go on paper: what a judge and an approver sign without a network, and what the police hand in."""

from __future__ import annotations

import hashlib
import itertools
import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.casefile.domain import CaseRecord
from gateway.casefile.loader import CaseLoader
from services.chassis.sealing import Keyring
from services.coordination.loader import DirectoryLoader
from services.directory.credentials import Card, CredentialKind
from services.synthetic.duty import PAPER_COURT, PAPER_DEPARTMENT
from services.synthetic.officers import COURT_SUPERVISOR, POLICE_SUPERVISOR, PROVINCIAL_POLICE
from tests.e2e.lines import Answer
from tests.e2e.players import WHY, Players, method_of
from xiezhi.cli.layout import database_url
from xiezhi.common.v1 import case_pb2
from xiezhi.coordination.v1 import channel_pb2
from xiezhi.identity.v1 import identity_pb2
from xiezhi.paper.v1 import paper_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.answer import open_answer
from xiezhi.proof.request import RequestClaims, sign_request
from xiezhi.proof.statement import Claims, Decision, sign_statement

PAPERS = "/xiezhi.paper.v1.PaperService/"
JUDGE, CHIEF, LIAISON, SUPERIOR = "GAN1121-J001", "GAN1121-C001", "GAN1121-L001", "GAN11-C001"
CARRIER, CITY_CARRIER = "POL360000-L001", "POL360100-L001"
CHANNELS = "/xiezhi.coordination.v1.ChannelService/"
_REFERENCES = itertools.count(1)


@dataclass(frozen=True)
class Handed:
    """A request as it is handed in, and the key that stays with its judge."""

    key: X25519PrivateKey
    request: paper_pb2.PerformPaperRequest
    approval: str

    def open(self, answer: paper_pb2.PerformPaperResponse) -> bytes:
        """Opens the answer as its judge."""
        return open_answer(answer.sealed_answer, key=self.key, approval=self.approval, method=self.request.method)


class Papers:
    """The paper channel of one suite, for the one court between which and the police of public order nothing runs yet.

    Args:
        players: Everybody.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.case = players.new_case(PAPER_COURT)
        home = players.home
        keyring = Keyring.load(home.keys.keyring_file("gateway"))
        with CaseLoader(database_url(home, "gateway"), keyring=keyring) as loader:
            loader.add([CaseRecord(PAPER_COURT, self.case, JUDGE, (players.cast.debtor_number,))])

    def directory(self) -> DirectoryLoader:
        """Returns what writes into the directory of the suite; to be entered."""
        home = self.players.home
        keyring = Keyring.load(home.keys.keyring_file("coordination"))
        return DirectoryLoader(database_url(home, "coordination"), keyring=keyring)

    def cut_over(self) -> None:
        """Declares, as both bodies, that the exchange runs for the court as well."""
        pair = channel_pb2.Pair(court_code=PAPER_COURT, department=PAPER_DEPARTMENT)  # type: ignore[arg-type]
        for body in (COURT_SUPERVISOR, POLICE_SUPERVISOR):
            asked = channel_pb2.DeclareOperationalRequest(request_id=str(uuid.uuid4()), pair=pair)
            asked.start_time.FromDatetime(self.players.now())
            self.players.call(body, f"{CHANNELS}DeclareOperational", asked)

    def declare_outage(self, court: str, department: policy_pb2.Department) -> None:
        """Declares that the exchange is out between a court and a department, since a minute and for an hour."""
        asked = channel_pb2.DeclareOutageRequest(request_id=str(uuid.uuid4()), reason="断电")
        asked.pair.court_code, asked.pair.department = court, department
        asked.start_time.FromDatetime(self.players.now() - timedelta(minutes=1))
        asked.end_time.FromDatetime(self.players.now() + timedelta(hours=1))
        self.players.call(COURT_SUPERVISOR, f"{CHANNELS}DeclareOutage", asked)

    def give_expired_card(self, number: str) -> None:
        """Registers a work card of the judge that was valid once."""
        with self.directory() as loader:
            card = Card(PAPER_COURT, JUDGE, CredentialKind.WORK_CARD, number, date(2016, 1, 1), date(2025, 12, 31))
            loader.register([card])

    def question(self, *, judge: str = JUDGE, **handler: str) -> identity_pb2.LookupHouseholdRequest:
        """Makes the judge's question as it goes on paper."""
        request = self.players.question(judge, case=self.case)
        request.context.channel = case_pb2.CHANNEL_MANUAL
        for name, value in handler.items():
            setattr(request.context.handler, name, value)
        return request

    def handed(
        self,
        request: Any = None,
        *,
        approver: str = CHIEF,
        **said: Any,
    ) -> Handed:
        """Signs a request as the judge, and a consent as the approver.

        Args:
            request: The request; None for the judge's question.
            approver: Who consents.
            **said: What the judge's statement says otherwise.
        """
        asked = self.question() if request is None else request
        content, key = asked.SerializeToString(), X25519PrivateKey.generate()
        now = self.players.now().replace(microsecond=0)
        handler = asked.context.handler
        claims = RequestClaims(
            **{
                "approval": f"approvals/{uuid.uuid4()}",
                "method": method_of(asked),
                "request_sha256": hashlib.sha256(content).digest(),
                "unit": PROVINCIAL_POLICE,
                "paper_reference": f"报{next(_REFERENCES)}号",
                "court_code": asked.context.court_code,
                "case_number": asked.context.case_number,
                "work_card": handler.work_card_number,
                "enforcement_card": handler.enforcement_card_number,
                "reason": WHY,
                "result_key": key.public_key().public_bytes_raw(),
                "issued_at": now,
                "not_after": now + timedelta(days=1),
            }
            | said
        )
        consent = Claims(
            approval=claims.approval,
            method=claims.method,
            request_sha256=claims.request_sha256,
            court_code=claims.court_code,
            case_number=claims.case_number,
            requester=handler.officer_id,
            decision=Decision.CONSENT,
            reason=WHY,
            issued_at=now,
            not_after=claims.not_after,
        )
        officers = self.players.home.keys.officers
        judge, chief = officers.signer(handler.officer_id), officers.signer(approver)
        made = paper_pb2.PerformPaperRequest(
            bundle_id=str(uuid.uuid4()),
            bundle_sha256=bytes(32),
            paper_reference=claims.paper_reference,
            method=claims.method,
            request=content,
            request_statement=sign_request(claims, key=judge.key, chain=(judge.certificate,)),  # type: ignore[arg-type]
            consents=[sign_statement(consent, key=chief.key, chain=(chief.certificate,))],  # type: ignore[arg-type]
        )
        return Handed(key, made, claims.approval)

    def bring(self, handed: Handed, *, officer: str = CARRIER) -> paper_pb2.PerformPaperResponse:
        """Hands a request in as an officer of the police."""
        answer: Answer = self.players.call(officer, f"{PAPERS}PerformPaper", handed.request)
        return paper_pb2.PerformPaperResponse.FromString(answer.payload)

    def list(self, officer: str) -> list[paper_pb2.PaperItem]:
        """Lists what came on paper, as an officer."""
        answer = self.players.call(officer, f"{PAPERS}ListPaper", paper_pb2.ListPaperRequest())
        return list(paper_pb2.ListPaperResponse.FromString(answer.payload).items)
