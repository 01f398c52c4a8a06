"""Who is refused at the gateway: callers, tokens, certificates, courts and cases; each told and recorded.

`Players.refuse` holds every refusal to its reason, code, next step and trace, and to its entry in the ledger.
"""

from __future__ import annotations

import dataclasses
import uuid
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.e2e.lines import Line, Refused
from tests.e2e.players import APPROVALS, BATCH, CASES, CLERK, COURT, LEDGER, LOOKUP, REGISTRAR, Players
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning
from xiezhi.pki.files import read_certificate
from xiezhi.pki.tokens import TokenRequest

HEAD = ledger_pb2.GetTreeHeadRequest()
ELSEWHERE = "粤01"


def _mint(players: Players, officer: str, **changes: str) -> tuple[str, str]:
    """Signs a token that says something else of an officer than is so, as an identity provider could."""
    keys = players.home.keys
    real = keys.officers.get(officer)
    request = TokenRequest(read_certificate(keys.tls(real.system).certificate))
    told = dataclasses.replace(real, **changes)
    return ("authorization", f"Bearer {keys.tokens(real.agency).mint(told, request, now=datetime.now(UTC))}")


def test_without_a_token(players: Players) -> None:
    judge = players.cast.judge
    players.refuse(Reason.TOKEN_MISSING, judge, LOOKUP, players.question(), metadata=())
    basic = (("authorization", "Basic Z2VuZXJhbDpzZWNyZXQ="),)
    players.refuse(Reason.TOKEN_MISSING, judge, LOOKUP, players.question(), metadata=basic)


def test_with_a_token_whose_time_is_over_or_has_not_begun(players: Players) -> None:
    for off in (timedelta(hours=-2), timedelta(hours=2)):
        token = players.token(players.cast.judge, now=datetime.now(UTC) + off)
        players.refuse(Reason.TOKEN_EXPIRED, players.cast.judge, LOOKUP, players.question(), metadata=(token,))


def test_with_a_token_that_is_bound_to_another_certificate(players: Players) -> None:
    token = players.token(players.cast.judge, system="audit")
    players.refuse(Reason.TOKEN_INVALID, players.cast.judge, LOOKUP, players.question(), metadata=(token,))


def test_with_a_token_that_was_changed_or_is_none(players: Players) -> None:
    header, payload, signature = players.token(players.cast.judge)[1].split(".")
    for forged in (f"{header}.{payload}.{signature[::-1]}", f"{header}.{payload}.", "Bearer ", "Bearer a.b.c"):
        sent = (("authorization", forged),)
        players.refuse(Reason.TOKEN_INVALID, players.cast.judge, LOOKUP, players.question(), metadata=sent)


def test_with_a_token_of_a_provider_that_does_not_speak_for_the_court(players: Players) -> None:
    police = players.home.keys.tokens("police")
    real = players.home.keys.officers.get(players.cast.judge)
    request = TokenRequest(read_certificate(players.home.keys.tls("courts").certificate))
    token = ("authorization", f"Bearer {police.mint(real, request, now=datetime.now(UTC))}")
    players.refuse(Reason.TOKEN_INVALID, real.officer_id, LOOKUP, players.question(), metadata=(token,))


def test_under_the_certificate_of_a_process_instead_of_a_system(players: Players) -> None:
    line = players.line("identity")
    players.refuse(Reason.CERTIFICATE_UNKNOWN, players.cast.judge, LOOKUP, players.question(), line=line)


@pytest.mark.clause("R-5.1")
def test_under_a_certificate_of_another_authority_no_call_arrives(players: Players, tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        InsecureDevelopmentKeys(tmp_path).create(now=datetime.now(UTC))
    line = Line(players.home, system="courts", keys=tmp_path)
    with pytest.raises(Refused) as caught:
        players.call(players.cast.judge, LOOKUP, players.question(), line=line)
    line.close()
    assert (caught.value.code, caught.value.reason) == ("UNAVAILABLE", Reason.BACKEND_UNAVAILABLE)
    assert not caught.value.details
    # The handshake is refused before there is a call: there is nothing that could be recorded.
    assert not players.book.of_trace(caught.value.trace)


def test_past_the_gateway(players: Players) -> None:
    for process, method in (("identity", LOOKUP), ("ledger", f"{LEDGER}GetTreeHead"), ("ledger", f"{LEDGER}Append")):
        line = players.line("courts", to=process)
        players.refuse(Reason.CALLER_NOT_ALLOWED, players.cast.judge, method, players.question(), line=line)


def test_without_the_permission(players: Players) -> None:
    none = (players.token(players.cast.judge, permissions=("case.read",)),)
    players.refuse(Reason.PERMISSION_MISSING, players.cast.judge, LOOKUP, players.question(), metadata=none)
    players.refuse(Reason.PERMISSION_MISSING, players.cast.judge, BATCH, b"", metadata=none)
    submission = players.submission(players.question())
    players.refuse(Reason.PERMISSION_MISSING, CLERK, f"{APPROVALS}SubmitApproval", submission)
    players.refuse(Reason.PERMISSION_MISSING, players.cast.judge, f"{LEDGER}ListEntries", HEAD)


@pytest.mark.clause("R-5.4")
def test_for_a_court_outside_of_jiangxi(players: Players) -> None:
    question = players.question()
    question.context.court_code = ELSEWHERE
    players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, question)
    question.context.case_number = f"（2018）{ELSEWHERE}执1号"
    players.refuse(Reason.OUT_OF_JURISDICTION, players.cast.judge, LOOKUP, question)
    submission = players.submission(question)
    players.refuse(Reason.OUT_OF_JURISDICTION, players.cast.judge, f"{APPROVALS}SubmitApproval", submission)


@pytest.mark.clause("R-5.4")
def test_as_an_officer_of_a_court_that_does_not_exist(players: Players) -> None:
    token = (_mint(players, players.cast.judge, organisation="赣9999"),)
    players.refuse(Reason.OUT_OF_JURISDICTION, players.cast.judge, LOOKUP, players.question(), metadata=token)


def test_a_registrar_has_no_say_in_other_courts(players: Players) -> None:
    registration = players.registration("（2020）赣0702执1号", court="赣0702")
    players.refuse(Reason.OUT_OF_JURISDICTION, REGISTRAR, f"{CASES}RegisterCase", registration)


@pytest.mark.clause("R-4.5")
@pytest.mark.parametrize("card", ["work_card_number", "enforcement_card_number"])
def test_with_a_card_that_is_not_the_callers(players: Players, card: str) -> None:
    question = players.question()
    setattr(question.context.handler, card, "GZZ0000")
    players.refuse(Reason.CREDENTIALS_REQUIRED, players.cast.judge, LOOKUP, question)


@pytest.mark.clause("R-4.5")
def test_with_a_token_that_names_no_enforcement_card(players: Players) -> None:
    token = (_mint(players, players.cast.judge, enforcement_card=""),)
    players.refuse(Reason.CREDENTIALS_REQUIRED, players.cast.judge, LOOKUP, players.question(), metadata=token)


@pytest.mark.clause("R-1.7")
def test_about_somebody_who_is_not_a_party(players: Players) -> None:
    case = players.register()
    players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", players.submission(players.question(case=case)))
    other = players.question(case=case, number="36990119800115002X")
    players.refuse(Reason.SUBJECT_NOT_PARTY, players.cast.judge, LOOKUP, other)
    players.refuse(
        Reason.SUBJECT_NOT_PARTY, players.cast.judge, f"{APPROVALS}SubmitApproval", players.submission(other)
    )


def test_a_list_with_one_who_is_not_a_party(players: Players) -> None:
    one, other = players.question(), players.question(number="36990119800115002X")
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=one.context, debtors=[one.debtor, other.debtor], categories=one.categories
    )
    players.refuse(Reason.SUBJECT_NOT_PARTY, players.cast.judge, BATCH, batch)


@pytest.mark.clause("R-5.2")
def test_a_former_judge_loses_a_case_at_once_and_the_new_one_has_it(players: Players) -> None:
    former, new = players.cast.judge, players.cast.colleague
    case = players.register()
    request = players.question(case=case)
    approval = players.approved(request)
    assert players.look(request, approval).household.members
    players.reassign(case, new)
    players.refuse(Reason.NOT_HANDLING_JUDGE, former, LOOKUP, request, approval=approval)
    own = players.question(new, case=case)
    players.refuse(Reason.APPROVAL_NOT_FOUND, new, LOOKUP, own, approval=approval)
    assert players.look(own, players.approved(own, officer=new), officer=new).household.members
    players.reassign(case, former)
    assert players.look(request, approval).household.members
    players.refuse(Reason.NOT_HANDLING_JUDGE, new, LOOKUP, own)


@pytest.mark.clause("R-5.2")
def test_a_closed_case_answers_nothing_more(players: Players) -> None:
    case = players.register()
    request = players.question(case=case)
    approval = players.approved(request)
    players.close_case(case)
    players.refuse(Reason.NOT_HANDLING_JUDGE, players.cast.judge, LOOKUP, request, approval=approval)
    closed = casefile_pb2.ReassignCaseRequest(
        request_id=str(uuid.uuid4()), court_code=COURT, case_number=case, handler=players.cast.colleague
    )
    players.refuse(Reason.CASE_CLOSED, REGISTRAR, f"{CASES}ReassignCase", closed)


def test_a_case_registered_already_with_other_content(players: Players) -> None:
    case = players.register()
    again = players.registration(case, handler=players.cast.colleague)
    players.refuse(Reason.CASE_EXISTS, REGISTRAR, f"{CASES}RegisterCase", again)


def test_a_request_id_used_again_for_something_else(players: Players) -> None:
    first, second = players.register(), players.register()
    asked = casefile_pb2.CloseCaseRequest(request_id=str(uuid.uuid4()), court_code=COURT, case_number=first)
    players.call(REGISTRAR, f"{CASES}CloseCase", asked)
    asked.case_number = second
    players.refuse(Reason.REQUEST_ID_REUSED, REGISTRAR, f"{CASES}CloseCase", asked)
    submission = players.submission(players.question())
    players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", submission)
    submission.reason = "Something else."
    players.refuse(Reason.REQUEST_ID_REUSED, players.cast.judge, f"{APPROVALS}SubmitApproval", submission)


def test_what_is_not_there(players: Players) -> None:
    case = casefile_pb2.GetCaseRequest(court_code=COURT, case_number=f"（2020）{COURT}执1号")
    players.refuse(Reason.NOT_FOUND, REGISTRAR, f"{CASES}GetCase", case)
    leaf = ledger_pb2.GetInclusionProofRequest(leaf_hash=bytes(32))
    players.refuse(Reason.NOT_FOUND, players.cast.auditor, f"{LEDGER}GetInclusionProof", leaf)


def test_past_the_end_of_the_log(players: Players) -> None:
    auditor, far = players.cast.auditor, 1 << 40
    for name, request in (
        ("GetInclusionProof", ledger_pb2.GetInclusionProofRequest(leaf_index=far)),
        ("GetConsistencyProof", ledger_pb2.GetConsistencyProofRequest(from_tree_size=far)),
        ("ListEntries", ledger_pb2.ListEntriesRequest(start_index=far)),
    ):
        players.refuse(Reason.LEDGER_RANGE, auditor, f"{LEDGER}{name}", request)


def test_what_an_agency_may_not_call(players: Players) -> None:
    judge = players.cast.judge
    unknown = ("/xiezhi.identity.v1.IdentityService/LookupEverybody", "/nobody.v1.Service/Method", f"{LEDGER}Append")
    for method in unknown:
        players.refuse(Reason.METHOD_UNKNOWN, judge, method, b"anything", known=False)
    for method in (*unknown, "/xiezhi.identity.v1.IdentityService/Lookup_Household"):
        submission = players.submission(players.question(), method=method)
        players.refuse(Reason.METHOD_UNKNOWN, judge, f"{APPROVALS}SubmitApproval", submission)


def test_what_needs_no_approval(players: Players) -> None:
    submission = approval_pb2.SubmitApprovalRequest(
        request_id=str(uuid.uuid4()), method=f"{LEDGER}GetTreeHead", request=b"\x08\x01", reason="Because."
    )
    players.refuse(Reason.APPROVAL_NOT_NEEDED, players.cast.judge, f"{APPROVALS}SubmitApproval", submission)
