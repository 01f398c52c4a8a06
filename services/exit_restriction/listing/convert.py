"""Between entries of the list and the contract's messages."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.chassis.call import Call
from services.codes.case_number import CaseNumber
from services.codes.errors import CodeError
from services.exit_restriction import convert as shared
from services.exit_restriction.domain import Author, Behaviour, FilingLevel, Listing, Term
from services.exit_restriction.listing.desk import NOTICE
from services.exit_restriction.listing.domain import Forwarded, Push, ShownEntry, Written
from services.exit_restriction.reporting import Debtor, Ordered
from services.filing import convert as filing_convert
from services.filing.convert import invalid, read_date, write_date
from services.filing.desk import Sought
from services.filing.domain import Contact, DocumentKind, Filing, Paper
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import NEXT_STEPS, Reason, error
from xiezhi.exit_restriction.v1 import listing_pb2

ENTRY, RESTRICTION = "entries/", "restrictions/"
"""How names of entries and restrictions begin."""


def _mentions_nothing(text: str) -> bool:
    """Stands for a notice that is not there."""
    del text
    return False


def read_filing(context: case_pb2.CaseContext, call: Call, *, notice: bytes | None, debtor: Debtor) -> Filing:
    """Reads what every order brings along.

    Args:
        context: The case.
        call: The call.
        notice: The assistance notice; None where the method takes none.
        debtor: Whom it is about.

    Raises:
        InvalidArgument: FIELDS_INVALID.
        FailedPrecondition: MISSING_ASSISTANCE_NOTICE, if it is empty.
    """
    if notice is not None and not notice:
        raise error(Reason.MISSING_ASSISTANCE_NOTICE, NEXT_STEPS[Reason.MISSING_ASSISTANCE_NOTICE])
    papers = [] if notice is None else [Paper(DocumentKind.ASSISTANCE_NOTICE, notice)]
    return filing_convert.read_filing(context, call, papers=papers, subject_key=debtor.party.number)


def sought_of(debtor: Debtor, decision: str) -> Sought:
    """Returns what a notice must mention: the debtor's number, and the decision's where there is one."""
    return {NOTICE: {debtor.party.number, *([decision] if decision else ())}}


def read_push(request: listing_pb2.PushEntryRequest, debtor: Debtor, call: Call, *, decision: str) -> Push:
    """Reads an entry, as far as the request tells it; what the notice names is filled in once its papers hold.

    Raises:
        InvalidArgument: FIELDS_INVALID.
        PermissionDenied: APPROVAL_REQUIRED.
    """
    today, start = shared.today_of(call), None
    if request.HasField("start_date"):
        start = shared.read_start(request.start_date, field="start_date", today=today)
    ordered = Ordered(
        filing_convert.read_author(request.context),
        debtor,
        shared.level_of(call),
        shared.read_term(request.term, field="term"),
        start,
        decision,
        names_debtor=False,
        names_decision=False,
    )
    return _push(ordered, request.record, request.context.handler, today=today)


def read_correction(request: listing_pb2.CorrectEntryRequest, debtor: Debtor, call: Call) -> Push:
    """Reads a correction; as `read_push`."""
    ordered = Ordered(
        filing_convert.read_author(request.context),
        debtor,
        shared.level_of(call),
        Term(),
        None,
        decision_number="",
        names_debtor=False,
        names_decision=False,
    )
    return _push(ordered, request.record, request.context.handler, today=shared.today_of(call))


def read_item(
    item: listing_pb2.UploadItem,
    *,
    court_code: str,
    level: FilingLevel,
    today: date,
    mentions: Callable[[str], bool] = _mentions_nothing,
) -> Push:
    """Reads an item of an upload.

    Args:
        item: The item, valid by the contract.
        court_code: The court that uploads.
        level: Level of the authority that approved.
        today: Legal date of today.
        mentions: Whether its notice mentions a text.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    debtor = shared.read_debtor(item.debtor, field="debtor", on=today)
    # A day that has come between staging and commit is as good as today.
    start = read_date(item.start_date, field="start_date") if item.HasField("start_date") else None
    ordered = Ordered(
        _read_case(item.case_number, court_code),
        debtor,
        level,
        shared.read_term(item.term, field="term"),
        start,
        item.decision_number,
        names_debtor=mentions(debtor.party.number),
        names_decision=bool(item.decision_number) and mentions(item.decision_number),
    )
    return _push(ordered, item.record, item.handler, today=today)


def read_name(name: str) -> str:
    """Returns the key of an entry by its name, whose form the contract checks."""
    return name.removeprefix(ENTRY)


def write_entry(message: listing_pb2.Entry, shown: ShownEntry) -> None:
    """Writes an entry into an empty message."""
    message.name = ENTRY + shown.record.entry_id
    message.receive_time.FromDatetime(shown.record.at)
    message.state = shown.standing.state  # type: ignore[assignment]
    message.record.ParseFromString(shown.written.content)
    if (last_day := shown.written.listing.last_day) is not None:
        write_date(message.end_date, last_day)
    write_forwarded(message.outcome, shown.forwarded)


def write_forwarded(message: listing_pb2.EntryOutcome, forwarded: Forwarded) -> None:
    """Writes what became of an entry into an empty message."""
    message.forwarding = forwarded.outcome  # type: ignore[assignment]
    message.reasons.extend(forwarded.reasons)
    message.restriction = RESTRICTION + forwarded.restriction_id if forwarded.restriction_id else ""


def _push(ordered: Ordered, record: listing_pb2.DishonestRecord, handler: case_pb2.Handler, *, today: date) -> Push:
    _require_coherent(record, is_person=ordered.debtor.party.is_person)
    written = Written(ordered.debtor.party, _read_listing(record, today), record.SerializeToString())
    return Push(ordered, written, handler.officer_id, Contact(handler.name, handler.phone))


def _require_coherent(record: listing_pb2.DishonestRecord, *, is_person: bool) -> None:
    if record.performed_part and record.performance != listing_pb2.PERFORMANCE_PARTIAL:
        raise invalid("record.performed_part", "the duty is not performed in part")
    if record.legal_representative and is_person:
        raise invalid("record.legal_representative", "a natural person has none")


def _read_listing(record: listing_pb2.DishonestRecord, today: date) -> Listing:
    if read_date(record.case_filed_date, field="record.case_filed_date") > today:
        raise invalid("record.case_filed_date", "it is to come")
    published = read_date(record.publish_date, field="record.publish_date")
    if published > today:
        raise invalid("record.publish_date", "it is to come")
    return Listing(frozenset(map(Behaviour, record.behaviours)), published, record.extension_years)


def _read_case(text: str, court_code: str) -> Author:
    try:
        number = CaseNumber.parse(text)
    except CodeError as failure:
        raise invalid("case_number", str(failure)) from None
    if not number.matches(court_code):
        raise invalid("case_number", "the court in the number is not the one that uploads")
    return Author(court_code, str(number))
