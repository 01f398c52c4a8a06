"""What a unit of criminal investigation does with its referrals, what it seals aside."""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Annotated

import typer

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.carrying import Ordered, ask, fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.referral.calls import UNIT, Receipt, ReferralName, full_name
from xiezhi.cli.referral.suspects import Places
from xiezhi.cli.referral.views import answer_view, referrals_view
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.referral.v1 import investigation_pb2

PAGE = 100

app = typer.Typer()

_INVESTIGATOR, _HEAD = "--as POL360102-I001", "--as POL360102-C001"


class State(StrEnum):
    """State of a referral."""

    SENT = "sent"
    RECEIVED = "received"
    SUPPLEMENT_REQUESTED = "supplement-requested"
    FILED = "filed"
    FEEDBACK_GIVEN = "feedback-given"
    NOT_FILED = "not-filed"
    OPINION_GIVEN = "opinion-given"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"


class Extension(StrEnum):
    """How long a review is extended, in days from receipt."""

    SEVEN = "7"
    THIRTY = "30"


class Ground(StrEnum):
    """Why a referral is reopened."""

    PROSECUTOR = "prosecutor"
    NEW_EVIDENCE = "new-evidence"


_EXTENSIONS = {
    Extension.SEVEN: investigation_pb2.REVIEW_EXTENSION_SEVEN_DAYS,
    Extension.THIRTY: investigation_pb2.REVIEW_EXTENSION_THIRTY_DAYS,
}
_GROUNDS = {
    Ground.PROSECUTOR: investigation_pb2.REOPENING_GROUND_PROSECUTOR,
    Ground.NEW_EVIDENCE: investigation_pb2.REOPENING_GROUND_NEW_EVIDENCE,
}


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral inbox {_INVESTIGATOR}", f"xiezhi referral inbox {_INVESTIGATOR} --state sent --json"
    ),
)
def inbox(
    session: Session,
    state: Annotated[State | None, typer.Option("--state", help="Only those in this state.")] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most to list.")] = PAGE,
) -> None:
    """List the referrals that lie with your unit, the newest first, with what is due next."""
    wanted = state.name if state is not None else "UNSPECIFIED"
    request = investigation_pb2.ListUnitReferralsRequest(state=f"REFERRAL_STATE_{wanted}")
    answer = investigation_pb2.ListUnitReferralsResponse()
    proven: list[ProvenAnswer] = []
    with session.connect() as client, tracing() as trace:
        while not proven or (request.page_token and len(answer.referrals) < limit):
            request.page_size = min(PAGE, limit - len(answer.referrals))
            page, own = fetch(client, UNIT, request, kind=investigation_pb2.ListUnitReferralsResponse)
            proven.append(own)
            answer.referrals.extend(page.referrals)
            request.page_token = answer.next_page_token = page.next_page_token
    tell_answer(session, answer, referrals_view(answer.referrals), proven=proven, trace_id=trace.trace_id)


@command(app, calls=True, epilog=examples(f"xiezhi referral show NAME {_INVESTIGATOR}"))
def show(session: Session, name: ReferralName, receipt: Receipt = None) -> None:
    """Show a referral of your unit with its suspects, deadlines, evidence, documents and events."""
    request = investigation_pb2.GetUnitReferralRequest(name=full_name(name))
    ask(session, Ordered(UNIT, investigation_pb2.GetUnitReferralResponse, answer_view), request, receipt=receipt)


@command(app, "ask", calls=True, epilog=examples(f"xiezhi referral ask NAME {_INVESTIGATOR} --missing 房产登记资料"))
def ask_(
    session: Session,
    name: ReferralName,
    missing: Annotated[str, typer.Option("--missing", help="What is missing.")],
    receipt: Receipt = None,
) -> None:
    """Ask the court for what is missing (补充材料); the clocks run on."""
    request = investigation_pb2.RequestSupplementRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), missing=missing
    )
    ask(session, Ordered(UNIT, investigation_pb2.RequestSupplementResponse, answer_view), request, receipt=receipt)


@command(
    app, calls=True, epilog=examples(f"xiezhi referral transfer NAME {_INVESTIGATOR} --unit 360103000000 --why 住所地")
)
def transfer(
    session: Session,
    name: ReferralName,
    unit: Annotated[str, typer.Option("--unit", help="Unit that has jurisdiction, 12 digits.")],
    why: Annotated[str, typer.Option("--why", help="Why.")],
    receipt: Receipt = None,
) -> None:
    """Pass a referral on to the unit that has jurisdiction (移送管辖), within 24 hours of receipt."""
    request = investigation_pb2.TransferReferralRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), unit=unit, reason=why
    )
    ask(session, Ordered(UNIT, investigation_pb2.TransferReferralResponse, answer_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral extend NAME {_INVESTIGATOR} --to 7 --why 需要查证",
        f"xiezhi referral extend NAME {_HEAD} --to 30 --why 案情重大复杂     needs rank",
    ),
)
def extend(
    session: Session,
    name: ReferralName,
    to: Annotated[Extension, typer.Option("--to", help="Days from receipt; 30 need a head's rank.")],
    why: Annotated[str, typer.Option("--why", help="Why.")],
    receipt: Receipt = None,
) -> None:
    """Extend the review (延长审查) to seven days, or to thirty where the matter is major or complex."""
    request = investigation_pb2.ExtendReviewRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), extension=_EXTENSIONS[to], reason=why
    )
    ask(session, Ordered(UNIT, investigation_pb2.ExtendReviewResponse, answer_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral decide NAME {_HEAD} --suspect 0 --file --number 洪公（刑）立字〔2026〕1号",
        f"xiezhi referral decide NAME {_HEAD} --suspect 1 --suspect 2 --not-file --number 洪公（刑）不立字〔2026〕1号",
    ),
)
def decide(
    session: Session,
    name: ReferralName,
    suspect: Places,
    filed: Annotated[bool, typer.Option("--file/--not-file", help="To file (立案), or not (不予立案).")],
    number: Annotated[str, typer.Option("--number", help="Number of the decision.")],
    day: Annotated[str, typer.Option("--date", help="Day of the decision, YYYY-MM-DD; else today.")] = "",
    late_reason: Annotated[
        str, typer.Option("--late-reason", help="Why it is recorded on a later day than it was decided.")
    ] = "",
    receipt: Receipt = None,
) -> None:
    """Decide for suspects whether to file; each once, and each may be decided differently."""
    decided = read_date(day) if day else session.today()
    request = investigation_pb2.DecideReferralRequest(
        request_id=str(uuid.uuid4()),
        name=full_name(name),
        suspects=suspect,
        decision=investigation_pb2.FILING_DECISION_FILE if filed else investigation_pb2.FILING_DECISION_NOT_FILE,
        decision_date=date_message(decided),
        decision_number=number,
        late_reason=late_reason,
    )
    ask(session, Ordered(UNIT, investigation_pb2.DecideReferralResponse, answer_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        f"xiezhi referral reopen NAME {_HEAD} --suspect 1 --ground prosecutor --text 检察院通知立案书文号",
        f"xiezhi referral reopen NAME {_HEAD} --suspect 1 --ground new-evidence --text 新证据",
    ),
)
def reopen(
    session: Session,
    name: ReferralName,
    suspect: Places,
    ground: Annotated[Ground, typer.Option("--ground", help="A prosecutor demands it, or there is new evidence.")],
    text: Annotated[str, typer.Option("--text", help="Number of the prosecutor's document, or the evidence.")],
    receipt: Receipt = None,
) -> None:
    """Open suspects again after a decision; they are decided anew, and what was decided stays on record."""
    request = investigation_pb2.ReopenReferralRequest(
        request_id=str(uuid.uuid4()), name=full_name(name), suspects=suspect, ground=_GROUNDS[ground], text=text
    )
    ask(session, Ordered(UNIT, investigation_pb2.ReopenReferralResponse, answer_view), request, receipt=receipt)
