"""The desk of seizures: what an order says of its papers, and which names of vehicles its ruling is asked for."""

from __future__ import annotations

import uuid

import pytest

from services.chassis.clock import ManualClock
from services.chassis.ids import SequenceIds
from services.filing.desk import Desk
from services.filing.domain import DocumentKind
from services.vehicle.seizures import convert
from services.vehicle.seizures.desk import take
from tests.unit.filing.memory import MemoryStore
from tests.unit.filing.papers import paper, verify
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.orders import DONGHU, NOTICE, RULING, call, registration, withdrawal


class Seizures(MemoryStore):
    """Knows under which names the vehicles of seizures go."""

    def __init__(self, **named):
        super().__init__()
        self.named = named

    async def names(self, seizure_ids):
        return frozenset(name for key in seizure_ids for name in self.named[key])


def filing_of(request, ruling=DocumentKind.SEIZURE_RULING):
    return convert.read_filing(request, call(request), ruling=ruling)


@pytest.fixture
def told():
    return []


@pytest.fixture
def take_in(told):
    """Takes an order in and keeps what the use case is told."""

    async def take_in(filing, store=None, **texts):
        def act(accepted, files):
            told.append(accepted)
            return b"answer"

        desk = Desk(store or Seizures(), verify, ManualClock(NOW), SequenceIds())
        return await take(filing, act, desk=desk, **texts)

    return take_in


async def test_only_what_the_ruling_mentions_is_told_to_the_use_case(take_in, told):
    request = registration(car(1), named=(car(2).vin,))
    sought = (car(1).plate, car(1).vin, car(2).vin, "协助")
    assert await take_in(filing_of(request), sought=sought) == b"answer"
    (accepted,) = told
    assert accepted.mentioned == ({car(1).plate, car(2).vin}, frozenset())
    assert [d.kind for d in accepted.documents] == [RULING, NOTICE]


async def test_the_vehicles_of_seizures_are_sought_in_the_ruling_by_all_their_names(take_in, told):
    store = Seizures(one=(car(1).plate, car(1).vin), other=(car(2).plate,))
    await take_in(filing_of(registration(car(1))), store, sought=["裁定"], seizures=["one", "other"])
    assert told[0].mentioned == ({car(1).plate}, frozenset())


async def test_a_withdrawal_rests_on_the_notice_alone(take_in, told):
    request = withdrawal(f"seizures/{uuid.uuid4()}")
    filing = filing_of(request, ruling=None)
    assert [p.kind for p in filing.papers] == [DocumentKind.ASSISTANCE_NOTICE]
    assert await take_in(filing, sought=[car(1).plate]) == b"answer"
    assert told[0].mentioned == ({car(1).plate},)


def test_what_is_filed_shows_nothing_personal():
    request = registration(car())
    request.notice_pdf = paper(DONGHU, "秘密")
    shown = repr(filing_of(request))
    for value in ("秘密", request.context.handler.name, request.context.handler.phone, request.debtor.id_number):
        assert value not in shown
