"""The form that goes on paper with a bundle, drawn by the suite's fonts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from google.protobuf.message import Message

from xiezhi.bundle import Written
from xiezhi.bundle.results import read_refusal
from xiezhi.cli.bundles.methods import find_paper_method, masked_subjects
from xiezhi.cli.documents import write_private
from xiezhi.cli.render import format_instant
from xiezhi.cli.suite import suite_required
from xiezhi.common.v1 import case_pb2
from xiezhi.paper.v1 import bundle_pb2, paper_pb2
from xiezhi.proof.receipt import split_receipt
from xiezhi.proof.request import read_request
from xiezhi.proof.statement import Signer, read_statement

if TYPE_CHECKING:
    from services.papers.forms import Entry

REQUESTS, RESULTS = "人工报送单", "人工反馈单"
_HALF = 32
"""Letters of a digest on one line."""


def require_forms() -> None:
    """Refuses to go on where forms cannot be drawn, before anything is written.

    Raises:
        CommandError: If the suite is not installed.
    """
    with suite_required("The printed form (else --no-form)"):
        import services.papers.forms  # noqa: F401


def write_form(file: Path, written: Written, items: Iterable[bundle_pb2.BundleItem]) -> None:
    """Writes the form of a bundle, readable by its owner only.

    Args:
        file: Where to.
        written: The bundle.
        items: Its items; no more of them are gone through than are printed.

    Raises:
        CommandError: If it cannot be written.
    """
    from services.papers.forms import Form, typeset
    from services.papers.forms.contents import MOST_ENTRIES

    header = written.header
    entries = tuple(_entry(item) for item in islice(items, MOST_ENTRIES))
    facts = [
        ("报送包编号", header.bundle_id),
        ("制作时间", format_instant(header.create_time.ToDatetime(UTC))),
        ("制作人", header.sender_officer),
        ("件数", f"{written.count}"),
    ]
    if header.answered_bundle_id:
        facts.append(("所答报送包", header.answered_bundle_id))
    form = Form(
        title=RESULTS if header.answered_bundle_id else REQUESTS,
        number=header.paper_reference,
        sender=_name(header.sender_organisation),
        recipient=_name(header.recipient_organisation),
        facts=tuple(facts),
        sha256=written.sha256,
        entries=entries,
        left_out=written.count - len(entries),
    )
    write_private(file, typeset(form))


def _name(organisation: str) -> str:
    from services.codes.courts import find_court

    court = find_court(organisation)
    return f"{court.name}（{organisation}）" if court is not None else organisation


def _entry(item: bundle_pb2.BundleItem) -> Entry:
    from services.papers.forms import Entry

    method = find_paper_method(item.method)
    facts = [("纸质文号", item.paper_reference), ("审批编号", item.approval.removeprefix("approvals/"))]
    if item.HasField("request"):
        message = method.input_class.FromString(item.request.request)
        return Entry(method.title, (*facts, *_asked(item, message)))
    return Entry(method.title, (*facts, ("办理结果", _outcome(item.result))))


def _asked(item: bundle_pb2.BundleItem, message: Message) -> Iterable[tuple[str, str]]:
    """Yields what is printed of a request: no number of a data subject in full, and no name of one."""
    signed = read_request(item.request.statement)
    claims = signed.claims
    context: case_pb2.CaseContext = message.context  # type: ignore[attr-defined]
    approvers = [Signer.of(read_statement(text).chain[0]).officer_id for text in item.request.consents]
    yield "案号", claims.case_number
    if context.documents:
        yield "文书文号", "、".join(one.document_number for one in context.documents)
    subjects: Sequence[str] = tuple(dict.fromkeys(masked_subjects(message)))
    if subjects:
        yield "当事人证件号码", "、".join(subjects)
    yield "承办人", Signer.of(signed.chain[0]).officer_id
    yield "批准人", "、".join(approvers)
    yield "有效期至", format_instant(claims.not_after)
    digest = claims.request_sha256.hex()
    yield "请求 SHA-256", f"{digest[:_HALF]} {digest[_HALF:]}"


def _outcome(result: bundle_pb2.CarriedResult) -> str:
    status = result.not_performed
    if not status:
        status = paper_pb2.PerformPaperResponse.FromString(split_receipt(result.performed)[0]).status
    return f"未予办理（{read_refusal(status).reason.value}）" if status else "已办理，结果密封于反馈包"
