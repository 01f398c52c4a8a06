"""Which orders are let in, and that each rule refuses: the domain sheet's R-2.1 and §9.2."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.plates import Plate
from services.codes.terms import end_of
from services.codes.vins import Vin
from services.filing.domain import Author
from services.vehicle.domain import (
    Disposed,
    Extended,
    Lifted,
    Match,
    Note,
    RegisteredVehicle,
    SeizureOrder,
    SeizureState,
    Term,
    TransferNotice,
    Withdrawn,
    dispose,
    extend,
    identify,
    lift,
    next_instant,
    register,
    standing_at,
    withdraw,
)
from tests.unit.vehicle.domain.seized import START, at, instants, served
from xiezhi.errors import CLASS_OF, Reason, XiezhiError

DEBTOR, OTHER = "36990119800115002X", "369901198001150011"
PLATE, OTHER_PLATE = Plate.parse("赣A12345", plate_type="02"), Plate.parse("赣A54321", plate_type="02")
VIN, OTHER_VIN = Vin.parse("LTST00006J0000001"), Vin.parse("LTST00008J0000002")
VEHICLE = RegisteredVehicle(1, PLATE, VIN, frozenset({DEBTOR}))
AUTHOR = Author("赣01", "（2018）赣01执1号")
ORDER = SeizureOrder(AUTHOR, PLATE, VIN, frozenset({DEBTOR}))
A, B = served("a"), served("b", at(1))
AUTHOR_A, AUTHOR_B = (Author(s.court_code, s.case_number) for s in (A, B))
SECRETS = (DEBTOR, OTHER, PLATE.number, OTHER_PLATE.number, VIN.number, "赣01", "执")


def refused(reason, call, *arguments, **more):
    with pytest.raises(XiezhiError) as caught:
        call(*arguments, **more)
    assert caught.value.reason is reason
    assert type(caught.value) is CLASS_OF[reason]
    assert not any(secret in caught.value.message for secret in SECRETS)


def let_in(order=ORDER, vehicle=VEHICLE, facts=(), **more):
    return register(
        order, identify(order, [vehicle]), facts, **({"seizure_id": "s", "sequence": 9, "now": START} | more)
    )


def test_the_first_seizure_takes_effect_at_once():
    found = let_in()
    assert found.served.at == START
    assert (found.standing.state, found.standing.place, found.notes) == (SeizureState.EFFECTIVE, 0, ())
    assert standing_at([found.served], START) == (found.standing,)


def test_another_waits_behind_those_served_before():
    found = let_in(facts=[A, B], order=replace(ORDER, author=Author("赣07", "（2018）赣07执1号")), now=at(2))
    assert (found.standing.state, found.standing.place) == (SeizureState.WAITING, 2)


def test_a_second_case_of_the_same_court_waits_too():
    found = let_in(
        facts=[A], order=replace(ORDER, author=replace(AUTHOR_A, case_number="（2018）赣01执2号")), now=at(2)
    )
    assert (found.standing.state, found.standing.place) == (SeizureState.WAITING, 1)


def test_a_term_that_the_notice_names_is_taken():
    found = let_in(replace(ORDER, term=Term(12, date(2019, 8, 2))))
    assert (found.standing.last_day, found.served.term_months) == (date(2019, 8, 2), 12)


@pytest.mark.parametrize(
    ("vin", "candidates", "found", "is_by_vin"),
    [
        (VIN, [VEHICLE], 1, False),
        (None, [VEHICLE], 1, False),
        (VIN, [replace(VEHICLE, plate=OTHER_PLATE)], 1, True),
        (VIN, [replace(VEHICLE, vehicle_id=2, vin=OTHER_VIN), replace(VEHICLE, plate=OTHER_PLATE)], 1, True),
        (VIN, [], None, None),
        (None, [], None, None),
        (VIN, [replace(VEHICLE, vin=OTHER_VIN)], None, None),
        (None, [replace(VEHICLE, plate=OTHER_PLATE)], None, None),
        (None, [replace(VEHICLE, plate=Plate("赣A12345", "01"))], None, None),
    ],
)
def test_the_vehicle_is_found_by_plate_and_vin(vin, candidates, found, is_by_vin):
    order = replace(ORDER, vin=vin)
    if found is None:
        refused(Reason.VEHICLE_NOT_FOUND, identify, order, candidates)
    else:
        match = identify(order, candidates)
        assert (match.vehicle.vehicle_id, match.is_by_vin) == (found, is_by_vin)


def test_a_court_is_told_of_a_changed_plate_and_of_a_transfer_that_is_stopped():
    assert let_in(vehicle=replace(VEHICLE, plate=OTHER_PLATE)).notes == (Note.MATCHED_BY_VIN,)
    assert let_in(vehicle=replace(VEHICLE, has_pending_transfer=True)).notes == (Note.TRANSFER_STOPPED,)


@pytest.mark.parametrize(
    ("vehicle", "reason"),
    [
        (replace(VEHICLE, owner_numbers=frozenset({OTHER})), Reason.VEHICLE_OWNER_MISMATCH),
        (replace(VEHICLE, owner_numbers=frozenset()), Reason.VEHICLE_OWNER_MISMATCH),
        (
            replace(VEHICLE, owner_numbers=frozenset({OTHER}), former_owner_numbers=frozenset({DEBTOR})),
            Reason.VEHICLE_TRANSFERRED,
        ),
        (replace(VEHICLE, transfer_notice=TransferNotice("赣0702", at(-1))), Reason.TRANSFER_NOTICE_FIRST),
        (replace(VEHICLE, transfer_notice=TransferNotice("赣0702", START)), Reason.TRANSFER_NOTICE_FIRST),
    ],
)
def test_the_register_refuses(vehicle, reason):
    refused(reason, let_in, vehicle=vehicle)


@pytest.mark.parametrize(
    "vehicle",
    [
        replace(VEHICLE, transfer_notice=TransferNotice("赣01", at(-1))),
        replace(VEHICLE, transfer_notice=TransferNotice("赣0702", at(1))),
        replace(VEHICLE, owner_numbers=frozenset({OTHER, DEBTOR})),
        replace(VEHICLE, former_owner_numbers=frozenset({DEBTOR})),
    ],
)
def test_the_register_does_not_refuse(vehicle):
    assert let_in(vehicle=vehicle).standing.state is SeizureState.EFFECTIVE


def test_an_order_without_a_debtor_seizes_nothing():
    order = replace(ORDER, debtor_numbers=frozenset())
    refused(Reason.VEHICLE_OWNER_MISMATCH, let_in, order, replace(VEHICLE, owner_numbers=frozenset()))


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (Term(25), Reason.TERM_TOO_LONG),
        (Term(24, date(2020, 8, 4)), Reason.TERM_TOO_LONG),
        (Term(6, date(2019, 2, 4)), Reason.TERM_TOO_LONG),
        (Term(0), Reason.TERM_ENDS_BEFORE_START),
        (Term(24, date(2018, 8, 2)), Reason.TERM_ENDS_BEFORE_START),
    ],
)
def test_a_term_is_refused(term, reason):
    refused(reason, let_in, replace(ORDER, term=term))


@pytest.mark.parametrize("term", [Term(24), Term(24, date(2020, 8, 3)), Term(1), Term(24, date(2018, 8, 3))])
def test_a_term_is_just_possible(term):
    assert let_in(replace(ORDER, term=term)).standing.state is SeizureState.EFFECTIVE


def test_a_case_seizes_a_vehicle_once_while_that_is_open():
    order = replace(ORDER, author=AUTHOR_A)
    for facts, moment in (([A], START), ([A], end_of(date(2020, 8, 3)) - timedelta(seconds=1))):
        refused(Reason.SEIZURE_EXISTS, let_in, order, facts=facts, now=moment)
    refused(Reason.SEIZURE_EXISTS, let_in, replace(ORDER, author=AUTHOR_B), facts=[A, B], now=at(2))
    for facts, moment in (([A], end_of(date(2020, 8, 3))), ([A, Lifted("a", at(1))], at(2))):
        assert let_in(order, facts=facts, now=moment).standing.state is SeizureState.EFFECTIVE


@pytest.mark.parametrize(
    ("call", "kind"), [(lift, Lifted), (dispose, Disposed), (withdraw, Withdrawn)], ids=["lift", "dispose", "withdraw"]
)
def test_a_seizure_is_ended_by_its_own_court_and_case_alone(call, kind):
    name, author = ("b", AUTHOR_B) if kind is Withdrawn else ("a", AUTHOR_A)
    assert call(name, author, [A, B], now=at(2)) == kind(name, at(2))
    for stranger in (
        replace(author, court_code="赣0702"),
        replace(author, case_number="（2018）赣01执99号"),
        AUTHOR_A if author is AUTHOR_B else AUTHOR_B,
    ):
        refused(Reason.SEIZURE_NOT_FOUND, call, name, stranger, [A, B], now=at(2))
    refused(Reason.SEIZURE_NOT_FOUND, call, "nothing", author, [A, B], now=at(2))


def test_another_courts_seizure_looks_like_none():
    texts = []
    for facts in ([A, B], [B]):
        with pytest.raises(XiezhiError) as caught:
            lift("a", AUTHOR_B, facts, now=at(2))
        texts.append(str(caught.value))
    assert texts[0] == texts[1]


@pytest.mark.parametrize("call", [lift, dispose, lambda *a, **k: extend(*a, term=Term(), **k)])
def test_only_a_seizure_in_force_is_lifted_used_or_extended(call):
    refused(Reason.SEIZURE_WAITING, call, "b", AUTHOR_B, [A, B], now=at(2))
    for ending in (Lifted("a", at(2)), Disposed("a", at(2))):
        refused(Reason.SEIZURE_ENDED, call, "a", AUTHOR_A, [A, B, ending], now=at(3))
    refused(Reason.SEIZURE_ENDED, call, "a", AUTHOR_A, [A], now=end_of(date(2020, 8, 3)))
    refused(Reason.SEIZURE_ENDED, call, "b", AUTHOR_B, [A, B, Withdrawn("b", at(2))], now=at(3))


def test_only_a_seizure_that_waits_is_withdrawn():
    refused(Reason.SEIZURE_EFFECTIVE, withdraw, "a", AUTHOR_A, [A, B], now=at(2))
    refused(Reason.SEIZURE_EFFECTIVE, withdraw, "b", AUTHOR_B, [A, B, Lifted("a", at(2))], now=at(2))
    refused(Reason.SEIZURE_ENDED, withdraw, "b", AUTHOR_B, [A, B, Disposed("a", at(2))], now=at(3))


@pytest.mark.parametrize(
    ("term", "last_day"),
    [
        (Term(24), date(2022, 8, 3)),
        (Term(24, date(2022, 8, 3)), date(2022, 8, 3)),
        (Term(24, date(2020, 8, 4)), date(2020, 8, 4)),
        (Term(1), date(2020, 9, 3)),
    ],
)
def test_an_extension_is_let_in_until_the_last_instant(term, last_day):
    for moment in (at(1), end_of(date(2020, 8, 3)) - timedelta(microseconds=1)):
        fact = extend("a", AUTHOR_A, [A], term=term, now=moment)
        assert isinstance(fact, Extended)
        assert standing_at([A, fact], moment)[0].last_day == last_day


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        (Term(25), Reason.TERM_TOO_LONG),
        (Term(24, date(2022, 8, 4)), Reason.TERM_TOO_LONG),
        (Term(0), Reason.TERM_ENDS_BEFORE_START),
        (Term(24, date(2020, 8, 3)), Reason.TERM_ENDS_BEFORE_START),
        (Term(24, date(2019, 1, 1)), Reason.TERM_ENDS_BEFORE_START),
    ],
)
def test_an_extension_is_refused(term, reason):
    refused(reason, extend, "a", AUTHOR_A, [A], term=term, now=at(1))


def test_extensions_cannot_be_piled_up():
    first = extend("a", AUTHOR_A, [A], term=Term(), now=at(1))
    refused(Reason.TERM_TOO_LONG, extend, "a", AUTHOR_A, [A, first], term=Term(), now=at(2))
    in_last_term = end_of(date(2020, 8, 3))
    assert extend("a", AUTHOR_A, [A, first], term=Term(), now=in_last_term).at == in_last_term


def test_several_vehicles_of_one_ruling_are_lifted_one_by_one():
    of_one, of_another = [A], [replace(A, seizure_id="a2")]
    of_one.append(lift("a", AUTHOR_A, of_one, now=at(1)))
    assert standing_at(of_one, at(1))[0].state is SeizureState.LIFTED
    assert standing_at(of_another, at(1))[0].state is SeizureState.EFFECTIVE


def test_values_of_people_are_not_shown():
    assert not any(secret in repr((ORDER, VEHICLE, Match(VEHICLE, is_by_vin=False))) for secret in SECRETS[:5])


def test_facts_happen_one_after_another_whatever_the_clock_says():
    assert next_instant([], START) == START
    assert next_instant([A], at(1)) == at(1)
    assert next_instant([A, B], START) == at(1) + timedelta(microseconds=1)
    late = lift("b", AUTHOR_B, [A, B, Lifted("a", at(9))], now=at(5))
    assert standing_at([A, B, Lifted("a", at(9)), late], late.at)[1].state is SeizureState.LIFTED


_STEPS = st.lists(st.tuples(st.sampled_from("rrrxlwd"), st.integers(0, 3), instants), max_size=25)
_CALLS = {"x": lambda *a, **k: extend(*a, term=Term(1), **k), "l": lift, "w": withdraw, "d": dispose}
_ENDS = dict(zip("xlwd", (1, 3, 7, 5), strict=True))
_ADMISSIBLE = {Reason.TERM_TOO_LONG, *(reason for reason in Reason if reason.startswith("SEIZURE_"))}


def attempt(call, *arguments, **more):
    """What a call returns, or the refusal."""
    try:
        return call(*arguments, **more)
    except XiezhiError as refusal:
        return refusal


@given(_STEPS)
def test_whatever_is_let_in_has_its_effect_whenever_it_comes(steps):
    """Runs orders with a clock that jumps, and looks at once whether each fact did what was ordered."""
    authors = [Author("赣01", f"（2018）赣01执{n}号") for n in range(1, 5)]
    known, names = [], {}
    for number, (step, who, now) in enumerate(steps):
        name = str(number) if step == "r" else names.get(who, "none")
        if step == "r":
            order = replace(ORDER, author=authors[who])
            done = attempt(let_in, order, facts=known, seizure_id=name, sequence=number, now=now)
        else:
            done = attempt(_CALLS[step], name, authors[who], known, now=now)
        if isinstance(done, XiezhiError):
            assert done.reason in _ADMISSIBLE
            continue
        names[who] = name
        known.append(done.served if step == "r" else done)
        after = {s.seizure.seizure_id: s for s in standing_at(known, known[-1].at)}
        assert after[name].is_open if step == "r" else after[name].state == _ENDS[step]
    assert [f.at for f in known] == sorted({f.at for f in known})
