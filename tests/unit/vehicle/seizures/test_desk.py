"""The desk: what is looked at before anything changes, and in which order."""

from __future__ import annotations

import hashlib
import uuid

import pytest

from services.chassis.clock import ManualClock
from services.chassis.ids import SequenceIds
from services.vehicle.seizures import convert
from services.vehicle.seizures.desk import Desk, take
from services.vehicle.seizures.domain import DocumentKind
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.orders import DONGHU, NOTICE, RULING, call, paper, registration, verify, withdrawal
from xiezhi.errors import Reason, XiezhiError, error


class MemoryStore:
    """Answers by key, and what was changed."""

    def __init__(self):
        self.answers = {}
        self.changes = 0
        self.named = {}

    async def answered(self, key):
        kept = self.answers.get((key.court_code, key.request_id))
        if kept is None:
            return None
        if kept[0] != key:
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")
        return kept[1]

    async def names(self, seizure_ids):
        return frozenset(name for key in seizure_ids for name in self.named[key])

    async def change(self, filing, act):
        answer = act(None)
        self.changes += 1
        self.answers[filing.key.court_code, filing.key.request_id] = (filing.key, answer)
        return answer

    async def page(self, case, *, as_of, after, size):
        raise AssertionError


@pytest.fixture
def store():
    return MemoryStore()


def desk(store, verify=verify):
    return Desk(store, verify, ManualClock(NOW), SequenceIds())


def filing_of(request, ruling=DocumentKind.SEIZURE_RULING):
    return convert.read_filing(request, call(request), ruling=ruling)


async def test_only_what_the_ruling_mentions_is_told_to_the_use_case(store):
    told = []

    def act(accepted, files):
        told.append(accepted)
        return b"answer"

    request = registration(car(1), named=(car(2).vin,))
    sought = (car(1).plate, car(1).vin, car(2).vin, "协助")
    assert await take(filing_of(request), act, desk=desk(store), sought=sought) == b"answer"
    (accepted,) = told
    assert accepted.mentioned == {car(1).plate, car(2).vin}
    assert [d.kind for d in accepted.documents] == [RULING, NOTICE]
    assert accepted.now == NOW


async def test_the_vehicles_of_seizures_are_sought_in_the_ruling_by_all_their_names(store):
    told = []
    store.named = {"one": (car(1).plate, car(1).vin), "other": (car(2).plate,)}

    def act(accepted, files):
        told.append(accepted.mentioned)
        return b""

    await take(filing_of(registration(car(1))), act, desk=desk(store), sought=["裁定"], seizures=["one", "other"])
    assert told == [{car(1).plate}]


async def test_what_was_answered_is_answered_again_without_a_look_at_the_papers(store):
    filing = filing_of(registration(car()))
    await take(filing, lambda *_: b"first", desk=desk(store))

    def broken(pdf, *, court_code, now):
        raise AssertionError

    assert await take(filing, lambda *_: b"second", desk=desk(store, broken)) == b"first"
    assert store.changes == 1


async def test_a_paper_that_does_not_hold_changes_nothing(store):
    request = registration(car())
    request.ruling_pdf = b"UNSEALED"
    with pytest.raises(XiezhiError, match="DOCUMENT_NOT_LISTED"):
        await take(filing_of(request), lambda *_: b"", desk=desk(store))
    request.context.documents[0].sha256 = hashlib.sha256(request.ruling_pdf).digest()
    with pytest.raises(XiezhiError, match="DOCUMENT_UNSEALED"):
        await take(filing_of(request), lambda *_: b"", desk=desk(store))
    assert store.changes == 0


async def test_a_withdrawal_rests_on_the_notice_alone(store):
    filing = filing_of(withdrawal(f"seizures/{uuid.uuid4()}"), ruling=None)
    assert [p.kind for p in filing.papers] == [DocumentKind.ASSISTANCE_NOTICE]
    assert await take(filing, lambda *_: b"answer", desk=desk(store)) == b"answer"


def test_what_is_filed_shows_nothing_personal():
    request = registration(car())
    request.notice_pdf = paper(DONGHU, "秘密")
    shown = repr(filing_of(request))
    for value in ("秘密", request.context.handler.name, request.context.handler.phone, request.debtor.id_number):
        assert value not in shown
