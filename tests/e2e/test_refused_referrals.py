"""What courts and units may not do with a referral: each refused by its reason, clocks untouched, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from tests.e2e.exits import new_id
from tests.e2e.referrals import FILE, NOT_FILE, OTHER_UNIT, Referrals
from xiezhi.cli.papers import date_message
from xiezhi.cli.referral.calls import UNIT
from xiezhi.cli.referral.key_cases import sealed_list
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2, referral_pb2, supervision_pb2

NOWHERE = "00000000-0000-4000-8000-000000000000"
REASONS = ("没有犯罪事实。",)


class Scene:
    """A referral of two suspects in a case of their own.

    Args:
        referrals: Who acts.
    """

    def __init__(self, referrals: Referrals) -> None:
        self.referrals = referrals
        people = referrals.suspects(2)
        self.whole = referrals.dossier(*people)
        self.dossier = referrals.dossier(people[0], case=self.whole.about.case)
        self.name = ""

    def sent(self) -> Scene:
        self.name = self.referrals.send(self.whole).name
        return self

    def received(self) -> Scene:
        self.referrals.receive(self.sent().name)
        return self

    def decided(self, decision: investigation_pb2.FilingDecision = FILE, *suspects: int) -> Scene:
        """Receives, and decides about both suspects or those named."""
        self.referrals.decide(self.received().name, decision, *(suspects or (0, 1)))
        return self

    def duties(self) -> list[bytes]:
        """Returns the clocks as they stand."""
        asked = investigation_pb2.GetUnitReferralRequest(name=self.name)
        answer = self.referrals.carry_out(investigation_pb2.GetUnitReferralResponse, asked)
        return [duty.SerializeToString(deterministic=True) for duty in answer.referral.duties]

    def feedback(self, *suspects: int, letter: bytes = b"%PDF-1.7 none") -> Message:
        return self.referrals.letter(self.name, *suspects).feedback(letter)

    def opinion(self, *suspects: int, letter: bytes = b"%PDF-1.7 none", reasons: Any = REASONS) -> Message:
        return self.referrals.letter(self.name, *suspects, reasons=reasons).opinion(letter)


def _sealed_by(scene: Scene, organisation: str | None) -> Message:
    """Gives feedback under another seal, or under none."""
    letter = scene.referrals.letter(scene.name)
    if organisation is None:
        return letter.feedback(letter.draft(scene.referrals.players.client(scene.referrals.cast.investigator)))
    return letter.feedback(scene.referrals.sealed(letter, organisation=organisation))


def _given(scene: Scene) -> Message:
    letter = scene.referrals.letter(scene.name)
    scene.referrals.give(letter.feedback(scene.referrals.sealed(letter)))
    return scene.feedback(0)


def _back_dated(scene: Scene, *, days: int) -> Message:
    day = scene.referrals.today + timedelta(days=days)
    return scene.referrals.deciding(scene.name, FILE, 0, day=day)


def _extended(scene: Scene, extension: investigation_pb2.ReviewExtension) -> Message:
    return investigation_pb2.ExtendReviewRequest(
        request_id=new_id(), name=scene.name, extension=extension, reason="案情重大、复杂。"
    )


def _passed_on(scene: Scene, unit: str) -> Message:
    return investigation_pb2.TransferReferralRequest(
        request_id=new_id(), name=scene.name, unit=unit, reason="不属于本单位管辖。"
    )


def _reopened(scene: Scene, text: str = "") -> Message:
    return investigation_pb2.ReopenReferralRequest(
        request_id=new_id(), name=scene.name, suspects=[0], ground=DEMANDED, text=text
    )


DEMANDED = investigation_pb2.REOPENING_GROUND_PROSECUTOR
THIRTY_DAYS = investigation_pb2.REVIEW_EXTENSION_THIRTY_DAYS

STEPS: dict[str, tuple[Reason, Callable[[Scene], Scene], Callable[[Scene], Message]]] = {
    "a decision before the receipt": (
        Reason.NOT_RECEIVED,
        Scene.sent,
        lambda scene: scene.referrals.deciding(scene.name, FILE),
    ),
    "feedback before a decision": (Reason.NOT_DECIDED, Scene.received, Scene.feedback),
    "feedback about who is not filed": (Reason.NOT_DECIDED, lambda s: s.decided(NOT_FILE), Scene.feedback),
    "a decision dated before the receipt": (
        Reason.DECISION_DATE_INVALID,
        Scene.received,
        lambda scene: _back_dated(scene, days=-1),
    ),
    "a decision of tomorrow": (Reason.DECISION_DATE_INVALID, Scene.received, lambda s: _back_dated(s, days=1)),
    "a second decision without reopening": (
        Reason.ALREADY_GIVEN,
        Scene.decided,
        lambda scene: scene.referrals.deciding(scene.name, NOT_FILE),
    ),
    "an opinion without reasons": (
        Reason.REASONS_MISSING,
        lambda scene: scene.decided(NOT_FILE),
        lambda scene: scene.opinion(0, reasons=()),
    ),
    "feedback without a seal": (Reason.DOCUMENT_UNSEALED, Scene.decided, lambda scene: _sealed_by(scene, None)),
    "feedback under another unit's seal": (
        Reason.SEAL_OF_ANOTHER_UNIT,
        Scene.decided,
        lambda scene: _sealed_by(scene, OTHER_UNIT),
    ),
    "feedback twice": (Reason.ALREADY_GIVEN, Scene.decided, _given),
    "a supplement after the decision": (
        Reason.REFERRAL_STATE,
        Scene.decided,
        lambda scene: scene.referrals.supplement(scene.dossier, scene.name),
    ),
    "an extension by one without the rank": (
        Reason.EXTENSION_NOT_ENTITLED,
        Scene.received,
        lambda scene: _extended(scene, THIRTY_DAYS),
    ),
    "a transfer to the unit itself": (
        Reason.REFERRAL_WRONG_UNIT,
        Scene.received,
        lambda scene: _passed_on(scene, "360102000000"),
    ),
    "reopening before a decision": (Reason.NOT_DECIDED, Scene.received, lambda s: _reopened(s, "检察建议书1号")),
    "reopening without a ground": (Reason.REOPENING_GROUND_MISSING, lambda s: s.decided(NOT_FILE), _reopened),
    "reopening who is filed": (Reason.REFERRAL_STATE, Scene.decided, lambda s: _reopened(s, "检察建议书1号")),
    "a second receipt": (Reason.REFERRAL_STATE, Scene.received, lambda s: s.referrals.receiving(s.name)),
}


@pytest.mark.clause("R-3.1", "R-3.2", "R-3.3")
@pytest.mark.parametrize("what", STEPS)
def test_steps(referrals: Referrals, what: str) -> None:
    reason, come, make = STEPS[what]
    scene = come(Scene(referrals))
    request = make(scene)
    before = scene.duties()
    referrals.refuse(reason, request)
    assert scene.duties() == before


@pytest.mark.clause("R-3.1", "R-3.2", "R-3.3")
def test_suspects_decided_differently_are_answered_apart(referrals: Referrals) -> None:
    scene = Scene(referrals).received()
    referrals.decide(scene.name, FILE, 0)
    referrals.decide(scene.name, NOT_FILE, 1)
    referrals.refuse(Reason.NOT_DECIDED, scene.feedback(0, 1))
    letter = referrals.letter(scene.name, 0)
    referrals.give(letter.feedback(referrals.sealed(letter)))
    letter = referrals.letter(scene.name, 1, reasons=REASONS)
    answer = referrals.give(letter.opinion(referrals.sealed(letter)))
    told = investigation_pb2.GiveOpinionResponse.FromString(answer.payload).referral
    states = [suspect.state for suspect in told.suspects]
    assert states == [
        referral_pb2.REFERRAL_STATE_FEEDBACK_GIVEN,
        referral_pb2.REFERRAL_STATE_OPINION_GIVEN,
    ]


@pytest.mark.clause("R-3.1")
def test_what_is_not_referred(referrals: Referrals) -> None:
    scene = Scene(referrals)
    referrals.refuse(Reason.REFERRAL_WRONG_UNIT, referrals.sending(scene.whole, unit=OTHER_UNIT))
    incomplete = referrals.sending(scene.whole)
    incomplete.account_pdf = b""
    referrals.refuse(Reason.REFERRAL_PACKAGE_INCOMPLETE, incomplete)
    scene.sent()
    referrals.refuse(Reason.REFERRAL_EXISTS, referrals.sending(scene.whole))
    cast, players = referrals.cast, referrals.players
    asked = investigation_pb2.GetUnitReferralRequest(name=scene.name)
    players.refuse(Reason.REFERRAL_NOT_FOUND, cast.other_investigator, f"{UNIT}GetUnitReferral", asked)
    referrals.refuse(Reason.REFERRAL_NOT_FOUND, investigation_pb2.GetUnitReferralRequest(name=f"referrals/{NOWHERE}"))


@pytest.mark.clause("R-3.5")
def test_what_provincial_bodies_may_not_do(referrals: Referrals) -> None:
    cast, scene = referrals.cast, Scene(referrals).sent()
    joining = supervision_pb2.JoinCampaignRequest(
        request_id=new_id(), name=f"campaigns/{NOWHERE}", referrals=[scene.name]
    )
    referrals.refuse(Reason.CAMPAIGN_NOT_FOUND, joining)
    drafting = supervision_pb2.DraftKeyCaseListRequest(name=f"keyCaseLists/{NOWHERE}")
    referrals.refuse(Reason.KEY_CASE_LIST_NOT_FOUND, drafting)
    year = referrals.today.year
    proposing = supervision_pb2.ProposeKeyCasesRequest(
        request_id=new_id(), year=year, title=f"{year}年清单", referrals=[scene.name]
    )
    name = referrals.carry_out(supervision_pb2.ProposeKeyCasesResponse, proposing).list.name

    def signing(officer: str) -> supervision_pb2.SignKeyCasesRequest:
        session, client = referrals.players.session(officer), referrals.players.client(officer)
        return supervision_pb2.SignKeyCasesRequest(
            request_id=new_id(), name=name, list_pdf=sealed_list(session, client, name)
        )

    for officer in (cast.court_supervisor, cast.police_supervisor):
        referrals.give(signing(officer), officer=officer)
        referrals.refuse(Reason.KEY_CASE_LIST_STATE, signing(officer), officer=officer)
    calendar = supervision_pb2.WorkCalendar(year=year + 2, version="v", days_off=[date_message(referrals.today)])
    importing = supervision_pb2.ImportCalendarRequest(request_id=new_id(), calendar=calendar)
    referrals.refuse(Reason.CALENDAR_INVALID, importing)
