"""A migrated database of the gateway, officers with real keys, and the two services on top of them."""

import hashlib
import uuid
import warnings
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from gateway.approval.handlers import SubmissionFacts
from gateway.approval.server import ApprovalServicer
from gateway.approval.store import ApprovalStore
from gateway.settings import FRAMEWORK
from services.chassis.call import Call, Peer
from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.ids import RandomIds
from services.chassis.policy import ApprovalRequirement, Contracts
from services.chassis.sealing import Keyring, Sealer
from services.chassis.tokens import Caller
from services.chassis.trust import OfficerTrust
from xiezhi.approval.v1 import approval_pb2
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning, Officer
from xiezhi.proof.statement import Claims, Decision, Rank, sign_statement

START = datetime(2026, 11, 24, 9, 0, 0, 250_000, tzinfo=UTC)
METHOD = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
COURT, NUMBER = "赣0102", "（2026）赣0102执1号"
REQUEST = b"the exact bytes of a request about nobody"
CONTRACTS = Contracts.load()
RANKS = {
    "GAN0102-J001": ("赣0102", Rank.JUDGE),
    "GAN0102-J002": ("赣0102", Rank.JUDGE),
    "GAN0102-C001": ("赣0102", Rank.DIVISION_CHIEF),
    "GAN0102-C002": ("赣0102", Rank.DIVISION_CHIEF),
    "GAN01-P001": ("赣01", Rank.PRESIDENT),
    "GAN0103-C001": ("赣0103", Rank.DIVISION_CHIEF),
    "GAN0102-S001": ("赣0102", None),
}
JUDGE, COLLEAGUE, CHIEF, OTHER_CHIEF, PRESIDENT, STRANGER, CLERKLESS = RANKS


class Courts:
    """Courts of one province whose codes begin with the code of the court above them."""

    def includes(self, organisation):
        return organisation.startswith("赣")

    def is_same_or_superior(self, court, of):
        return court.startswith("赣") and of.startswith(court)

    def level(self, court):
        return {1: 3, 3: 2, 5: 1}.get(len(court), 0) if court.startswith("赣") else 0


class Bench:
    """Calls the approval service as officers do, past the wire."""

    def __init__(self, *, store, keys, clock, framework_ref=FRAMEWORK):
        self.store = store
        self.keys = keys
        self.clock = clock
        self.requirement = ApprovalRequirement(1, Rank.DIVISION_CHIEF, 0, timedelta(days=3))
        self.servicer = ApprovalServicer(
            store=store,
            admit=self._admit,
            trust=OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file),
            jurisdiction=Courts(),
            clock=clock,
            ids=RandomIds(),
            framework_ref=framework_ref,
        )

    def under(self, framework_ref):
        """The same gateway after a restart with other rules under which approvals are asked for."""
        return Bench(store=self.store, keys=self.keys, clock=self.clock, framework_ref=framework_ref)

    async def _admit(self, method, request, caller):
        digest = hashlib.sha256(request).digest()
        return SubmissionFacts(digest, COURT, NUMBER, self.requirement, side_effects=False)

    def caller(self, officer):
        organisation, rank = RANKS[officer]
        return Caller(
            officer, organisation, rank, frozenset(), "", "", bytes(32), self.clock.now() + timedelta(hours=1)
        )

    def call(self, officer, method="GetApproval"):
        info = CONTRACTS.method(f"/xiezhi.approval.v1.ApprovalService/{method}")
        now = self.clock.now()
        return Call(
            method=info,
            received_at=now,
            accepted_at=now,
            trace_id=uuid.uuid4().hex,
            metadata={},
            peer=Peer("system", bytes(32)),
            caller=self.caller(officer),
        )

    async def ask(self, method, officer, /, **fields):
        request = getattr(approval_pb2, f"{method}Request")(**fields)
        return await getattr(self.servicer, method)(request, self.call(officer, method))

    async def submit(self, officer=JUDGE, **fields):
        asked = {"request_id": str(uuid.uuid4()), "method": METHOD, "request": REQUEST, "reason": "因执行需要"} | fields
        return (await self.ask("SubmitApproval", officer, **asked)).approval

    def claims(self, approval, decision, /, **changed):
        known = {
            "approval": approval.name,
            "method": approval.method,
            "request_sha256": approval.request_sha256,
            "court_code": approval.court_code,
            "case_number": approval.case_number,
            "requester": approval.requester,
            "decision": decision,
            "reason": "审批人的理由",
            "issued_at": self.clock.now().replace(microsecond=0),
            "not_after": approval.expire_time.ToDatetime(UTC),
        }
        return Claims(**known | changed)

    def sign(self, officer, claims):
        signer = self.keys.officers.signer(officer)
        return sign_statement(claims, key=signer.key, chain=(signer.certificate,))

    def statement(self, officer, approval, decision=Decision.CONSENT, **changed):
        return self.sign(officer, self.claims(approval, decision, **changed))

    async def decide(self, method, officer, approval, **changed):
        decision = {"Approve": Decision.CONSENT, "Reject": Decision.REJECT, "Revoke": Decision.REVOKE}[method]
        statement = self.statement(officer, approval, decision, **changed)
        return (await self.ask(f"{method}Approval", officer, name=approval.name, statement=statement)).approval

    async def approve(self, approval, officer=CHIEF, **changed):
        return await self.decide("Approve", officer, approval, **changed)

    async def approved(self):
        return await self.approve(await self.submit())


def officer(officer_id):
    organisation, rank = RANKS[officer_id]
    return Officer(officer_id, "courts", "courts", organisation, rank, "测试员", "13900000001", "W", "E", ())


@pytest.fixture(scope="session")
def make_keys(tmp_path_factory):
    """Makes fresh development keys of all officers."""

    def make():
        made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
            made.create(map(officer, RANKS), now=START - timedelta(days=1))
        return made

    return make


@pytest.fixture(scope="session")
def keys(make_keys):
    return make_keys()


@pytest.fixture(scope="session")
def keyring(tmp_path_factory):
    return Keyring.create(tmp_path_factory.mktemp("keyring") / "gateway.json")


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def gateway_url(migrated_url):
    return migrated_url("gateway")


@pytest.fixture
def database(gateway_url):
    opened = Database.open(gateway_url)
    yield opened
    opened.close()


@pytest.fixture
def store(database, keyring):
    return ApprovalStore(database, sealer=Sealer(keyring))


@pytest.fixture
def bench(store, keys, clock):
    return Bench(store=store, keys=keys, clock=clock)


@pytest.fixture
def officers():
    """Ids of the officers by their part."""
    return SimpleNamespace(
        judge=JUDGE,
        colleague=COLLEAGUE,
        chief=CHIEF,
        other_chief=OTHER_CHIEF,
        president=PRESIDENT,
        stranger=STRANGER,
        without_rank=CLERKLESS,
    )


@pytest.fixture
def second_bench(gateway_url, keyring, keys, clock):
    """The same gateway in a second process, as far as the database can tell."""
    opened = Database.open(gateway_url)
    yield Bench(store=ApprovalStore(opened, sealer=Sealer(keyring)), keys=keys, clock=clock)
    opened.close()
