"""What is due: listed as facts are written, to whom it concerns, and made anew from the facts at any time."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, select

from services.chassis.sealing import Sealer
from services.referral.calendars.tables import CALENDARS
from services.referral.domain import DutyKind, FeedbackGiven, RuleId, SupplementRequested, Transferred
from services.referral.notices.domain import Outline, Owed
from services.referral.notices.rows import _PAGES, DutyRows
from services.referral.notices.tables import DUTIES, STANDINGS
from services.referral.supervision.adjusting import rebuild
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT, at, filed, not_filed, referred
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import referral_pb2, supervision_pb2

FEEDBACK, OPINION, DECIDE = DutyKind.FEEDBACK, DutyKind.OPINION, DutyKind.DECIDE
SIXTY, SUPPLEMENT = DutyKind.SIXTY_DAYS, DutyKind.SUPPLEMENT


async def due(supervised, organisation=COURT, until=(2019, 12, 31), **more):
    request = supervision_pb2.ListDueRequest(**more)
    if until:
        request.until_date.year, request.until_date.month, request.until_date.day = until
    return await supervised.supervise(request, organisation=organisation)


def kinds(answer):
    return [item.duty.kind for item in answer.items]


def day(message):
    return f"{message.year}-{message.month:02}-{message.day:02}"


@pytest.mark.clause("R-3.2")
async def test_a_duty_is_listed_from_the_receipt_to_the_answer(supervised):
    key = await supervised.refer(*referred("2018-09-28", "a"))
    assert kinds(await due(supervised)) == [DECIDE, OPINION, SIXTY]
    await supervised.step(key, filed("2018-09-28", hour=13))
    answer = await due(supervised)
    assert kinds(answer) == [FEEDBACK, SIXTY]
    item = answer.items[0]
    assert (item.referral, item.court_code, item.case_number, item.unit) == (f"referrals/{key}", COURT, CASE, UNIT)
    duty = item.duty
    assert (day(duty.due_date), day(duty.nominal_date), duty.actor) == ("2018-10-08", "2018-10-01", UNIT)
    assert (duty.suspect, duty.rule, duty.rule_version) == (0, "FILED_FEEDBACK", "160-2018")
    assert (duty.citation, duty.provisional, duty.days) == ("赣高法〔2018〕160号 三.1", False, 10)
    assert duty.state == referral_pb2.DUTY_STATE_OPEN
    assert duty.calendar_versions
    await supervised.step(key, FeedbackGiven(at("2018-09-29"), "a"))
    assert kinds(await due(supervised)) == []


async def test_what_is_late_stays_listed_and_says_how_late(supervised, clock):
    await supervised.refer(*referred("2018-09-28"), filed("2018-09-28"))
    assert kinds(await due(supervised, until=())) == []
    clock.set(at("2018-10-10"))
    (item,) = (await due(supervised, until=())).items
    assert (item.duty.state, item.duty.days) == (referral_pb2.DUTY_STATE_OVERDUE, -2)


async def test_each_side_sees_its_own_and_what_the_other_owes_and_the_province_all(supervised):
    other = "赣0103"
    sent, received = referred("2018-09-28")
    await supervised.refer(sent, received, SupplementRequested(at("2018-09-28", 11)))
    moved = type(sent)(sent.at, other, "（2018）赣0103执1号", OTHER_UNIT, sent.suspects, sent.sent_on)
    await supervised.refer(moved, received)
    for reader in (COURT, UNIT):
        assert sorted(kinds(await due(supervised, reader))) == [DECIDE, OPINION, SUPPLEMENT, SIXTY]
    for reader in (other, OTHER_UNIT):
        assert sorted(kinds(await due(supervised, reader))) == [DECIDE, OPINION, SIXTY]
    for reader in (HIGH_COURT, DEPARTMENT):
        assert len(kinds(await due(supervised, reader))) == 7
    assert kinds(await due(supervised, "赣0702")) == kinds(await due(supervised, "360702000000")) == []
    (supplement,) = [i.duty for i in (await due(supervised, UNIT)).items if i.duty.kind == SUPPLEMENT]
    assert (supplement.actor, supplement.HasField("suspect")) == (COURT, False)


async def test_a_unit_that_passed_it_on_owes_nothing_any_more(supervised):
    key = await supervised.refer(*referred("2018-09-28"))
    await supervised.step(key, Transferred(at("2018-09-28", 11), OTHER_UNIT))
    assert kinds(await due(supervised, UNIT)) == []
    (item,) = (await due(supervised, OTHER_UNIT)).items
    assert (item.duty.kind, item.unit, item.duty.actor) == (SIXTY, OTHER_UNIT, OTHER_UNIT)


async def test_several_suspects_owe_each_their_own(supervised):
    await supervised.refer(
        *referred("2018-09-28", "a", "b"), filed("2018-09-28", "a"), not_filed("2018-09-28", "b", 13)
    )
    found = sorted((i.duty.kind, i.duty.suspect) for i in (await due(supervised)).items)
    assert found == [(FEEDBACK, 0), (OPINION, 1), (SIXTY, 0), (SIXTY, 1)]


async def test_pages_hold_everything_once_in_order(supervised):
    for _ in range(4):
        await supervised.refer(*referred("2018-09-28", "a", "b"))
    whole = await due(supervised)
    pages, token = [], ""
    while token is not None:
        answer = await due(supervised, page_size=5, page_token=token)
        pages += answer.items
        token = answer.next_page_token or None
    assert [i.SerializeToString() for i in pages] == [i.SerializeToString() for i in whole.items]
    assert len(pages) == 24
    assert not whole.next_page_token


async def test_a_token_counts_for_its_list_and_its_reader_only(supervised):
    await supervised.refer(*referred("2018-09-28"))
    token = (await due(supervised, page_size=1)).next_page_token
    for more in ({"organisation": UNIT}, {"until": (2018, 12, 1)}):
        with pytest.raises(XiezhiError) as refusal:
            await due(supervised, page_size=1, page_token=token, **more)
        assert refusal.value.reason is Reason.PAGE_TOKEN_INVALID


async def test_a_day_that_is_none_is_refused(supervised):
    with pytest.raises(XiezhiError) as refusal:
        await due(supervised, until=(2018, 2, 30))
    assert refusal.value.reason is Reason.FIELDS_INVALID


def snapshot(connection):
    duties, standings = (
        [c for c in DUTIES.c if c.name != "case_number"],
        [c for c in STANDINGS.c if c.name != "case_number"],
    )
    return (
        [tuple(row) for row in connection.execute(select(*duties).order_by(DUTIES.c.duty_key))],
        [tuple(row) for row in connection.execute(select(*standings).order_by(STANDINGS.c.referral_id))],
    )


async def test_all_of_it_is_made_anew_from_the_facts(supervised, database):
    await supervised.refer(*referred("2018-09-28", "a", "b"), filed("2018-09-28", "a"))
    await supervised.refer(*referred("2018-09-25"), not_filed("2018-09-26"))
    await supervised.refer(referred("2018-09-28")[0])
    before = await database.read(snapshot)

    def lose(connection):
        connection.execute(delete(DUTIES))
        connection.execute(delete(STANDINGS))

    await database.write(lose)
    assert await rebuild(database, referrals=supervised.referrals, telling=supervised.telling) == 3
    assert await database.read(snapshot) == before
    assert await rebuild(database, referrals=supervised.referrals, telling=supervised.telling) == 3
    assert await database.read(snapshot) == before


@pytest.mark.parametrize("side", ["court", "unit", "province"])
def test_a_page_is_read_from_its_index_alone(side):
    (index,) = [one for one in DUTIES.indexes if one.name == f"duties_of_{side}"]
    assert {column.name for column in _PAGES[side].selected_columns} <= set(index.columns.keys())


async def test_the_longest_names_of_calendars_fit_into_the_indexes(database, keyring):
    longest = CALENDARS.c.version.type.length
    rows, names = DutyRows(Sealer(keyring)), [str(n) * 2 + "\U00020bb7" * (longest - 2) for n in range(2)]
    outline = Outline("7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c", COURT, CASE, UNIT, date(2018, 9, 28), 0, is_closed=False)
    owed = Owed(
        bytes(16),
        outline.referral_id,
        COURT,
        CASE,
        UNIT,
        kind=SIXTY,
        suspect=0,
        actor=UNIT,
        due=date(2019, 1, 2),
        nominal=date(2018, 12, 30),
        rule=RuleId.OPINION_VERIFIED,
        rule_version="160-2018",
        calendar_versions=tuple(names),
        is_provisional=False,
        adjusted=f"calendar {', '.join(names)} published",
        started_at=at("2018-09-28"),
    )
    await database.write(lambda c: rows.rewrite(c, outline, [owed]))
    assert await database.read(lambda c: rows.page(c, COURT, date(2019, 1, 2), after=None, most=2)) == (owed,)


async def test_the_number_of_the_case_is_sealed(supervised, database):
    await supervised.refer(*referred("2018-09-28"))
    rows = await database.read(lambda c: [*c.execute(select(DUTIES)), *c.execute(select(STANDINGS))])
    assert all("赣0102执" not in str(row) and "执1号".encode() not in bytes(row.case_number) for row in rows)
