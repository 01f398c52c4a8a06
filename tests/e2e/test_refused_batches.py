"""Batches for the border and uploads of the list: each person answered by themselves, and nothing twice."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from services.synthetic.catalogue import LONGEST_NAME
from services.synthetic.numbers import citizen_id
from tests.e2e.exits import OTHER_JUDGE, Exits, new_id, today
from tests.e2e.players import APPROVALS, method_of
from tests.e2e.scene import Scene
from tests.e2e.test_refused_exits import DEAD, MISNAMED
from xiezhi.cli.border.orders import LibertyChoice, Requirement
from xiezhi.cli.case import DebtorQuestion
from xiezhi.cli.exits.orders import LISTING
from xiezhi.cli.exits.upload import COMMIT
from xiezhi.cli.oversight.command import SERVICE as OVERSIGHT
from xiezhi.errors import Reason
from xiezhi.exit_restriction.v1 import control_pb2, hit_pb2, listing_pb2
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2

TODAY = date.fromisoformat(today())
STAGE = f"{LISTING}StageEntries"
RARE = (
    DebtorQuestion(LONGEST_NAME, citizen_id(date(1971, 6, 7), 19)),
    DebtorQuestion("𠅤𬭎", citizen_id(date(1973, 6, 7), 19)),
)
"""People whose names are long, or of characters that few fonts have."""


@pytest.mark.clause("R-2.7")
def test_an_empty_batch(exits: Exits) -> None:
    """Refused before anybody is asked to approve it."""
    scene, players = Scene(exits), exits.players
    request = scene.batch(exits.item(scene.who))
    del request.items[:]
    submission = players.submission(request, method=method_of(request))
    players.refuse(Reason.FIELDS_INVALID, exits.cast.judge, f"{APPROVALS}SubmitApproval", submission)


@pytest.mark.clause("R-2.7")
def test_each_person_of_a_batch_by_themselves(exits: Exits) -> None:
    cast = exits.cast
    good, repeated, blocked, detained, long, reversed_, unnamed = exits.people(7)
    company = DebtorQuestion(cast.company_name, cast.company_number, organisation=True)
    foreigner = DebtorQuestion(cast.foreigner_name, cast.foreigner_passport)
    everybody = [
        good, repeated, blocked, detained, long, reversed_, unnamed, company, foreigner, DEAD, MISNAMED, *RARE
    ]  # fmt: skip
    case = exits.case(*everybody)
    (earlier,) = exits.control(exits.item(blocked, months=3), case=case)
    assert not earlier.refused_reason
    stop, yesterday = Requirement.BLOCK_EXIT, (TODAY - timedelta(days=1)).isoformat()
    batch: list[tuple[control_pb2.ControlItem, Reason | None]] = [
        (exits.item(good), None),
        (exits.item(company), Reason.NATURAL_PERSON_ONLY),
        (exits.item(repeated), None),
        (exits.item(repeated, Requirement.MONITOR), Reason.BATCH_DUPLICATE),
        (exits.item(blocked), Reason.CONTROL_EXISTS),
        (exits.item(long, stop, months=4), Reason.TERM_TOO_LONG),
        (exits.item(reversed_, stop, months=1, last_day=yesterday), Reason.TERM_ENDS_BEFORE_START),
        (exits.item(detained, Requirement.DETAIN), Reason.LIBERTY_DOCUMENT_MISSING),
        (exits.item(unnamed, Requirement.BLOCK_ENTRY), Reason.REQUIREMENT_NOT_ALLOWED),
        (exits.item(DEAD), Reason.PERSON_DECEASED),
        (exits.item(MISNAMED), Reason.PERSON_NAME_MISMATCH),
        (exits.item(foreigner), None),
        *((exits.item(one), None) for one in RARE),
    ]
    request = exits.border(case=case).file([item for item, _ in batch], LibertyChoice())
    request.liberty_pdf = b""
    outcomes = exits.carry_out(control_pb2.FileControlsResponse, request).outcomes
    told = [(outcome.index, outcome.refused_reason, outcome.HasField("control")) for outcome in outcomes]
    assert told == [(place, reason.value if reason else "", reason is None) for place, (_, reason) in enumerate(batch)]
    assert exits.travel(cast.foreigner_passport, document=True).action == hit_pb2.BORDER_ACTION_STOP
    assert exits.travel(RARE[1].debtor_number).action == hit_pb2.BORDER_ACTION_STOP
    assert exits.travel(detained.debtor_number).action == hit_pb2.BORDER_ACTION_NOTHING


class Upload:
    """An upload of one item that a judge stages.

    Args:
        exits: Who acts.
    """

    def __init__(self, exits: Exits) -> None:
        self.players, self.judge = exits.players, exits.cast.judge
        scene = Scene(exits)
        pushed = scene.pushed()
        item = listing_pb2.UploadItem(
            case_number=scene.case, handler=pushed.context.handler, debtor=pushed.debtor, record=pushed.record
        )
        self.chunk = listing_pb2.StageEntriesRequest(
            upload=f"uploads/{new_id()}", notices=[pushed.notice_pdf], items=[item.SerializeToString()]
        )

    def stage(self, *, first: int = 0) -> listing_pb2.StageEntriesResponse:
        self.chunk.first_index = first
        answer = self.players.call(self.judge, STAGE, self.chunk)
        return listing_pb2.StageEntriesResponse.FromString(answer.payload)

    def approved(self, **changes: Any) -> tuple[listing_pb2.CommitUploadRequest, str]:
        """Has the upload approved, or another one than it is; returns the request and the approval."""
        asked = listing_pb2.GetUploadRequest(name=self.chunk.upload)
        answer = self.players.call(self.judge, f"{LISTING}GetUpload", asked)
        upload = listing_pb2.GetUploadResponse.FromString(answer.payload).upload
        told = {"sha256": upload.sha256, "item_count": upload.item_count, **changes}
        request = listing_pb2.CommitUploadRequest(request_id=new_id(), name=upload.name, **told)
        return request, self.players.approved(request, method=COMMIT, approver=self.players.cast.superior_approver)


def _require_found(upload: Upload, approval: str) -> None:
    """An overseer finds by their number who was pushed in bulk, by whom, and on whose consent."""
    (raw,) = upload.chunk.items
    number = listing_pb2.UploadItem.FromString(raw).debtor.id_number
    search = oversight_pb2.SearchEntriesRequest(request_id=new_id(), subject_number=number)
    answer = upload.players.call(upload.players.cast.auditor, f"{OVERSIGHT}SearchEntries", search)
    page = oversight_pb2.SearchEntriesResponse.FromString(answer.payload)
    entries = [ledger_pb2.Entry.FromString(one.entry) for one in page.entries]
    (found,) = (entry for entry in entries if entry.method == COMMIT)
    assert (found.kind, found.actor, found.approval) == (ledger_pb2.ENTRY_KIND_INTENT, upload.judge, approval)
    assert len(found.statement_sha256s) == 1


def test_uploads(exits: Exits) -> None:
    players, judge, upload = exits.players, exits.cast.judge, Upload(exits)
    asked = listing_pb2.GetUploadRequest(name=upload.chunk.upload)
    players.refuse(Reason.UPLOAD_NOT_FOUND, judge, f"{LISTING}GetUpload", asked)
    assert upload.stage().item_count == 1
    assert upload.stage().item_count == 1, "an item that was staged is staged again"
    upload.chunk.first_index = 2
    players.refuse(Reason.UPLOAD_OUT_OF_ORDER, judge, STAGE, upload.chunk)
    players.refuse(Reason.UPLOAD_NOT_FOUND, OTHER_JUDGE, f"{LISTING}GetUpload", asked)
    for changes in ({"sha256": bytes(32)}, {"item_count": 2}):
        request, approval = upload.approved(**changes)
        players.refuse(Reason.UPLOAD_MISMATCH, judge, COMMIT, request, approval=approval)
    request, approval = upload.approved()
    players.call(judge, COMMIT, request, approval=approval)
    _require_found(upload, approval)
    upload.chunk.first_index = 1
    players.refuse(Reason.UPLOAD_CLOSED, judge, STAGE, upload.chunk)
