"""What units receive, review, decide and answer, over the wire's messages and files in memory."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from io import BytesIO

import pytest
from google.protobuf import timestamp_pb2
from pypdf import PdfReader

from services.papers.content import normalise
from tests.unit.filing.papers import paper
from tests.unit.referral.asked import (
    DETECTIVE,
    LETTER,
    NOW,
    REASONS,
    RECEIPT,
    draft,
    draft_receipt,
    extension,
    feedback,
    fetching,
    letter,
    listing,
    missing,
    opinion,
    person,
    receipt,
    reopening,
    ruling,
    sending,
    supplement,
    transfer,
)
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT, at
from tests.unit.referral.exchange import Exchange
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.proof.statement import Rank
from xiezhi.referral.v1 import investigation_pb2, referral_pb2

S = referral_pb2
THIRTY = investigation_pb2.REVIEW_EXTENSION_THIRTY_DAYS
NAMES = tuple(person(serial).name for serial in (1, 2, 3))
STEPS = {
    "receive": receipt,
    "ask for more": missing,
    "transfer": lambda name: transfer(name, OTHER_UNIT),
    "extend": extension,
    "decide": ruling,
    "feed back": feedback,
    "opine": opinion,
    "reopen": reopening,
}


@pytest.fixture
def exchange():
    return Exchange()


@pytest.fixture
async def sent(exchange):
    """Name of a referral of three suspects."""
    return (await exchange.court(sending(*map(person, (1, 2, 3))))).referral.name


@pytest.fixture
async def received(exchange, sent):
    await exchange.unit(receipt(sent))
    return sent


async def refusal(asked):
    with pytest.raises(XiezhiError) as refused:
        await asked
    assert not any(name in str(refused.value) for name in NAMES)
    return refused.value.reason


def states(referral):
    return [S.ReferralState.Name(s.state).removeprefix("REFERRAL_STATE_") for s in referral.suspects]


def due(referral, kind, suspect=0):
    found = [d for d in referral.duties if d.kind == kind and d.suspect == suspect]
    return [(date(d.due_date.year, d.due_date.month, d.due_date.day), d.state) for d in found]


@pytest.mark.clause("R-3.1", "R-3.3")
async def test_the_receipt_starts_the_clocks(exchange, sent):
    made = (await exchange.unit(receipt(sent))).referral
    assert states(made) == ["RECEIVED"] * 3
    assert made.receipt_number == RECEIPT
    assert made.receive_time.ToDatetime(NOW.tzinfo) - NOW < timedelta(seconds=1)
    assert due(made, S.DUTY_KIND_OPINION) == [(date(2018, 9, 30), S.DUTY_STATE_OPEN)]
    assert due(made, S.DUTY_KIND_DECIDE) == [(date(2018, 9, 28), S.DUTY_STATE_OPEN)]
    assert due(made, S.DUTY_KIND_SIXTY_DAYS, 2) == [(date(2018, 11, 26), S.DUTY_STATE_OPEN)]
    opinion_due = next(d for d in made.duties if d.kind == S.DUTY_KIND_OPINION)
    assert (opinion_due.actor, opinion_due.rule_version, opinion_due.days) == (UNIT, "160-2018", 5)
    assert opinion_due.citation.startswith("赣高法〔2018〕160号")
    assert opinion_due.calendar_versions
    assert [(e.kind, e.organisation, e.officer_id) for e in made.events][1:] == [
        (S.REFERRAL_EVENT_KIND_RECEIVED, UNIT, DETECTIVE)
    ]


def on_paper():
    """A referral that went on paper on 2018-09-20, and is known to the exchange since 2018-09-25."""
    request = sending()
    request.context.channel = case_pb2.CHANNEL_MANUAL
    return request


def signed(moment):
    when = timestamp_pb2.Timestamp()
    when.FromDatetime(moment)
    return {"sign_time": when}


@pytest.mark.clause("R-3.3")
async def test_what_was_signed_for_on_paper_has_clocks_from_then(exchange):
    name = (await exchange.court(on_paper())).referral.name
    made = (await exchange.unit(receipt(name, **signed(at("2018-09-21"))))).referral
    assert made.receive_time.ToDatetime(NOW.tzinfo) == at("2018-09-21")
    assert due(made, S.DUTY_KIND_OPINION) == [(date(2018, 9, 26), S.DUTY_STATE_OPEN)]
    assert due(made, S.DUTY_KIND_DECIDE) == [(date(2018, 9, 25), S.DUTY_STATE_OPEN)]
    assert await refusal(exchange.unit(transfer(name, OTHER_UNIT))) is Reason.TRANSFER_TOO_LATE


@pytest.mark.parametrize(
    ("referral", "moment"),
    [
        (on_paper, at("2018-09-19", 23, 59)),
        (on_paper, NOW + timedelta(minutes=1)),
        (sending, at("2018-09-24", 23, 59)),
    ],
    ids=["before the letter", "to come", "before it was sent over the platform"],
)
async def test_nothing_is_signed_for_before_it_goes_out_or_in_the_future(exchange, referral, moment):
    name = (await exchange.court(referral())).referral.name
    assert await refusal(exchange.unit(receipt(name, **signed(moment)))) is Reason.REFERRAL_STATE
    assert states((await exchange.unit(receipt(name))).referral) == ["RECEIVED"]


def sealed_receipt(*texts, unit=UNIT):
    return paper(unit, CASE, RECEIPT, *texts)


@pytest.mark.clause("R-3.1")
async def test_a_receipt_under_seal_is_kept_and_says_when_the_clocks_begin(exchange, sent):
    drafted = await exchange.unit(draft_receipt(sent))
    text = normalise("".join(page.extract_text() for page in PdfReader(BytesIO(drafted.pdf)).pages))
    for fact in ("接受案件回执", CASE, RECEIPT, "2018年9月25日10时00分", "证据材料2件"):
        assert normalise(fact) in text
    exchange.clock.advance(timedelta(minutes=20))
    pdf = sealed_receipt("2018年9月25日10时00分")
    request = receipt(sent, sign_time=drafted.sign_time, receipt_pdf=pdf)
    made = (await exchange.unit(request)).referral
    assert (await exchange.unit(request)).referral == made
    assert made.receive_time == drafted.sign_time
    kept = made.documents[-1]
    assert (kept.kind, kept.document_number, kept.sealed_by) == (S.REFERRAL_DOCUMENT_KIND_RECEIPT, RECEIPT, UNIT)
    assert (await exchange.court(fetching(sent, kept.sha256))).pdf == pdf
    assert await refusal(exchange.unit(draft_receipt(sent))) is Reason.REFERRAL_STATE


@pytest.mark.parametrize(
    ("pdf", "moment", "reason"),
    [
        (sealed_receipt("2018年9月25日10时01分"), NOW, Reason.FIELDS_INVALID),
        (sealed_receipt("2018年9月25日10时00分"), None, Reason.FIELDS_INVALID),
        (paper(UNIT, CASE, "2018年9月25日10时00分"), NOW, Reason.FIELDS_INVALID),
        (sealed_receipt("2018年9月25日10时00分", unit=OTHER_UNIT), NOW, Reason.SEAL_OF_ANOTHER_UNIT),
        (b"%PDF-1.7 none", NOW, Reason.DOCUMENT_UNSEALED),
        (sealed_receipt("2018年9月25日11时00分"), NOW + timedelta(hours=1), Reason.REFERRAL_STATE),
    ],
    ids=["another time", "no time", "another number", "another unit's seal", "no seal", "to come"],
)
async def test_a_receipt_that_is_not_the_units_or_says_something_else_starts_no_clock(
    exchange, sent, pdf, moment, reason
):
    told = signed(moment) if moment else {}
    assert await refusal(exchange.unit(receipt(sent, receipt_pdf=pdf, **told))) is reason
    assert states((await exchange.court(listing())).referrals[0]) == ["SENT"] * 3


async def test_a_receipt_has_no_reasons(exchange, sent):
    assert await refusal(exchange.unit(draft_receipt(sent, reasons=REASONS))) is Reason.FIELDS_INVALID


async def test_what_was_received_is_not_received_again(exchange, received):
    assert await refusal(exchange.unit(receipt(received))) is Reason.REFERRAL_STATE


@pytest.mark.parametrize("ask", STEPS.values(), ids=STEPS)
async def test_the_referral_of_another_unit_is_not_there(exchange, sent, ask):
    assert await refusal(exchange.unit(ask(sent), unit=OTHER_UNIT)) is Reason.REFERRAL_NOT_FOUND
    assert await refusal(exchange.unit(ask(f"referrals/{uuid.uuid4()}"))) is Reason.REFERRAL_NOT_FOUND


@pytest.mark.parametrize(
    "ask", [a for n, a in STEPS.items() if n != "receive"], ids=[n for n in STEPS if n != "receive"]
)
async def test_before_the_receipt_nothing_else_is_done(exchange, sent, ask):
    assert await refusal(exchange.unit(ask(sent))) is Reason.NOT_RECEIVED


@pytest.mark.parametrize("ask", [ruling, feedback, opinion, reopening, draft])
async def test_a_suspect_that_is_not_there_is_refused(exchange, received, ask):
    assert await refusal(exchange.unit(ask(received, 3))) is Reason.REFERRAL_NOT_FOUND


async def test_more_is_asked_for_once_and_the_clocks_run_on(exchange, received):
    made = (await exchange.unit(missing(received))).referral
    assert states(made) == ["SUPPLEMENT_REQUESTED"] * 3
    assert due(made, S.DUTY_KIND_OPINION) == [(date(2018, 9, 30), S.DUTY_STATE_OPEN)]
    supplied = next(d for d in made.duties if d.kind == S.DUTY_KIND_SUPPLEMENT)
    assert (supplied.actor, supplied.HasField("suspect")) == (COURT, False)
    assert made.events[-1].text == "缺少财产申报表"
    assert await refusal(exchange.unit(missing(received))) is Reason.REFERRAL_STATE
    await exchange.court(supplement(received))
    assert states((await exchange.unit(missing(received))).referral) == ["SUPPLEMENT_REQUESTED"] * 3


@pytest.mark.parametrize(("days", "last"), [(3, date(2018, 9, 28)), (5, date(2018, 9, 30)), (7, date(2018, 10, 8))])
async def test_the_court_has_the_days_that_are_configured(days, last):
    exchange = Exchange(supplement_days=days)
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    made = (await exchange.unit(missing(name))).referral
    (asked,) = (d for d in made.duties if d.kind == S.DUTY_KIND_SUPPLEMENT)
    assert date(asked.due_date.year, asked.due_date.month, asked.due_date.day) == last


async def test_a_referral_is_passed_on_and_signed_for_anew(exchange, received):
    request = transfer(received, OTHER_UNIT)
    exchange.clock.advance(timedelta(hours=23, minutes=59))
    made = (await exchange.unit(request)).referral
    assert (made.unit, states(made), made.receipt_number) == (OTHER_UNIT, ["SENT"] * 3, "")
    assert not made.HasField("receive_time")
    assert await refusal(exchange.unit(receipt(received))) is Reason.REFERRAL_NOT_FOUND
    assert (await exchange.unit(request)).referral == made
    anew = (await exchange.unit(receipt(received, receipt_number="R2"), unit=OTHER_UNIT)).referral
    assert anew.receipt_number == "R2"
    assert due(anew, S.DUTY_KIND_SIXTY_DAYS) == [(date(2018, 11, 26), S.DUTY_STATE_OPEN)]
    assert due(anew, S.DUTY_KIND_DECIDE)[-1] == (date(2018, 9, 29), S.DUTY_STATE_OPEN)
    shown = (await exchange.court(listing())).referrals[0]
    assert shown.events[2].kind == S.REFERRAL_EVENT_KIND_TRANSFERRED


@pytest.mark.parametrize(
    ("hours", "unit", "reason"),
    [
        (24, OTHER_UNIT, Reason.TRANSFER_TOO_LATE),
        (1, UNIT, Reason.REFERRAL_WRONG_UNIT),
        (1, "369901000000", Reason.REFERRAL_WRONG_UNIT),
    ],
)
async def test_a_referral_is_not_passed_on_late_nor_to_nobody(exchange, received, hours, unit, reason):
    exchange.clock.advance(timedelta(hours=hours, seconds=1))
    assert await refusal(exchange.unit(transfer(received, unit))) is reason


@pytest.mark.parametrize("rank", [None, Rank.JUDGE])
async def test_thirty_days_take_the_head_of_a_county_organ(exchange, received, rank):
    assert await refusal(exchange.unit(extension(received, THIRTY), rank=rank)) is Reason.EXTENSION_NOT_ENTITLED
    made = (await exchange.unit(extension(received, THIRTY), rank=Rank.DIVISION_CHIEF, officer="P36010299")).referral
    assert due(made, S.DUTY_KIND_OPINION)[-1] == (date(2018, 10, 25), S.DUTY_STATE_OPEN)
    assert (made.events[-1].officer_id, made.events[-1].text) == ("P36010299", "需要查证")


async def test_seven_days_are_the_units_own(exchange, received):
    made = (await exchange.unit(extension(received))).referral
    assert due(made, S.DUTY_KIND_DECIDE) == [
        (date(2018, 9, 28), S.DUTY_STATE_VOID),
        (date(2018, 10, 8), S.DUTY_STATE_OPEN),
    ]
    assert await refusal(exchange.unit(extension(received))) is Reason.REFERRAL_STATE


async def test_suspects_are_decided_differently_each_once(exchange, received):
    made = (await exchange.unit(ruling(received, 0, 2))).referral
    assert states(made) == ["FILED", "RECEIVED", "FILED"]
    assert [list(e.suspects) for e in made.events if e.kind == S.REFERRAL_EVENT_KIND_FILED] == [[0, 2]]
    assert due(made, S.DUTY_KIND_FEEDBACK, 2) == [(date(2018, 9, 28), S.DUTY_STATE_OPEN)]
    assert await refusal(exchange.unit(ruling(received, 1, 2, files=False))) is Reason.ALREADY_GIVEN
    made = (await exchange.unit(ruling(received, 1, files=False))).referral
    assert states(made) == ["FILED", "NOT_FILED", "FILED"]
    assert made.state == S.REFERRAL_STATE_NOT_FILED
    assert made.suspects[1].decision_date.day == 25
    assert (made.private_prosecution_date.month, made.private_prosecution_date.day) == (9, 25)


@pytest.mark.parametrize(
    ("day", "why", "reason"),
    [
        (date(2018, 9, 24), "补录", Reason.DECISION_DATE_INVALID),
        (date(2018, 9, 27), "", Reason.DECISION_DATE_INVALID),
        (date(2018, 9, 25), " ", Reason.DECISION_DATE_INVALID),
        (date(2018, 9, 25), "补录", None),
        (date(2018, 9, 26), "", None),
    ],
)
async def test_a_decision_is_dated_between_the_receipt_and_today(exchange, received, day, why, reason):
    exchange.clock.advance(timedelta(days=1))
    asked = exchange.unit(ruling(received, day=day, late_reason=why))
    if reason is None:
        made = (await asked).referral
        assert made.suspects[0].decision_date.day == day.day
        assert made.events[-1].text == why
    else:
        assert await refusal(asked) is reason


async def test_a_day_that_no_calendar_has_is_refused(exchange, received):
    request = ruling(received)
    request.decision_date.day = 31
    assert await refusal(exchange.unit(request)) is Reason.FIELDS_INVALID


@pytest.mark.clause("R-3.2")
async def test_the_feedback_is_given_under_seal_late_or_not(exchange, received):
    await exchange.unit(ruling(received, 0, 1))
    exchange.clock.advance(timedelta(days=20))
    pdf = letter(*NAMES[:2])
    made = (await exchange.unit(feedback(received, 0, 1, pdf=pdf))).referral
    assert states(made) == ["FEEDBACK_GIVEN", "FEEDBACK_GIVEN", "RECEIVED"]
    assert due(made, S.DUTY_KIND_FEEDBACK, 1) == [(date(2018, 9, 28), S.DUTY_STATE_DONE_LATE)]
    assert made.suspects[0].HasField("answer_time")
    document = made.documents[-1]
    assert (document.kind, document.document_number, document.sealed_by) == (
        S.REFERRAL_DOCUMENT_KIND_FEEDBACK,
        LETTER,
        UNIT,
    )
    fetched = await exchange.unit(investigation_pb2.FetchUnitDocumentRequest(name=received, sha256=document.sha256))
    assert (fetched.pdf, fetched.document) == (pdf, document)
    assert await refusal(exchange.unit(feedback(received, 0, 2))) is Reason.ALREADY_GIVEN


@pytest.mark.parametrize(
    ("decided", "ask", "reason"),
    [
        (None, feedback, Reason.NOT_DECIDED),
        (None, opinion, Reason.NOT_DECIDED),
        (True, opinion, Reason.NOT_DECIDED),
        (False, feedback, Reason.NOT_DECIDED),
        (False, lambda name: opinion(name, reasons=()), Reason.REASONS_MISSING),
        (False, lambda name: opinion(name, reasons=(REASONS[0], " ")), Reason.REASONS_MISSING),
        (None, reopening, Reason.NOT_DECIDED),
        (False, lambda name: reopening(name, text=" "), Reason.REOPENING_GROUND_MISSING),
        (True, reopening, Reason.REFERRAL_STATE),
        (True, missing, None),
    ],
)
async def test_an_answer_follows_its_decision(exchange, received, decided, ask, reason):
    if decided is not None:
        await exchange.unit(ruling(received, files=decided))
    if reason is None:
        await exchange.unit(ask(received))
    else:
        assert await refusal(exchange.unit(ask(received))) is reason


@pytest.mark.parametrize(
    ("pdf", "reason"),
    [
        (letter(NAMES[0], *REASONS, unit=OTHER_UNIT), Reason.SEAL_OF_ANOTHER_UNIT),
        (b"%PDF-1.7", Reason.DOCUMENT_UNSEALED),
        (letter(NAMES[0], REASONS[0]), Reason.FIELDS_INVALID),
        (letter(NAMES[1], *REASONS), Reason.FIELDS_INVALID),
        (letter(NAMES[0], *REASONS, case="（2018）赣0102执12号"), Reason.FIELDS_INVALID),
        (letter(NAMES[0], *REASONS).replace(LETTER.encode(), b""), Reason.FIELDS_INVALID),
    ],
)
async def test_a_letter_that_is_not_the_units_or_does_not_say_all_counts_for_nothing(exchange, received, pdf, reason):
    await exchange.unit(ruling(received, files=False))
    changes = exchange.store.changes
    assert await refusal(exchange.unit(opinion(received, pdf=pdf))) is reason
    assert exchange.store.changes == changes


async def test_a_reason_may_go_on_over_the_page(exchange, received):
    await exchange.unit(ruling(received, files=False))
    broken = f"{REASONS[0][:9]}\n— 1 —\n{REASONS[0][9:]}"
    await exchange.unit(opinion(received, pdf=letter(NAMES[0], broken, REASONS[1])))


async def test_a_prosecutor_has_the_referral_taken_up_again(exchange, received):
    await exchange.unit(ruling(received, files=False))
    await exchange.unit(opinion(received))
    exchange.clock.advance(timedelta(days=30))
    made = (await exchange.unit(reopening(received))).referral
    assert states(made) == ["REOPENED", "RECEIVED", "RECEIVED"]
    assert not made.suspects[0].HasField("decision_date")
    made = (await exchange.unit(ruling(received, day=date(2018, 10, 25)))).referral
    assert states(made)[0] == "FILED"
    assert due(made, S.DUTY_KIND_FEEDBACK) == [(date(2018, 10, 29), S.DUTY_STATE_OPEN)]
    kinds = [e.kind for e in made.events]
    assert kinds[-2:] == [S.REFERRAL_EVENT_KIND_REOPENED, S.REFERRAL_EVENT_KIND_FILED]
    assert S.REFERRAL_EVENT_KIND_NOT_FILED in kinds


async def test_a_letter_of_an_earlier_decision_does_not_tell_of_a_later_one(exchange, received):
    await exchange.unit(ruling(received, files=False))
    await exchange.unit(opinion(received))
    exchange.clock.advance(timedelta(days=30))
    await exchange.unit(reopening(received))
    await exchange.unit(ruling(received, files=False, day=date(2018, 10, 25)))
    changes = exchange.store.changes
    assert await refusal(exchange.unit(opinion(received))) is Reason.ALREADY_GIVEN
    assert exchange.store.changes == changes
    fresh = letter(NAMES[0], *REASONS, "复查")
    assert states((await exchange.unit(opinion(received, pdf=fresh))).referral)[0] == "OPINION_GIVEN"


@pytest.mark.parametrize("ask", STEPS.values(), ids=STEPS)
async def test_a_repeated_step_has_the_first_answer(exchange, sent, ask):
    before = {"receive": ()}.get(next(n for n, a in STEPS.items() if a is ask), (receipt(sent),))
    if ask in {feedback, opinion, reopening}:
        before = (*before, ruling(sent, files=ask is feedback))
    for request in before:
        await exchange.unit(request)
    request, changes = ask(sent), exchange.store.changes
    first = await exchange.unit(request)
    exchange.clock.advance(timedelta(days=40))
    assert await exchange.unit(request) == first
    assert exchange.store.changes == changes + 1
    # The key is the unit's own.
    assert await refusal(exchange.unit(missing(sent, request_id=request.request_id, missing="x"))) is (
        Reason.REQUEST_ID_REUSED
    )


def text_of(pdf):
    return normalise("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


async def test_a_letter_is_set_from_what_was_decided(exchange, received):
    assert await refusal(exchange.unit(draft(received))) is Reason.NOT_DECIDED
    await exchange.unit(ruling(received, 0, 1))
    await exchange.unit(ruling(received, 2, files=False))
    first = await exchange.unit(draft(received, 0, 1))
    assert first == await exchange.unit(draft(received, 0, 1))
    text = text_of(first.pdf)
    for said in (CASE, LETTER, RECEIPT, "南昌市东湖区公安机关", "南昌市东湖区人民法院", *NAMES[:2]):
        assert normalise(said) in text
    assert NAMES[2] not in text
    written = text_of((await exchange.unit(draft(received, 2, reasons=REASONS))).pdf)
    assert all(normalise(said) in written for said in (NAMES[2], *REASONS))
    assert await refusal(exchange.unit(draft(received, 2))) is Reason.REASONS_MISSING
    assert await refusal(exchange.unit(draft(received, 0, reasons=REASONS))) is Reason.FIELDS_INVALID
    assert await refusal(exchange.unit(draft(received, 0, 2))) is Reason.NOT_DECIDED
    endless = ["\U00020bb7" * 1000] * 20
    assert await refusal(exchange.unit(draft(received, 2, reasons=endless))) is Reason.FIELDS_INVALID


async def test_a_unit_sees_what_lies_with_it_the_newest_first(exchange):
    names = [(await exchange.court(sending(serial=serial))).referral.name for serial in range(1, 6)]
    await exchange.unit(receipt(names[1]))
    await exchange.unit(receipt(names[3]))
    await exchange.unit(transfer(names[3], OTHER_UNIT))
    seen, token = [], ""
    for _ in range(3):
        request = investigation_pb2.ListUnitReferralsRequest(page_size=2, page_token=token)
        page = await exchange.unit(request)
        seen.append([r.name for r in page.referrals])
        assert not any(r.events for r in page.referrals)
        token = page.next_page_token
        if not token:
            break
    assert seen == [[names[4], names[2]], [names[1], names[0]]]
    request = investigation_pb2.ListUnitReferralsRequest(state=S.REFERRAL_STATE_RECEIVED)
    assert [r.name for r in (await exchange.unit(request)).referrals] == [names[1]]
    other = await exchange.unit(investigation_pb2.ListUnitReferralsRequest(), unit=OTHER_UNIT)
    assert [r.name for r in other.referrals] == [names[3]]


async def test_a_token_of_another_list_is_refused(exchange):
    for serial in (1, 2):
        await exchange.court(sending(serial=serial))
    page = await exchange.unit(investigation_pb2.ListUnitReferralsRequest(page_size=1))
    request = investigation_pb2.ListUnitReferralsRequest(page_size=1, page_token=page.next_page_token)
    assert await refusal(exchange.unit(request, unit=OTHER_UNIT)) is Reason.PAGE_TOKEN_INVALID
    request.state = S.REFERRAL_STATE_SENT
    assert await refusal(exchange.unit(request)) is Reason.PAGE_TOKEN_INVALID


async def test_a_unit_reads_its_referral_and_its_documents_only(exchange, sent):
    request = investigation_pb2.GetUnitReferralRequest(name=sent)
    shown = (await exchange.unit(request)).referral
    assert shown.facts == sending().facts
    assert await refusal(exchange.unit(request, unit=OTHER_UNIT)) is Reason.REFERRAL_NOT_FOUND
    fetch = investigation_pb2.FetchUnitDocumentRequest(name=sent, sha256=shown.documents[0].sha256)
    assert (await exchange.unit(fetch)).pdf.startswith(f"SEALED {COURT}".encode())
    assert await refusal(exchange.unit(fetch, unit=OTHER_UNIT)) is Reason.REFERRAL_NOT_FOUND
    fetch.sha256 = bytes(32)
    assert await refusal(exchange.unit(fetch)) is Reason.NOT_FOUND
