"""Courts and units that refer, receive and decide without a pause while processes die."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from tests.e2e.lines import Answer
from tests.e2e.load import Load
from tests.e2e.referrals import FILE, Referrals
from xiezhi.cli.referral.packages import Dossier
from xiezhi.referral.v1 import investigation_pb2, referral_pb2

RECEIVED, DECIDED, ANSWERED = (
    referral_pb2.REFERRAL_STATE_RECEIVED,
    referral_pb2.REFERRAL_STATE_FILED,
    referral_pb2.REFERRAL_STATE_FEEDBACK_GIVEN,
)


@dataclass
class Known:
    """What was acknowledged of a referral.

    Attributes:
        dossier: Case and suspect.
        name: Its name.
        state: How far it is.
    """

    dossier: Dossier
    name: str
    state: referral_pb2.ReferralState


class Deciding(Load):
    """Referrals that are left as sent, as received or as decided, or are answered, turn about.

    Attributes:
        known: What was acknowledged of them.

    Args:
        referrals: Who acts.
        workers: How many at once.
    """

    def __init__(self, referrals: Referrals, *, workers: int = 3) -> None:
        super().__init__(referrals.players, workers=workers)
        self._referrals = referrals
        self.known: list[Known] = []

    def _round(self, number: int, turn: int) -> None:
        referrals, steps = self._referrals, (number + turn) % 4
        dossier = referrals.dossier(*referrals.suspects())
        sent = self._insist_on(referrals.sending(dossier))
        referral = referral_pb2.SendReferralResponse.FromString(sent.payload).referral
        known = Known(dossier, referral.name, referral.state)
        self.known.append(known)
        if steps > 0:
            self._insist_on(referrals.receiving(known.name))
            known.state = RECEIVED
        if steps > 1:
            self._insist_on(referrals.deciding(known.name, FILE))
            known.state = DECIDED
        if steps > 2:
            letter = referrals.letter(known.name)
            answer = self._insist_on(letter.feedback(referrals.sealed(letter)))
            known.state = investigation_pb2.GiveFeedbackResponse.FromString(answer.payload).referral.state

    def _insist_on(self, request: Message) -> Answer:
        answer = self.insist(lambda: self._referrals.give(request))
        self.told.receipts.append(answer.receipt)
        return answer
