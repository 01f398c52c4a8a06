"""What courts, counters and ports may not ask of exit restriction: each refused through the gateway by its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from services.codes.terms import corresponding_day
from services.synthetic.catalogue import TWIN
from services.synthetic.numbers import citizen_id
from tests.e2e.exits import APPLY, CHECKS, COUNTER, NAME, Exits, application, new_id, today
from tests.e2e.scene import Scene
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.questions import TermQuestion
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import border_pb2, counter_pb2, hit_pb2, listing_pb2, restriction_pb2

TODAY = date.fromisoformat(today())
NOWHERE = "00000000-0000-4000-8000-000000000000"

HIGH_APPROVER = "GAN-V001"
"""A vice president of the High Court."""
CHILD = DebtorQuestion("周知夏", "369901201808010129")
DEAD = DebtorQuestion("万已故", citizen_id(date(1961, 9, 9), 18))
TWINS = DebtorQuestion("章错影", TWIN)
MISNAMED = DebtorQuestion("周砚之之友", "369901198001150011")


def _without_notice(request: Any) -> Any:
    request.notice_pdf = b""
    return request


def _with_notice(request: Any, change: Callable[[bytes], bytes]) -> Any:
    """Changes the notice of an order, and what is said of it."""
    request.notice_pdf = change(request.notice_pdf)
    request.context.documents[0].sha256 = hashlib.sha256(request.notice_pdf).digest()
    return request


def _about(request: Any, other: Any) -> Any:
    """Takes another order's notice, which names other people."""
    request.notice_pdf = other.notice_pdf
    request.context.documents[0].sha256 = other.context.documents[0].sha256
    return request


def _twice(scene: Scene) -> Message:
    scene.entry()
    return scene.pushed()


def _again(scene: Scene) -> Message:
    """Renews a term in its last month, twice."""
    name = scene.restricted(months=1)
    scene.exits.carry_out(restriction_pb2.RenewRestrictionResponse, scene.renewed(name))
    return scene.renewed(name)


def _after_release(scene: Scene) -> Message:
    name = scene.restricted()
    released = scene.exits.release(name, scene.who, case=scene.case)
    assert not released.already_ended
    assert scene.exits.release(name, scene.who, case=scene.case).already_ended
    return scene.renewed(name)


def _a_day_early(scene: Scene) -> Message:
    """Renews a term whose last month begins tomorrow."""
    days = (TODAY + timedelta(days=count) for count in range(28, 40))
    last_day = next(day for day in days if corresponding_day(day, -1) > TODAY)
    return scene.renewed(scene.restricted(months=2, last_day=last_day.isoformat()))


ORDERS: dict[str, tuple[Reason, Callable[[Scene], Message]]] = {
    "a push without a notice": (Reason.MISSING_ASSISTANCE_NOTICE, lambda scene: _without_notice(scene.pushed())),
    "a notice about somebody else": (
        Reason.MISSING_ASSISTANCE_NOTICE,
        lambda scene: _about(scene.pushed(), Scene(scene.exits).pushed()),
    ),
    "a notice with a broken seal": (
        Reason.DOCUMENT_ALTERED,
        lambda scene: _with_notice(scene.pushed(), lambda pdf: pdf + b"\n% more\n"),
    ),
    "a debtor who is listed already": (Reason.ENTRY_EXISTS, _twice),
    "an entry that is not there": (Reason.ENTRY_NOT_FOUND, lambda scene: scene.filed(entry=NOWHERE)),
    "an entry that was taken off": (Reason.ENTRY_ENDED, lambda scene: scene.filed(entry=scene.removed())),
    "a restriction without a decision": (
        Reason.EXIT_DECISION_MISSING,
        lambda scene: _without_decision(scene.filed()),
    ),
    "a term over the rank's limit": (
        Reason.TERM_EXCEEDS_LEVEL,
        lambda scene: scene.filed(TermQuestion(months=13, longer_because="涉案金额巨大。")),
    ),
    "an end before the start": (
        Reason.TERM_ENDS_BEFORE_START,
        lambda scene: scene.filed(TermQuestion(months=1, last_day=(TODAY - timedelta(days=1)).isoformat())),
    ),
    "a last day beyond the term": (
        Reason.TERM_TOO_LONG,
        lambda scene: scene.filed(TermQuestion(months=1, last_day=(TODAY + timedelta(days=60)).isoformat())),
    ),
    "a restriction that is not there": (Reason.RESTRICTION_NOT_FOUND, lambda scene: scene.renewed(NOWHERE)),
    "a renewal long before its window": (Reason.RENEWAL_TOO_EARLY, lambda scene: scene.renewed(scene.restricted())),
    "a renewal a day early": (Reason.RENEWAL_TOO_EARLY, _a_day_early),
    "a second renewal": (Reason.RESTRICTION_ALREADY_RENEWED, _again),
    "a renewal of what was released": (Reason.RESTRICTION_ALREADY_RELEASED, _after_release),
    "a batch without a notice": (
        Reason.MISSING_ASSISTANCE_NOTICE,
        lambda scene: _without_notice(scene.batch(scene.exits.item(scene.who))),
    ),
    "a control that is not there": (Reason.CONTROL_NOT_FOUND, lambda scene: scene.lifting(NOWHERE)),
    "a control that was lifted": (Reason.CONTROL_ENDED, lambda scene: scene.lifting(scene.lifted())),
}


def _without_decision(request: Any) -> Any:
    del request.context.documents[1:]
    return request


@pytest.mark.clause("R-1.8", "R-1.11", "R-1.12")
@pytest.mark.parametrize("what", ORDERS)
def test_orders(exits: Exits, what: str) -> None:
    reason, make = ORDERS[what]
    exits.refuse(reason, make(Scene(exits)))


PUSHES: dict[str, tuple[Reason, DebtorQuestion]] = {
    "a minor": (Reason.PERSON_UNDER_AGE, CHILD),
    "a name that is not the one on file": (Reason.PERSON_NAME_MISMATCH, MISNAMED),
}


@pytest.mark.parametrize("what", PUSHES)
def test_who_is_not_listed(exits: Exits, what: str) -> None:
    reason, who = PUSHES[what]
    scene = Scene(exits, who)
    exits.refuse(reason, scene.pushed())


LISTED: dict[str, tuple[Reason, DebtorQuestion]] = {
    "a number of two people": (Reason.PERSON_AMBIGUOUS, TWINS),
    "a person deceased": (Reason.PERSON_DECEASED, DEAD),
}


@pytest.mark.clause("R-1.9")
@pytest.mark.parametrize("what", LISTED)
def test_who_is_kept_on_the_list_only(exits: Exits, what: str) -> None:
    reason, who = LISTED[what]
    outcome = exits.push(who, case=exits.case(who)).outcome
    assert outcome.forwarding == listing_pb2.FORWARDING_LIST_ONLY
    assert reason.value in outcome.reasons
    assert not outcome.restriction


@pytest.mark.clause("R-1.11")
def test_a_term_longer_than_a_year_without_a_reason(exits: Exits) -> None:
    """Only the High Court's approval makes such a term possible, and the reason is missing even then."""
    exits.refuse(Reason.TERM_REASON_MISSING, Scene(exits).filed(TermQuestion(months=13)), approver=HIGH_APPROVER)


@pytest.mark.clause("R-1.9")
def test_a_company_and_a_notice_without_a_decision_are_kept_on_the_list(exits: Exits) -> None:
    scene = Scene(exits)
    outcome = exits.push(scene.who, case=scene.case, without_decision=True).outcome
    assert list(outcome.reasons) == [Reason.EXIT_DECISION_MISSING.value]
    company = DebtorQuestion(exits.cast.company_name, exits.cast.company_number, organisation=True)
    outcome = exits.push(company, case=exits.case(company)).outcome
    assert list(outcome.reasons) == [Reason.NATURAL_PERSON_ONLY.value]
    assert outcome.forwarding == listing_pb2.FORWARDING_LIST_ONLY


def test_a_second_restriction_of_one_case(exits: Exits) -> None:
    scene = Scene(exits)
    entry = exits.push(scene.who, case=scene.case)
    assert entry.outcome.restriction
    exits.refuse(Reason.RESTRICTION_EXISTS, scene.filed(entry=entry.name))


def test_a_number_of_two_people_is_looked_at_by_hand(exits: Exits) -> None:
    players, cast = exits.players, exits.cast
    players.refuse(Reason.PERSON_AMBIGUOUS, cast.counter_officer, APPLY, application(TWINS))
    named = DebtorQuestion(NAME, cast.debtor_number)
    answer = exits.apply(named)
    assert (answer.decision, answer.name_differs) == (counter_pb2.APPLICATION_DECISION_MANUAL, True)
    watch = counter_pb2.WatchRestrictionsRequest(lease_id=new_id())
    players.refuse(Reason.CHECK_KEY_LEASE_INVALID, cast.counter_officer, f"{COUNTER}WatchRestrictions", watch)


def test_a_hit_that_another_unit_had_is_not_there(exits: Exits) -> None:
    handled = border_pb2.RecordHandlingRequest(
        request_id=new_id(), hit=f"hits/{NOWHERE}", action=hit_pb2.BORDER_ACTION_STOP
    )
    exits.players.refuse(Reason.NOT_FOUND, exits.cast.border_officer, f"{CHECKS}RecordHandling", handled)
