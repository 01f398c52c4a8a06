"""What the steps about criminal referral share: who refers, answers and supervises, and who hears of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from google.protobuf.message import Message
from google.type.date_pb2 import Date

from xiezhi.cli.carrying import method_of
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.demo.lookout import Lookout
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.stage import PATIENCE, Stage
from xiezhi.cli.referral.calls import COURT, SUPERVISION, UNIT
from xiezhi.cli.referral.notices import NoticeWatcher, notice_view
from xiezhi.cli.referral.packages import Dossier
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.referral.v1 import (
    investigation_pb2,
    notice_pb2,
    notice_pb2_grpc,
    referral_pb2,
    supervision_pb2,
)

PROMPT = 1.0
"""Seconds within which the other side is to hear of a step."""

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
        return (
            self.stage.session(self.stage.cast.investigator)
            .home.keys.officers.get(self.stage.cast.investigator)
            .organisation
        )

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
            decision_date=Date(year=self.today.year, month=self.today.month, day=self.today.day),
            decision_number=number,
        )
        head = self.stage.cast.unit_head
        return self.handle(request, investigation_pb2.DecideReferralResponse, officer=head).referral

    def due(self, officer: str, *, until: date) -> list[supervision_pb2.DueItem]:
        """Asks what is due until a day."""
        request = supervision_pb2.ListDueRequest(until_date=Date(year=until.year, month=until.month, day=until.day))
        return list(self.supervise(request, supervision_pb2.ListDueResponse, officer=officer).items)

    def fetch(self, kind: referral_pb2.ReferralDocumentKind) -> referral_pb2.FetchDocumentResponse:
        """Has the judge fetch the document of a kind."""
        listed = self.ask_court(self.dossier().list(), referral_pb2.ListReferralsResponse).referrals[-1]
        document = next(one for one in listed.documents if one.kind == kind)
        request = self.dossier().fetch(self.referral.name, document.sha256)
        return self.ask_court(request, referral_pb2.FetchDocumentResponse)

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
        ends = time.monotonic() + PATIENCE.total_seconds()
        while (arrival := self.lookout.next_arrival(max(ends - time.monotonic(), 0))) is not None:
            notice = arrival.notice
            self.lookout.acknowledge(notice)
            if notice.kind != kind or (event and notice.event != event):
                continue
            self.narrator.show(notice_view(notice))
            entry["heard_after_seconds"] = round(arrival.at - since, 3)
            self.narrator.require(entry, arrival.at - since < PROMPT, "the court hears of it late")
            milliseconds = 1_000 * entry["heard_after_seconds"]
            self.narrator.good(f"The court had it {milliseconds:,.0f} ms after the step began, and acknowledged.")
            return notice
        raise self.narrator.wrong(entry, "the court hears nothing")

    @staticmethod
    def new_id() -> str:
        """Returns a new key of a request."""
        return str(uuid.uuid4())


def court_lookout(stage: Stage) -> Lookout[notice_pb2.ReferralNotice]:
    """Returns the judge, watching for notices to the court."""
    client = stage.open(stage.cast.judge)
    return Lookout(client, NoticeWatcher(notice_pb2_grpc.ReferralNoticeServiceStub(client.channel)))
