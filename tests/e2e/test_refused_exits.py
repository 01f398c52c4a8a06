"""What courts, counters and ports may not ask of exit restriction: each refused through the gateway by its reason."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message

from services.codes.terms import corresponding_day
from services.synthetic.catalogue import LONGEST_NAME, TWIN
from services.synthetic.numbers import citizen_id
from tests.e2e.exits import APPLY, COUNTER, NAME, Exits, application, method_of, new_id, today
from tests.e2e.players import Players
from xiezhi.cli.border.orders import LibertyChoice, Requirement
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.questions import RecordQuestion, TermQuestion
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import control_pb2, counter_pb2, hit_pb2, listing_pb2, restriction_pb2

TODAY = date.fromisoformat(today())
YEAR, MONTH = TermQuestion(months=12), TermQuestion(months=1)
NOWHERE = "00000000-0000-4000-8000-000000000000"

CHILD = DebtorQuestion("周知夏", "369901201808010129")
DEAD = DebtorQuestion("万已故", citizen_id(date(1961, 9, 9), 18))
TWINS = DebtorQuestion("章错影", TWIN)
MISNAMED = DebtorQuestion("周砚之之友", "369901198001150011")
COMPANY = DebtorQuestion("江西测试公司一", "", organisation=True)
RARE = (
    DebtorQuestion(LONGEST_NAME, citizen_id(date(1971, 6, 7), 19)),
    DebtorQuestion("𠅤𬭎", citizen_id(date(1973, 6, 7), 19)),
)


@pytest.fixture(scope="module")
def exits(players: Players) -> Exits:
    return Exits(players)


class Scene:
    """A debtor in a case of their own, and what a judge does about them.

    Args:
        exits: Who acts.
        who: The debtor; somebody whom no register knows by default.
    """

    def __init__(self, exits: Exits, who: DebtorQuestion | None = None) -> None:
        self.exits = exits
        (self.who,) = (who,) if who else exits.people()
        self.case = exits.case(self.who)

    def pushed(self, *, term: TermQuestion = YEAR, **order: Any) -> listing_pb2.PushEntryRequest:
        return self.exits.order(self.who, case=self.case, **order).push(RecordQuestion(), term)

    def entry(self) -> str:
        """Puts the debtor on the list only; returns the name of the entry."""
        return self.exits.push(self.who, case=self.case, without_decision=True).name

    def filed(self, term: TermQuestion = YEAR, entry: str = "", **order: Any) -> restriction_pb2.FileRestrictionRequest:
        return self.exits.order(self.who, case=self.case, **order).file(entry or self.entry(), term)

    def restricted(self, **term: Any) -> str:
        return self.exits.restrict(self.who, case=self.case, **term)

    def renewed(self, name: str, term: TermQuestion = YEAR) -> restriction_pb2.RenewRestrictionRequest:
        return self.exits.order(self.who, case=self.case).renew(name, term)

    def removed(self) -> str:
        """Puts the debtor on the list and takes them off; returns the name of the entry."""
        name = self.entry()
        request = self.exits.order(self.who, case=self.case).remove(name, withdrawn=True)
        self.exits.carry_out(listing_pb2.RemoveEntryResponse, request)
        return name

    def batch(self, *items: control_pb2.ControlItem) -> control_pb2.FileControlsRequest:
        return self.exits.border(case=self.case).file(items, LibertyChoice())

    def lifting(self, *names: str) -> control_pb2.LiftControlsRequest:
        return self.exits.border(case=self.case).lift(names, [self.who.party()])

    def lifted(self) -> str:
        """Hands the debtor over and lifts the control; returns its name."""
        (outcome,) = self.exits.control(self.exits.item(self.who), case=self.case)
        self.exits.carry_out(control_pb2.LiftControlsResponse, self.lifting(outcome.control.name))
        return outcome.control.name


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
    "a term longer than a year without a reason": (
        Reason.TERM_REASON_MISSING,
        lambda scene: scene.filed(TermQuestion(months=13)),
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
    "an empty batch": (Reason.FIELDS_INVALID, lambda scene: _emptied(scene.batch(scene.exits.item(scene.who)))),
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


def _emptied(request: Any) -> Any:
    del request.items[:]
    return request


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


@pytest.mark.parametrize("what", LISTED)
def test_who_is_kept_on_the_list_only(exits: Exits, what: str) -> None:
    reason, who = LISTED[what]
    outcome = exits.push(who, case=exits.case(who)).outcome
    assert outcome.forwarding == listing_pb2.FORWARDING_LIST_ONLY
    assert reason.value in outcome.reasons
    assert not outcome.restriction
