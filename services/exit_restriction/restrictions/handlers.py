"""The use cases of restrictions: what courts order on papers that hold, decided on the files of people."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from services.codes.legal_time import legal_date
from services.exit_restriction.changes import Happened
from services.exit_restriction.domain import (
    Author,
    Outcome,
    Term,
    TermRule,
    assess,
    file,
    next_instant,
    release,
    renew,
)
from services.exit_restriction.registry.domain import examine
from services.exit_restriction.reporting import Ordered, candidate_of
from services.exit_restriction.restrictions.desk import NOTICE
from services.exit_restriction.restrictions.domain import Renewal, RestrictionFile, Shown, Step, not_found
from services.exit_restriction.restrictions.files import Files
from services.filing.desk import Accepted
from xiezhi.errors import NEXT_STEPS, Reason, XiezhiError, error


@dataclass(frozen=True, slots=True)
class Named:
    """A restriction as a court names it.

    Attributes:
        restriction_id: Its key.
        author: Who names it.
        number: Number of the debtor.
    """

    restriction_id: str
    author: Author
    number: str


def refuse(reasons: Collection[Reason]) -> XiezhiError:
    """Makes the refusal of what did not pass the reporting test, by the first of its reasons."""
    reason = next(iter(reasons))
    return error(reason, NEXT_STEPS[reason])


def file_one(
    ordered: Ordered,
    entry_id: str,
    accepted: Accepted,
    *,
    files: Files,
    officer_id: str,
    restriction_id: str,
    rules: Collection[TermRule],
) -> Shown:
    """Restricts a debtor who is on the list.

    Args:
        ordered: What is ordered.
        entry_id: Key of the entry.
        accepted: The order.
        files: The files of people.
        officer_id: The handling judge.
        restriction_id: Key of the restriction to be.
        rules: How terms are computed.

    Raises:
        XiezhiError: ENTRY_NOT_FOUND, ENTRY_ENDED, RESTRICTION_EXISTS, or the first reason of the reporting test.
    """
    _require_listed(ordered, entry_id, accepted, files=files)
    subject_id = _admit(ordered, accepted, files=files, rules=rules)
    opened = files.open(subject_id)
    filed = file(ordered.order, opened.facts, restriction_id=restriction_id, rules=rules, now=accepted.now)
    record = ordered.record(filed, subject_id, entry_id, officer_id=officer_id, handler=accepted.filing.handler)
    shown = opened.with_restriction(record).shown(restriction_id, filed.at)
    files.file(record, shown.standing)
    return shown


def renew_one(
    named: Named,
    term: Term,
    renewal: Renewal,
    *,
    received: datetime,
    accepted: Accepted,
    files: Files,
    rules: Collection[TermRule],
) -> Shown:
    """Renews a restriction in the last month of its term.

    Args:
        named: The restriction.
        term: The term that follows.
        renewal: What the renewal rests on.
        received: When the exchange received the order, which may be before it is decided.
        accepted: The order.
        files: The files of people.
        rules: How terms are computed.

    Raises:
        XiezhiError: RESTRICTION_NOT_FOUND, RENEWAL_TOO_EARLY, RESTRICTION_ALREADY_RELEASED,
            RESTRICTION_ALREADY_RENEWED, RESTRICTION_EXISTS, MISSING_ASSISTANCE_NOTICE, EXIT_DECISION_MISSING, or the
            reasons of terms.
    """
    opened = _open(named, files)
    fact = renew(
        named.restriction_id,
        named.author,
        opened.facts,
        term=term,
        level=renewal.level,
        rules=rules,
        now=accepted.now,
        received=received,
    )
    _require_named(named.number, accepted)
    if not renewal.decision_number or not accepted.mentions(NOTICE, renewal.decision_number):
        raise refuse([Reason.EXIT_DECISION_MISSING])
    return _add(Step(fact, renewal), opened, Happened.RENEWED, files=files)


def release_one(named: Named, *, accepted: Accepted, files: Files) -> tuple[Shown, bool]:
    """Releases a restriction before its end.

    Args:
        named: The restriction.
        accepted: The order.
        files: The files of people.

    Returns:
        The restriction, and whether it had ended before, so that nothing was changed.

    Raises:
        XiezhiError: RESTRICTION_NOT_FOUND or MISSING_ASSISTANCE_NOTICE.
    """
    opened = _open(named, files)
    _require_named(named.number, accepted)
    shown = opened.shown(named.restriction_id, next_instant(opened.facts, accepted.now))
    if not shown.standing.is_open:
        return shown, True
    fact = release(named.restriction_id, named.author, opened.facts, has_notice=True, now=accepted.now)
    return _add(Step(fact), opened, Happened.RELEASED, files=files), False


def _admit(ordered: Ordered, accepted: Accepted, *, files: Files, rules: Collection[TermRule]) -> int:
    """Puts what is ordered before the reporting test; returns the key of whom it is about."""
    named = ordered.debtor.named
    examined = examine(named.name, files.find(named) if ordered.debtor.party.is_person else ())
    eligibility = assess(candidate_of(ordered, examined, rules=rules, on=legal_date(accepted.now)))
    if eligibility.outcome is not Outcome.FORWARDED:
        raise refuse(eligibility.reasons)
    return files.subject_of(named) if examined.subject is None else examined.subject.subject_id


def _require_listed(ordered: Ordered, entry_id: str, accepted: Accepted, *, files: Files) -> None:
    """Makes sure that the debtor is on the list by this very court and case."""
    listed = files.listed(entry_id, ordered.author, accepted.now)
    if listed is None or (listed.author, listed.number) != (ordered.author, ordered.debtor.party.number):
        raise error(Reason.ENTRY_NOT_FOUND, "There is no such entry of this court and case: check its name.")
    if not listed.is_open:
        raise error(Reason.ENTRY_ENDED, "The entry has ended: push a new one if it is needed.")


def _open(named: Named, files: Files) -> RestrictionFile:
    """Opens the file of a restriction; that of another court, case or debtor looks like one that is not there."""
    subject_id = files.subjects_of([named.restriction_id]).get(named.restriction_id)
    if subject_id is None:
        raise not_found()
    opened = files.open(subject_id)
    record = opened.records[named.restriction_id]
    if (record.filed.author, record.debtor.number) != (named.author, named.number):
        raise not_found()
    return opened


def _require_named(number: str, accepted: Accepted) -> None:
    if not accepted.mentions(NOTICE, number):
        raise error(Reason.MISSING_ASSISTANCE_NOTICE, "The notice does not name the debtor: send the right one.")


def _add(step: Step, opened: RestrictionFile, happened: Happened, *, files: Files) -> Shown:
    shown = opened.followed_by(step).shown(step.fact.restriction_id, step.fact.at)
    files.add(step, happened=happened, record=shown.record, standing=shown.standing)
    return shown
