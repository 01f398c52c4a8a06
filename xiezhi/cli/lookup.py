"""`xiezhi lookup`: makes an approved call and shows what was disclosed, with its receipt."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from xiezhi.cli import household
from xiezhi.cli.approvals import full_name
from xiezhi.cli.approved import approved_request, call_proven
from xiezhi.cli.case import Case, Court, EnforcementCard, HandlerName, Phone, WorkCard
from xiezhi.cli.command import command, examples
from xiezhi.cli.disclosure import disclosure_view, write_photos
from xiezhi.cli.documents import write_json, write_private
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
        "answer": _without_pictures(told),
        "photos": {str(index): str(path) for index, path in photos.items()},
        "receipt": receipt_facts(proven),
        "trace_id": trace.trace_id,
    }
    session.output.result(data, disclosure_view(told, photos=photos, receipt=data["receipt"], trace_id=trace.trace_id))


def _without_pictures(answer: identity_pb2.HouseholdAnswer) -> dict[str, Any]:
    """Returns an answer for programs, with the pictures' digests in place of the pictures."""
    shown = identity_pb2.HouseholdAnswer()
    shown.CopyFrom(answer)
    for member in shown.household.members:
        if member.HasField("photo"):
            member.photo.ClearField("jpeg")
    return message_dict(shown)
