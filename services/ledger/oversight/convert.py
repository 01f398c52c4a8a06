"""Between messages and what overseers ask."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp

from services.chassis import paging
from services.chassis.recorder import plain
from services.ledger.convert import head_to_message, place_to_message
from services.ledger.domain import damaged
from services.ledger.oversight.domain import (
    EARLIEST,
    LATEST,
    By,
    Indexed,
    Key,
    Period,
    Search,
    Spot,
    Step,
    approval_key,
)
from services.ledger.oversight.handlers import FoundPage, Report
from services.ledger.oversight.patterns import Finding, Thresholds
from xiezhi.errors import Violation, invalid_fields
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2

LONGEST_PERIOD = timedelta(days=92)
"""Longest period of a report."""

Digests = Callable[[str], tuple[bytes, ...]]
"""Returns the keyed digests of a value, under every key of the index."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SERVICE = "/xiezhi.approval.v1.ApprovalService/"
_STEPS = {f"{_SERVICE}SubmitApproval": Step.SUBMISSION, f"{_SERVICE}ApproveApproval": Step.CONSENT}


def read_indexed(place: int, raw: bytes) -> Indexed:
    """Reads what is to be indexed out of an entry.

    Args:
        place: Its place in the log.
        raw: Its exact bytes.

    Raises:
        DataLoss: LEDGER_DAMAGED, if it is none.
    """
    try:
        entry = ledger_pb2.Entry.FromString(raw)
    except DecodeError:
        raise damaged(f"entry {place} is none") from None
    is_step = entry.kind == ledger_pb2.ENTRY_KIND_WORKFLOW
    return Indexed(
        leaf_index=place,
        time=_floor(entry.time),
        kind=entry.kind,
        step=_STEPS.get(entry.method, Step.OTHER) if is_step else Step.OTHER,
        actor=entry.actor,
        organisation=entry.actor_organisation,
        approval=approval_key(entry.approval),
        case_index=entry.case_index or None,
        subjects=tuple(dict.fromkeys(entry.subject_indexes)),
    )


def read_search(
    request: oversight_pb2.SearchEntriesRequest, reader: str, *, cases: Digests, subjects: Digests
) -> Search:
    """Reads what is searched for.

    Args:
        request: The request.
        reader: Officer id of who asks.
        cases: Digests of cases.
        subjects: Digests of data subjects.

    Raises:
        InvalidArgument: PAGE_TOKEN_INVALID, or FIELDS_INVALID if the period ends before it begins.
    """
    period = _read_period(request)
    by, keys = _read_keys(request, cases=cases, subjects=subjects)
    place = paging.decode_token(request.page_token, query=_query(request, reader))
    size, after = request.page_size or paging.DEFAULT_SIZE, _read_spot(place) if place else None
    sought = subjects(plain(request.officer_id)) if request.officer_id else ()
    return Search(by, keys, period, size, after, sought)


def page_to_message(
    page: FoundPage, request: oversight_pb2.SearchEntriesRequest, reader: str
) -> oversight_pb2.SearchEntriesResponse:
    """Returns a page as it travels.

    Args:
        page: The page.
        request: The request that it answers.
        reader: Officer id of who asked.
    """
    after = page.after
    token = paging.encode_token(f"{after.time} {after.leaf_index}", query=_query(request, reader)) if after else ""
    return oversight_pb2.SearchEntriesResponse(
        entries=[oversight_pb2.FoundEntry(entry=one.raw, inclusion=place_to_message(one.place)) for one in page.found],
        tree_head=head_to_message(page.head),
        next_page_token=token,
    )


def read_report(request: oversight_pb2.GetPatternsRequest) -> tuple[Period, Thresholds]:
    """Reads what is to be reported.

    Raises:
        InvalidArgument: FIELDS_INVALID, if the period ends before it begins or is too long.
    """
    period = _read_period(request)
    if period.end - period.start > LONGEST_PERIOD // _MICROSECOND:
        raise invalid_fields(Violation("end_time", f"must be at most {LONGEST_PERIOD.days} days after start_time"))
    asked, default = request.thresholds, Thresholds()
    within = asked.consent_within.ToTimedelta() if asked.HasField("consent_within") else default.consent_within
    days = asked.followed_within_days
    return period, Thresholds(
        volume_floor=asked.volume_floor or default.volume_floor,
        volume_deviations=asked.volume_deviations or default.volume_deviations,
        consent_within=within,
        followed_within=timedelta(days=days) if days else default.followed_within,
    )


def report_to_message(report: Report, thresholds: Thresholds) -> oversight_pb2.GetPatternsResponse:
    """Returns a report as it travels.

    Args:
        report: The report.
        thresholds: Those that counted.
    """
    message = oversight_pb2.GetPatternsResponse(
        findings=map(_finding_to_message, report.findings),
        left_off=[
            oversight_pb2.LeftOff(kind=oversight_pb2.FindingKind.Name(kind), count=count)
            for kind, count in report.left_off.items()
        ],
        thresholds=oversight_pb2.Thresholds(
            volume_floor=thresholds.volume_floor,
            volume_deviations=thresholds.volume_deviations,
            followed_within_days=thresholds.followed_within.days,
        ),
        tree_head=head_to_message(report.head),
    )
    message.thresholds.consent_within.FromTimedelta(thresholds.consent_within)
    return message


def count_micros(instant: datetime) -> int:
    """Returns an instant as entries are indexed by it."""
    return (instant - _EPOCH) // _MICROSECOND


def _finding_to_message(finding: Finding) -> oversight_pb2.Finding:
    message = oversight_pb2.Finding(
        kind=oversight_pb2.FindingKind.Name(finding.kind),
        officer_id=finding.officer_id,
        organisation=finding.organisation,
        approval=finding.approval,
        case_index=finding.case_index,
        count=finding.count,
        median=finding.median,
        leaf_indexes=finding.leaf_indexes,
    )
    if finding.elapsed is not None:
        message.elapsed.FromTimedelta(finding.elapsed)
    return message


def _read_keys(
    request: oversight_pb2.SearchEntriesRequest, *, cases: Digests, subjects: Digests
) -> tuple[By, tuple[Key, ...]]:
    """Returns what entries are found by, under every key: digests made as `services.chassis.recorder` makes them."""
    about = request.WhichOneof("about")
    if about == "case":
        return By.CASE, cases(f"{plain(request.case.court_code)}|{plain(request.case.case_number)}")
    if about == "subject_number":
        return By.SUBJECT, subjects(plain(request.subject_number))
    if about == "officer_id":
        return By.ACTOR, (request.officer_id,)
    key = approval_key(request.approval)
    return By.APPROVAL, () if key is None else (key,)


def _read_period(request: oversight_pb2.SearchEntriesRequest | oversight_pb2.GetPatternsRequest) -> Period:
    start = _ceiling(request.start_time) if request.HasField("start_time") else EARLIEST
    end = _ceiling(request.end_time) if request.HasField("end_time") else LATEST
    if start >= end:
        raise invalid_fields(Violation("end_time", "must be later than start_time"))
    return Period(start, end)


def _query(request: oversight_pb2.SearchEntriesRequest, reader: str) -> bytes:
    asked = oversight_pb2.SearchEntriesRequest()
    asked.CopyFrom(request)
    asked.ClearField("request_id")
    return paging.query_of(asked, reader)


def _read_spot(text: str) -> Spot:
    try:
        time, place = map(int, text.split(" "))
    except ValueError:
        raise paging.invalid_token() from None
    if not (EARLIEST < time < LATEST and 0 <= place < LATEST):
        raise paging.invalid_token()
    return Spot(time, place)


def _floor(time: Timestamp) -> int:
    return _bounded(time.seconds * 1_000_000 + time.nanos // 1000)


def _ceiling(time: Timestamp) -> int:
    """Entries are written at whole microseconds: a bound within one is as good as the next one."""
    return _bounded(time.seconds * 1_000_000 - (-time.nanos // 1000))


def _bounded(micros: int) -> int:
    """Takes an instant that no calendar has for the first or the last one."""
    return min(max(micros, EARLIEST), LATEST)
