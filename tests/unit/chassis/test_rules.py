"""The rules about calls: each lets the right call pass and refuses each kind of wrong one with its own reason."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.chassis import rules
from services.chassis.policy import ApprovalRequirement, Contracts
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from services.codes.jurisdiction import Jiangxi
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.identity.v1 import identity_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.statement import Claims, Decision, Rank, Signer

APPROVAL = "approvals/00000000-0000-4000-8000-000000000001"
LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
NUMBER = "(2026)赣0102执1号"
DIGEST = bytes(range(32))
METHOD = Contracts.load().method(LOOKUP)
REQUIREMENT = ApprovalRequirement(1, policy_pb2.RANK_DIVISION_CHIEF, 0, timedelta(days=3))


@pytest.fixture
def jurisdiction():
    return Jiangxi()


@pytest.fixture
def caller(now):
    return Caller(
        officer_id="GAN0102-J001",
        organisation="赣0102",
        rank=Rank.JUDGE,
        permissions=frozenset({"identity.household.lookup"}),
        work_card="W-1",
        enforcement_card="E-1",
        certificate_sha256=bytes(32),
        expires_at=now + timedelta(hours=1),
    )


@pytest.fixture
def context():
    return case_pb2.CaseContext(
        court_code="赣0102",
        case_number=NUMBER,
        handler=case_pb2.Handler(officer_id="GAN0102-J001", work_card_number="W-1", enforcement_card_number="E-1"),
    )


@pytest.fixture
def facts():
    return rules.RequestFacts(METHOD, DIGEST, "赣0102", NUMBER, "GAN0102-J001", "赣0102")


@pytest.fixture
def consent(now):
    claims = Claims(
        approval=APPROVAL,
        method=LOOKUP,
        request_sha256=DIGEST,
        court_code="赣0102",
        case_number=NUMBER,
        requester="GAN0102-J001",
        decision=Decision.CONSENT,
        reason="needed",
        issued_at=now,
        not_after=now + timedelta(hours=1),
    )
    signer = Signer("GAN0102-C001", "赣0102", Rank.DIVISION_CHIEF)
    return Statement(claims, signer, bytes(32), claims.not_after)


def refused(work, *arguments, **named):
    with pytest.raises(XiezhiError) as caught:
        work(*arguments, **named)
    return caught.value.reason


def test_the_facts_of_a_request_come_from_its_context(caller, context):
    message = identity_pb2.LookupHouseholdRequest(context=context)
    facts = rules.read_facts(METHOD, message, caller, sha256=DIGEST)
    assert facts == rules.RequestFacts(METHOD, DIGEST, "赣0102", NUMBER, "GAN0102-J001", "赣0102")


def test_a_token_without_the_permission_is_refused(caller):
    rules.require_permission(METHOD, caller)
    bare = replace(caller, permissions=frozenset({"identity.household.lookup.other"}))
    assert refused(rules.require_permission, METHOD, bare) is Reason.PERMISSION_MISSING


@pytest.mark.parametrize("organisation", ["京0105", "赣99", "", "370100000000"])
def test_an_organisation_outside_of_jiangxi_is_refused(jurisdiction, organisation):
    assert refused(rules.require_jurisdiction, organisation, jurisdiction) is Reason.OUT_OF_JURISDICTION


@pytest.mark.clause("R-4.5")
def test_the_handling_judge_shows_both_own_cards(caller, context):
    rules.require_handler(context, caller)
    for card in ("work_card_number", "enforcement_card_number"):
        for shown in ("", "X"):
            wrong = case_pb2.CaseContext()
            wrong.CopyFrom(context)
            setattr(wrong.handler, card, shown)
            assert refused(rules.require_handler, wrong, caller) is Reason.CREDENTIALS_REQUIRED


@pytest.mark.clause("R-4.5")
def test_cards_that_nobody_holds_are_not_shown_by_leaving_both_empty(caller, context):
    context.handler.work_card_number = context.handler.enforcement_card_number = ""
    bare = replace(caller, work_card="", enforcement_card="")
    assert refused(rules.require_handler, context, bare) is Reason.CREDENTIALS_REQUIRED


def test_nobody_names_another_as_the_handling_judge(caller, context):
    context.handler.officer_id = "GAN0102-J002"
    assert refused(rules.require_handler, context, caller) is Reason.NOT_HANDLING_JUDGE


def test_nobody_asks_in_the_case_of_another_court(caller, context):
    context.court_code = "赣0103"
    assert refused(rules.require_handler, context, caller) is Reason.NOT_HANDLING_JUDGE


@pytest.fixture
def require(facts, jurisdiction, now):
    def run(*statements, requirement=REQUIREMENT, facts=facts, now=now):
        rules.require_consents(
            requirement, statements, approval=APPROVAL, facts=facts, jurisdiction=jurisdiction, now=now
        )

    return run


def test_one_consent_of_the_rank_suffices_where_one_is_asked(require, consent):
    require(consent)


def test_none_is_too_few(require):
    assert refused(require) is Reason.APPROVALS_INSUFFICIENT


def test_two_consents_of_one_person_count_once(require, consent):
    again = replace(consent, digest=bytes(range(32)))
    two = replace(REQUIREMENT, count=2)
    assert refused(require, consent, again, requirement=two) is Reason.APPROVALS_INSUFFICIENT
    other = replace(consent, signer=Signer("GAN0102-C002", "赣0102", Rank.PRESIDENT))
    require(consent, other, requirement=two)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"approval": "approvals/other"}, Reason.STATEMENT_INVALID),
        ({"decision": Decision.REJECT}, Reason.STATEMENT_INVALID),
        ({"requester": "GAN0102-J002"}, Reason.STATEMENT_INVALID),
        ({"method": "/other/Method"}, Reason.APPROVAL_METHOD_MISMATCH),
        ({"court_code": "赣0103"}, Reason.APPROVAL_CASE_MISMATCH),
        ({"case_number": "(2026)赣0102执2号"}, Reason.APPROVAL_CASE_MISMATCH),
        ({"request_sha256": bytes(32)}, Reason.APPROVAL_REQUEST_MISMATCH),
    ],
)
def test_a_consent_to_anything_else_is_refused(require, consent, change, reason):
    assert refused(require, replace(consent, claims=replace(consent.claims, **change))) is reason


@pytest.mark.parametrize(
    "signer",
    [
        Signer("GAN0102-C001", "赣0102", Rank.JUDGE),
        Signer("GAN0103-C001", "赣0103", Rank.PRESIDENT),
        Signer("GAN02-P001", "赣02", Rank.PRESIDENT),
        Signer("JING-P001", "京01", Rank.PRESIDENT),
        Signer("X", "", Rank.PRESIDENT),
    ],
)
def test_a_signer_of_too_low_a_rank_or_of_another_court_does_not_count(require, consent, signer):
    assert refused(require, replace(consent, signer=signer)) is Reason.APPROVER_NOT_ENTITLED


@pytest.mark.parametrize("court", ["赣0102", "赣01", "赣"])
def test_the_own_court_and_those_above_it_count(require, consent, court):
    require(replace(consent, signer=Signer("X-C001", court, Rank.DIVISION_CHIEF)))


def test_a_contract_may_ask_for_a_higher_court(require, consent):
    high = replace(REQUIREMENT, min_court_level=policy_pb2.COURT_LEVEL_INTERMEDIATE)
    assert refused(require, consent, requirement=high) is Reason.APPROVER_NOT_ENTITLED
    require(replace(consent, signer=Signer("X", "赣01", Rank.DIVISION_CHIEF)), requirement=high)


def test_nobody_approves_the_own_request(require, consent):
    own = replace(consent, signer=Signer("GAN0102-J001", "赣0102", Rank.PRESIDENT))
    assert refused(require, own) is Reason.APPROVER_IS_REQUESTER


def test_a_consent_ends(require, consent, now):
    assert refused(require, consent, now=consent.valid_until) is Reason.APPROVAL_EXPIRED
    require(consent, now=consent.valid_until - timedelta(seconds=1))


def test_a_consent_counts_for_no_longer_than_the_policy_lets_approvals_live(require, consent, now):
    """Whatever end the gateway showed to the approver."""
    longest = REQUIREMENT.max_validity
    for end, counts in ((longest, True), (longest + timedelta(seconds=1), False)):
        made = replace(consent, claims=replace(consent.claims, not_after=now + end), valid_until=now + end)
        if counts:
            require(made)
        else:
            assert refused(require, made) is Reason.STATEMENT_INVALID
