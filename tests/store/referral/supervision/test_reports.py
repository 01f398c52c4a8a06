"""Reports: the numbers of a brute-force count over what happened, for whoever sees it, and as a PDF."""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from dataclasses import replace
from datetime import timedelta
from statistics import median

import pytest

from services.codes.legal_time import legal_date
from services.papers.content import read_text
from services.referral.domain import Calendars, Decided, Decision, FeedbackGiven, OpinionGiven
from services.referral.published import published_calendars
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT
from tests.unit.referral.domain.referred import at, received, referred, sent
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import supervision_pb2

COURT, UNIT = supervision_pb2.REPORT_GROUPING_COURT, supervision_pb2.REPORT_GROUPING_UNIT
CAMPAIGN, MONTH = supervision_pb2.REPORT_GROUPING_CAMPAIGN, supervision_pb2.REPORT_GROUPING_MONTH
SIDES = (("赣0102", "360102050000"), ("赣0103", "360103050000"), ("赣0702", "360702050000"))
CALENDARS = Calendars(published_calendars())
NOW = at("2018-12-20")


def draw(count, seed=20180803):
    """Draws referrals, each with what is to be counted of it."""
    draws = random.Random(seed)
    for number in range(count):
        court, unit = draws.choice(SIDES)
        day = at("2018-08-06") + timedelta(days=draws.randrange(100))
        first = replace(
            sent("2018-08-06", "a", "b"),
            at=day,
            sent_on=legal_date(day),
            court_code=court,
            unit=unit,
            case_number=f"（2018）{court}执{number + 1}号",
        )
        facts = [first, replace(received("2018-08-06"), at=day + timedelta(hours=1), signed_at=day)]
        for place, suspect in enumerate("ab"):
            facts += outcome(draws, suspect, day + timedelta(hours=2 + place))
        yield sorted(facts, key=lambda fact: fact.at)


def outcome(draws, suspect, day):
    if draws.random() < 0.2:
        return []
    decided = day + timedelta(days=draws.randrange(6))
    decision = draws.choice(list(Decision))
    facts = [Decided(decided, suspect, decision, legal_date(decided))]
    if draws.random() < 0.8:
        answered = decided + timedelta(days=draws.randrange(9), minutes=30)
        facts.append((FeedbackGiven if decision is Decision.FILED else OpinionGiven)(answered, suspect))
    return facts


def rolled(day, days):
    day += timedelta(days=days)
    while not CALENDARS.is_working(day):
        day += timedelta(days=1)
    return day


def count(stories, keys_of):
    """Counts without the domain's clocks: feedback three days from filing, an opinion or a filing five from receipt.

    Of each suspect one written answer counts, once it was given or something that comes before it is late.
    """
    rows = defaultdict(lambda: dict.fromkeys(("referrals", "suspects", "filed", "not_filed", "due", "on_time"), 0))
    days = defaultdict(list)
    today = legal_date(NOW)
    for number, facts in enumerate(stories):
        start = legal_date(facts[1].signed_at)
        for key in (*keys_of(number, facts), ""):
            row = rows[key]
            row["referrals"] += 1
            row["suspects"] += 2
            for suspect in "ab":
                own = [fact for fact in facts if getattr(fact, "suspect", "") == suspect]
                decided = own[0] if own else None
                answered = legal_date(own[1].at) if len(own) > 1 else None
                is_filed = decided is not None and decided.decision is Decision.FILED
                row["filed"] += is_filed
                row["not_filed"] += decided is not None and not is_filed
                said = decided.decided_on if is_filed else answered
                dues = [(rolled(start, 5), said)]
                dues += [(rolled(decided.decided_on, 3), answered)] if is_filed else []
                is_late = any((end or today) > due for due, end in dues)
                row["due"] += is_late or answered is not None
                row["on_time"] += answered is not None and not is_late
                days[key] += [] if answered is None else [(answered - start).days]
    return {
        key: (
            *row.values(),
            round(median(days[key]) * 10) if days[key] else None,
            round(row["on_time"] * 1000 / row["due"]) if row["due"] else None,
        )
        for key, row in rows.items()
    }


def numbers(row):
    return (
        row.referral_count,
        row.suspect_count,
        row.filed_count,
        row.not_filed_count,
        row.due_count,
        row.on_time_count,
        row.median_days_tenths if row.HasField("median_days_tenths") else None,
        row.on_time_permille if row.HasField("on_time_permille") else None,
    )


def asking(grouping, first=(2018, 8, 1), last=(2018, 12, 31), **more):
    request = supervision_pb2.GetReportRequest(grouping=grouping, **more)
    for field, days in ((request.start_date, first), (request.end_date, last)):
        field.year, field.month, field.day = days
    return request


async def report(supervised, grouping, organisation=HIGH_COURT, **more):
    return await supervised.supervise(asking(grouping, **more), organisation=organisation)


@pytest.fixture
async def referrals(supervised, clock):
    """Referrals as they happened, and their keys."""
    stories, keys = list(draw(30)), []
    for first, *later in stories:
        keys.append(await supervised.refer(first))
        await supervised.step(keys[-1], *later)
    clock.set(NOW)
    return stories, keys


async def test_rows_are_those_of_a_brute_force_count(supervised, referrals):
    stories, keys = referrals
    campaign = supervision_pb2.CreateCampaignRequest(request_id=str(uuid.uuid4()), title="秋风行动")
    campaign.start_date.year = campaign.end_date.year = 2018
    campaign.start_date.month = campaign.end_date.month = campaign.start_date.day = campaign.end_date.day = 9
    name = (await supervised.supervise(campaign)).campaign.name
    joining = supervision_pb2.JoinCampaignRequest(request_id=str(uuid.uuid4()), name=name)
    joining.referrals.extend(f"referrals/{key}" for key in keys[::3])
    await supervised.supervise(joining)
    for grouping, keys_of in (
        (COURT, lambda _, facts: [facts[0].court_code]),
        (UNIT, lambda _, facts: [facts[0].unit]),
        (MONTH, lambda _, facts: [f"{legal_date(facts[1].signed_at):%Y-%m}"]),
        (CAMPAIGN, lambda number, _: [name] if number % 3 == 0 else []),
    ):
        expected = count(stories, keys_of)
        answer = await report(supervised, grouping)
        assert numbers(answer.total) == expected.pop("")
        assert {row.key: numbers(row) for row in answer.rows} == expected
        assert [row.key for row in answer.rows] == sorted(expected)
        assert all(
            row.undecided_count == row.suspect_count - row.filed_count - row.not_filed_count for row in answer.rows
        )


async def test_a_court_and_a_unit_see_their_own(supervised, referrals):
    stories, _ = referrals
    court, unit = SIDES[0]
    expected = count([facts for facts in stories if facts[0].court_code == court], lambda *_: [])[""]
    assert numbers((await report(supervised, MONTH, court)).total) == expected
    assert numbers((await report(supervised, MONTH, unit)).total) == expected
    assert numbers((await report(supervised, MONTH, DEPARTMENT)).total) == count(stories, lambda *_: [])[""]
    assert (await report(supervised, MONTH, "赣0703")).total.referral_count == 0


async def test_the_period_has_both_of_its_days(supervised):
    for day in ("2018-09-03", "2018-09-04", "2018-09-05", "2018-09-06"):
        await supervised.refer(*referred(day))
    answer = await report(supervised, COURT, first=(2018, 9, 4), last=(2018, 9, 5))
    assert answer.total.referral_count == 2
    assert not answer.pdf


async def test_the_printed_report_names_courts_and_is_the_same_every_time(supervised, referrals):
    answer = await report(supervised, COURT, with_pdf=True)
    text = read_text(answer.pdf)
    for name in ("南昌市东湖区人民法院", "南昌市西湖区人民法院", "赣州市章贡区人民法院", "按期书面反馈率", "合计"):
        assert name in text
    assert (await report(supervised, COURT, with_pdf=True)).pdf == answer.pdf
    units = read_text((await report(supervised, UNIT, with_pdf=True)).pdf)
    assert "360102050000" in units.replace(" ", "")
    for grouping in (MONTH, CAMPAIGN):
        assert (await report(supervised, grouping, with_pdf=True)).pdf.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("first", "last"),
    [((2018, 9, 2), (2018, 9, 1)), ((2018, 9, 1), (2028, 9, 2)), ((2018, 2, 30), (2018, 9, 1))],
)
async def test_a_period_that_cannot_be(supervised, first, last):
    with pytest.raises(XiezhiError) as refusal:
        await report(supervised, COURT, first=first, last=last)
    assert refusal.value.reason is Reason.FIELDS_INVALID


async def test_a_period_of_ten_years_can_be(supervised):
    assert (await report(supervised, COURT, first=(2018, 9, 1), last=(2028, 9, 1))).total.referral_count == 0
