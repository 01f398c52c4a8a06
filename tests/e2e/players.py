"""Who acts in the tests: officers with their tokens and certificates, what they ask, and what an auditor reads."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from google.protobuf.message import Message

from tests.e2e.lines import Answer, Line, Metadata, Refused
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.cli.home import Home
from xiezhi.cli.household import EVERY_CATEGORY, Category, HouseholdQuestion, build_request
from xiezhi.cli.output import Output
from xiezhi.cli.scenario import load_cast
from xiezhi.cli.session import Session
from xiezhi.client import Client, Review, Trace
from xiezhi.client.calls import encode
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import CLASS_OF, NEXT_STEPS, Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.statement import Claims, Decision, sign_statement

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
BATCH = "/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds"
APPROVALS = "/xiezhi.approval.v1.ApprovalService/"
CASES = "/xiezhi.casefile.v1.CaseRegistryService/"
LEDGER = "/xiezhi.ledger.v1.LedgerService/"
LEASE = "/xiezhi.vehicle.v1.VehicleCheckService/LeaseCheckKey"
BORDER_LEASE = "/xiezhi.exit_restriction.v1.BorderCheckService/LeaseBorderKey"

COURT, REGISTRAR, CLERK = "赣0102", "GAN0102-R001", "GAN0102-S001"
SECOND_CHIEF, OTHER_CHIEF, PRESIDENT = "GAN0102-C002", "GAN0702-C001", "GAN0102-P001"
WHY = "Needed to enforce the judgment."

_STEPS = {Decision.CONSENT: "ApproveApproval", Decision.REJECT: "RejectApproval", Decision.REVOKE: "RevokeApproval"}
_SERIALS = itertools.count(500_000)


class Players:
    """Everybody who calls one suite.

    Attributes:
        home: Data folder of the suite.
        cast: People and cases of the scenario.
        refusals: Every refusal that `refuse` saw.
    """

    def __init__(self, home: Home) -> None:
        self.home = home
        self.cast = load_cast()
        self.refusals: list[Refused] = []
        self._lines: dict[tuple[str, str], Line] = {}
        self._clients: dict[str, Client] = {}
        self.book = Book(self)

    def close(self) -> None:
        """Closes all connections."""
        for opened in (*self._lines.values(), *self._clients.values()):
            opened.close()
        self._lines.clear()
        self._clients.clear()

    def now(self) -> datetime:
        """Returns the present instant as the suite has it, UTC."""
        return self.session(self.cast.judge).now()

    def session(self, officer: str) -> Session:
        """Returns an officer's session of the command line."""
        return Session(self.home, Output(as_json=True), officer_id=officer, gateway=self.home.address("gateway"))

    def client(self, officer: str) -> Client:
        """Returns an officer's client, with everything that the library does."""
        if officer not in self._clients:
            self._clients[officer] = self.session(officer).connect()
        return self._clients[officer]

    def line(self, system: str, *, to: str = "gateway") -> Line:
        """Returns a raw connection under a system's certificate."""
        if (system, to) not in self._lines:
            self._lines[system, to] = Line(self.home, system=system, to=to)
        return self._lines[system, to]

    def token(self, officer: str, **changes: Any) -> tuple[str, str]:
        """Signs an officer's token; returns it as metadata."""
        chosen = {"now": self.now(), **changes}
        return ("authorization", f"Bearer {self.home.keys.mint_token(officer, **chosen)}")

    def call(
        self,
        officer: str,
        method: str,
        request: Message | bytes,
        *,
        approval: str = "",
        metadata: Metadata | None = None,
        line: Line | None = None,
        **options: Any,
    ) -> Answer:
        """Makes a raw call as an officer.

        Args:
            officer: Who calls.
            method: Full name of the method.
            request: The request or its exact bytes.
            approval: Name of the approval; empty for none.
            metadata: What is sent in place of the officer's token.
            line: Over which connection; None for that of the officer's own system.
            **options: As `Line.call` takes them.
        """
        __tracebackhide__ = True
        sent = list((self.token(officer),) if metadata is None else metadata)
        sent += [("xiezhi-approval", approval)] if approval else []
        chosen = line or self.line(self.home.keys.officers.get(officer).system)
        return chosen.call(method, encode(request), sent, **options)

    def refuse(self, reason: Reason, officer: str, method: str, request: Message | bytes, **options: Any) -> Refused:
        """Makes a call that must be refused for a reason: told in full to the caller, and recorded in the ledger.

        Args:
            reason: The reason.
            officer: Who calls.
            method: Full name of the method.
            request: The request or its exact bytes.
            **options: As `call` takes them; "known" says whether the method is one of the contracts.
        """
        __tracebackhide__ = True  # what was asked stays out of the report of a failure
        known = options.pop("known", True)
        try:
            self.call(officer, method, request, **options)
        except Refused as refused:
            found = refused
        else:
            raise AssertionError(f"{method} was answered instead of refused for {reason}")
        self.refusals.append(found)
        assert (found.reason, found.code) == (reason, CLASS_OF[reason].code), found.text
        assert found.text
        info = found.info
        assert (info.reason, info.domain) == (reason.value, "xiezhi")
        assert info.metadata["next_step"] == NEXT_STEPS[reason]
        assert info.metadata["trace_id"] == found.trace.trace_id
        entries = [e for e in self.book.of_trace(found.trace) if e.kind == ledger_pb2.ENTRY_KIND_REFUSAL]
        assert [(e.reason, e.method) for e in entries] == [(reason.value, method if known else "unknown")]
        return found

    def question(
        self,
        officer: str = "",
        *,
        case: str = "",
        name: str = "",
        number: str = "",
        categories: Sequence[Category] = (),
    ) -> identity_pb2.LookupHouseholdRequest:
        """Makes an officer's question; about the scenario's debtor in the scenario's case, of the judge, by default."""
        asked = HouseholdQuestion(
            case=case or self.cast.case,
            court="",
            name=name or self.cast.debtor_name,
            number=number or self.cast.debtor_number,
            categories=tuple(categories or EVERY_CATEGORY),
            historic=False,
        )
        return build_request(self.session(officer or self.cast.judge), asked, request_id=str(uuid.uuid4()))

    def submission(
        self, request: Message | bytes, *, method: str = LOOKUP, validity: timedelta | None = None, why: str = WHY
    ) -> approval_pb2.SubmitApprovalRequest:
        """Makes the request that submits another one for approval."""
        made = approval_pb2.SubmitApprovalRequest(
            request_id=str(uuid.uuid4()), method=method, request=encode(request), reason=why
        )
        if validity is not None:
            made.validity.FromTimedelta(validity)
        return made

    def submit(self, request: Message | bytes, *, officer: str = "", **options: Any) -> str:
        """Submits a request for approval; returns the approval's name."""
        answer = self.call(
            officer or self.cast.judge, f"{APPROVALS}SubmitApproval", self.submission(request, **options)
        )
        return approval_pb2.SubmitApprovalResponse.FromString(answer.payload).approval.name

    def review(self, name: str, *, officer: str = "") -> Review:
        """Reads an approval as an approver does."""
        asked = approval_pb2.GetApprovalRequest(name=name)
        answer = self.call(officer or self.cast.approver, f"{APPROVALS}GetApproval", asked)
        return Review.of(approval_pb2.GetApprovalResponse.FromString(answer.payload).approval)

    def claims(self, name: str, decision: Decision = Decision.CONSENT, *, officer: str = "") -> Claims:
        """Returns what an approver signs about an approval."""
        return self.review(name, officer=officer).claims(decision, reason=WHY, now=self.now())

    def sign(self, claims: Claims, *, officer: str = "") -> str:
        """Signs claims as an approver."""
        signer = self.home.keys.officers.signer(officer or self.cast.approver)
        return sign_statement(claims, key=signer.key, chain=(signer.certificate,))  # type: ignore[arg-type]

    @staticmethod
    def step(name: str, statement: str, decision: Decision = Decision.CONSENT) -> tuple[str, Message]:
        """Returns the method and the request that hand in a statement."""
        kind = _STEPS[decision]
        return APPROVALS + kind, getattr(approval_pb2, f"{kind}Request")(name=name, statement=statement)

    def decide(self, name: str, decision: Decision = Decision.CONSENT, *, officer: str = "") -> Answer:
        """Decides on an approval; as the scenario's approver by default."""
        chosen = officer or self.cast.approver
        statement = self.sign(self.claims(name, decision, officer=chosen), officer=chosen)
        return self.call(chosen, *self.step(name, statement, decision))

    def approved(self, request: Message | bytes, *, officer: str = "", method: str = LOOKUP, approver: str = "") -> str:
        """Submits a request and has it approved; returns the approval's name."""
        name = self.submit(request, officer=officer, method=method)
        self.decide(name, officer=approver)
        return name

    def look(self, request: Message | bytes, approval: str, *, officer: str = "") -> identity_pb2.HouseholdAnswer:
        """Makes an approved lookup; returns what was disclosed."""
        answer = self.call(officer or self.cast.judge, LOOKUP, request, approval=approval)
        return identity_pb2.LookupHouseholdResponse.FromString(answer.payload).answer

    @staticmethod
    def new_case(court: str = COURT) -> str:
        """Returns the number of a case that no other test has."""
        return f"（2020）{court}执{next(_SERIALS)}号"

    def register(self, *numbers: str, handler: str = "", court: str = COURT, officer: str = REGISTRAR) -> str:
        """Registers a case of its own for a test; returns its number."""
        case = self.new_case(court)
        self.call(officer, f"{CASES}RegisterCase", self.registration(case, *numbers, handler=handler, court=court))
        return case

    def registration(
        self, case: str, *numbers: str, handler: str = "", court: str = COURT
    ) -> casefile_pb2.RegisterCaseRequest:
        """Makes the request that registers a case with parties of these numbers."""
        parties = [
            case_pb2.Party(
                type=case_pb2.PARTY_TYPE_NATURAL,
                name="甲",
                id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
                id_number=number,
            )
            for number in numbers or (self.cast.debtor_number,)
        ]
        return casefile_pb2.RegisterCaseRequest(
            request_id=str(uuid.uuid4()),
            court_code=court,
            case_number=case,
            handler=handler or self.cast.judge,
            parties=parties,
        )

    def reassign(self, case: str, handler: str) -> Answer:
        """Hands a case to another judge."""
        asked = casefile_pb2.ReassignCaseRequest(
            request_id=str(uuid.uuid4()), court_code=COURT, case_number=case, handler=handler
        )
        return self.call(REGISTRAR, f"{CASES}ReassignCase", asked)

    def close_case(self, case: str) -> Answer:
        """Closes a case."""
        asked = casefile_pb2.CloseCaseRequest(request_id=str(uuid.uuid4()), court_code=COURT, case_number=case)
        return self.call(REGISTRAR, f"{CASES}CloseCase", asked)


def method_of(request: Message) -> str:
    """Returns the full name of the method that takes a request."""
    asked = request.DESCRIPTOR
    services = asked.file.services_by_name.values()
    (method,) = (one for service in services for one in service.methods if one.input_type is asked)
    return f"/{method.containing_service.full_name}/{method.name}"


class Book:
    """The ledger as an auditor reads it; remembers what it has read.

    Attributes:
        raw: The entries' exact bytes, in their order.
        entries: The entries.
    """

    def __init__(self, players: Players) -> None:
        self._players = players
        self.raw: list[bytes] = []
        self.entries: list[ledger_pb2.Entry] = []

    def read(self) -> list[ledger_pb2.Entry]:
        """Reads what is new; returns all entries up to the present end."""
        while True:
            asked = ledger_pb2.ListEntriesRequest(start_index=len(self.raw), page_size=1_000)
            answer = self._players.call(self._players.cast.auditor, f"{LEDGER}ListEntries", asked)
            page = ledger_pb2.ListEntriesResponse.FromString(answer.payload)
            self.raw += page.entries
            self.entries += map(ledger_pb2.Entry.FromString, page.entries)
            if len(page.entries) < asked.page_size:
                return self.entries

    def of_trace(self, trace: Trace) -> list[ledger_pb2.Entry]:
        """Returns the entries of a trace."""
        return [entry for entry in self.read() if entry.trace_id == trace.trace_id]
