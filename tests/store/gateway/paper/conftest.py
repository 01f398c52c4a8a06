"""The paper channel on a real database: the real gate before it, and behind it a service that believes nothing."""

import hashlib
import uuid
import warnings
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from gateway.approval.store import ApprovalStore
from gateway.casefile.domain import CaseRecord
from gateway.casefile.loader import CaseLoader
from gateway.casefile.store import CaseStore
from gateway.directory import DirectoryCopy
from gateway.forwarding import _encode
from gateway.gate import Gate
from gateway.paper.convert import to_status_of
from gateway.paper.handlers import Desk, Refused
from gateway.paper.server import PaperServicer
from gateway.paper.store import PaperStore
from gateway.settings import FRAMEWORK
from services.chassis.admission import AUTHORIZATION_KEY, GRANT_KEY, ServiceAdmission
from services.chassis.call import Call, Peer
from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.limits import RateLimiter
from services.chassis.policy import Contracts
from services.chassis.sealing import Sealer
from services.chassis.tokens import Caller, TokenVerifier
from services.chassis.trust import OfficerTrust
from services.codes.jurisdiction import Jiangxi
from xiezhi.common.v1 import case_pb2
from xiezhi.coordination.v1 import copy_pb2
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import to_status
from xiezhi.identity.v1 import identity_pb2
from xiezhi.paper.v1 import paper_pb2
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning, Officer
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.answer import open_answer
from xiezhi.proof.request import RequestClaims, sign_request
from xiezhi.proof.statement import Claims, Decision, Rank, sign_statement
from xiezhi.vehicle.v1 import seizure_pb2

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CONTRACTS = Contracts.load()
LOOKUP = CONTRACTS.method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
WITHDRAW = CONTRACTS.method("/xiezhi.vehicle.v1.SeizureService/WithdrawSeizure")
PERFORM = CONTRACTS.method("/xiezhi.paper.v1.PaperService/PerformPaper")
LIST = CONTRACTS.method("/xiezhi.paper.v1.PaperService/ListPaper")
COURT, NUMBER, OTHER_NUMBER = "赣1121", "（2026）赣1121执1号", "（2026）赣1121执2号"
JUDGE, CHIEF, STRANGER = "GAN1121-J001", "GAN1121-C001", "GAN0102-J001"
UNIT, PROVINCE, ELSEWHERE = "361100000000", "360000000000", "360100000000"
CARRIER = "POL361100-L001"
DEBTOR = "36990119800115002X"
GATEWAY = Peer("spiffe://xiezhi.jx/service/gateway", b"g" * 32)
RANKS = {JUDGE: (COURT, Rank.JUDGE), CHIEF: (COURT, Rank.DIVISION_CHIEF), STRANGER: ("赣0102", Rank.JUDGE)}
DEPARTMENTS = (policy_pb2.DEPARTMENT_PUBLIC_ORDER, policy_pb2.DEPARTMENT_TRAFFIC)


class Killed(BaseException):
    """The process is killed here."""


@dataclass
class Service:
    """A service behind the gateway: it verifies what it gets anew, writes once for each request id, and can be away."""

    admission: ServiceAdmission
    clock: ManualClock
    calls: list[Call] = field(default_factory=list)
    effects: dict[str, bytes] = field(default_factory=dict)
    refusal: XiezhiError | None = None
    dies: bool = False

    async def ask(self, asked, granted):
        now = self.clock.now()
        metadata = {AUTHORIZATION_KEY: asked.text(AUTHORIZATION_KEY), GRANT_KEY: _encode(asked, granted)}
        call = Call(asked.method, now, asked.trace_id, metadata, GATEWAY, now)
        call.request, call.request_sha256 = asked.request, asked.request_sha256
        try:
            self.admission.authenticate(call)
            message = asked.method.input_class.FromString(asked.request)
            await self.admission.admit(call, message)
            if self.refusal is not None:
                raise self.refusal
        except XiezhiError as failure:
            raise Refused(failure, to_status(failure, trace_id="c" * 32)) from None
        self.calls.append(call)
        answer = f"answer {len(self.calls)}".encode()
        if call.method.side_effects:
            answer = self.effects.setdefault(message.context.request_id, answer)
        if self.dies:
            raise Killed
        return answer


def officer(officer_id):
    court, rank = RANKS[officer_id]
    return Officer(officer_id, "courts", "courts", court, rank, "测试员", "13900000001", "W-1", "E-1", ())


def request_of(method, *, manual=True, number=NUMBER, debtor=DEBTOR, **handler):
    """The bytes of a request of the judge."""
    known = {"officer_id": JUDGE, "name": "测试员", "phone": "13912345678"}
    known |= {"work_card_number": "W-1", "enforcement_card_number": "E-1"} | handler
    context = case_pb2.CaseContext(
        request_id=str(uuid.uuid4()),
        court_code=COURT,
        case_number=number,
        handler=case_pb2.Handler(**known),
        channel=case_pb2.CHANNEL_MANUAL if manual else case_pb2.CHANNEL_PLATFORM,
    )
    party = case_pb2.Party(
        type=case_pb2.PARTY_TYPE_NATURAL,
        name="测试人",
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
        id_number=debtor,
    )
    if method is LOOKUP:
        message = identity_pb2.LookupHouseholdRequest(context=context, debtor=party, categories=[1])
    else:
        name = "seizures/00000000-0000-4000-8000-000000000001"
        message = seizure_pb2.WithdrawSeizureRequest(context=context, debtor=party, name=name, notice_pdf=b"%PDF-")
    return message.SerializeToString()


class Bench:
    """Everybody who has to do with one request on paper."""

    def __init__(self, *, database, keys, keyring, clock):
        self.keys, self.clock = keys, clock
        self.trust = OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)
        self.directory = DirectoryCopy(bytes(32))
        self.approvals = ApprovalStore(database, sealer=Sealer(keyring))
        self.papers = PaperStore(database)
        self.recorded = []
        admission = ServiceAdmission(
            gateway=GATEWAY.name,
            internal_callers={},
            tokens=TokenVerifier({}),
            trust=self.trust,
            jurisdiction=Jiangxi(),
            clock=clock,
            max_skew=timedelta(seconds=60),
        )
        self.service = Service(admission, clock)
        gate = Gate(
            contracts=CONTRACTS,
            systems="spiffe://xiezhi.jx/system/",
            tokens=TokenVerifier({}),
            trust=self.trust,
            cases=CaseStore(database, keyring=keyring),
            approvals=self.approvals,
            jurisdiction=Jiangxi(),
            directory=self.directory,
            limiter=RateLimiter(per_second=100, burst=100),
            clock=clock,
        )
        self.desk = Desk(
            contracts=CONTRACTS,
            trust=self.trust,
            jurisdiction=Jiangxi(),
            gate=gate,
            approvals=self.approvals,
            papers=self.papers,
            ask=self.service.ask,
            record=self._record,
            serialise=to_status_of,
            clock=clock,
            framework_ref=FRAMEWORK,
        )
        self.servicer = PaperServicer(self.desk)
        self.register_cards()

    async def _record(self, call, failure):
        self.recorded.append((call.officer.officer_id, call.method, failure.reason))

    def renew(self):
        """Renews the lease of the copy."""
        changes = copy_pb2.WatchDirectoryResponse(is_complete=True)
        changes.lease_end_time.FromDatetime(self.clock.now() + timedelta(seconds=60))
        self.directory.apply(changes, now=self.clock.now())

    def register_cards(self, *, last=date(2027, 12, 31), revoked_at=None):
        changes = copy_pb2.WatchDirectoryResponse()
        for kind, number in ((1, "W-1"), (2, "E-1")):
            card = changes.credentials.add(
                name=f"credentials/{kind}",
                court_code=COURT,
                officer_id=JUDGE,
                kind=kind,
                number_hash=self.directory._digest(number),
                issue_date={"year": 2018, "month": 1, "day": 1},
                expire_date={"year": last.year, "month": last.month, "day": last.day},
            )
            if revoked_at is not None:
                card.revoke_time.FromDatetime(revoked_at)
        self.directory.apply(changes, now=self.clock.now())
        self.renew()

    def declare(self, start, *, outage=None):
        """Declares the exchange operational for the court, with an outage where two instants are given."""
        changes = copy_pb2.WatchDirectoryResponse()
        changes.operations.add(name="operations/1", pair={"court_code": COURT}).start_time.FromDatetime(start)
        if outage is not None:
            out = changes.outages.add(name="outages/1", pair={"court_code": COURT})
            out.start_time.FromDatetime(outage[0])
            out.end_time.FromDatetime(outage[1])
        self.directory.apply(changes, now=self.clock.now())

    def paper(self, method=LOOKUP, *, request=None, signer=JUDGE, approver=CHIEF, consent=None, **said):
        """What lies before an officer of the police: a request with what was signed about it."""
        content = request_of(method) if request is None else request
        key = X25519PrivateKey.generate()
        claims = {
            "approval": f"approvals/{uuid.uuid4()}",
            "method": method.full_name,
            "request_sha256": hashlib.sha256(content).digest(),
            "unit": UNIT,
            "paper_reference": f"报{uuid.uuid4().hex[:8]}号",
            "court_code": COURT,
            "case_number": NUMBER,
            "work_card": "W-1",
            "enforcement_card": "E-1",
            "reason": "被执行人下落不明",
            "result_key": key.public_key().public_bytes_raw(),
            "issued_at": self.clock.now() - timedelta(hours=2),
            "not_after": self.clock.now() + timedelta(days=1),
        } | said
        statement = self._sign(sign_request, RequestClaims(**claims), signer)
        given = {"approval", "method", "request_sha256", "court_code", "case_number", "reason", "not_after"}
        decided = {name: value for name, value in claims.items() if name in given}
        decided |= {
            "requester": JUDGE,
            "decision": Decision.CONSENT,
            "issued_at": self.clock.now() - timedelta(hours=1),
        }
        decided |= consent or {}
        return Handed(
            key,
            paper_pb2.PerformPaperRequest(
                bundle_id=str(uuid.uuid4()),
                bundle_sha256=bytes(32),
                paper_reference=claims["paper_reference"],
                method=method.full_name,
                request=content,
                request_statement=statement,
                consents=[self._sign(sign_statement, Claims(**decided), approver)],
            ),
            claims["approval"],
        )

    def _sign(self, sign, claims, officer_id):
        identity = self.keys.officers.signer(officer_id)
        return sign(claims, key=identity.key, chain=(identity.certificate,))

    async def bring(self, handed, *, organisation=UNIT):
        """Hands a request in, as an officer of the police."""
        return await self.servicer.PerformPaper(handed.request, self.call(PERFORM, organisation))

    async def list(self, organisation, **asked):
        return await self.servicer.ListPaper(paper_pb2.ListPaperRequest(**asked), self.call(LIST, organisation))

    def call(self, method, organisation):
        now = self.clock.now()
        end = now + timedelta(hours=1)
        caller = Caller(CARRIER, organisation, None, frozenset({"paper.perform"}), "", "", bytes(32), end)
        peer = Peer("spiffe://xiezhi.jx/system/police", b"p" * 32)
        return Call(method, now, uuid.uuid4().hex, {}, peer, now, caller=caller)


@dataclass(frozen=True)
class Handed:
    """A request as it is handed in, and what the judge keeps of it."""

    key: X25519PrivateKey
    request: paper_pb2.PerformPaperRequest
    approval: str

    def open(self, answer):
        return open_answer(answer.sealed_answer, key=self.key, approval=self.approval, method=self.request.method)


def make_keys(folder):
    made = InsecureDevelopmentKeys(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(map(officer, RANKS), now=NOW - timedelta(days=10))
    return made


@pytest.fixture(scope="session")
def paper_keys(tmp_path_factory):
    return make_keys(tmp_path_factory.mktemp("paper-keys"))


@pytest.fixture
def other_keys(tmp_path):
    """Keys under authorities of somebody's own."""
    return make_keys(tmp_path / "other-keys")


@pytest.fixture
def paper_url(migrated_url, keyring):
    url = migrated_url("gateway")
    with CaseLoader(url, keyring=keyring, clock=ManualClock(NOW - timedelta(days=9))) as loader:
        loader.add([CaseRecord(COURT, number, JUDGE, (DEBTOR,)) for number in (NUMBER, OTHER_NUMBER)])
    return url


@pytest.fixture
def make_desk(paper_url, paper_keys, keyring):
    """Opens the gateway, as often as one likes: what the one process did the next one finds in the database."""
    opened = []
    clock = ManualClock(NOW)

    def make(keys=paper_keys):
        opened.append(Database.open(paper_url))
        return Bench(database=opened[-1], keys=keys, keyring=keyring, clock=clock)

    yield make
    for database in opened:
        database.close()


@pytest.fixture
def desk(make_desk):
    return make_desk()
