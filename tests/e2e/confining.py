"""Courts, counters and ports that work without a pause while processes die: pushes, renewals, releases, checks."""

from __future__ import annotations

from dataclasses import dataclass

from google.protobuf.message import Message

from tests.e2e.exits import APPLY, CHECK, PORT, Exits, application, journey
from tests.e2e.lines import Answer
from tests.e2e.load import Load
from tests.e2e.scene import MONTH
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.questions import RecordQuestion
from xiezhi.exit_restriction.v1 import border_pb2, counter_pb2, listing_pb2, restriction_pb2

COURTS = 2
"""Workers that are courts; the others are a counter and a port, turn about."""


@dataclass
class Known:
    """What was acknowledged of a debtor.

    Attributes:
        who: The debtor.
        case: The case.
        entry: Name of the entry on the list.
        restriction: Name of the restriction.
        terms: Terms that are acknowledged.
        is_released: Whether its release is.
    """

    who: DebtorQuestion
    case: str
    entry: str
    restriction: str
    terms: int = 1
    is_released: bool = False


class Confining(Load):
    """Debtors who are listed, renewed and released, and wanted people who are met again and again.

    Attributes:
        known: What was acknowledged of debtors.
        hits: Names of all hits that the port was told of, with a receipt.

    Args:
        exits: Who acts.
        wanted: People whom ports are to stop.
        workers: How many at once.
    """

    def __init__(self, exits: Exits, wanted: list[DebtorQuestion], *, workers: int = 4) -> None:
        super().__init__(exits.players, workers=workers)
        self._exits = exits
        self._wanted = wanted
        self.known: list[Known] = []
        self.hits: set[str] = set()

    def _round(self, number: int, turn: int) -> None:
        if number < COURTS:
            self._restrict(turn)
        elif (number + turn) % 2:
            self._travel(number, turn)
        else:
            self._apply()

    def _restrict(self, turn: int) -> None:
        exits = self._exits
        (who,) = exits.people()
        case = exits.case(who)
        order = exits.order(who, case=case)
        answer = self._order(order.push(RecordQuestion(), MONTH))
        self._keep(answer)
        entry = listing_pb2.PushEntryResponse.FromString(answer.payload).entry
        known = Known(who, case, entry.name, entry.outcome.restriction)
        self.known.append(known)
        if turn % 2:
            answer = self._order(exits.order(who, case=case).renew(known.restriction, MONTH))
            known.terms = len(restriction_pb2.RenewRestrictionResponse.FromString(answer.payload).restriction.terms)
        else:
            answer = self._order(exits.order(who, case=case).release(known.restriction))
            known.is_released = True
        self._keep(answer)

    def _travel(self, number: int, turn: int) -> None:
        who = self._wanted[turn % len(self._wanted)]
        # At one port within minutes it would be the same hit.
        request = journey(who.debtor_number, port=f"{PORT}{number}号{turn}道")
        answer = self.insist(lambda: self._players.call(self._exits.cast.border_officer, CHECK, request))
        hit = border_pb2.CheckTravellerResponse.FromString(answer.payload).hit
        if not hit:
            self.told.wrong.append("somebody wanted was not met")
        self._keep(answer, is_shown=True)
        self.hits.add(hit)

    def _apply(self) -> None:
        known = next((one for one in reversed(self.known[:]) if one.is_released), None)
        if known is None:
            return
        answer = self._players.call(self._exits.cast.counter_officer, APPLY, application(known.who))
        decision = counter_pb2.CheckApplicationResponse.FromString(answer.payload).decision
        if decision != counter_pb2.APPLICATION_DECISION_PASS:
            self.told.wrong.append("somebody released is restricted")
        self._keep(answer, is_shown=True)

    def _order(self, request: Message) -> Answer:
        return self.insist(lambda: self._exits.give(request))

    def _keep(self, answer: Answer, *, is_shown: bool = False) -> None:
        self.told.receipts.append(answer.receipt)
        if is_shown:
            self.told.answers.append(answer.receipt)
