"""The fourth chapter of the demo: suspects are referred, one is filed and one is not, each with a letter under seal."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from google.type.date_pb2 import Date
from rich.text import Text

from xiezhi.cli.calendars import imported_view
from xiezhi.cli.demo.dossier import Referring
from xiezhi.cli.documents import write_private
from xiezhi.cli.papers import date_message
from xiezhi.cli.referral.calls import UNIT
from xiezhi.cli.referral.key_cases import lists_view, sealed_list
from xiezhi.cli.referral.letters import Letter
from xiezhi.cli.referral.packages import PackageChoice, SupplementChoice
from xiezhi.cli.referral.report import Grouping, report_view
from xiezhi.cli.referral.views import due_view, duties_view, referral_view
from xiezhi.cli.sealed import seal
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2, notice_pb2, referral_pb2, supervision_pb2

Step = Callable[[Referring], None]

PERSON, COMPANY = 0, 1
"""Places of the suspects."""
FACTS = "被执行人有履行能力而拒不履行生效判决，隐匿、转移名下车辆及公司财产。"
REASONS = ("现有证据不足以证明该公司有能力履行", "该公司财产已被另案查封")
TWO_MONTHS = timedelta(days=75)
"""Within which everything is due that runs from a receipt, the sixty days included."""


def play(referring: Referring) -> None:
    """Plays all steps.

    Args:
        referring: Who acts.

    Raises:
        StoryError: If one does not come out as told.
    """
    for name, step in STEPS.items():
        with referring.within(f"demo.{name}"):
            step(referring)


def _refer(referring: Referring) -> None:
    cast = referring.stage.cast
    told = (
        "Debtor and company refuse to pay. The judge sends facts, evidence, letter and account under the court's seal; "
        "a vice president of the court above approves."
    )
    with referring.narrator.step("A person and a company are referred", told) as entry:
        request = referring.dossier(whole=True).send(
            PackageChoice(draft=True), unit=referring.unit, facts=FACTS, evidence=["documentary:银行流水"]
        )
        answer = referring.order(request, referral_pb2.SendReferralResponse, approver=cast.superior_approver)
        referring.require_states(entry, answer.referral, referral_pb2.REFERRAL_STATE_SENT)
        entry["suspects"] = len(answer.referral.suspects)
        referring.narrator.show(referral_view(answer.referral))
        other = investigation_pb2.GetUnitReferralRequest(name=answer.referral.name)
        referring.narrator.show(Text("An investigator of another unit asks for it by its name."))
        referring.narrator.refused(
            entry,
            Reason.REFERRAL_NOT_FOUND,
            lambda: referring.stage.call(cast.other_investigator, f"{UNIT}GetUnitReferral", other),
        )


def _receive(referring: Referring) -> None:
    told = (
        "The investigator signs for it (签收), with a receipt under the unit's seal that says when. From that instant "
        "the clocks run, each with its rule and calendar."
    )
    with referring.narrator.step("The unit signs for it", told) as entry:
        receipt = Letter(referring.referral.name, (), referring.number("回"))
        session = referring.stage.session(referring.stage.cast.investigator)
        drafted = receipt.drafted(referring.stage.client(session.officer_id))
        pdf = seal(session, bytes(drafted.pdf), organisation=referring.unit)
        request, began = receipt.reception(pdf, drafted.sign_time), time.monotonic()
        answer = referring.handle(request, investigation_pb2.ReceiveReferralResponse)
        referring.require_states(entry, answer.referral, referral_pb2.REFERRAL_STATE_RECEIVED)
        entry["deadlines"] = len(answer.referral.duties)
        referring.narrator.require(entry, bool(answer.referral.duties), "no deadline runs")
        referring.narrator.show(duties_view(answer.referral.duties))
        referring.hear(entry, since=began, event=referral_pb2.REFERRAL_EVENT_KIND_RECEIVED)
        referring.save(entry, referral_pb2.REFERRAL_DOCUMENT_KIND_RECEIPT, "receipt.pdf")


def _ask(referring: Referring) -> None:
    told = "The unit asks for what is missing, and the court sends it. No clock stands still meanwhile."
    with referring.narrator.step("More is asked for, and sent", told) as entry:
        began, before = time.monotonic(), _days(referring.referral)
        request = investigation_pb2.RequestSupplementRequest(
            request_id=referring.new_id(), name=referring.referral.name, missing="房产登记资料"
        )
        asked = referring.handle(request, investigation_pb2.RequestSupplementResponse).referral
        referring.require_states(entry, asked, referral_pb2.REFERRAL_STATE_SUPPLEMENT_REQUESTED)
        referring.hear(entry, since=began, event=referral_pb2.REFERRAL_EVENT_KIND_SUPPLEMENT_REQUESTED)
        papers = SupplementChoice(draft=True)
        more = referring.dossier().supplement(referring.referral.name, papers, evidence=["documentary:房产登记"])
        approver = referring.stage.cast.approver
        answer = referring.order(more, referral_pb2.SupplementReferralResponse, approver=approver)
        after = _days(answer.referral)
        same = all(after[kind] == day for kind, day in before.items())
        referring.narrator.require(entry, same, "a deadline has moved")
        referring.referral.CopyFrom(answer.referral)
        referring.narrator.good(f"{len(answer.referral.evidence)} pieces of evidence; every deadline is where it was.")


def _due(referring: Referring) -> None:
    cast = referring.stage.cast
    told = "As `xiezhi due` shows it: for a unit its own and what courts owe it, for the provincial bodies all."
    with referring.narrator.step("What is due", told) as entry:
        items = referring.due(cast.investigator, until=referring.today + TWO_MONTHS)
        entry["due"] = len(items)
        referring.narrator.require(entry, bool(items), "nothing is due")
        named = all(item.duty.rule and item.duty.rule_version for item in items)
        referring.narrator.require(entry, named, "a deadline does not say on what it rests")
        referring.narrator.show(due_view(items))


def _import(referring: Referring) -> None:
    told = (
        "The calendar of the year in which the sixty days end may not be published yet. Then the day is provisional; "
        "here a calendar is imported in which that day is a day off."
    )
    with referring.narrator.step("A calendar is published", told) as entry:
        before = _sixty(referring)
        listed = referring.supervise(supervision_pb2.ListCalendarsRequest(), supervision_pb2.ListCalendarsResponse)
        known = {one.year for one in listed.calendars}
        entry["provisional"] = before.provisional
        honest = before.provisional == (before.due_date.year not in known)
        referring.narrator.require(entry, honest, "it is not said whether the day may change")
        referring.narrator.show(due_view([supervision_pb2.DueItem(referral=referring.referral.name, duty=before)]))
        began = time.monotonic()
        request = supervision_pb2.ImportCalendarRequest(
            request_id=referring.new_id(),
            calendar=supervision_pb2.WorkCalendar(
                year=before.due_date.year,
                version=f"演示用日历〔{before.due_date.year}〕1号",
                days_off=[before.due_date],
            ),
        )
        answer = referring.supervise(request, supervision_pb2.ImportCalendarResponse)
        entry["changed"] = answer.changed_count
        referring.narrator.show(imported_view(answer))
        after = _sixty(referring)
        later = not after.provisional and _day(after.due_date) > _day(before.due_date)
        referring.narrator.require(entry, later, "the day has not moved to a working day for good")
        kind = notice_pb2.REFERRAL_NOTICE_KIND_ADJUSTED
        referring.hear(entry, since=began, kind=kind)


def _file(referring: Referring) -> None:
    told = (
        "The head of the unit files the debtor's case (立案). The exchange sets the letter in Chinese, the unit seals "
        "it with its own key and gives it; the court saves it and verifies it without calling anybody."
    )
    with referring.narrator.step("One is filed, and fed back under seal", told) as entry:
        decided = referring.decide(PERSON, file=True, number=referring.number("立"))
        filed = decided.suspects[PERSON].state == referral_pb2.REFERRAL_STATE_FILED
        referring.narrator.require(entry, filed, "the suspect is not filed")
        letter = Letter(referring.referral.name, [PERSON], referring.number("反"))
        session = referring.stage.session(referring.stage.cast.investigator)
        client = referring.stage.client(session.officer_id)
        drafted = letter.draft(client)
        foreign = seal(session, drafted, organisation=referring.other_unit)
        referring.narrator.show(Text("First somebody gives it under the seal of another unit."))
        referring.narrator.refused(
            entry,
            Reason.SEAL_OF_ANOTHER_UNIT,
            lambda: referring.handle(letter.feedback(foreign), investigation_pb2.GiveFeedbackResponse),
        )
        began = time.monotonic()
        pdf = seal(session, drafted, organisation=referring.unit)
        answer = referring.handle(letter.feedback(pdf), investigation_pb2.GiveFeedbackResponse)
        given = answer.referral.suspects[PERSON].state == referral_pb2.REFERRAL_STATE_FEEDBACK_GIVEN
        referring.narrator.require(entry, given, "the feedback is not given")
        referring.hear(entry, since=began, event=referral_pb2.REFERRAL_EVENT_KIND_FEEDBACK_GIVEN)
        referring.save(entry, referral_pb2.REFERRAL_DOCUMENT_KIND_FEEDBACK, "feedback.pdf")


def _not_file(referring: Referring) -> None:
    told = "The company's case is not filed (不予立案). An opinion without reasons is none."
    with referring.narrator.step("One is not, for reasons", told) as entry:
        referring.decide(COMPANY, file=False, number=referring.number("不立"))
        session = referring.stage.session(referring.stage.cast.investigator)
        client = referring.stage.client(session.officer_id)
        bare = Letter(referring.referral.name, [COMPANY], referring.number("意"))
        referring.narrator.refused(entry, Reason.REASONS_MISSING, lambda: bare.draft(client))
        letter = Letter(referring.referral.name, [COMPANY], referring.number("意"), REASONS)
        request = letter.opinion(letter.sealed(session, client))
        answer = referring.handle(request, investigation_pb2.GiveOpinionResponse)
        given = answer.referral.suspects[COMPANY].state == referral_pb2.REFERRAL_STATE_OPINION_GIVEN
        referring.narrator.require(entry, given, "the opinion is not given")
        referring.save(entry, referral_pb2.REFERRAL_DOCUMENT_KIND_OPINION, "opinion.pdf")
        items = referring.due(referring.stage.cast.judge, until=referring.today + TWO_MONTHS)
        referring.narrator.require(entry, not items, "something is still due")
        referring.narrator.show(referral_view(answer.referral))


def _supervise(referring: Referring) -> None:
    cast = referring.stage.cast
    told = "High Court and provincial police sign the year's list of key cases. One signature is not enough."
    with referring.narrator.step("Both bodies put it on their list", told) as entry:
        request = supervision_pb2.ProposeKeyCasesRequest(
            request_id=referring.new_id(),
            year=referring.today.year,
            title=f"{referring.today.year}年联合督办重点案件清单",
            referrals=[referring.referral.name],
        )
        referring.key_cases = referring.supervise(request, supervision_pb2.ProposeKeyCasesResponse).list.name
        wanted = {
            cast.court_supervisor: supervision_pb2.KEY_CASE_LIST_STATE_PENDING,
            cast.police_supervisor: supervision_pb2.KEY_CASE_LIST_STATE_PUBLISHED,
        }
        for officer, state in wanted.items():
            session, client = referring.stage.session(officer), referring.stage.client(officer)
            signing = supervision_pb2.SignKeyCasesRequest(
                request_id=referring.new_id(),
                name=referring.key_cases,
                list_pdf=sealed_list(session, client, referring.key_cases),
            )
            signed = referring.supervise(signing, supervision_pb2.SignKeyCasesResponse, officer=officer).list
            referring.narrator.require(entry, signed.state == state, "one signature publishes it, or two do not")
            referring.narrator.show(lists_view([signed]))
        seen = referring.supervise(
            supervision_pb2.ListKeyCasesRequest(), supervision_pb2.ListKeyCasesResponse, officer=cast.investigator
        )
        entry["lists_of_the_unit"] = len(seen.lists)
        referring.narrator.require(entry, len(seen.lists) == 1, "the unit does not see it")


def _report(referring: Referring) -> None:
    told = "How many were referred, filed and answered in time; the same as a PDF with charts."
    with referring.narrator.step("The year in numbers", told) as entry:
        today = referring.today
        request = supervision_pb2.GetReportRequest(
            start_date=Date(year=today.year, month=1, day=1),
            end_date=date_message(today),
            grouping=supervision_pb2.REPORT_GROUPING_UNIT,
            with_pdf=True,
        )
        answer = referring.supervise(request, supervision_pb2.GetReportResponse)
        counted = (answer.total.suspect_count, answer.total.filed_count, answer.total.not_filed_count)
        referring.narrator.require(entry, counted == (2, 1, 1), "the numbers are others")
        file = referring.folder / "report.pdf"
        write_private(file, answer.pdf)
        entry["report"] = str(file)
        referring.narrator.show(report_view(answer, Grouping.UNIT))
        referring.narrator.good(f"The report is in {file}.")


def _sixty(referring: Referring) -> referral_pb2.Duty:
    """Asks for the day on which the sixty days end for the person."""
    items = referring.due(referring.stage.cast.judge, until=referring.today + TWO_MONTHS)
    return next(
        item.duty
        for item in items
        if item.duty.kind == referral_pb2.DUTY_KIND_SIXTY_DAYS and item.duty.suspect == PERSON
    )


def _days(referral: referral_pb2.Referral) -> Mapping[tuple[int, int], str]:
    """Returns the last days of a referral's duties, by kind and suspect."""
    return {(duty.kind, duty.suspect): _day(duty.due_date).isoformat() for duty in referral.duties}


def _day(day: Date) -> date:
    return date(day.year, day.month, day.day)


STEPS: dict[str, Step] = {
    "refer": _refer,
    "receive": _receive,
    "ask": _ask,
    "due": _due,
    "import": _import,
    "file": _file,
    "not_file": _not_file,
    "supervise": _supervise,
    "report": _report,
}
"""The steps in order, by the name of their span."""
