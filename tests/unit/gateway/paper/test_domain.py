"""What came on paper, without a database: for whom it is, what makes it the same again, which refusal is an answer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from gateway.paper.domain import Item, content_of, is_answer, reference_reused, require_recipient
from xiezhi.errors import CLASS_OF, PermissionDenied, Reason, error

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
ITEM = Item(
    approval="approvals/00000000-0000-4000-8000-000000000001",
    court_code="赣1121",
    paper_reference="报1号",
    content_sha256=bytes(32),
    method="/a.B/C",
    bundle_id="00000000-0000-4000-8000-00000000000b",
    bundle_sha256=bytes(32),
    organisation="361100000000",
    importer="POL361100-L001",
    signed_at=NOW,
    imported_at=NOW,
)


@pytest.mark.parametrize(
    ("unit", "court"),
    [
        ("361100000000", "赣1121"),
        ("361121000000", "赣1121"),
        ("360000000000", "赣1121"),
        ("360000610000", "赣1121"),
        ("361100000000", "赣11"),
        ("361100000000", "赣"),
        ("360100000000", "赣71"),
        ("360100000000", "赣7101"),
        ("360102510000", "赣0191"),
    ],
)
def test_a_unit_at_the_court_s_place_takes_in_what_is_for_it(unit, court):
    require_recipient(unit, unit=unit, court_code=court, on=NOW.date())


@pytest.mark.parametrize(
    ("unit", "court"),
    [("360100000000", "赣1121"), ("361121000000", "赣01"), ("367100000000", "赣71"), ("3611", "赣01"), ("赣", "赣")],
)
def test_a_unit_of_another_place_takes_nothing_in(unit, court):
    with pytest.raises(PermissionDenied) as caught:
        require_recipient(unit, unit=unit, court_code=court, on=NOW.date())
    assert caught.value.reason is Reason.BUNDLE_OF_ANOTHER_RECIPIENT


def test_what_is_for_another_unit_is_not_taken_in():
    with pytest.raises(PermissionDenied):
        require_recipient("361100000000", unit="360000000000", court_code="赣1121", on=NOW.date())


def test_an_item_is_the_same_whoever_brings_it_in_whichever_bundle():
    later = replace(
        ITEM,
        bundle_id="another",
        bundle_sha256=b"b" * 32,
        organisation="360000000000",
        importer="POL360000-L001",
        imported_at=NOW + timedelta(days=1),
    )
    assert ITEM.is_again(later)


@pytest.mark.parametrize(
    "changed",
    [{"approval": "approvals/x"}, {"court_code": "赣11"}, {"paper_reference": "报2号"}, {"content_sha256": b"c"}],
)
def test_an_item_with_anything_else_in_it_is_another(changed):
    assert not ITEM.is_again(replace(ITEM, **changed))


def test_the_order_of_statements_says_nothing_and_each_of_them_counts():
    statements = [bytes([number]) * 32 for number in range(3)]
    digests = {content_of(bytes(32), order) for order in permutations(statements)}
    assert len(digests) == 1
    assert {content_of(b"r" * 32, statements), content_of(bytes(32), statements[:2])}.isdisjoint(digests)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason.CREDENTIALS_REQUIRED, True),
        (Reason.NOT_HANDLING_JUDGE, True),
        (Reason.APPROVAL_WITHDRAWN, True),
        (Reason.APPROVER_NOT_ENTITLED, False),
        (Reason.APPROVER_IS_REQUESTER, False),
        (Reason.APPROVALS_INSUFFICIENT, False),
        (Reason.APPROVAL_EXPIRED, False),
        (Reason.APPROVAL_REQUEST_MISMATCH, False),
        (Reason.SEIZURE_EXISTS, True),
        (Reason.FIELDS_INVALID, True),
        (Reason.VEHICLE_NOT_FOUND, True),
        (Reason.CHANNEL_OPERATIONAL, False),
        (Reason.METHOD_NOT_ON_PAPER, False),
        (Reason.STATEMENT_INVALID, False),
        (Reason.STATEMENT_REVOKED, False),
        (Reason.BUNDLE_OF_ANOTHER_RECIPIENT, False),
        (Reason.PAPER_REFERENCE_REUSED, False),
        (Reason.DIRECTORY_STALE, False),
        (Reason.BACKEND_UNAVAILABLE, False),
        (Reason.LEDGER_UNAVAILABLE, False),
        (Reason.STORE_UNAVAILABLE, False),
        (Reason.CLOCK_SKEW, False),
        (Reason.DEADLINE_TOO_SHORT, False),
        (Reason.MESSAGE_TOO_LARGE, False),
        (Reason.RATE_LIMITED, False),
        (Reason.TOKEN_EXPIRED, False),
        (Reason.METHOD_UNKNOWN, False),
        (Reason.INTERNAL, False),
        (Reason.CALLER_NOT_ALLOWED, False),
    ],
)
def test_an_answer_is_what_the_request_itself_is_refused_for(reason, expected):
    assert is_answer(error(reason, "why")) is expected


def test_whatever_a_retry_may_change_is_no_answer():
    passing = {"UNAVAILABLE", "DEADLINE_EXCEEDED", "INTERNAL", "CANCELLED", "DATA_LOSS", "RESOURCE_EXHAUSTED"}
    for reason in Reason:
        assert not (CLASS_OF[reason].code in passing and is_answer(error(reason, "why"))), reason


def test_a_reused_name_is_told_as_such():
    assert reference_reused().reason is Reason.PAPER_REFERENCE_REUSED
