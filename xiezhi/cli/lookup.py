"""`xiezhi lookup`: makes an approved call and shows what was disclosed, with its receipt."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated, Any

import typer

from xiezhi.cli import household, households
from xiezhi.cli.answers import keep_receipts, tell_answer
from xiezhi.cli.approvals import full_name
from xiezhi.cli.approved import ApprovalChoice, approved_request, call_proven, obtain, stream_proven
from xiezhi.cli.case import Case, CaseQuestion, Court, EnforcementCard, HandlerName, Phone, WorkCard
from xiezhi.cli.command import command, examples
from xiezhi.cli.disclosure import disclosure_view, without_pictures, write_photos
from xiezhi.cli.documents import write_json, write_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import receipt_document, receipt_facts
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.identity.v1 import identity_pb2

app = typer.Typer(
    help="Make an approved call and read what it discloses.",
    epilog=examples("xiezhi lookup household --as GAN0102-J001 --approval approvals/UUID"),
    no_args_is_help=True,
)

_EPILOG = examples(
    "xiezhi lookup household --as GAN0102-J001 --approval approvals/UUID",
    "xiezhi lookup household --as GAN0102-J001 --approval UUID --photos-dir photos --receipt receipt.json",
    "xiezhi lookup household --as GAN0102-J001 --approval UUID --case （2018）赣0102执1234号 --name NAME "
    "--number NUMBER",
)


@command(app, name="household", calls=True, epilog=_EPILOG)
def lookup_household(
    session: Session,
    approval: Annotated[str, typer.Option("--approval", help="Name of the approval, or its UUID.")],
    photos_dir: Annotated[
        Path | None, typer.Option("--photos-dir", help="Write the photos here, named by the member's place.")
    ] = None,
    receipt: Annotated[
        Path | None, typer.Option("--receipt", help="Write the receipt here, for `xiezhi ledger verify`.")
    ] = None,
    answer: Annotated[
        Path | None, typer.Option("--answer", help="Write the exact bytes of the answer here; they are personal.")
    ] = None,
    case: Case = "",
    court: Court = "",
    name: household.Name = "",
    number: household.Number = "",
    category: household.Categories = None,
    historic: household.Historic = False,
    handler_name: HandlerName = "",
    phone: Phone = "",
    work_card: WorkCard = "",
    enforcement_card: EnforcementCard = "",
) -> None:
    """Look up a debtor's household (户籍查询): members, photos, exit documents.

    The call must be the very bytes that were approved. Without --case, --name and --number they are taken from the
    approval; with them they are made anew, and are refused if anything differs.
    """
    question = household.HouseholdQuestion(
        case=case,
        court=court,
        name=name,
        number=number,
        categories=tuple(category or household.EVERY_CATEGORY),
        historic=historic,
        handler_name=handler_name,
        phone=phone,
        work_card=work_card,
        enforcement_card=enforcement_card,
    )
    with session.connect() as client, tracing() as trace:
        asked = full_name(approval)
        request = approved_request(client, asked, method=household.METHOD)
        if question.is_asked:
            request_id = identity_pb2.LookupHouseholdRequest.FromString(request).context.request_id
            made = household.build_request(session, question, request_id=request_id)
            request = made.SerializeToString(deterministic=True)
        proven = call_proven(client, household.METHOD, request, approval=asked)
    told = identity_pb2.LookupHouseholdResponse.FromString(proven.payload).answer
    photos = write_photos(told, photos_dir) if photos_dir is not None else {}
    if receipt is not None:
        write_json(receipt, receipt_document(proven))
    if answer is not None:
        write_private(answer, proven.answer)
    data: dict[str, Any] = {
        "answer": message_dict(without_pictures(told)),
        "photos": {str(index): str(path) for index, path in photos.items()},
        "receipt": receipt_facts(proven),
        "trace_id": trace.trace_id,
    }
    session.output.result(data, disclosure_view(told, photos=photos, receipt=data["receipt"], trace_id=trace.trace_id))


_LIST_EPILOG = examples(
    "xiezhi lookup households --as GAN0102-J001 --case （2018）赣0102执1236号 --file debtors.csv "
    "--reason 'Whereabouts of the debtors.' --wait 2h",
    "xiezhi lookup households --as GAN0102-J001 --approval approvals/UUID --photos-dir photos --receipt receipt.json",
)


@command(app, name="households", calls=True, epilog=_LIST_EPILOG)
def lookup_households(
    session: Session,
    about: CaseQuestion,
    choice: ApprovalChoice,
    file: Annotated[
        Path | None, typer.Option("--file", help=f"The debtors, {households.FORM} on each line; - for standard input.")
    ] = None,
    category: household.Categories = None,
    historic: household.Historic = False,
    photos_dir: Annotated[
        Path | None, typer.Option("--photos-dir", help="Write the photos here, a folder for each debtor.")
    ] = None,
) -> None:
    """Look up a list of debtors (户籍批量查询) of one case under one approval, up to 20,000; each has an own result.

    A household that two of them live in is disclosed once. Where the call is made with --approval, the list is the one
    that was approved.
    """

    def build() -> identity_pb2.BatchLookupHouseholdsRequest:
        if file is None:
            raise CommandError("A list of debtors needs --file.", next_step=f"One on each line: {households.FORM}.")
        debtors = households.read_debtors(file)
        return households.build_batch(
            session, about, debtors, request_id=str(uuid.uuid4()), categories=category or (), historic=historic
        )

    with session.connect() as client, tracing() as trace:
        granted = obtain(session, client, households.METHOD, build=build, choice=choice)
        if granted is None:
            return
        proven = list(stream_proven(client, households.METHOD, granted.request, approval=granted.approval))
    keep_receipts(choice.receipt, proven)
    told = identity_pb2.BatchLookupHouseholdsResponse()
    for one in proven:
        told.MergeFromString(one.payload)
    photos = households.write_all_photos(told, photos_dir)
    asked = identity_pb2.BatchLookupHouseholdsRequest.FromString(granted.request)
    shown = households.items_view(told, asked.debtors, photos=photos)
    for item in told.items:
        if item.HasField("answer"):
            item.answer.CopyFrom(without_pictures(item.answer))
    tell_answer(session, told, shown, proven=proven, trace_id=trace.trace_id)
