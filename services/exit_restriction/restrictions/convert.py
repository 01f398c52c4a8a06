"""Between restrictions and the contract's messages."""

from __future__ import annotations

from services.chassis.call import Call
from services.exit_restriction import convert as shared
from services.exit_restriction.reporting import Debtor, Ordered
from services.exit_restriction.restrictions.desk import NOTICE
from services.exit_restriction.restrictions.domain import Shown
from services.filing import convert as filing_convert
from services.filing.convert import write_date
from services.filing.desk import Accepted, Sought
from services.filing.domain import DocumentKind, Filing, Paper
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import restriction_pb2

ENTRY, RESTRICTION = "entries/", "restrictions/"
"""How names of entries and restrictions begin."""


def read_filing(context: case_pb2.CaseContext, call: Call, *, notice: bytes, debtor: Debtor) -> Filing:
    """Reads what every order brings along.

    Args:
        context: The case.
        call: The call.
        notice: The assistance notice.
        debtor: Whom it is about.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    papers = [Paper(DocumentKind.ASSISTANCE_NOTICE, notice)]
    return filing_convert.read_filing(context, call, papers=papers, subject_key=debtor.party.number)


def sought_of(debtor: Debtor, decision: str = "") -> Sought:
    """Returns what a notice must mention: the debtor's number, and the decision's where there is one."""
    return {NOTICE: {debtor.party.number, *([decision] if decision else ())}}


def read_order(
    request: restriction_pb2.FileRestrictionRequest, debtor: Debtor, call: Call, *, decision: str
) -> Ordered:
    """Reads what is ordered, as far as the request tells it; what the notice names is filled in once its papers hold.

    Raises:
        InvalidArgument: FIELDS_INVALID.
        PermissionDenied: APPROVAL_REQUIRED.
    """
    start = None
    if request.HasField("start_date"):
        start = shared.read_start(request.start_date, field="start_date", today=shared.today_of(call))
    return Ordered(
        filing_convert.read_author(request.context),
        debtor,
        shared.level_of(call),
        shared.read_term(request.term, field="term"),
        start,
        decision,
        names_debtor=False,
        names_decision=False,
    )


def write_restriction(message: restriction_pb2.Restriction, shown: Shown) -> None:
    """Writes a restriction into an empty message."""
    record, standing = shown.record, shown.standing
    message.name = RESTRICTION + record.restriction_id
    message.court_code, message.case_number = record.court_code, record.case_number
    message.decision_number = shown.decision_number
    message.state = standing.state  # type: ignore[assignment]
    for period, filed_at in zip(standing.periods, shown.filed_at, strict=False):
        term = message.terms.add(sequence=period.sequence, rule_version=period.rule_version)
        write_date(term.start_date, period.first_day)
        write_date(term.end_date, period.last_day)
        term.file_time.FromDatetime(filed_at)
    if standing.effective_from is not None:
        message.effective_time.FromDatetime(standing.effective_from)
    message.end_time.FromDatetime(standing.ended_at or standing.ends_at)
    if standing.is_open:
        write_date(message.renewal_opens_date, standing.periods[-1].window_opens)
    message.level = shown.level  # type: ignore[assignment]
    message.release_proposed = shown.is_release_proposed


def read_name(name: str) -> str:
    """Returns the key of a restriction by its name, whose form the contract checks."""
    return name.removeprefix(RESTRICTION)


def read_entry(name: str) -> str:
    """Returns the key of an entry by its name, whose form the contract checks."""
    return name.removeprefix(ENTRY)


def mentions_decision(accepted: Accepted, decision: str) -> bool:
    """Whether the notice mentions the decision's number."""
    return bool(decision) and accepted.mentions(NOTICE, decision)
