"""A service takes a judge's statement for a token, and believes of it what it would believe of a token: nothing."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from services.chassis.admission import bearer
from services.chassis.on_paper import SCHEME, require_admissible
from services.chassis.policy import Contracts
from services.codes.jurisdiction import Jiangxi
from tests.unit.chassis.test_admission import APPROVAL, CHIEF, COURT, HEAD, JUDGE, LOOKUP, NUMBER, Bench, household
from xiezhi.errors import Reason, Unauthenticated, XiezhiError
from xiezhi.proof.request import RequestClaims, sign_request
from xiezhi.proof.statement import Rank

BATCH = Contracts.load().method("/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds")
SUBMIT = Contracts.load().method("/xiezhi.approval.v1.ApprovalService/SubmitApproval")
RESULT_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32))).public_key().public_bytes_raw()


@pytest.fixture
def bench(keys, now):
    return Bench(keys, now)


def statement(bench, officer=JUDGE, message=None, **changed):
    """The judge's statement, or one that says something else."""
    asked = household() if message is None else message
    known = {
        "approval": APPROVAL,
        "method": LOOKUP.full_name,
        "request_sha256": hashlib.sha256(asked.SerializeToString()).digest(),
        "unit": "360100000000",
        "paper_reference": "报1号",
        "court_code": COURT,
        "case_number": NUMBER,
        "work_card": f"W-{JUDGE}",
        "enforcement_card": f"E-{JUDGE}",
        "reason": "因执行需要",
        "result_key": RESULT_KEY,
        "issued_at": bench.now - timedelta(minutes=20),
        "not_after": bench.now + timedelta(days=1),
    }
    signer = bench.keys.officers.signer(officer)
    return sign_request(RequestClaims(**known | changed), key=signer.key, chain=(signer.certificate,))


def on_paper(bench, *, grant=None, **of):
    return bench.call(grant=grant, token=f"{SCHEME}{statement(bench, **of)}")


async def test_the_judge_who_signed_is_the_caller_of_this_one_method(bench):
    call = on_paper(bench)
    await bench.admit(call)
    judge = call.officer
    assert (judge.officer_id, judge.organisation, judge.rank) == (JUDGE, COURT, Rank.JUDGE)
    assert judge.permissions == {LOOKUP.policy.permission}
    assert (judge.work_card, judge.enforcement_card) == (f"W-{JUDGE}", f"E-{JUDGE}")
    assert judge.expires_at == bench.now + timedelta(days=1)
    assert (call.approval, call.case_number) == (APPROVAL, NUMBER)
    assert [s.signer.officer_id for s in call.grant.statements] == [CHIEF]


REFUSED = [
    pytest.param({"approval": "approvals/00000000-0000-4000-8000-000000000002"}, id="another-approval"),
    pytest.param({"method": HEAD.full_name}, id="another-method"),
    pytest.param({"request_sha256": bytes(32)}, id="other-bytes"),
    pytest.param({"court_code": "赣0103"}, id="another-court-than-the-signer's"),
    pytest.param({"not_after": "now"}, id="over-this-instant"),
    pytest.param({"issued_at": "future"}, id="signed-in-the-future"),
    pytest.param({"not_after": "long"}, id="for-longer-than-the-policy-allows"),
]


@pytest.mark.parametrize("changed", REFUSED)
async def test_a_statement_about_anything_else_is_refused(bench, changed):
    times = {
        "now": bench.now,
        "future": bench.now + timedelta(seconds=61),
        "long": bench.now - timedelta(minutes=20) + timedelta(days=3, seconds=1),
    }
    said = {key: times.get(value, value) if isinstance(value, str) else value for key, value in changed.items()}
    assert await bench.refusal(on_paper(bench, **said)) is Reason.STATEMENT_INVALID


@pytest.mark.parametrize("text", ["", "x.y.z", "Bearer"])
async def test_what_is_no_statement_is_refused(bench, text):
    assert await bench.refusal(bench.call(token=f"{SCHEME}{text}")) is Reason.STATEMENT_INVALID


async def test_an_approver_s_statement_does_not_stand_for_a_request(bench):
    consent = bench.consent(household())
    assert await bench.refusal(bench.call(token=f"{SCHEME}{consent}")) is Reason.STATEMENT_INVALID


async def test_a_revoked_judge_asks_for_nothing(bench):
    call = on_paper(bench)
    bench.keys.officers.revoke(JUDGE, now=bench.now)
    bench.admission = bench.make(Jiangxi())
    assert await bench.refusal(call) is Reason.STATEMENT_REVOKED


async def test_only_the_handling_judge_with_the_own_cards_asks(bench):
    assert await bench.refusal(on_paper(bench, officer=CHIEF)) is Reason.NOT_HANDLING_JUDGE
    assert await bench.refusal(on_paper(bench, work_card="W-2")) is Reason.CREDENTIALS_REQUIRED
    assert await bench.refusal(on_paper(bench, enforcement_card="E-2")) is Reason.CREDENTIALS_REQUIRED


async def test_consents_are_held_against_it_as_against_any_call(bench):
    grant = bench.grant(household(), statements=[])
    assert await bench.refusal(on_paper(bench, grant=grant)) is Reason.APPROVALS_INSUFFICIENT


@pytest.mark.parametrize("method", [BATCH, SUBMIT, HEAD, replace(LOOKUP, policy=replace(LOOKUP.policy, internal=True))])
def test_only_one_request_with_one_answer_in_a_case_and_on_approval_goes_on_paper(method):
    with pytest.raises(XiezhiError) as caught:
        require_admissible(method)
    assert caught.value.reason is Reason.METHOD_NOT_ON_PAPER


async def test_a_stream_cannot_be_asked_for_with_a_statement(bench):
    message = household()
    call = bench.call(message, method=BATCH, token=f"{SCHEME}{statement(bench, method=BATCH.full_name)}")
    assert await bench.refusal(call) is Reason.METHOD_NOT_ON_PAPER


def test_the_ordinary_door_takes_no_statement(bench):
    with pytest.raises(Unauthenticated) as caught:
        bearer(on_paper(bench))
    assert caught.value.reason is Reason.TOKEN_MISSING
