"""Criminal referral as courts, units and provincial bodies use it: what is referred, decided and answered."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

from google.protobuf.message import Message

from services.codes.legal_time import legal_date
from tests.e2e.exits import Exits, new_id
from tests.e2e.lines import Answer, Refused
from tests.e2e.players import Players, method_of
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.papers import date_message
from xiezhi.cli.referral.calls import COURT, SUPERVISION, UNIT
from xiezhi.cli.referral.letters import Letter
from xiezhi.cli.referral.packages import Dossier, PackageChoice, SupplementChoice
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.cli.sealed import seal
from xiezhi.client import find_method
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2, referral_pb2

UNIT_CODE, OTHER_UNIT = "360102000000", "360103000000"
FACTS = "有能力履行而拒不履行生效判决。"
FILE, NOT_FILE = investigation_pb2.FILING_DECISION_FILE, investigation_pb2.FILING_DECISION_NOT_FILE

A = TypeVar("A", bound=Message)
_NUMBERS = itertools.count(1)


class Referrals:
    """Everybody who has to do with referrals in one suite.

    Args:
        players: Who calls.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.cast = players.cast
        self._exits = Exits(players)

    @property
    def today(self) -> date:
        """The legal date of the suite."""
        return legal_date(self.players.now())

    def suspects(self, count: int = 1) -> list[DebtorQuestion]:
        """Returns people whom no other test has."""
        return self._exits.people(count)

    def dossier(self, *people: DebtorQuestion, case: str = "") -> Dossier:
        """Returns what the judge's calls are made from, in a case of its own by default."""
        named = SuspectsQuestion([f"{who.debtor_name}:{who.debtor_number}" for who in people])
        about = CaseQuestion(case=case or self._exits.case(*people))
        return Dossier(self.players.session(self.cast.judge), about, named)

    @staticmethod
    def sending(dossier: Dossier, *, unit: str = UNIT_CODE, predecessor: str = "") -> referral_pb2.SendReferralRequest:
        """Makes the request to refer."""
        papers = PackageChoice(draft=True)
        evidence = ["documentary:银行流水"]
        return dossier.send(papers, unit=unit, facts=FACTS, evidence=evidence, predecessor=predecessor)

    def send(self, dossier: Dossier, **options: Any) -> referral_pb2.Referral:
        """Refers the suspects of a dossier."""
        return self.carry_out(referral_pb2.SendReferralResponse, self.sending(dossier, **options)).referral

    def supplement(self, dossier: Dossier, name: str) -> referral_pb2.SupplementReferralRequest:
        """Makes the request to send what a unit has asked for."""
        return dossier.supplement(name, SupplementChoice(draft=True), evidence=["documentary:房产登记"])

    def receiving(self, name: str) -> investigation_pb2.ReceiveReferralRequest:
        """Makes the request to sign for a referral."""
        return investigation_pb2.ReceiveReferralRequest(
            request_id=new_id(), name=name, receipt_number=self.number("回")
        )

    def receive(self, name: str) -> referral_pb2.Referral:
        """Signs for a referral."""
        return self.carry_out(investigation_pb2.ReceiveReferralResponse, self.receiving(name)).referral

    def deciding(
        self, name: str, decision: investigation_pb2.FilingDecision, *suspects: int, day: date | None = None
    ) -> investigation_pb2.DecideReferralRequest:
        """Makes the request to decide, today by default, about the first suspect by default."""
        return investigation_pb2.DecideReferralRequest(
            request_id=new_id(),
            name=name,
            suspects=suspects or (0,),
            decision=decision,
            decision_date=date_message(day or self.today),
            decision_number=self.number("立"),
        )

    def decide(self, name: str, decision: investigation_pb2.FilingDecision, *suspects: int) -> referral_pb2.Referral:
        """Decides about suspects."""
        request = self.deciding(name, decision, *suspects)
        return self.carry_out(investigation_pb2.DecideReferralResponse, request).referral

    def letter(self, name: str, *suspects: int, reasons: Sequence[str] = ()) -> Letter:
        """Returns a letter of the unit that is not sealed yet."""
        return Letter(name, suspects or (0,), self.number("反"), reasons)

    def sealed(self, letter: Letter, *, organisation: str = UNIT_CODE) -> bytes:
        """Has a letter set, and seals it."""
        session = self.players.session(self.cast.investigator)
        drafted = letter.draft(self.players.client(self.cast.investigator))
        return seal(session, drafted, organisation=organisation)

    def carry_out(self, kind: type[A], request: Message, *, officer: str = "") -> A:
        """Makes a call, approved where its method asks for it."""
        __tracebackhide__ = True
        return kind.FromString(self.give(request, officer=officer).payload)

    def give(self, request: Message, *, officer: str = "", **options: Any) -> Answer:
        """Does the same, and returns all that came back."""
        __tracebackhide__ = True
        chosen, method, approval = self._prepare(request, officer)
        return self.players.call(chosen, method, request, approval=approval, **options)

    def refuse(self, reason: Reason, request: Message, *, officer: str = "") -> Refused:
        """Makes a call which must be refused for a reason."""
        __tracebackhide__ = True
        chosen, method, approval = self._prepare(request, officer)
        return self.players.refuse(reason, chosen, method, request, approval=approval)

    def number(self, kind: str) -> str:
        """Returns a document number that no other document has."""
        return f"洪公（刑）{kind}字〔2026〕{next(_NUMBERS)}号"

    def _prepare(self, request: Message, officer: str) -> tuple[str, str, str]:
        """Returns who makes a call by default, its method, and its approval if it needs one."""
        method = method_of(request)
        deciding = method.endswith(("DecideReferral", "ReopenReferral"))
        head = self.cast.unit_head if deciding else self.cast.investigator
        by_default = {COURT: self.cast.judge, UNIT: head, SUPERVISION: self.cast.court_supervisor}
        chosen, approval = officer or by_default[f"{method.rpartition('/')[0]}/"], ""
        if find_method(method).needs_approval:
            approval = self.players.approved(
                request, officer=chosen, method=method, approver=self.cast.superior_approver
            )
        return chosen, method, approval
