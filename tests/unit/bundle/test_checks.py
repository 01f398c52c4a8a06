"""Whoever receives requests finds every statement that does not fit before any of them is performed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.unit.bundle.conftest import make_desk
from tests.unit.bundle.people import CARRIER, CHIEF, JUDGE, LIAISON, NOW, OTHER_UNIT, Desk, approval
from xiezhi.bundle import RequestCheck
from xiezhi.errors import Reason, XiezhiError
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.request import read_request
from xiezhi.proof.statement import Decision

Change = Callable[[Desk, bundle_pb2.BundleItem], None]


def verify(desk: Desk, item: bundle_pb2.BundleItem, *, now: datetime | None = None) -> None:
    """Verifies a bundle of three requests of which one is given, as its recipient, or as its sender at an instant."""
    file = BytesIO()
    desk.write([desk.request(1), item, desk.request(3)], file=file)
    desk.verify(file.getvalue(), check=RequestCheck(desk.courts, now))


def refusal(desk: Desk, item: bundle_pb2.BundleItem) -> XiezhiError:
    with pytest.raises(XiezhiError) as caught:
        verify(desk, item)
    assert caught.value.message.startswith("Item 2: ")
    return caught.value


def consents(*changes: dict[str, Any]) -> Change:
    def change(desk: Desk, item: bundle_pb2.BundleItem) -> None:
        asked = read_request(item.request.statement).claims
        item.request.consents[:] = [desk.consent(asked, **one) for one in changes]

    return change


def _from_another(desk: Desk, item: bundle_pb2.BundleItem) -> None:
    item.request.statement = desk.request(3).request.statement


def _other_bytes(desk: Desk, item: bundle_pb2.BundleItem) -> None:
    item.request.request = b"another request"


def _another_paper(desk: Desk, item: bundle_pb2.BundleItem) -> None:
    item.paper_reference = "（2026）赣0102执报9号"


def _consent_as_request(desk: Desk, item: bundle_pb2.BundleItem) -> None:
    item.request.statement = item.request.consents[0]


CHANGES: dict[str, Change] = {
    "the statement of another request": _from_another,
    "other bytes than were signed": _other_bytes,
    "another paper than was signed": _another_paper,
    "a consent in place of the judge's statement": _consent_as_request,
    "another method": lambda desk, item: setattr(item, "method", "/xiezhi.vehicle.v1.VehicleRegistryService/X"),
    "another approval": lambda desk, item: setattr(item, "approval", approval(77)),
    "no statement": lambda desk, item: setattr(item.request, "statement", "a.b.c"),
    "a rejection as consent": consents({"decision": Decision.REJECT}),
    "a consent to another approval": consents({"approval": approval(8)}),
    "a consent to another case": consents({"case_number": "（2026）赣0102执2号"}),
    "a consent to another judge's request": consents({"requester": LIAISON.officer_id}),
    "a consent to other bytes": consents({"request_sha256": bytes(32)}),
    "the judge's own consent": consents({"officer": JUDGE.officer_id}),
    "one approver twice": consents({}, {"reason": "again"}),
}


def test_what_was_signed_as_it_lies_there_passes(desk: Desk) -> None:
    verify(desk, desk.request(2))
    item = desk.request(2)
    consents({}, {"officer": LIAISON.officer_id})(desk, item)
    verify(desk, item)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_whatever_does_not_fit_is_refused_with_its_place(desk: Desk, change: Change) -> None:
    item = desk.request(2)
    change(desk, item)
    assert refusal(desk, item).reason is Reason.STATEMENT_INVALID


def test_a_request_to_another_unit_is_not_performed_here(desk: Desk) -> None:
    assert refusal(desk, desk.request(2, unit=OTHER_UNIT)).reason is Reason.BUNDLE_OF_ANOTHER_RECIPIENT


def test_a_judge_of_another_court_than_the_case_is_refused(desk: Desk) -> None:
    assert refusal(desk, desk.request(2, court_code="赣0103")).reason is Reason.STATEMENT_INVALID


def test_a_statement_that_is_over_is_for_the_exchange_to_refuse(desk: Desk) -> None:
    verify(desk, desk.request(2, issued_at=NOW - timedelta(days=9), not_after=NOW - timedelta(days=8)))


def test_statements_under_a_foreign_authority_are_refused(desk: Desk, tmp_path: Path) -> None:
    foreign = make_desk(tmp_path).request(2)
    assert refusal(desk, foreign).reason is Reason.STATEMENT_INVALID
    item = desk.request(2)
    item.request.consents[:] = foreign.request.consents
    assert refusal(desk, item).reason is Reason.STATEMENT_INVALID


@pytest.mark.parametrize("officer", [JUDGE.officer_id, CHIEF.officer_id])
def test_who_was_revoked_sends_nothing_and_on_the_way_does_not_hold_up_the_others(own_desk: Desk, officer: str) -> None:
    item = own_desk.request(2)
    own_desk.keys.officers.revoke(officer, now=NOW)
    with pytest.raises(XiezhiError) as caught:
        verify(own_desk, item, now=NOW)
    assert caught.value.reason is Reason.STATEMENT_REVOKED
    verify(own_desk, item)


def test_an_officer_of_the_police_signs_no_request(desk: Desk) -> None:
    from xiezhi.proof.request import sign_request

    item, carrier = desk.request(2), desk.sender(CARRIER.officer_id)
    claims = read_request(item.request.statement).claims
    item.request.statement = sign_request(claims, key=carrier.key, chain=carrier.chain)
    assert refusal(desk, item).reason is Reason.STATEMENT_INVALID
