"""A service believes nothing that the gateway says: every part of a forwarded call is verified anew, and can refuse."""

import hashlib
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256

from services.chassis.admission import APPROVAL_KEY, AUTHORIZATION_KEY, GRANT_KEY, ServiceAdmission, bearer
from services.chassis.call import Call, Peer
from services.chassis.clock import ManualClock
from services.chassis.policy import Contracts
from services.chassis.tokens import Issuer, TokenVerifier
from services.chassis.trust import OfficerTrust
from services.codes.jurisdiction import Jiangxi
from xiezhi.approval.v1 import grant_pb2
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, Unauthenticated, XiezhiError
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki import ISSUERS
from xiezhi.pki.files import read_certificate
from xiezhi.proof.statement import Claims, Decision, sign_statement

CONTRACTS = Contracts.load()
LOOKUP = CONTRACTS.method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
HEAD = CONTRACTS.method("/xiezhi.ledger.v1.LedgerService/GetTreeHead")
APPEND = CONTRACTS.method("/xiezhi.ledger.v1.LedgerService/Append")
GATEWAY = Peer("spiffe://xiezhi.jx/service/gateway", b"g" * 32)
IDENTITY = Peer("spiffe://xiezhi.jx/service/identity", b"i" * 32)
COURTS = Peer("spiffe://xiezhi.jx/system/courts", b"c" * 32)
APPROVAL = "approvals/00000000-0000-4000-8000-000000000001"
COURT, NUMBER = "赣0102", "（2026）赣0102执1号"
JUDGE, CHIEF = "GAN0102-J001", "GAN0102-C001"
DEBTOR = "36990119800115002X"
SKEW = timedelta(seconds=60)


def household(**changed):
    """The judge's request, or one that says something else of its handler or case."""
    handler = {"officer_id": JUDGE, "work_card_number": f"W-{JUDGE}", "enforcement_card_number": f"E-{JUDGE}"}
    context = {"court_code": COURT, "case_number": NUMBER}
    for name, value in changed.items():
        (context if name in context else handler)[name] = value
    return identity_pb2.LookupHouseholdRequest(
        context=case_pb2.CaseContext(**context, handler=case_pb2.Handler(**handler)),
        debtor=case_pb2.Party(id_number=DEBTOR),
    )


class Bench:
    """Makes calls as the gateway forwards them, each part right unless it is told otherwise."""

    def __init__(self, keys, now):
        self.keys, self.now = keys, now
        self.clock = ManualClock(now)
        self.fingerprint = read_certificate(keys.tls("courts").certificate).fingerprint(SHA256())
        self.admission = self.make(Jiangxi())

    def make(self, jurisdiction):
        return ServiceAdmission(
            gateway=GATEWAY.name,
            internal_callers={APPEND.full_name: frozenset({IDENTITY.name, GATEWAY.name})},
            tokens=TokenVerifier({ISSUERS["courts"]: Issuer(self.keys.tokens("courts").key_set_file, "赣[0-9]*")}),
            trust=OfficerTrust(self.keys.officers.authority_file, self.keys.officers.revocation_file),
            jurisdiction=jurisdiction,
            clock=self.clock,
            max_skew=SKEW,
        )

    def consent(self, message, officer=CHIEF, **changed):
        known = {
            "approval": APPROVAL,
            "method": LOOKUP.full_name,
            "request_sha256": hashlib.sha256(message.SerializeToString()).digest(),
            "court_code": message.context.court_code,
            "case_number": message.context.case_number,
            "requester": JUDGE,
            "decision": Decision.CONSENT,
            "reason": "因执行需要",
            "issued_at": self.now - timedelta(minutes=10),
            "not_after": self.now + timedelta(days=1),
        }
        signer = self.keys.officers.signer(officer)
        return sign_statement(Claims(**known | changed), key=signer.key, chain=(signer.certificate,))

    def grant(self, message, of=LOOKUP, /, **changed):
        known = {
            "method": of.full_name,
            "request_sha256": hashlib.sha256(message.SerializeToString()).digest(),
            "approval": APPROVAL if of is LOOKUP else "",
            "statements": [self.consent(message)] if of is LOOKUP else [],
            "accept_time": self.now,
            "issue_time": self.now,
            "caller_certificate_sha256": self.fingerprint,
        }
        return grant_pb2.Grant(**known | changed)

    def call(self, message=None, *, method=LOOKUP, peer=GATEWAY, grant=None, token=None):
        asked = household() if message is None else message
        given = self.grant(asked, method) if grant is None else grant
        raw = asked.SerializeToString()
        return Call(
            method=method,
            received_at=self.now,
            accepted_at=self.now,
            trace_id="a" * 32,
            metadata={
                AUTHORIZATION_KEY: f"Bearer {self.keys.mint_token(JUDGE, now=self.now)}" if token is None else token,
                GRANT_KEY: given if isinstance(given, bytes) else given.SerializeToString(),
                APPROVAL_KEY: "approvals/ignored",
            },
            peer=peer,
            request=raw,
            request_sha256=hashlib.sha256(raw).digest(),
        )

    async def admit(self, call, message=None):
        self.admission.authenticate(call)
        await self.admission.admit(call, household() if message is None else message)

    async def refusal(self, call, message=None):
        with pytest.raises(XiezhiError) as caught:
            await self.admit(call, message)
        return caught.value.reason


@pytest.fixture
def bench(keys, now):
    return Bench(keys, now)


async def test_a_call_that_is_right_in_every_part_is_admitted_and_known(bench):
    accepted = bench.now - timedelta(minutes=9)
    call = bench.call(grant=bench.grant(household(), accept_time=accepted))
    await bench.admit(call)
    assert (call.officer.officer_id, call.officer.organisation) == (JUDGE, COURT)
    assert (call.court_code, call.case_number, call.subjects) == (COURT, NUMBER, (DEBTOR,))
    assert (call.approval, call.accepted_at) == (APPROVAL, accepted)
    assert [s.signer.officer_id for s in call.grant.statements] == [CHIEF]


@pytest.mark.parametrize("peer", [COURTS, IDENTITY, Peer("", b""), Peer(f"{GATEWAY.name}/x", b"")])
async def test_nobody_but_the_gateway_forwards_calls(bench, peer):
    assert await bench.refusal(bench.call(peer=peer)) is Reason.CALLER_NOT_ALLOWED


GRANTS = [
    pytest.param({"method": HEAD.full_name}, Reason.APPROVAL_REQUEST_MISMATCH, id="another-method"),
    pytest.param({"request_sha256": bytes(32)}, Reason.APPROVAL_REQUEST_MISMATCH, id="other-bytes"),
    pytest.param({"request_sha256": b""}, Reason.APPROVAL_REQUEST_MISMATCH, id="no-bytes"),
    pytest.param({"caller_certificate_sha256": bytes(32)}, Reason.TOKEN_INVALID, id="another-system's-certificate"),
    pytest.param({"approval": ""}, Reason.APPROVAL_REQUIRED, id="no-approval"),
    pytest.param({"approval": "approvals/x"}, Reason.STATEMENT_INVALID, id="another-approval"),
    pytest.param({"statements": []}, Reason.APPROVALS_INSUFFICIENT, id="no-statement"),
    pytest.param({"statements": ["a.b.c"]}, Reason.STATEMENT_INVALID, id="a-forged-statement"),
]


@pytest.mark.parametrize(("change", "reason"), GRANTS)
async def test_a_grant_that_does_not_fit_is_refused(bench, change, reason):
    assert await bench.refusal(bench.call(grant=bench.grant(household(), **change))) is reason


@pytest.mark.parametrize(
    ("grant", "reason"),
    [(b"\xff\xff", Reason.CALLER_NOT_ALLOWED), (b"", Reason.APPROVAL_REQUEST_MISMATCH)],
)
async def test_a_call_without_a_grant_is_refused(bench, grant, reason):
    assert await bench.refusal(bench.call(grant=grant)) is reason


@pytest.mark.parametrize("offset", [-SKEW, SKEW])
async def test_clocks_may_differ_by_the_bound(bench, offset):
    await bench.admit(bench.call(grant=bench.grant(household(), issue_time=bench.now + offset)))


@pytest.mark.parametrize("offset", [-timedelta(seconds=61), timedelta(seconds=61), -timedelta(days=1)])
async def test_a_grant_that_is_older_or_newer_is_refused(bench, offset):
    grant = bench.grant(household(), issue_time=bench.now + offset)
    assert await bench.refusal(bench.call(grant=grant)) is Reason.CLOCK_SKEW


async def test_nothing_was_accepted_in_the_future(bench):
    grant = bench.grant(household(), accept_time=bench.now + timedelta(seconds=61))
    assert await bench.refusal(bench.call(grant=grant)) is Reason.CLOCK_SKEW


async def test_nothing_was_accepted_before_it_was_approved(bench):
    grant = bench.grant(household(), accept_time=bench.now - timedelta(minutes=12))
    assert await bench.refusal(bench.call(grant=grant)) is Reason.CLOCK_SKEW


@pytest.mark.parametrize("field", ["issue_time", "accept_time"])
@pytest.mark.parametrize("seconds", [2**62, -(2**62)])
async def test_a_time_beyond_all_calendars_is_refused(bench, field, seconds):
    grant = bench.grant(household())
    getattr(grant, field).seconds = seconds
    assert await bench.refusal(bench.call(grant=grant)) is Reason.CLOCK_SKEW


@pytest.mark.parametrize("token", ["", "Basic abc", "bearer abc", "Bearer"])
async def test_a_call_without_a_token_is_refused(bench, token):
    call = bench.call(token=token)
    assert await bench.refusal(call) is Reason.TOKEN_MISSING
    with pytest.raises(Unauthenticated):
        bearer(call)


async def test_the_officer_s_token_counts_and_not_the_gateway_s_word(bench):
    def token(**of):
        return f"Bearer {bench.keys.mint_token(JUDGE, **{'now': bench.now} | of)}"

    rows = {
        "Bearer x.y.z": Reason.TOKEN_INVALID,
        token(now=bench.now - timedelta(hours=1)): Reason.TOKEN_EXPIRED,
        token(permissions=("approval.submit",)): Reason.PERMISSION_MISSING,
        token(system="police"): Reason.TOKEN_INVALID,
        f"Bearer {bench.keys.mint_token(CHIEF, now=bench.now)}": Reason.NOT_HANDLING_JUDGE,
    }
    for text, reason in rows.items():
        assert await bench.refusal(bench.call(token=text)) is reason


async def test_permission_is_decided_before_the_request_is_looked_at(bench):
    bare = f"Bearer {bench.keys.mint_token(JUDGE, now=bench.now, permissions=())}"
    with pytest.raises(XiezhiError) as caught:
        bench.admission.authenticate(replace(bench.call(token=bare), request=b"\xff"))
    assert caught.value.reason is Reason.PERMISSION_MISSING


async def test_an_officer_of_a_court_that_takes_no_part_is_refused(bench):
    class Nobody(Jiangxi):
        def includes(self, organisation):
            return False

    bench.admission = bench.make(Nobody())
    assert await bench.refusal(bench.call()) is Reason.OUT_OF_JURISDICTION


@pytest.mark.clause("R-4.5", "R-5.2")
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"officer_id": "GAN0102-C001"}, Reason.NOT_HANDLING_JUDGE),
        ({"court_code": "赣01"}, Reason.NOT_HANDLING_JUDGE),
        ({"court_code": "京01"}, Reason.OUT_OF_JURISDICTION),
        ({"work_card_number": ""}, Reason.CREDENTIALS_REQUIRED),
        ({"enforcement_card_number": "E-X"}, Reason.CREDENTIALS_REQUIRED),
    ],
)
async def test_only_the_handling_judge_with_both_cards_is_answered_whatever_was_approved(bench, change, reason):
    message = household(**change)
    assert await bench.refusal(bench.call(message), message) is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"approval": "approvals/x"}, Reason.STATEMENT_INVALID),
        ({"decision": Decision.REJECT}, Reason.STATEMENT_INVALID),
        ({"requester": "GAN0102-J002"}, Reason.STATEMENT_INVALID),
        ({"method": HEAD.full_name}, Reason.APPROVAL_METHOD_MISMATCH),
        ({"case_number": ""}, Reason.APPROVAL_CASE_MISMATCH),
        ({"request_sha256": bytes(32)}, Reason.APPROVAL_REQUEST_MISMATCH),
        ({"officer": JUDGE}, Reason.APPROVER_IS_REQUESTER),
        ({"officer": "GAN0103-C001"}, Reason.APPROVER_NOT_ENTITLED),
    ],
)
async def test_a_statement_about_anything_else_or_of_anybody_else_does_not_count(bench, change, reason):
    message = household()
    grant = bench.grant(message, statements=[bench.consent(message), bench.consent(message, **change)])
    assert await bench.refusal(bench.call(grant=grant)) is reason


async def test_a_consent_is_held_against_the_service_s_own_clock(bench):
    bench.clock.advance(timedelta(days=1))
    assert await bench.refusal(bench.call()) is Reason.STATEMENT_INVALID


async def test_a_revoked_approver_does_not_count(bench):
    grant = bench.grant(household())
    bench.keys.officers.revoke(CHIEF, now=bench.now)
    bench.admission = bench.make(Jiangxi())
    assert await bench.refusal(bench.call(grant=grant)) is Reason.STATEMENT_REVOKED


async def test_the_approval_that_the_caller_names_in_passing_counts_for_nothing(bench):
    call = bench.call(grant=bench.grant(household(), approval=""))
    assert call.text(APPROVAL_KEY)
    assert await bench.refusal(call) is Reason.APPROVAL_REQUIRED


async def test_a_method_that_needs_no_approval_rests_on_none(bench):
    message = ledger_pb2.GetTreeHeadRequest()
    token = f"Bearer {bench.keys.mint_token(JUDGE, now=bench.now, permissions=('ledger.head',))}"
    call = bench.call(message, method=HEAD, token=token)
    await bench.admit(call, message)
    assert (call.grant.approval, call.grant.statements, call.case_number) == ("", (), "")


@pytest.mark.parametrize("peer", [IDENTITY, GATEWAY])
async def test_processes_that_are_named_may_call_an_internal_method_without_an_officer(bench, peer):
    call = bench.call(ledger_pb2.AppendRequest(), method=APPEND, peer=peer, grant=b"", token="")
    await bench.admit(call, ledger_pb2.AppendRequest())
    assert call.caller is None
    with pytest.raises(RuntimeError, match="no authenticated officer"):
        assert call.officer


@pytest.mark.parametrize("peer", [COURTS, Peer("", b""), Peer("spiffe://xiezhi.jx/service/other", b"")])
async def test_nobody_else_calls_an_internal_method_not_even_with_a_token(bench, peer):
    call = bench.call(ledger_pb2.AppendRequest(), method=APPEND, peer=peer)
    assert await bench.refusal(call) is Reason.CALLER_NOT_ALLOWED


async def test_an_internal_method_that_configuration_does_not_name_is_closed_to_all(bench):
    other = replace(APPEND, full_name="/xiezhi.ledger.v1.LedgerService/Other")
    assert await bench.refusal(bench.call(ledger_pb2.AppendRequest(), method=other)) is Reason.CALLER_NOT_ALLOWED


async def test_accept_time_is_read_in_utc(bench):
    call = bench.call()
    bench.admission.authenticate(call)
    assert call.accepted_at.tzinfo is UTC
