"""The gateway's decision: one row for everything that it refuses, and the few questions that it grants."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.approval.domain import Approval, Event, Kind
from gateway.decision import (
    ApprovalStanding,
    Carried,
    CaseStanding,
    Grant,
    Question,
    Refusal,
    decide,
    require_standing,
)
from gateway.directory import Duty
from services.chassis import rules
from services.chassis.policy import ApprovalRequirement, Contracts
from services.chassis.tokens import Caller
from services.chassis.trust import Statement
from services.directory.channels import ChannelState
from services.directory.credentials import Credential, CredentialKind
from xiezhi.approval.v1 import approval_pb2
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, Violation, XiezhiError
from xiezhi.identity.v1 import identity_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.statement import Claims, Decision, Rank, Signer

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
APPROVAL = "approvals/00000000-0000-4000-8000-000000000001"
COURT, NUMBER = "赣0102", "（2026）赣0102执1号"
JUDGE, CHIEF = "GAN0102-J001", "GAN0102-C001"
DIGEST = bytes(range(32))
CONTRACTS = Contracts.load()
LOOKUP = CONTRACTS.method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
READ = CONTRACTS.method("/xiezhi.approval.v1.ApprovalService/GetApproval")
REQUIREMENT = ApprovalRequirement(1, policy_pb2.RANK_DIVISION_CHIEF, 0, timedelta(days=3))


class Courts:
    """Courts of one province whose codes begin with the code of the court above them."""

    def includes(self, organisation):
        return organisation.startswith("赣")

    def is_same_or_superior(self, court, of):
        return court.startswith("赣") and of.startswith(court)

    def level(self, court):
        return {1: 3, 3: 2, 5: 1}.get(len(court), 0) if court.startswith("赣") else 0


def event(kind, actor, minutes):
    return Event(kind, NOW - timedelta(minutes=minutes), actor, "0" * 32, "jws" if kind is Kind.CONSENTED else "")


SUBMITTED, CONSENTED = event(Kind.SUBMITTED, JUDGE, 60), event(Kind.CONSENTED, CHIEF, 30)


def consent(signer=Signer(CHIEF, COURT, Rank.DIVISION_CHIEF), **changed):  # noqa: B008 - frozen
    known = {
        "approval": APPROVAL,
        "method": LOOKUP.full_name,
        "request_sha256": DIGEST,
        "court_code": COURT,
        "case_number": NUMBER,
        "requester": JUDGE,
        "decision": Decision.CONSENT,
        "reason": "因执行需要",
        "issued_at": CONSENTED.time,
        "not_after": NOW + timedelta(days=1),
    }
    claims = Claims(**known | changed)
    return Statement(claims, signer, bytes(32), claims.not_after)


def registered(kind, **changed):
    known = {
        "key": f"credentials/{kind}",
        "court_code": COURT,
        "officer_id": JUDGE,
        "digest": bytes([kind]) * 32,
        "first": date(2026, 1, 1),
        "last": date(2026, 12, 31),
    }
    return Credential(kind=kind, **known | changed)


WORK, ENFORCEMENT = CredentialKind.WORK_CARD, CredentialKind.ENFORCEMENT_CARD
DUTY = Duty(
    credentials=(registered(WORK), registered(ENFORCEMENT)),
    shown={WORK: bytes([WORK]) * 32, ENFORCEMENT: bytes([ENFORCEMENT]) * 32},
    channel=ChannelState.OPERATIONAL,
)


def question():
    """A question that is granted: the handling judge, both cards, an approval of exactly this request."""
    handler = case_pb2.Handler(officer_id=JUDGE, work_card_number="W-1", enforcement_card_number="E-1")
    context = case_pb2.CaseContext(
        court_code=COURT, case_number=NUMBER, handler=handler, channel=case_pb2.CHANNEL_PLATFORM
    )
    caller = Caller(
        officer_id=JUDGE,
        organisation=COURT,
        rank=Rank.JUDGE,
        permissions=frozenset({LOOKUP.policy.permission}),
        work_card="W-1",
        enforcement_card="E-1",
        certificate_sha256=bytes(32),
        expires_at=NOW + timedelta(hours=1),
    )
    approval = Approval(
        name=APPROVAL,
        method=LOOKUP.full_name,
        request_sha256=DIGEST,
        court_code=COURT,
        case_number=NUMBER,
        requester=JUDGE,
        requester_court=COURT,
        submitted_at=SUBMITTED.time,
        expires_at=NOW + timedelta(days=1),
        requirement=REQUIREMENT,
        timeline=(SUBMITTED, CONSENTED),
    )
    return Question(
        method=LOOKUP,
        caller=caller,
        message=identity_pb2.LookupHouseholdRequest(context=context),
        facts=rules.RequestFacts(LOOKUP, DIGEST, COURT, NUMBER, JUDGE, COURT),
        case=CaseStanding(handler=JUDGE, is_open=True, subjects_are_parties=True),
        named=APPROVAL,
        approval=ApprovalStanding(approval, (consent(),)),
        now=NOW,
        duty=DUTY,
    )


def caller(**changed):
    return lambda q: replace(q, caller=replace(q.caller, **changed))


def case(**changed):
    return lambda q: replace(q, case=replace(q.case, **changed))


def asked(**changed):
    def change(q):
        message = identity_pb2.LookupHouseholdRequest.FromString(q.message.SerializeToString())
        for name, value in changed.items():
            owner = message.context if name in {"court_code", "channel"} else message.context.handler
            setattr(owner, name, value)
        return replace(q, message=message)

    return change


def duty(**changed):
    return lambda q: replace(q, duty=replace(q.duty, **changed))


def having(**changed):
    """Changes the work card as it is registered."""
    return duty(credentials=(registered(WORK, **changed), registered(ENFORCEMENT)))


def on_paper(state):
    """The same request on paper, between a court and a department between which it stands so."""
    return lambda q: replace(asked(channel=case_pb2.CHANNEL_MANUAL)(duty(channel=state)(q)), carried=Carried.PAPER)


def of_approval(**changed):
    return lambda q: replace(q, approval=replace(q.approval, approval=replace(q.approval.approval, **changed)))


def followed_by(kind, *more):
    def change(q):
        approval = q.approval.approval
        for one in (kind, *more):
            approval = approval.followed_by(event(one, JUDGE, 10))
        return replace(q, approval=replace(q.approval, approval=approval))

    return change


def consents(*given):
    return lambda q: replace(q, approval=replace(q.approval, consents=given))


def needing(**changed):
    def change(q):
        policy = replace(LOOKUP.policy, approval=replace(REQUIREMENT, **changed))
        method = replace(LOOKUP, policy=policy)
        return replace(q, method=method, facts=replace(q.facts, method=method))

    return change


def refusal(asked_question):
    decision = decide(asked_question, Courts())
    assert isinstance(decision, Refusal)
    return decision.failure


STANDING = [
    pytest.param(caller(permissions=frozenset()), Reason.PERMISSION_MISSING, id="no-permission"),
    pytest.param(
        caller(permissions=frozenset({"identity.household.lookup.other", "identity", "approval.read"})),
        Reason.PERMISSION_MISSING,
        id="other-permissions",
    ),
    pytest.param(caller(organisation="京0105"), Reason.OUT_OF_JURISDICTION, id="caller-of-another-province"),
    pytest.param(asked(court_code="京0105"), Reason.OUT_OF_JURISDICTION, id="case-of-another-province"),
    pytest.param(lambda q: replace(q, message=None), Reason.NOT_HANDLING_JUDGE, id="a-stream-names-no-case"),
    pytest.param(asked(officer_id="GAN0102-J002"), Reason.NOT_HANDLING_JUDGE, id="names-another-as-handler"),
    pytest.param(asked(officer_id=""), Reason.NOT_HANDLING_JUDGE, id="names-no-handler"),
    pytest.param(asked(court_code="赣0103"), Reason.NOT_HANDLING_JUDGE, id="case-of-another-court"),
    pytest.param(lambda q: replace(q, case=None), Reason.NOT_HANDLING_JUDGE, id="no-such-case"),
    pytest.param(case(is_open=False), Reason.NOT_HANDLING_JUDGE, id="closed-case"),
    pytest.param(case(handler="GAN0102-J002"), Reason.NOT_HANDLING_JUDGE, id="case-of-another-judge"),
    pytest.param(case(handler=""), Reason.NOT_HANDLING_JUDGE, id="case-of-nobody"),
    pytest.param(asked(work_card_number=""), Reason.CREDENTIALS_REQUIRED, id="shows-no-work-card"),
    pytest.param(asked(enforcement_card_number=""), Reason.CREDENTIALS_REQUIRED, id="shows-no-enforcement-card"),
    pytest.param(asked(work_card_number="W-2"), Reason.CREDENTIALS_REQUIRED, id="shows-anothers-work-card"),
    pytest.param(asked(enforcement_card_number="E-2"), Reason.CREDENTIALS_REQUIRED, id="shows-anothers-enforcement"),
    pytest.param(caller(work_card=""), Reason.CREDENTIALS_REQUIRED, id="holds-no-work-card"),
    pytest.param(caller(enforcement_card=""), Reason.CREDENTIALS_REQUIRED, id="holds-no-enforcement-card"),
    pytest.param(lambda q: replace(q, duty=None), Reason.DIRECTORY_STALE, id="the-register-cannot-be-asked"),
    pytest.param(duty(credentials=()), Reason.CREDENTIALS_REQUIRED, id="no-card-is-registered"),
    pytest.param(duty(credentials=DUTY.credentials[:1]), Reason.CREDENTIALS_REQUIRED, id="only-the-work-card-is"),
    pytest.param(duty(credentials=DUTY.credentials[1:]), Reason.CREDENTIALS_REQUIRED, id="only-the-other-is"),
    pytest.param(duty(shown={}), Reason.CREDENTIALS_REQUIRED, id="no-number-is-compared"),
    pytest.param(having(digest=bytes(32)), Reason.CREDENTIALS_REQUIRED, id="another-number-is-registered"),
    pytest.param(having(court_code="赣0103"), Reason.CREDENTIALS_REQUIRED, id="card-of-a-former-court"),
    pytest.param(having(first=date(2026, 11, 25)), Reason.CREDENTIALS_REQUIRED, id="card-of-tomorrow"),
    pytest.param(having(last=date(2026, 11, 23)), Reason.CREDENTIALS_REQUIRED, id="card-expired-yesterday"),
    pytest.param(having(revoked_at=NOW), Reason.CREDENTIALS_REQUIRED, id="card-revoked-this-instant"),
    pytest.param(
        duty(channel=ChannelState.NOT_OPERATIONAL), Reason.CHANNEL_NOT_OPERATIONAL, id="the-exchange-does-not-run-there"
    ),
    pytest.param(asked(channel=case_pb2.CHANNEL_MANUAL), Reason.CHANNEL_OPERATIONAL, id="said-to-be-on-paper"),
    pytest.param(
        lambda q: replace(q, carried=Carried.PAPER), Reason.CHANNEL_OPERATIONAL, id="on-paper-and-not-said-to-be"
    ),
    pytest.param(on_paper(ChannelState.OPERATIONAL), Reason.CHANNEL_OPERATIONAL, id="on-paper-while-the-exchange-runs"),
    pytest.param(on_paper(None), Reason.CHANNEL_OPERATIONAL, id="on-paper-where-no-department-answers"),
    pytest.param(case(subjects_are_parties=False), Reason.SUBJECT_NOT_PARTY, id="subject-is-no-party"),
    pytest.param(
        case(subjects_are_parties=False, faults=(Violation("debtor.id_number", "it is none"),)),
        Reason.FIELDS_INVALID,
        id="subject's-number-is-none",
    ),
]
"""What is refused whatever was approved."""

APPROVAL_ROWS = [
    pytest.param(lambda q: replace(q, named="", approval=None), Reason.APPROVAL_REQUIRED, id="names-none"),
    pytest.param(lambda q: replace(q, named=""), Reason.APPROVAL_REQUIRED, id="has-one-and-names-none"),
    pytest.param(lambda q: replace(q, approval=None), Reason.APPROVAL_NOT_FOUND, id="no-such-approval"),
    pytest.param(of_approval(requester="GAN0102-J002"), Reason.APPROVAL_NOT_FOUND, id="anothers-approval"),
    pytest.param(of_approval(timeline=(SUBMITTED,)), Reason.APPROVAL_PENDING, id="pending"),
    pytest.param(
        of_approval(requirement=replace(REQUIREMENT, count=2)), Reason.APPROVAL_PENDING, id="one-consent-of-two"
    ),
    pytest.param(
        of_approval(timeline=(SUBMITTED, event(Kind.REJECTED, CHIEF, 30))), Reason.APPROVAL_REJECTED, id="rejected"
    ),
    pytest.param(followed_by(Kind.WITHDRAWN), Reason.APPROVAL_WITHDRAWN, id="withdrawn"),
    pytest.param(of_approval(expires_at=NOW), Reason.APPROVAL_EXPIRED, id="expired-this-instant"),
    pytest.param(
        of_approval(timeline=(SUBMITTED,), expires_at=NOW), Reason.APPROVAL_EXPIRED, id="expired-while-pending"
    ),
    pytest.param(followed_by(Kind.REVOKED), Reason.APPROVAL_REVOKED, id="revoked"),
    pytest.param(followed_by(Kind.USED, Kind.REVOKED), Reason.APPROVAL_REVOKED, id="revoked-after-a-use"),
    pytest.param(of_approval(method=READ.full_name), Reason.APPROVAL_METHOD_MISMATCH, id="of-another-method"),
    pytest.param(of_approval(court_code="赣0103"), Reason.APPROVAL_CASE_MISMATCH, id="of-another-court's-case"),
    pytest.param(of_approval(case_number="（2026）赣0102执2号"), Reason.APPROVAL_CASE_MISMATCH, id="of-another-case"),
    pytest.param(of_approval(request_sha256=bytes(32)), Reason.APPROVAL_REQUEST_MISMATCH, id="of-other-bytes"),
]
"""What is refused for the approval's sake."""

CONSENT_ROWS = [
    pytest.param(consents(), Reason.APPROVALS_INSUFFICIENT, id="no-consent-verifies"),
    pytest.param(needing(count=2), Reason.APPROVALS_INSUFFICIENT, id="one-of-two"),
    pytest.param(
        lambda q: needing(count=2)(consents(consent(), consent(reason="again"))(q)),
        Reason.APPROVALS_INSUFFICIENT,
        id="the-same-approver-twice",
    ),
    pytest.param(consents(consent(decision=Decision.REJECT)), Reason.STATEMENT_INVALID, id="a-refusal"),
    pytest.param(consents(consent(decision=Decision.REVOKE)), Reason.STATEMENT_INVALID, id="a-revocation"),
    pytest.param(consents(consent(approval="approvals/x")), Reason.STATEMENT_INVALID, id="to-another-approval"),
    pytest.param(consents(consent(requester="GAN0102-J002")), Reason.STATEMENT_INVALID, id="to-another-requester"),
    pytest.param(consents(consent(method=READ.full_name)), Reason.APPROVAL_METHOD_MISMATCH, id="to-another-method"),
    pytest.param(consents(consent(case_number="")), Reason.APPROVAL_CASE_MISMATCH, id="to-no-case"),
    pytest.param(consents(consent(court_code="赣0103")), Reason.APPROVAL_CASE_MISMATCH, id="to-another-court's-case"),
    pytest.param(consents(consent(request_sha256=bytes(32))), Reason.APPROVAL_REQUEST_MISMATCH, id="to-other-bytes"),
    pytest.param(consents(consent(not_after=NOW)), Reason.APPROVAL_EXPIRED, id="over-this-instant"),
    pytest.param(
        consents(consent(Signer(JUDGE, COURT, Rank.PRESIDENT))), Reason.APPROVER_IS_REQUESTER, id="the-requester's-own"
    ),
    pytest.param(
        consents(consent(Signer(CHIEF, COURT, Rank.JUDGE))), Reason.APPROVER_NOT_ENTITLED, id="of-too-low-a-rank"
    ),
    pytest.param(
        consents(consent(Signer("GAN0103-C001", "赣0103", Rank.PRESIDENT))),
        Reason.APPROVER_NOT_ENTITLED,
        id="of-a-neighbour's-court",
    ),
    pytest.param(
        consents(consent(Signer("JING-P001", "京01", Rank.PRESIDENT))),
        Reason.APPROVER_NOT_ENTITLED,
        id="of-another-province",
    ),
    pytest.param(
        needing(min_court_level=policy_pb2.COURT_LEVEL_INTERMEDIATE),
        Reason.APPROVER_NOT_ENTITLED,
        id="of-too-low-a-court",
    ),
    pytest.param(
        consents(consent(), consent(Signer(CHIEF, COURT, Rank.JUDGE))),
        Reason.APPROVER_NOT_ENTITLED,
        id="a-good-one-does-not-excuse-a-bad-one",
    ),
]
"""What is refused for the sake of the consents that the approval rests on."""


def test_the_right_call_is_granted_now():
    asked_question = question()
    assert decide(asked_question, Courts()) == Grant(
        approval=asked_question.approval.approval, consents=(consent(),), accepted_at=NOW, replay=False
    )


@pytest.mark.parametrize(
    "granted",
    [
        duty(channel=ChannelState.OUTAGE),
        duty(channel=None),
        having(last=NOW.date()),
        having(first=NOW.date()),
        having(revoked_at=NOW + timedelta(microseconds=1)),
        duty(credentials=(registered(WORK, key="former", last=date(2026, 6, 30)), *DUTY.credentials)),
        on_paper(ChannelState.OUTAGE),
        on_paper(ChannelState.NOT_OPERATIONAL),
    ],
)
def test_a_call_is_granted_while_the_pair_holds_and_the_channel_carries_it(granted):
    assert isinstance(decide(granted(question()), Courts()), Grant)


def test_a_refusal_names_the_card_and_why_and_no_number():
    failure = refusal(having(revoked_at=NOW)(question()))
    assert failure.message == "The work card is revoked."
    assert "not registered" in refusal(duty(credentials=DUTY.credentials[:1])(question())).message


def test_a_stale_register_says_when_to_ask_again():
    assert refusal(replace(question(), duty=None)).retry_after == timedelta(seconds=1)


@pytest.mark.parametrize(("wrong", "reason"), [*STANDING, *APPROVAL_ROWS, *CONSENT_ROWS])
def test_one_wrong_thing_is_enough_for_a_refusal(wrong, reason):
    assert refusal(wrong(question())).reason is reason


@pytest.mark.parametrize(("wrong", "reason"), STANDING)
def test_a_submission_is_held_to_the_same_standing(wrong, reason):
    with pytest.raises(XiezhiError) as caught:
        require_standing(wrong(replace(question(), named="", approval=None)), Courts())
    assert caught.value.reason is reason


def test_a_submission_of_the_right_call_passes_without_an_approval():
    require_standing(replace(question(), named="", approval=None), Courts())


def test_permission_is_decided_before_existence_and_each_rule_in_its_turn():
    """Mends one thing after another in a call that is wrong in everything: what comes first hides what comes later."""
    wrongs = [
        (caller(permissions=frozenset()), Reason.PERMISSION_MISSING),
        (caller(organisation="京0105"), Reason.OUT_OF_JURISDICTION),
        (asked(officer_id="GAN0102-J002"), Reason.NOT_HANDLING_JUDGE),
        (asked(work_card_number=""), Reason.CREDENTIALS_REQUIRED),
        (duty(credentials=()), Reason.CREDENTIALS_REQUIRED),
        (duty(channel=ChannelState.NOT_OPERATIONAL), Reason.CHANNEL_NOT_OPERATIONAL),
        (lambda q: replace(q, case=None), Reason.NOT_HANDLING_JUDGE),
        (lambda q: q if q.case is None else case(subjects_are_parties=False)(q), Reason.SUBJECT_NOT_PARTY),
        (lambda q: replace(q, approval=None), Reason.APPROVAL_NOT_FOUND),
    ]
    for mended in range(len(wrongs)):
        asked_question = question()
        for wrong, _ in wrongs[mended:]:
            asked_question = wrong(asked_question)
        assert refusal(asked_question).reason is wrongs[mended][1]


@pytest.mark.parametrize(
    "hidden",
    [
        lambda q: replace(q, case=None),
        case(handler="GAN0102-J002"),
        case(is_open=False),
        lambda q: replace(q, approval=None),
        of_approval(requester="GAN0102-J002"),
    ],
)
def test_who_lacks_the_permission_does_not_learn_what_exists(hidden):
    bare = caller(permissions=frozenset())
    there, not_there = refusal(bare(question())), refusal(bare(hidden(question())))
    assert (not_there.reason, not_there.message) == (there.reason, there.message)


@pytest.mark.parametrize(
    "cases", [(lambda q: replace(q, case=None), case(handler="GAN0102-J002")), (case(is_open=False), case(handler=""))]
)
def test_who_does_not_handle_a_case_does_not_learn_whether_there_is_one(cases):
    one, other = (refusal(change(question())) for change in cases)
    assert (one.reason, one.message) == (other.reason, other.message)


def test_anothers_approval_is_refused_as_one_that_is_not_there():
    anothers = refusal(of_approval(requester="GAN0102-J002", timeline=(SUBMITTED,))(question()))
    missing = refusal(replace(question(), approval=None))
    assert (anothers.reason, anothers.message) == (missing.reason, missing.message)


@pytest.mark.parametrize("state", [Kind.WITHDRAWN, Kind.REVOKED])
def test_a_refusal_for_its_state_names_the_approval(state):
    assert refusal(followed_by(state)(question())).resource == APPROVAL


def test_another_request_is_refused_whatever_became_of_the_approval():
    spent = followed_by(Kind.SPENT)(question())
    assert refusal(of_approval(request_sha256=bytes(32))(spent)).reason is Reason.APPROVAL_REQUEST_MISMATCH


def test_a_spent_approval_gets_the_stored_answer_of_its_first_use():
    spent = followed_by(Kind.SPENT)(question())
    decision = decide(spent, Courts())
    assert isinstance(decision, Grant)
    assert decision.replay
    assert decision.accepted_at == NOW - timedelta(minutes=10)


def test_a_spent_approval_is_replayed_past_its_own_end_but_not_past_its_consents():
    spent = of_approval(expires_at=NOW)(followed_by(Kind.SPENT)(question()))
    assert decide(spent, Courts()).replay
    assert refusal(consents()(spent)).reason is Reason.APPROVALS_INSUFFICIENT


def test_a_repeated_lookup_is_as_of_its_first_use():
    used = followed_by(Kind.USED, Kind.USED)(question())
    decision = decide(used, Courts())
    assert isinstance(decision, Grant)
    assert (decision.accepted_at, decision.replay) == (NOW - timedelta(minutes=10), False)


def test_a_second_approver_makes_two():
    second = consent(Signer("GAN01-P001", "赣01", Rank.PRESIDENT))
    assert isinstance(decide(needing(count=2)(consents(consent(), second)(question())), Courts()), Grant)


def test_a_method_that_needs_no_approval_ignores_one_that_is_named():
    reading = replace(
        question(),
        method=READ,
        message=approval_pb2.GetApprovalRequest(name=APPROVAL),
        facts=rules.RequestFacts(READ, DIGEST, "", "", JUDGE, COURT),
        case=None,
        approval=None,
    )
    permitted = caller(permissions=frozenset({READ.policy.permission}))(reading)
    assert decide(permitted, Courts()) == Grant(approval=None, consents=(), accepted_at=NOW)
    assert refusal(reading).reason is Reason.PERMISSION_MISSING
