"""What the steps about criminal referral share: who refers, answers and supervises, and who hears of it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.message import Message

from xiezhi.cli.carrying import method_of
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.demo.lookout import Lookout, court_heard
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import Stage
from xiezhi.cli.documents import write_private
from xiezhi.cli.papers import date_message
from xiezhi.cli.referral.calls import COURT, SUPERVISION, UNIT
from xiezhi.cli.referral.notices import NoticeWatcher, notice_view
from xiezhi.cli.referral.packages import Dossier
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.cli.sealed import read_sealed
from xiezhi.referral.v1 import (
    investigation_pb2,
    notice_pb2,
    notice_pb2_grpc,
    referral_pb2,
    supervision_pb2,
)

A = TypeVar("A", bound=Message)


@dataclass(slots=True)
class Referring:
    """The chapter about criminal referral, and what one step hands to the next.

    Attributes:
        stage: Who acts.
        narrator: Tells it.
        lookout: The court, watching.
        within: Opens a span around each step.
        folder: Where letters and the report are written.
        referral: The referral as it was told last.
        key_cases: Name of the list of key cases.
    """

    stage: Stage
    narrator: Narrator
    lookout: Lookout[notice_pb2.ReferralNotice]
    within: Callable[[str], Any]
    folder: Path
    referral: referral_pb2.Referral = field(default_factory=referral_pb2.Referral)
    key_cases: str = ""

    @property
    def unit(self) -> str:
        """Code of the unit that the court refers to."""
        return self._organisation(self.stage.cast.investigator)

    @property
    def other_unit(self) -> str:
        """Code of another unit."""
        return self._organisation(self.stage.cast.other_investigator)

    @property
    def today(self) -> date:
        """The legal date of the suite."""
        return self.stage.session(self.stage.cast.judge).today()

    def dossier(self, *, whole: bool = False) -> Dossier:
        """Returns what the judge's calls are made from.

        Args:
            whole: Whether both suspects are named, as when they are referred; one is enough to find them.
        """
        cast = self.stage.cast
        company = [f"{cast.company_name}:{cast.company_number}"] if whole else None
        suspects = SuspectsQuestion([f"{cast.debtor_name}:{cast.debtor_number}"], company)
        return Dossier(self.stage.session(cast.judge), CaseQuestion(case=cast.referral_case), suspects)

    def order(self, request: Message, kind: type[A], *, approver: str) -> A:
        """Has a request of the judge approved, and makes the call."""
        method = method_of(COURT, request)
        approval = self.stage.approve(self.stage.cast.judge, method, request, approver=approver)
        return kind.FromString(self.stage.call(self.stage.cast.judge, method, request, approval=approval).payload)

    def ask_court(self, request: Message, kind: type[A]) -> A:
        """Has the judge make a call that needs no approval."""
        return kind.FromString(self.stage.call(self.stage.cast.judge, method_of(COURT, request), request).payload)

    def handle(self, request: Message, kind: type[A], *, officer: str = "") -> A:
        """Has the investigator, unless another officer is named, make a call of the unit."""
        officer = officer or self.stage.cast.investigator
        return kind.FromString(self.stage.call(officer, method_of(UNIT, request), request).payload)

    def supervise(self, request: Message, kind: type[A], *, officer: str = "") -> A:
        """Has the High Court's supervisor, unless another officer is named, make a call of supervision."""
        officer = officer or self.stage.cast.court_supervisor
        return kind.FromString(self.stage.call(officer, method_of(SUPERVISION, request), request).payload)

    def decide(self, place: int, *, file: bool, number: str) -> referral_pb2.Referral:
        """Has the head of the unit decide about a suspect today."""
        request = investigation_pb2.DecideReferralRequest(
            request_id=self.new_id(),
            name=self.referral.name,
            suspects=[place],
            decision=investigation_pb2.FILING_DECISION_FILE if file else investigation_pb2.FILING_DECISION_NOT_FILE,
            decision_date=date_message(self.today),
            decision_number=number,
        )
        head = self.stage.cast.unit_head
        return self.handle(request, investigation_pb2.DecideReferralResponse, officer=head).referral

    def due(self, officer: str, *, until: date) -> list[supervision_pb2.DueItem]:
        """Asks what is due until a day."""
        request = supervision_pb2.ListDueRequest(until_date=date_message(until))
        return list(self.supervise(request, supervision_pb2.ListDueResponse, officer=officer).items)

    def fetch(self, kind: referral_pb2.ReferralDocumentKind) -> referral_pb2.FetchDocumentResponse:
        """Has the judge fetch the document of a kind."""
        listed = self.ask_court(self.dossier().list(), referral_pb2.ListReferralsResponse).referrals[-1]
        document = next(one for one in listed.documents if one.kind == kind)
        request = self.dossier().fetch(self.referral.name, document.sha256)
        return self.ask_court(request, referral_pb2.FetchDocumentResponse)

    def number(self, kind: str) -> str:
        """Makes up the number of a document of the unit."""
        return f"洪公（刑）{kind}字〔{self.today.year}〕1号"

    def save(self, entry: dict[str, Any], kind: referral_pb2.ReferralDocumentKind, name: str) -> None:
        """Has the court fetch a letter, save it, and verifies it offline."""
        answer = self.fetch(kind)
        file = self.folder / name
        write_private(file, answer.pdf)
        entry["letter"], entry["sha256"] = str(file), hashlib.sha256(answer.pdf).hexdigest()
        paper = read_sealed(self.stage.session(self.stage.cast.judge), file, organisation=self.unit)
        same = paper.sha256 == answer.document.sha256
        self.narrator.require(entry, same, "the letter is another one than was given")
        self.narrator.good(f"All seals hold, {paper.signer} sealed it: xiezhi paper verify {file} --of {paper.signer}")

    def require_states(
        self, entry: dict[str, Any], referral: referral_pb2.Referral, state: referral_pb2.ReferralState
    ) -> None:
        """Holds the story to the state of all suspects, and keeps the referral."""
        states = {suspect.state for suspect in referral.suspects}
        self.narrator.require(entry, states == {state}, "the suspects stand otherwise")
        self.referral.CopyFrom(referral)

    def hear(
        self,
        entry: dict[str, Any],
        *,
        since: float,
        event: referral_pb2.ReferralEventKind = referral_pb2.REFERRAL_EVENT_KIND_UNSPECIFIED,
        kind: notice_pb2.ReferralNoticeKind = notice_pb2.REFERRAL_NOTICE_KIND_HAPPENED,
    ) -> notice_pb2.ReferralNotice:
        """Waits until the court hears of something; notices of other things before it are passed over.

        Args:
            entry: The step's entry.
            since: When it happened, by the monotonic clock.
            event: What happened; unspecified for anything.
            kind: Why it is told.
        """
        arrival = self.lookout.await_notice(lambda one: one.kind == kind and (not event or one.event == event))
        if arrival is None:
            raise self.narrator.wrong(entry, "the court hears nothing")
        self.narrator.show(notice_view(arrival.notice))
        court_heard(self.narrator, entry, after=arrival.at - since, of="step")
        return arrival.notice

    def _organisation(self, officer: str) -> str:
        return str(self.stage.session(officer).home.keys.officers.get(officer).organisation)

    @staticmethod
    def new_id() -> str:
        """Returns a new key of a request."""
        return str(uuid.uuid4())


def court_lookout(stage: Stage) -> Lookout[notice_pb2.ReferralNotice]:
    """Returns the judge, watching for notices to the court."""
    client = stage.open(stage.cast.judge)
    return Lookout(client, NoticeWatcher(notice_pb2_grpc.ReferralNoticeServiceStub(client.channel)))
