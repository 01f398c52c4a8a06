"""What courts and units do over the wire is listed and told, and both services speak of a duty in the same words."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from services.referral.changes import Change
from services.referral.notices.tables import STANDINGS
from tests.store.referral.supervised import Supervised
from tests.unit.referral.asked import listing, receipt, ruling, sending
from tests.unit.referral.domain.referred import COURT, UNIT
from xiezhi.referral.v1 import referral_pb2, supervision_pb2

EVENT = referral_pb2.ReferralEventKind


@pytest.fixture
async def both(database, keyring, clock, open_exchange):
    """Courts and units, and the process in which is listed and told what they do."""
    supervised = Supervised(database, keyring=keyring, clock=clock)
    await supervised.start()
    return open_exchange(tell=supervised.telling.tell), supervised


async def test_a_referral_over_the_wire(both):
    exchange, supervised = both
    name = (await exchange.court(sending())).referral.name
    await exchange.unit(receipt(name))
    await exchange.unit(ruling(name, 0))
    request = supervision_pb2.ListDueRequest()
    request.until_date.year, request.until_date.month, request.until_date.day = 2100, 1, 1
    items = (await supervised.supervise(request, organisation=UNIT)).items
    assert {item.referral for item in items} == {name}
    shown = (await exchange.court(listing())).referrals[0]
    owed = {referral_pb2.DUTY_STATE_OPEN, referral_pb2.DUTY_STATE_OVERDUE}
    assert [item.duty for item in items] == [duty for duty in shown.duties if duty.state in owed]
    events = [EVENT.Name(n.event) for side in (UNIT, COURT) for n in await supervised.told(side)]
    assert events == [f"REFERRAL_EVENT_KIND_{what}" for what in ("SENT", "RECEIVED", "FILED")]


async def test_what_fails_is_neither_listed_nor_told(both, open_exchange, database):
    _, supervised = both

    def failing(connection, change: Change):
        supervised.telling.tell(connection, change)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await open_exchange(tell=failing).court(sending())
    assert await supervised.told(UNIT) == []
    assert await database.read(lambda c: c.execute(select(STANDINGS)).all()) == []
