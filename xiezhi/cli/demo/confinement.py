"""The third chapter of the demo: debtors are listed, restricted and met at a port; then a year passes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from xiezhi.cli.border.orders import CONTROLS, BorderOrder, LibertyChoice, Requirement, item
from xiezhi.cli.border.views import check_view, outcomes_view
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.demo.lookout import Lookout
from xiezhi.cli.demo.restraint import CHECK, Restraint
from xiezhi.cli.exits.orders import LISTING, RESTRICTIONS
from xiezhi.cli.exits.questions import DecisionChoice, TermQuestion
from xiezhi.cli.exits.views import decision_view, entries_view, release_view, restrictions_view
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import (
    border_pb2,
    control_pb2,
    counter_pb2,
    hit_pb2,
    listing_pb2,
    notice_pb2,
    restriction_pb2,
)

Step = Callable[[Restraint], None]

A_MONTH, A_YEAR = TermQuestion(months=1), TermQuestion(months=12)
HANDLED = CHECK.replace("CheckTraveller", "RecordHandling")
"""Full name of the method by which an officer says what was done."""


def play(restraint: Restraint, steps: Mapping[str, Step]) -> None:
    """Plays some steps.

    Args:
        restraint: Who acts.
        steps: The steps.

    Raises:
        StoryError: If one does not come out as told.
    """
    for name, step in steps.items():
        with restraint.within(f"demo.{name}"):
            step(restraint)


def _list_only(restraint: Restraint) -> None:
    told = "A notice alone, without a decision not to let the debtor exit (限制出境决定书)."
    with restraint.narrator.step("Listed, and not restricted", told) as entry:
        request = restraint.order(restraint.debtor, without_decision=True).push(restraint.record(), TermQuestion())
        answer = restraint.carry_out(LISTING, listing_pb2.PushEntryResponse, request)
        outcome = answer.entry.outcome
        listed = outcome.forwarding == listing_pb2.FORWARDING_LIST_ONLY
        restraint.narrator.require(entry, listed, "the entry is not on the list only")
        entry["reasons"] = list(outcome.reasons)
        missing = Reason.EXIT_DECISION_MISSING.value in outcome.reasons
        restraint.narrator.require(entry, missing, "the reason is not told")
        restraint.entry = answer.entry.name
        restraint.narrator.show(entries_view([answer.entry]))
        _require_decision(restraint, entry, restraint.debtor, counter_pb2.APPLICATION_DECISION_PASS)


def _beyond_the_level(restraint: Restraint) -> None:
    told = "Now there is a decision for one year. A division chief of the basic court may approve three months."
    with restraint.narrator.step("A year is beyond a basic court", told) as entry:
        request = restraint.order(restraint.debtor).file(restraint.entry, A_YEAR)
        restraint.narrator.refused(
            entry,
            Reason.TERM_EXCEEDS_LEVEL,
            lambda: restraint.carry_out(
                RESTRICTIONS,
                restriction_pb2.FileRestrictionResponse,
                request,
                approver=restraint.stage.cast.approver,
            ),
        )


def _restrict(restraint: Restraint) -> None:
    told = "So it is filed for one month, which the chief may approve, and begins at once."
    with restraint.counter() as counter, restraint.narrator.step("The restriction begins", told) as entry:
        _require_copy(restraint, entry, counter.wait_for, restraint.debtor, "PASS")
        request = restraint.order(restraint.debtor).file(restraint.entry, A_MONTH)
        approver = restraint.stage.cast.approver
        answer = restraint.carry_out(RESTRICTIONS, restriction_pb2.FileRestrictionResponse, request, approver=approver)
        active = answer.restriction.state == restriction_pb2.RESTRICTION_STATE_ACTIVE
        restraint.narrator.require(entry, active, "the restriction is not in force")
        restraint.restrictions[restraint.debtor.debtor_name] = answer.restriction.name
        restraint.narrator.show(restrictions_view([answer.restriction]))
        _require_decision(restraint, entry, restraint.debtor, counter_pb2.APPLICATION_DECISION_RESTRICTED)
        _require_copy(restraint, entry, counter.wait_for, restraint.debtor, "RESTRICTED")
        restraint.narrator.good("A counter's own copy says so too; it has hashes under a leased key, and no number.")


def _renew(restraint: Restraint) -> None:
    cast = restraint.stage.cast
    name = restraint.restrictions[restraint.debtor.debtor_name]
    told = f"A term is renewed in its last month (续报). {cast.superior_approver} of the court above signs for a year."
    with restraint.lookout() as lookout, restraint.narrator.step("It is renewed in its window", told) as entry:
        restraint.hear(entry, lookout, notice_pb2.COURT_NOTICE_KIND_RENEWAL_OPEN, measure=name)
        order = restraint.order(restraint.debtor, number=f"{cast.exit_case}之九")
        answer = restraint.carry_out(RESTRICTIONS, restriction_pb2.RenewRestrictionResponse, order.renew(name, A_YEAR))
        entry["terms"] = len(answer.restriction.terms)
        restraint.narrator.require(entry, entry["terms"] == 2, "there are not two terms")
        restraint.narrator.show(restrictions_view([answer.restriction]))


def _two_more(restraint: Restraint) -> None:
    told = "Two other debtors of the case are pushed with decisions, and restricted for a year at once."
    with restraint.narrator.step("Two more debtors", told) as entry:
        for debtor, ordinal in ((restraint.second, "三"), (restraint.third, "五")):
            order = restraint.order(debtor, number=f"{restraint.stage.cast.exit_case}之{ordinal}")
            request = order.push(restraint.record(), A_YEAR)
            answer = restraint.carry_out(LISTING, listing_pb2.PushEntryResponse, request)
            forwarded = answer.entry.outcome.forwarding == listing_pb2.FORWARDING_FORWARDED
            restraint.narrator.require(entry, forwarded, "an entry is not forwarded")
            restraint.restrictions[debtor.debtor_name] = answer.entry.outcome.restriction
            restraint.narrator.show(entries_view([answer.entry]))
            _require_decision(restraint, entry, debtor, counter_pb2.APPLICATION_DECISION_RESTRICTED)


def _release(restraint: Restraint) -> None:
    told = "The third debtor has paid. The court releases, on a notice of its own."
    with restraint.narrator.step("One is released early", told) as entry:
        name = restraint.restrictions[restraint.third.debtor_name]
        request = restraint.order(restraint.third).release(name)
        answer = restraint.carry_out(RESTRICTIONS, restriction_pb2.ReleaseRestrictionResponse, request)
        released = answer.restriction.state == restriction_pb2.RESTRICTION_STATE_RELEASED_EARLY
        restraint.narrator.require(entry, released, "it is not released")
        restraint.narrator.show(release_view(answer))
        _require_decision(restraint, entry, restraint.third, counter_pb2.APPLICATION_DECISION_PASS)


def _hand_over(restraint: Restraint) -> None:
    cast = restraint.stage.cast
    told = "One debtor is to be monitored for a year, one stopped at exit for a month; a company cannot travel."
    with restraint.narrator.step("A batch for the border", told) as entry:
        papers = DecisionChoice(draft=True, decision_number=f"{cast.exit_case}之七")
        monitored = DebtorQuestion(cast.buyer_name, cast.buyer_number)
        company = DebtorQuestion(cast.company_name, cast.company_number, organisation=True)
        items = [
            item(monitored, Requirement.MONITOR, months=12),
            item(restraint.debtor, Requirement.BLOCK_EXIT, months=1),
            item(company, Requirement.BLOCK_EXIT),
        ]
        order = BorderOrder(restraint.stage.session(cast.judge), restraint.about, papers)
        request = order.file(items, LibertyChoice())
        answer = restraint.carry_out(CONTROLS, control_pb2.FileControlsResponse, request)
        entry["refused_reasons"] = [outcome.refused_reason for outcome in answer.outcomes]
        expected = ["", "", Reason.NATURAL_PERSON_ONLY.value]
        restraint.narrator.require(entry, entry["refused_reasons"] == expected, "other people are refused")
        restraint.narrator.show(outcomes_view(answer))


def _monitored(restraint: Restraint) -> None:
    told = (
        "The monitored debtor leaves with a passport that was replaced years ago. Nobody shows the traveller anything."
    )
    with restraint.lookout() as lookout, restraint.narrator.step("One passes, and the court hears", told) as entry:
        answer = _meet(
            restraint,
            entry,
            lookout,
            document=restraint.stage.cast.buyer_former_passport,
            action=hit_pb2.BORDER_ACTION_LET_PASS,
        )
        restraint.narrator.require(entry, not answer.contacts, "the officer is told of a court")


def _stopped(restraint: Restraint) -> None:
    told = "The first debtor comes to the same port."
    with restraint.lookout() as lookout, restraint.narrator.step("One is stopped", told) as entry:
        answer = _meet(
            restraint,
            entry,
            lookout,
            document=restraint.stage.cast.debtor_passport,
            action=hit_pb2.BORDER_ACTION_STOP,
        )
        restraint.narrator.require(entry, bool(answer.contacts), "no court is named to be told")
        request = border_pb2.RecordHandlingRequest(
            request_id=restraint.new_id(), hit=answer.hit, action=hit_pb2.BORDER_ACTION_STOP, note="已劝返。"
        )
        restraint.stage.call(restraint.stage.cast.border_officer, HANDLED, request)
        restraint.hear(entry, lookout, notice_pb2.COURT_NOTICE_KIND_HANDLED)


def _cut_off(restraint: Restraint) -> None:
    told = "A counter was cut off from the exchange all the while. Its copy had a lease of minutes."
    with restraint.narrator.step("What a counter knew is forgotten", told) as entry:
        entry["copy"] = restraint.copied(restraint.debtor)
        restraint.narrator.require(entry, entry["copy"] == "MANUAL", "the copy still decides")
        restraint.narrator.require(entry, len(restraint.copy) == 0, "the copy still has something")
        restraint.narrator.good("It says MANUAL of everybody and has forgotten everything: it holds nobody.")


def _over(restraint: Restraint) -> None:
    told = "No job ran, and nobody did anything. The second debtor's year has ended by itself; the first was renewed."
    with restraint.counter() as counter, restraint.narrator.step("Nobody is held a second longer", told) as entry:
        decisions = {
            restraint.debtor: counter_pb2.APPLICATION_DECISION_RESTRICTED,
            restraint.second: counter_pb2.APPLICATION_DECISION_PASS,
            restraint.third: counter_pb2.APPLICATION_DECISION_PASS,
        }
        for debtor, decision in decisions.items():
            _require_decision(restraint, entry, debtor, decision)
            expected = counter_pb2.ApplicationDecision.Name(decision).removeprefix("APPLICATION_DECISION_")
            _require_copy(restraint, entry, counter.wait_for, debtor, expected)
        travels = restraint.at_the_port(restraint.stage.cast.debtor_passport)
        restraint.narrator.require(
            entry, travels.action == hit_pb2.BORDER_ACTION_NOTHING, "the border still stops the first debtor"
        )
        restraint.narrator.good("At the port the first debtor passes too: the control ended after its month.")


def _look_back(restraint: Restraint) -> None:
    told = "The court lists the second debtor's restriction, and every receipt of a year ago is verified offline."
    with restraint.narrator.step("And all of it can be proven", told) as entry:
        listed = restraint.listed(restraint.second)
        (found,) = listed.restrictions
        expired = found.state == restriction_pb2.RESTRICTION_STATE_EXPIRED
        restraint.narrator.require(entry, expired, "the second debtor's restriction is not over by itself")
        restraint.narrator.show(restrictions_view(listed.restrictions))
        entry["receipts"] = restraint.verify_receipts()
        restraint.narrator.good(f"{entry['receipts']} receipts hold, under the log's public key alone.")


def _require_decision(
    restraint: Restraint,
    entry: dict[str, Any],
    debtor: DebtorQuestion,
    expected: counter_pb2.ApplicationDecision,
) -> None:
    answer = restraint.at_the_counter(debtor)
    name = counter_pb2.ApplicationDecision.Name(expected).removeprefix("APPLICATION_DECISION_")
    entry.setdefault("decisions", []).append(name)
    restraint.narrator.require(entry, answer.decision == expected, f"the counter does not say {name}")
    restraint.narrator.show(decision_view(answer))


def _require_copy(
    restraint: Restraint,
    entry: dict[str, Any],
    wait_for: Callable[[Callable[[], bool]], bool],
    debtor: DebtorQuestion,
    expected: str,
) -> None:
    so = wait_for(lambda: restraint.copied(debtor) == expected)
    restraint.narrator.require(entry, so, f"the counter's copy does not say {expected}")


def _meet(
    restraint: Restraint,
    entry: dict[str, Any],
    lookout: Lookout[notice_pb2.CourtNotice],
    *,
    document: str,
    action: hit_pb2.BorderAction,
) -> border_pb2.CheckTravellerResponse:
    """Has a traveller checked, of whom the court hears within a second."""
    began = time.monotonic()
    answer = restraint.at_the_port(document)
    restraint.narrator.require(entry, answer.action == action, "the officer is told to do something else")
    restraint.narrator.show(check_view(answer))
    restraint.hear(entry, lookout, notice_pb2.COURT_NOTICE_KIND_HIT, since=began)
    return answer


BEGINNING: dict[str, Step] = {
    "list_only": _list_only,
    "beyond_the_level": _beyond_the_level,
    "restrict": _restrict,
    "renew": _renew,
    "two_more": _two_more,
    "release": _release,
    "hand_over": _hand_over,
    "monitored": _monitored,
    "stopped": _stopped,
}
"""The steps of the first day, by the name of their span."""

A_YEAR_LATER = timedelta(days=370)
"""How long after the first day the chapter goes on."""

LATER: dict[str, Step] = {"cut_off": _cut_off, "over": _over, "look_back": _look_back}
"""The steps of that day, by the name of their span."""
