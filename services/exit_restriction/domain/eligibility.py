"""The statutory reporting test: whose data go on to the exit-entry administration (法定不准出境人员报备, R-1.8, R-1.9).

Every rule is asked, so that a court learns all reasons at once. An objection keeps the entry from the list, or leaves
it on the list and only keeps the person from being restricted. No rule asks that somebody is on the exit-entry
register: who never had a passport is just who must not get one.

| Rule | Objection | Then |
|---|---|---|
| `data_is_valid` | FIELDS_INVALID | refused |
| `papers_hold` | the reasons of the papers, such as DOCUMENT_ALTERED or SEAL_EXPIRED | refused |
| `notice_names_person` | MISSING_ASSISTANCE_NOTICE | refused |
| `name_is_right` | PERSON_NAME_MISMATCH | refused |
| `is_no_minor` | PERSON_UNDER_AGE | refused |
| `entry_is_open` | ENTRY_ENDED: withdrawn or deleted between push and forwarding | refused |
| `is_natural_person` | NATURAL_PERSON_ONLY | list only |
| `decision_names_person` | EXIT_DECISION_MISSING | list only |
| `term_is_within_level` | TERM_EXCEEDS_LEVEL, TERM_REASON_MISSING, TERM_TOO_LONG, TERM_ENDS_BEFORE_START | list only |
| `is_alive` | PERSON_DECEASED | list only |
| `is_unambiguous` | PERSON_AMBIGUOUS | list only |
| `is_not_released` | RESTRICTION_ALREADY_RELEASED: released between push and forwarding | list only |
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from services.codes.terms import corresponding_day
from services.exit_restriction.domain.terms import FilingLevel, Term, TermRule, first_last_day
from xiezhi.errors import Reason, XiezhiError

ADULT_YEARS = 18
"""Age in full years from which one is no minor (民法典 art 17)."""


class Outcome(IntEnum):
    """What becomes of an entry, the values of `xiezhi.exit_restriction.v1.Forwarding`."""

    FORWARDED = 1
    LIST_ONLY = 2
    REFUSED = 3


class Finding(IntEnum):
    """What the exit-entry register has under the number of a natural person."""

    FOUND = 1
    NOT_FOUND = 2
    AMBIGUOUS = 3
    NAME_DIFFERS = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """A court's decision not to let somebody exit (限制出境决定书).

    Attributes:
        names_person: Whether it names the person.
        level: Level at which it was decided.
        start: Day from which the term runs.
        term: How long.
        rule: How terms are computed.
    """

    names_person: bool
    level: FilingLevel
    start: date
    term: Term
    rule: TermRule


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of an entry when it is to be forwarded.

    Attributes:
        is_natural_person: Whether it is one, and no organisation.
        birth: Date of birth; None of an organisation.
        on: Day of the test, in Asia/Shanghai.
        finding: What the exit-entry register has; of an organisation it is not looked at.
        is_deceased: Whether the person is registered as deceased.
        notice_names_person: Whether a sealed assistance notice (协助执行通知书) is there that names the debtor.
        decision: The decision that was named; None where there is none.
        has_valid_data: Whether kind, name and number go together, and everything else that is needed is there.
        paper_faults: What is wrong with the papers.
        is_entry_open: Whether the entry is still on the list.
        is_released: Whether the release has come already.
    """

    is_natural_person: bool
    birth: date | None = field(repr=False)
    on: date
    finding: Finding
    is_deceased: bool
    notice_names_person: bool
    decision: Decision | None
    has_valid_data: bool = True
    paper_faults: tuple[Reason, ...] = ()
    is_entry_open: bool = True
    is_released: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the test.

    Attributes:
        check: Returns what it objects to; nothing where it does not.
        outcome: What becomes of an entry to which it objects.
    """

    check: Callable[[Candidate], tuple[Reason, ...]]
    outcome: Outcome

    def __post_init__(self) -> None:
        """Refuses a rule whose objection would change nothing."""
        if self.outcome is Outcome.FORWARDED:
            raise ValueError("a rule to which an entry does not conform cannot forward it")


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What became of an entry.

    Attributes:
        outcome: What.
        reasons: Everything that any rule objects to, in the order of the rules, each once.
    """

    outcome: Outcome
    reasons: tuple[Reason, ...]


def data_is_valid(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for data that go together; of a natural person the date of birth, without which nobody knows a minor."""
    is_valid = candidate.has_valid_data and not (candidate.is_natural_person and candidate.birth is None)
    return _unless(is_valid, Reason.FIELDS_INVALID)


def papers_hold(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for papers with which nothing is wrong."""
    return candidate.paper_faults


def notice_names_person(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for a notice that names the debtor."""
    return _unless(candidate.notice_names_person, Reason.MISSING_ASSISTANCE_NOTICE)


def name_is_right(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks that the name is that of the number's owner."""
    return _unless(_is_found_otherwise(candidate, Finding.NAME_DIFFERS), Reason.PERSON_NAME_MISMATCH)


def is_no_minor(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for an adult: minors are not listed, nor restricted (法释〔2017〕7号)."""
    if not candidate.is_natural_person or candidate.birth is None:
        return ()
    is_adult = candidate.on >= corresponding_day(candidate.birth, ADULT_YEARS * 12)
    return _unless(is_adult, Reason.PERSON_UNDER_AGE)


def entry_is_open(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks that the entry is still on the list."""
    return _unless(candidate.is_entry_open, Reason.ENTRY_ENDED)


def is_natural_person(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for a natural person; an organisation's representative needs a decision of their own."""
    return _unless(candidate.is_natural_person, Reason.NATURAL_PERSON_ONLY)


def decision_names_person(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for a decision that names the person."""
    is_named = candidate.decision is not None and candidate.decision.names_person
    return _unless(is_named, Reason.EXIT_DECISION_MISSING)


def term_is_within_level(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks for a term that the level of the decision allows; without a decision there is none."""
    decision = candidate.decision
    if decision is None:
        return ()
    try:
        first_last_day(decision.term, level=decision.level, rule=decision.rule, start=decision.start)
    except XiezhiError as refusal:
        return (refusal.reason,)
    return ()


def is_alive(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks that the person is not registered as deceased."""
    return _unless(not (candidate.is_natural_person and candidate.is_deceased), Reason.PERSON_DECEASED)


def is_unambiguous(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks that the number is of one person only."""
    return _unless(_is_found_otherwise(candidate, Finding.AMBIGUOUS), Reason.PERSON_AMBIGUOUS)


def is_not_released(candidate: Candidate) -> tuple[Reason, ...]:
    """Asks that the court has not released the person meanwhile."""
    return _unless(not candidate.is_released, Reason.RESTRICTION_ALREADY_RELEASED)


REPORTING_TEST: tuple[Rule, ...] = (
    Rule(data_is_valid, Outcome.REFUSED),
    Rule(papers_hold, Outcome.REFUSED),
    Rule(notice_names_person, Outcome.REFUSED),
    Rule(name_is_right, Outcome.REFUSED),
    Rule(is_no_minor, Outcome.REFUSED),
    Rule(entry_is_open, Outcome.REFUSED),
    Rule(is_natural_person, Outcome.LIST_ONLY),
    Rule(decision_names_person, Outcome.LIST_ONLY),
    Rule(term_is_within_level, Outcome.LIST_ONLY),
    Rule(is_alive, Outcome.LIST_ONLY),
    Rule(is_unambiguous, Outcome.LIST_ONLY),
    Rule(is_not_released, Outcome.LIST_ONLY),
)
"""The rules of the module's table."""

LATER_TEST: tuple[Rule, ...] = tuple(
    rule for rule in REPORTING_TEST if rule.check not in {decision_names_person, term_is_within_level}
)
"""The rules for the right person of a restriction that is corrected, whose decision and term were tested before."""


def assess(candidate: Candidate, rules: Sequence[Rule] = REPORTING_TEST) -> Eligibility:
    """Asks every rule, and returns what becomes of an entry.

    Args:
        candidate: The entry.
        rules: The rules.

    Raises:
        ValueError: If there is no rule: nothing is forwarded untested.
    """
    if not rules:
        raise ValueError("an empty set of rules forwards nothing: configure the rules of the reporting test")
    outcome, reasons = Outcome.FORWARDED, dict[Reason, None]()
    for rule in rules:
        objections = rule.check(candidate)
        if objections:
            outcome = max(outcome, rule.outcome)
            reasons.update(dict.fromkeys(objections))
    return Eligibility(outcome, tuple(reasons))


def _unless(holds: bool, reason: Reason) -> tuple[Reason, ...]:
    return () if holds else (reason,)


def _is_found_otherwise(candidate: Candidate, finding: Finding) -> bool:
    return not candidate.is_natural_person or candidate.finding is not finding
