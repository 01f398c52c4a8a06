"""The use cases on files in memory: every vehicle of an order by itself, and queues that never have two in force."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.ids import SequenceIds
from services.codes.plates import Plate
from services.filing.desk import Accepted
from services.filing.domain import Author, Contact, Document, DocumentKind, Filing, RequestKey
from services.vehicle.domain import SeizureOrder, SeizureState, Term
from services.vehicle.registry.domain import Transfers
from services.vehicle.seizures import handlers
from services.vehicle.seizures.domain import (
    Buyer,
    SeizureNote,
)
from tests.unit.vehicle.cars import NOW, car, person_owner
from tests.unit.vehicle.fakes import MemoryFiles
from xiezhi.errors import FailedPrecondition, Reason, XiezhiError

COURTS = ("赣0102", "赣01", "赣07")
BUYER = Buyer("买受人", "36990119900101002X", is_organisation=False)
MENTIONED = (car(1).plate, car(2).plate, BUYER.name)
DOCUMENTS = tuple(
    Document(kind, f"之{kind}", COURTS[0], bytes(32))
    for kind in (DocumentKind.SEIZURE_RULING, DocumentKind.ASSISTANCE_NOTICE)
)


def accepted(court=COURTS[0], *, now=NOW, mentioned=MENTIONED):
    author = Author(court, f"（2018）{court}执1号")
    key = RequestKey(court, "1", "/m", bytes(32))
    filing = Filing(key, author, person_owner().key, Contact("李", "1"), DOCUMENTS, ())
    return Accepted(filing, DOCUMENTS, (frozenset(mentioned), frozenset()), now)


def wanted(vehicle, court=COURTS[0], term=None):
    author = Author(court, f"（2018）{court}执1号")
    plate = Plate(vehicle.plate, vehicle.plate_type)
    return SeizureOrder(author, plate, None, frozenset({person_owner().key}), term or Term())


def test_a_vehicle_named_twice_is_seized_once():
    files = MemoryFiles(car(1))
    outcomes = handlers.register_all([wanted(car(1))] * 2, accepted(), files, ids=SequenceIds())
    assert [o.refused for o in outcomes] == [None, Reason.SEIZURE_EXISTS]
    assert len(files.files[1].records) == 1


def test_what_cannot_be_read_leaves_the_others_alone():
    files = MemoryFiles(car(1), car(2))
    orders = [Reason.FIELDS_INVALID, wanted(car(1)), wanted(car(9)), wanted(car(2))]
    named = accepted(mentioned=[car(n).plate for n in (1, 2, 9)])
    outcomes = handlers.register_all(orders, named, files, ids=SequenceIds())
    assert [o.refused for o in outcomes] == [Reason.FIELDS_INVALID, None, Reason.VEHICLE_NOT_FOUND, None]
    assert [s.seizure.record.vehicle_id for s in outcomes if s.seizure] == [1, 2]


def test_what_the_ruling_does_not_name_is_not_looked_for_on_the_register():
    files = MemoryFiles(car(1), car(2))
    orders = [wanted(car(n)) for n in (2, 9, 1)]
    outcomes = handlers.register_all(orders, accepted(mentioned=[car(1).plate]), files, ids=SequenceIds())
    assert [o.refused for o in outcomes] == [Reason.VEHICLE_NOT_IN_RULING] * 2 + [None]
    assert files.sought == [car(1).plate]


def test_who_saw_it_before_is_asked_after_the_seizure_is_written_down():
    files = MemoryFiles(car(1), car(2, transfers=Transfers(accepted_at=NOW)), seen=[1])
    outcomes = handlers.register_all([wanted(car(1)), wanted(car(2))], accepted(), files, ids=SequenceIds())
    assert files.asked == ["serve", "stop 2", "seen 1", "seen 2"]
    assert [o.notes for o in outcomes] == [(SeizureNote.SEEN_BEFORE,), (SeizureNote.TRANSFER_STOPPED,)]


def test_a_term_that_cannot_be_writes_nothing_down():
    files = MemoryFiles(car(1))
    with pytest.raises(FailedPrecondition, match="TERM_TOO_LONG"):
        handlers.register_all([wanted(car(1), term=Term(25))], accepted(), files, ids=SequenceIds())
    assert files.asked == []


def test_a_sale_is_noted_with_the_documents_that_the_buyer_brings():
    files = MemoryFiles(car(1))
    (made,) = handlers.register_all([wanted(car(1))], accepted(), files, ids=SequenceIds())
    handlers.register_all([wanted(car(1), COURTS[1])], accepted(COURTS[1]), files, ids=SequenceIds(1))
    later = accepted(now=NOW + timedelta(days=1))
    name = made.seizure.record.seizure_id
    shown, voided = handlers.sell(name, BUYER, later, files=files, sold_on=date(2018, 8, 3))
    assert (shown.standing.state, voided) == (SeizureState.EXTINGUISHED, 1)
    (sale,) = files.sales
    assert (sale.buyer, sale.ruling_number, sale.notice_number) == (BUYER, "之1", "之2")


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["register", "extend", "lift", "withdraw", "sell"]),
        st.sampled_from(COURTS),
        st.integers(0, 500),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(STEPS)
def test_whatever_courts_order_at_most_one_seizure_is_in_force_and_answers_are_true(steps):
    files, ids, now = MemoryFiles(car(1)), SequenceIds(), NOW
    for name, court, days in steps:
        now += timedelta(days=days)
        order = accepted(court, now=now)
        own = [r.seizure_id for r in files.files[1].records.values() if r.served.court_code == court]
        before = files.files[1]
        try:
            shown = _do(name, own[-1] if own else "", court, order=order, files=files, ids=ids)
        except XiezhiError:
            assert files.files[1] == before
            continue
        at = max(now, *(fact.at for fact in files.files[1].facts))
        standings = files.files[1].standings(at)
        assert sum(s.standing.state is SeizureState.EFFECTIVE for s in standings) <= 1
        places = [s.standing.place for s in standings if s.standing.is_open]
        assert places == list(range(len(places)))
        assert shown is None or shown in standings


def _do(name, seizure_id, court, *, order, files, ids):
    if name == "register":
        (outcome,) = handlers.register_all([wanted(car(1), court)], order, files, ids=ids)
        return outcome.seizure
    if name == "extend":
        return handlers.extend_one(seizure_id, Term(6), order, files=files)
    if name == "lift":
        return handlers.lift_all([seizure_id], order, files)[0]
    if name == "withdraw":
        return handlers.withdraw_one(seizure_id, order, files)
    return handlers.sell(seizure_id, BUYER, order, files=files, sold_on=date(2018, 8, 3))[0]
