"""The gate: what it asks the directory for, of calls, of submissions, and of streams as they go."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from gateway.decision import Grant
from gateway.directory import DirectoryCopy
from gateway.gate import Gate
from services.chassis.clock import ManualClock
from services.codes.jurisdiction import Jiangxi
from services.filing.convert import write_date
from tests.unit.calls import CONTRACTS, make_call
from tests.unit.gateway.test_directory import KEY, changes, credential, liaison, operational
from xiezhi.common.v1 import case_pb2
from xiezhi.coordination.v1 import channel_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.vehicle.v1 import seizure_pb2

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
COURT, NUMBER, JUDGE, LIAISON = "赣0102", "（2026）赣0102执1号", "GAN0102-J001", "GAN0102-L001"
TRAFFIC = 4
PERMISSIONS = ("vehicle.seizure.read", "channel.read", "vehicle.seizure.register")


class Cases:
    """One case, of one judge."""

    def __init__(self):
        self.handler, self.is_open = JUDGE, True

    async def facts(self, court, number):
        return SimpleNamespace(handler=self.handler, is_open=self.is_open, are_parties=lambda numbers: True)


class Bench:
    """A gate with everything that it asks."""

    def __init__(self):
        self.copy, self.clock, self.cases = DirectoryCopy(KEY), ManualClock(NOW), Cases()
        self.gate = Gate(
            contracts=CONTRACTS,
            systems="",
            tokens=None,
            trust=None,
            cases=self.cases,
            approvals=None,
            jurisdiction=Jiangxi(),
            directory=self.copy,
            limiter=None,
            clock=self.clock,
        )

    def told(self, **changed):
        known = {
            "credentials": [credential(1, "W-1"), credential(2, "E-1")],
            "liaisons": [liaison()],
            "operations": [operational(COURT, TRAFFIC)],
        }
        self.copy.apply(changes(7, **known | changed), now=NOW)

    def renew(self):
        now = self.clock.now()
        self.copy.apply(changes(8, lease_end=now + timedelta(seconds=60)), now=now)

    def call(self, request, service, officer=JUDGE):
        permissions = (*PERMISSIONS, *(("referral.liaison",) if officer == LIAISON else ()))
        made = make_call(
            request, service, at=self.clock.now(), officer=officer, organisation=COURT, permissions=permissions
        )
        made.caller = replace(made.caller, work_card="W-1", enforcement_card="E-1")
        return made

    async def list(self):
        request = listing()
        return await self.gate.grant(self.call(request, "/xiezhi.vehicle.v1.SeizureService"), request)

    async def look(self, officer=JUDGE):
        request = channel_pb2.GetChannelRequest(court_code=COURT, department=TRAFFIC)
        call = self.call(request, "/xiezhi.coordination.v1.ChannelService", officer)
        return await self.gate.grant(call, request)

    async def last(self):
        request = listing()
        call = self.call(request, "/xiezhi.vehicle.v1.SeizureService")
        call.court_code, call.case_number = COURT, NUMBER
        await self.gate.require_lasting(call, Grant(None, (), NOW))


def listing():
    handler = case_pb2.Handler(officer_id=JUDGE, work_card_number="W-1", enforcement_card_number="E-1")
    context = case_pb2.CaseContext(
        court_code=COURT, case_number=NUMBER, handler=handler, channel=case_pb2.CHANNEL_PLATFORM
    )
    return seizure_pb2.ListSeizuresRequest(context=context)


@pytest.fixture
def bench():
    made = Bench()
    made.told()
    return made


async def reason_of(asked):
    with pytest.raises(XiezhiError) as caught:
        await asked
    return caught.value.reason


async def test_a_call_in_a_case_is_granted(bench):
    assert not (await bench.list()).liaison


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"credentials": [credential(1, "W-1", revoked_at=NOW)]}, Reason.CREDENTIALS_REQUIRED),
        ({"credentials": [credential(2, "E-2")]}, Reason.CREDENTIALS_REQUIRED),
    ],
)
async def test_what_the_directory_says_counts_from_then_on(bench, told, reason):
    bench.told(**told)
    assert await reason_of(bench.list()) is reason
    assert await reason_of(bench.last()) is reason


async def test_the_channel_is_that_of_the_court_and_the_method_s_department():
    for declared, refused in (
        (operational("赣0103", TRAFFIC), True),
        (operational(COURT, 5), True),
        (operational(COURT), False),
    ):
        bench = Bench()
        bench.told(operations=[declared])
        if refused:
            assert await reason_of(bench.list()) is Reason.CHANNEL_NOT_OPERATIONAL
        else:
            await bench.list()


async def test_a_copy_that_never_came_or_is_stale_admits_nobody_in_a_case(bench):
    assert await reason_of(Bench().list()) is Reason.DIRECTORY_STALE
    bench.clock.advance(timedelta(seconds=60))
    assert await reason_of(bench.list()) is Reason.DIRECTORY_STALE
    assert await reason_of(bench.last()) is Reason.DIRECTORY_STALE


async def test_who_calls_in_no_case_does_not_wait_for_the_directory_but_a_liaison_does(bench):
    await Bench().look()
    assert await reason_of(Bench().look(LIAISON)) is Reason.DIRECTORY_STALE
    bench.clock.advance(timedelta(seconds=60))
    await bench.look()
    assert await reason_of(bench.look(LIAISON)) is Reason.DIRECTORY_STALE


@pytest.mark.parametrize(
    ("appointed", "acts"),
    [(liaison(), True), (liaison(last=date(2026, 11, 23)), False), (liaison("GAN0102-L2"), False)],
)
async def test_a_grant_says_whether_the_directory_names_the_caller(appointed, acts):
    bench = Bench()
    bench.told(liaisons=[appointed])
    assert (await bench.look(LIAISON)).liaison is acts


async def test_a_stream_is_held_to_both_cards_as_it_goes(bench):
    await bench.last()
    short = credential(1, "W-1")
    write_date(short.expire_date, NOW.date())
    bench.told(credentials=[short])
    await bench.last()
    bench.clock.advance(timedelta(hours=7))
    bench.renew()
    assert await reason_of(bench.last()) is Reason.CREDENTIALS_REQUIRED


async def test_a_liaison_reads_no_result_whatever_the_token_permits(bench):
    cards = [credential(1, "W-1"), credential(2, "E-1")]
    for card in cards:
        card.officer_id = LIAISON
    bench.told(credentials=cards)
    for handler in (JUDGE, LIAISON):
        request = listing()
        request.context.handler.officer_id = handler
        asked = bench.gate.grant(bench.call(request, "/xiezhi.vehicle.v1.SeizureService", LIAISON), request)
        assert await reason_of(asked) is Reason.NOT_HANDLING_JUDGE


async def test_a_token_that_is_no_liaison_s_is_granted_nothing_of_one(bench):
    bench.told(liaisons=[liaison(JUDGE)])
    assert not (await bench.look()).liaison


async def test_a_liaison_s_stream_ends_with_the_appointment(bench):
    bench.told(liaisons=[liaison(last=NOW.date())])
    granted = await bench.look(LIAISON)
    request = channel_pb2.GetChannelRequest(court_code=COURT, department=TRAFFIC)
    call = bench.call(request, "/xiezhi.coordination.v1.ChannelService", LIAISON)
    await bench.gate.require_lasting(call, granted)
    bench.clock.advance(timedelta(hours=7))
    assert await reason_of(bench.gate.require_lasting(call, granted)) is Reason.DIRECTORY_STALE
    bench.renew()
    assert await reason_of(bench.gate.require_lasting(call, granted)) is Reason.LIAISON_NOT_APPOINTED


async def test_a_submission_is_held_to_the_directory_too(bench, monkeypatch):
    monkeypatch.setattr("gateway.gate.parse", lambda method, request: listing())
    caller = bench.call(listing(), "/xiezhi.vehicle.v1.SeizureService").caller
    submitted = "/xiezhi.vehicle.v1.SeizureService/LiftSeizure", b"", caller
    assert (await bench.gate.admit_submission(*submitted)).case_number == NUMBER
    bench.told(credentials=[credential(1, "W-1", revoked_at=NOW)])
    assert await reason_of(bench.gate.admit_submission(*submitted)) is Reason.CREDENTIALS_REQUIRED
