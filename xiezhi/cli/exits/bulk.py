"""`xiezhi exit bulk`: many debtors from a file of JSON lines, staged, approved as a whole, and pushed."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approved import ApprovalChoice, obtain
from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import PRIVATE
from xiezhi.cli.exits.items import ItemFile
from xiezhi.cli.exits.orders import LISTING
from xiezhi.cli.exits.synthetic import make_items
from xiezhi.cli.exits.upload import COMMIT, Uploading, full_name, keep, recall, remember
from xiezhi.cli.exits.views import outcome_text
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.render import enum_name, facts_table, local_time, message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.signals import INTERRUPTED, interrupting
from xiezhi.client import Client, tracing
from xiezhi.exit_restriction.v1 import listing_pb2

SHOWN_OUTCOMES = 50

app = typer.Typer(
    help="Push many debtors at once from a file of JSON lines.\n\nStaging has no effect and goes on after every break; "
    "an approver signs over the digest of exactly these items; only then they are pushed.",
    epilog=examples(
        "xiezhi exit bulk make 1000 --as GAN0102-J001 --to entries.jsonl",
        "xiezhi exit bulk push entries.jsonl --as GAN0102-J001 --reason WHY --wait 2h",
        "xiezhi exit bulk review UPLOAD --as GAN01-V001",
        "xiezhi exit bulk outcomes UPLOAD --as GAN0102-J001",
    ),
    no_args_is_help=True,
)

ItemsFile = Annotated[Path, typer.Argument(help="File of JSON lines, an UploadItem each.")]
UploadName = Annotated[str, typer.Argument(help="Name of the upload, or its UUID.")]
Anew = Annotated[bool, typer.Option("--anew", help="Begin another upload of the same file.")]


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit bulk make 1000 --as GAN0102-J001 --to entries.jsonl     with its sealed notices beside it",
        "xiezhi exit bulk make 100000 --as GAN0102-J001 --months 3",
    ),
)
def make(
    session: Session,
    count: Annotated[int, typer.Argument(min=1, max=1_000_000, help="How many items.")],
    to: Annotated[Path, typer.Option("--to", help="Where to.")] = Path("entries.jsonl"),
    months: Annotated[int, typer.Option("--months", min=1, max=60, help="Term of each restriction.")] = 12,
) -> None:
    """Write a file of synthetic debtors of the officer's court, with notices under its development seal.

    Every seventh has no decision, and so stays on the list only.
    """
    with showing_progress(session.output, "Writing") as progress:
        notices = make_items(session, count, to, months=months, progress=progress)
    data = {"file": str(to), "items": count, "notices": [str(file) for file in notices]}
    session.output.result(data, f"{count:,} items are in {to}, and their notices beside it.")


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit bulk stage entries.jsonl --as GAN0102-J001",
        "xiezhi exit bulk stage entries.jsonl --as GAN0102-J001 --anew",
    ),
)
def stage(session: Session, file: ItemsFile, anew: Anew = False) -> None:
    """Stage the items of a file, without any effect. The same command goes on after a break."""
    with session.connect() as client, tracing():
        uploading, upload = _stage(session, client, file, anew=anew)
    data = {"upload": message_dict(upload), "faults": [message_dict(fault) for fault in uploading.faults]}
    session.output.result(data, Group(upload_view(upload), faults_view(uploading.faults)))


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit bulk push entries.jsonl --as GAN0102-J001 --reason 'The list of May.' --wait 2h",
        "xiezhi exit bulk push entries.jsonl --as GAN0102-J001 --reason WHY     submits; then with --approval",
        "xiezhi exit bulk push entries.jsonl --as GAN0102-J001 --approval APPROVAL --outcomes outcomes.jsonl",
    ),
)
def push(
    session: Session,
    file: ItemsFile,
    choice: ApprovalChoice,
    anew: Anew = False,
    outcomes: Annotated[
        Path | None, typer.Option("--outcomes", help="Write every outcome here, as JSON lines.")
    ] = None,
) -> None:
    """Stage a file, have its digest approved, and push it; each step goes on where a break left it."""
    with session.connect() as client, tracing() as trace:
        uploading, upload = _stage(session, client, file, anew=anew)
        if upload.state == listing_pb2.UPLOAD_STATE_COMMITTED and recall(file) is None:
            session.output.note("All of it was pushed before; --anew pushes the file once more.")
            session.output.result({"upload": message_dict(upload)}, upload_view(upload))
            return
        session.output.note(f"{upload.name} is staged; digest {upload.sha256.hex()}.")

        def build() -> listing_pb2.CommitUploadRequest:
            return listing_pb2.CommitUploadRequest(
                request_id=str(uuid.uuid4()), name=upload.name, sha256=upload.sha256, item_count=upload.item_count
            )

        granted = recall(file) or obtain(session, client, COMMIT, build=build, choice=choice)
        if granted is None:
            return
        _require_same(granted.request, upload)
        keep(file, upload.name, granted)
        with _going_on(session), showing_progress(session.output, "Pushing") as progress:
            proven = uploading.commit(granted.request, approval=granted.approval, progress=progress)
        if outcomes is not None:
            _write_outcomes(outcomes, uploading)
    keep_receipts(choice.receipt, [proven])
    answer = listing_pb2.CommitUploadResponse.FromString(proven.payload)
    human = Group(upload_view(answer.upload), faults_view(uploading.faults))
    tell_answer(session, answer, human, proven=[proven], trace_id=trace.trace_id)


@command(app, calls=True, epilog=examples("xiezhi exit bulk show UPLOAD --as GAN0102-J001"))
def show(session: Session, upload: UploadName) -> None:
    """Show how far an upload is."""
    ordered = Ordered(LISTING, listing_pb2.GetUploadResponse, lambda answer: upload_view(answer.upload))
    ask(session, ordered, listing_pb2.GetUploadRequest(name=full_name(upload)))


@command(app, calls=True, epilog=examples("xiezhi exit bulk discard UPLOAD --as GAN0102-J001"))
def discard(session: Session, upload: UploadName) -> None:
    """Erase an upload of the officer's court that is not committed, with all that is staged in it."""
    kind = listing_pb2.DiscardUploadResponse
    ordered = Ordered(LISTING, kind, lambda answer: f"{full_name(upload)} is erased.")
    ask(session, ordered, listing_pb2.DiscardUploadRequest(name=full_name(upload)))


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit bulk review UPLOAD --as GAN01-V001", "xiezhi exit bulk review UPLOAD --as GAN01-V001 --page TOKEN"
    ),
)
def review(
    session: Session,
    upload: UploadName,
    page: Annotated[str, typer.Option("--page", help="Token of a further page.")] = "",
    size: Annotated[int, typer.Option("--size", min=1, max=500, help="Items of a page.")] = 100,
) -> None:
    """Read what is staged, as whoever is to approve it does."""
    request = listing_pb2.ListUploadItemsRequest(name=full_name(upload), page_token=page, page_size=size)
    ask(session, Ordered(LISTING, listing_pb2.ListUploadItemsResponse, items_view), request)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit bulk outcomes UPLOAD --as GAN0102-J001",
        "xiezhi exit bulk outcomes UPLOAD --as GAN0102-J001 --json     one line for each item",
    ),
)
def outcomes(session: Session, upload: UploadName) -> None:
    """List what became of each item: a table for people, JSON lines for programs."""
    with session.connect() as client, tracing():
        found = Uploading(client, full_name(upload)).outcomes()
        if session.output.as_json:
            for outcome in found:
                session.output.console.out(_json_line(outcome), highlight=False)
            return
        told = list(found)
    session.output.console.print(outcomes_view(told))


def upload_view(upload: listing_pb2.Upload) -> RenderableType:
    """Shows how far an upload is."""
    state = enum_name(listing_pb2.UploadState.DESCRIPTOR, upload.state)
    rows = (
        ("Upload", upload.name),
        ("State", state),
        ("Items", f"{upload.item_count:,} staged, {upload.pushed_count:,} pushed"),
        ("Outcomes", f"{upload.forwarded_count:,} forwarded, {upload.list_only_count:,} listed only"),
        ("", f"{upload.refused_count:,} refused"),
        ("SHA-256", upload.sha256.hex()),
        ("Erased", local_time(upload.expire_time)),
    )
    return facts_table(rows)


def faults_view(faults: Sequence[listing_pb2.UploadFault]) -> RenderableType:
    """Shows items that could not be read; nothing where there are none."""
    if not faults:
        return Text("")
    table = Table("Item", "Reason", "Field", title="Items that will be refused", title_justify="left")
    for fault in faults[:SHOWN_OUTCOMES]:
        table.add_row(str(fault.index), fault.reason, fault.field)
    return table


def items_view(answer: listing_pb2.ListUploadItemsResponse) -> RenderableType:
    """Shows staged items to whoever is to approve them."""
    table = Table("Case", "Debtor", "Number", "Decision", "Months")
    for item in answer.items:
        months = str(item.term.months or 12) if item.decision_number else ""
        table.add_row(item.case_number, item.debtor.name, item.debtor.id_number, item.decision_number, months)
    parts: list[RenderableType] = [upload_view(answer.upload), table]
    if answer.next_page_token:
        parts.append(Text(f"More: --page {answer.next_page_token}", "dim"))
    return Group(*parts)


def outcomes_view(outcomes: Sequence[listing_pb2.UploadOutcome]) -> RenderableType:
    """Shows the outcomes of items, the first ones where there are many."""
    table = Table("Item", "Outcome", "Entry")
    for one in outcomes[:SHOWN_OUTCOMES]:
        table.add_row(str(one.index), outcome_text(one.outcome), Text(one.entry, overflow="fold"))
    left = len(outcomes) - SHOWN_OUTCOMES
    return Group(table, Text(f"… and {left:,} more; --json lists them.", "dim")) if left > 0 else table


def _stage(session: Session, client: Client, file: Path, *, anew: bool) -> tuple[Uploading, listing_pb2.Upload]:
    name, known = remember(file, anew=anew)
    if known:
        session.output.note(f"Going on with {name}.")
    uploading = Uploading(client, name)
    with _going_on(session), showing_progress(session.output, "Staging") as progress:
        return uploading, uploading.stage(ItemFile(file), progress=progress)


def _require_same(request: bytes, upload: listing_pb2.Upload) -> None:
    """Refuses to push under an approval of other items."""
    asked = listing_pb2.CommitUploadRequest.FromString(request)
    if (asked.name, asked.sha256) != (upload.name, upload.sha256):
        raise CommandError("The approval is of another upload.", next_step="Name the file that was submitted.")


def _write_outcomes(file: Path, uploading: Uploading) -> None:
    try:
        file.touch(mode=PRIVATE)
        with file.open("w", encoding="utf-8") as opened:
            opened.writelines(f"{_json_line(outcome)}\n" for outcome in uploading.outcomes())
    except OSError as failure:
        raise CommandError(f"{file} cannot be written: {failure.strerror}.") from None


def _json_line(outcome: listing_pb2.UploadOutcome) -> str:
    data: dict[str, Any] = message_dict(outcome)
    return json.dumps({"index": "0", **data}, ensure_ascii=False)


@contextmanager
def _going_on(session: Session) -> Iterator[None]:
    """Tells who interrupts the block that nothing is lost."""
    with interrupting():
        try:
            yield
        except KeyboardInterrupt:
            session.output.note("Interrupted; the same command goes on where it was.")
            raise typer.Exit(INTERRUPTED) from None
