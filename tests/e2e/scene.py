"""A debtor in a case of their own, and what a judge does about them."""

from __future__ import annotations

from typing import Any

from tests.e2e.exits import Exits
from xiezhi.cli.border.orders import LibertyChoice
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.questions import RecordQuestion, TermQuestion
from xiezhi.exit_restriction.v1 import control_pb2, listing_pb2, restriction_pb2

YEAR, MONTH = TermQuestion(months=12), TermQuestion(months=1)


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
