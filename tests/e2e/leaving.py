"""Plays stories in a suite of their own, refusals of all kinds among them, and gathers every byte that they leave."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from services.synthetic import Province
from services.synthetic.catalogue import ONE_HOUSEHOLD
from tests.e2e.crossing import cross
from tests.e2e.exits import Exits
from tests.e2e.lines import Refused
from tests.e2e.passing import Control, control
from tests.e2e.players import APPROVALS, BATCH, CASES, LEDGER, LOOKUP, REGISTRAR, SECOND_CHIEF, Players
from tests.e2e.running import PEOPLE, running
from tests.e2e.sweeping import Secret, read_files
from tests.e2e.vehicles import Vehicles
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.suite import PROCESSES
from xiezhi.client import Review
from xiezhi.errors import Reason, XiezhiError
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.statement import Decision

REASONS = ("申请人举报其转移财产去向", "The debtor's neighbour Mrs Testova saw the moving van.")
"""What people write as reasons is personal too."""
STRANGER = "36990119800115002X"


@dataclass(repr=False)
class Left:
    """What a story left behind.

    Attributes:
        answers: What the judge was told.
        control: What was told and asked of vehicles.
        crossing: What was told and asked of people who are restricted, and of travellers.
        places: Files, pages of metrics and errors, by name.
        personal: What must be nowhere.
        official: What must not be where operators and callers see it.
    """

    answers: bytes = b""
    control: Control = field(default_factory=Control)
    crossing: Control = field(default_factory=Control)
    places: dict[str, bytes] = field(default_factory=dict)
    personal: list[Secret] = field(default_factory=list)
    official: list[Secret] = field(default_factory=list)


def leave(home: Home) -> Left:
    """Plays the stories and all kinds of refusals, and gathers what is left when the suite has stopped.

    Args:
        home: A seeded data folder in which nothing runs.
    """
    found = Left()
    with running(home) as suite:
        players = Players(home)
        found.answers = _play(players)
        found.control = control(Vehicles(players))
        found.crossing = cross(Exits(players))
        _provoke(players)
        _talk_nonsense(players)
        players.book.read()
        found.places["ledger entries"] = b"\n".join(players.book.raw)
        found.places["errors"] = b"\n".join(map(_tell, players.refusals)) + _library_errors(players)
        for name in PROCESSES:
            found.places[f"metrics of {name}"] = suite.metrics(name).encode()
        found.places |= {
            f"{name} while it runs": raw for name, raw in read_files(home.data, without=home.keys.folder).items()
        }
        players.close()
    found.places |= read_files(home.root, without=home.keys.folder)
    found.personal = [*_people(), *_officers(players), *(Secret.text("reason", reason) for reason in REASONS)]
    found.official = _official(players)
    return found


def _play(players: Players) -> bytes:
    """Plays the story: one debtor and a list of debtors are looked up, under reasons that nobody else may read."""
    request = players.question()
    name = players.submit(request, why=REASONS[0])
    claims = Review.of(_approval(players, name)).claims(Decision.CONSENT, reason=REASONS[1], now=datetime.now(UTC))
    players.call(players.cast.approver, *players.step(name, players.sign(claims)))
    answer = players.call(players.cast.judge, LOOKUP, request, approval=name).messages[0]
    others = [
        players.question(name=who, number=number)
        for who, number in zip(("林守拙", "周一鸣"), ONE_HOUSEHOLD, strict=True)
    ]
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=others[0].context, debtors=[other.debtor for other in others], categories=others[0].categories
    )
    batch.context.case_number = "（2018）赣0102执1236号"
    approval = players.approved(batch, method=BATCH)
    answers = players.call(players.cast.judge, BATCH, batch, approval=approval).messages
    return b"".join((answer, *answers))


def _approval(players: Players, name: str) -> approval_pb2.Approval:
    asked = approval_pb2.GetApprovalRequest(name=name)
    answer = players.call(players.cast.approver, f"{APPROVALS}GetApproval", asked)
    return approval_pb2.GetApprovalResponse.FromString(answer.payload).approval


def _provoke(players: Players) -> None:
    """Provokes refusals and endings of every part, with everything personal in the requests."""
    judge, colleague, chief = players.cast.judge, players.cast.colleague, players.cast.approver
    request = players.question()
    players.refuse(Reason.APPROVAL_REQUIRED, judge, LOOKUP, request)
    players.refuse(Reason.NOT_HANDLING_JUDGE, colleague, LOOKUP, players.question(colleague))
    players.refuse(Reason.SUBJECT_NOT_PARTY, judge, LOOKUP, players.question(number=STRANGER))
    players.refuse(Reason.FIELDS_INVALID, judge, LOOKUP, players.question(number=STRANGER[:-1] + "1"))
    players.refuse(Reason.TOKEN_MISSING, judge, LOOKUP, request, metadata=())
    players.refuse(Reason.CALLER_NOT_ALLOWED, judge, LOOKUP, request, line=players.line("courts", to="identity"))
    for decision in (Decision.REJECT, Decision.REVOKE):
        name = players.submit(request, why=REASONS[0])
        if decision is Decision.REVOKE:
            players.decide(name, officer=SECOND_CHIEF)
        players.decide(name, decision)
        ended = Reason.APPROVAL_REJECTED if decision is Decision.REJECT else Reason.APPROVAL_REVOKED
        players.refuse(ended, judge, LOOKUP, request, approval=name)
    name = players.submit(request, why=REASONS[1])
    withdrawal = approval_pb2.WithdrawApprovalRequest(request_id=str(uuid.uuid4()), name=name, reason=REASONS[1])
    players.call(judge, f"{APPROVALS}WithdrawApproval", withdrawal)
    players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(name, f"{players.cast.debtor_number}.b.c"))
    mismatch = players.question(name="林晚晴")
    assert not players.look(mismatch, players.approved(mismatch)).HasField("household")
    case = players.register(players.cast.debtor_number, STRANGER)
    players.refuse(Reason.CASE_EXISTS, REGISTRAR, f"{CASES}RegisterCase", players.registration(case, STRANGER))


def _talk_nonsense(players: Players) -> None:
    """Puts a number where no number belongs, in everything that a caller can fill in."""
    judge, number = players.cast.judge, players.cast.debtor_number
    request = players.question()
    players.refuse(Reason.APPROVAL_NOT_FOUND, judge, LOOKUP, request, approval=number)
    players.refuse(Reason.METHOD_UNKNOWN, judge, f"/{number}/{number}", b"x", known=False)
    players.refuse(Reason.METHOD_UNKNOWN, judge, f"/xiezhi.identity.v1.IdentityService/X{number}", b"x", known=False)
    submission = players.submission(request, method=f"/{number}/X{number}")
    players.refuse(Reason.METHOD_UNKNOWN, judge, f"{APPROVALS}SubmitApproval", submission)
    players.refuse(Reason.TOKEN_INVALID, judge, LOOKUP, request, metadata=(("authorization", f"Bearer {number}"),))
    listing = approval_pb2.ListApprovalsRequest(page_token=number)
    players.refuse(Reason.PAGE_TOKEN_INVALID, judge, f"{APPROVALS}ListApprovals", listing)
    asked = approval_pb2.GetApprovalRequest(name=f"approvals/{number}")
    players.refuse(Reason.FIELDS_INVALID, judge, f"{APPROVALS}GetApproval", asked)
    for field_name, value in (("case_number", f"（2018）赣0102执{number}号"), ("request_id", number)):
        wrong = players.question()
        setattr(wrong.context, field_name, value)
        players.refuse(Reason.FIELDS_INVALID, judge, LOOKUP, wrong)
    wrong = players.question()
    wrong.context.court_code = number[:16]
    players.refuse(Reason.FIELDS_INVALID, judge, LOOKUP, wrong)
    wrong = players.question()
    wrong.context.handler.officer_id = number
    players.refuse(Reason.NOT_HANDLING_JUDGE, judge, LOOKUP, wrong)
    sent = (players.token(judge), ("x-request-id", number), ("user-agent", number), ("tracestate", f"who={number}"))
    players.refuse(Reason.APPROVAL_REQUIRED, judge, LOOKUP, request, metadata=sent)
    case = casefile_pb2.GetCaseRequest(court_code="赣0102", case_number=f"（2018）赣0102执{number}号")
    players.refuse(Reason.NOT_FOUND, REGISTRAR, f"{CASES}GetCase", case)
    leaf = ledger_pb2.GetInclusionProofRequest(leaf_hash=number.encode().ljust(32, b"0"))
    players.refuse(Reason.NOT_FOUND, players.cast.auditor, f"{LEDGER}GetInclusionProof", leaf)


def _tell(refused: Refused) -> bytes:
    """Writes all that a caller is told of a refusal."""
    trailing = [part.encode() if isinstance(part, str) else part for pair in refused.trailing for part in pair]
    return b"\n".join((refused.text.encode(), *trailing, repr(refused.error).encode(), str(refused.error).encode()))


def _library_errors(players: Players) -> bytes:
    """Writes what the client library says of refusals."""
    client = players.client(players.cast.judge)
    told = b""
    for request in (players.question(), players.question(number=STRANGER), players.question(name="")):
        with pytest.raises(XiezhiError) as caught:
            client.submit(LOOKUP, request, reason=REASONS[0], request_id=str(uuid.uuid4())[:8])
        told += repr((caught.value, caught.value.violations, str(caught.value), caught.value.next_step)).encode()
    return told


def _people() -> Iterator[Secret]:
    """Yields everything on file of the people of the story."""
    group = next(Province(2018).groups(PEOPLE))
    known = {1, 2}
    images = dict(Province(2018).photos())
    for household in group.households:
        if household.household_id in known:
            yield Secret.text("household number", household.number)
            yield Secret.text("address", household.address)
    for record in group.people:
        if not known & {membership.household_id for membership in record.memberships}:
            continue
        yield Secret.text("name", record.person.name)
        for number in record.person.numbers:
            yield Secret.text("id number", number)
            yield Secret.text("id number without its check character", number[:17])
            yield Secret.text("birth and sequence", number[6:17])
        if record.person.birth_date:
            yield Secret.text("birth date", record.person.birth_date.isoformat())
        for document in record.documents:
            yield Secret.text("document number", document.number)
        photo = images.get(record.person.photo_sha256)
        if photo is not None:
            yield Secret.picture("photo", photo.jpeg)


def _officers(players: Players) -> Iterator[Secret]:
    for officer_id in (players.cast.judge, players.cast.colleague, players.cast.approver, SECOND_CHIEF, REGISTRAR):
        officer = players.home.keys.officers.get(officer_id)
        for kind in ("name", "phone", "work_card", "enforcement_card"):
            yield Secret.text(f"{kind} of an officer", getattr(officer, kind))


def _official(players: Players) -> list[Secret]:
    cast = players.cast
    ids = (cast.judge, cast.colleague, cast.approver, SECOND_CHIEF, REGISTRAR, cast.auditor)
    cases = (cast.case, cast.other_case, "赣0102执")
    return [*(Secret.text("officer id", one) for one in ids), *(Secret.text("case number", one) for one in cases)]
