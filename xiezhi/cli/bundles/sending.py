"""`xiezhi bundle export` and `show`: a liaison signs and encrypts drafts; whoever holds the key looks at a bundle."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from xiezhi.bundle import Draft, RequestCheck, VerifiedBundle, Written, verify_bundle
from xiezhi.bundle import write_bundle as write
from xiezhi.cli.bundles.drafts import DraftRequest
from xiezhi.cli.bundles.forms import require_forms, write_form
from xiezhi.cli.bundles.methods import find_paper_method
from xiezhi.cli.bundles.trust import BundleKeys
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import writing_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.render import enum_name, facts_table, format_instant, local_time, message_dict
from xiezhi.cli.session import Session
from xiezhi.errors import Reason, error
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.request import read_request

app = typer.Typer()

SHOWN_ITEMS = 50

BundleFile = Annotated[Path, typer.Argument(help="File of the bundle.")]
Certificate = Annotated[
    Path | None,
    typer.Option("--recipient-certificate", help="Published certificate of the recipient's exchange key, PEM."),
]
NoForm = Annotated[bool, typer.Option("--no-form", help="Make no form to print; it needs the suite.")]
Organisation = Annotated[
    str, typer.Option("--organisation", help="Whose exchange key opens it; else that of the officer's organisation.")
]


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi bundle export *.draft.json --as GAN0102-L001 --reference （2026）赣0102执报1号 --out monday.bundle",
        "xiezhi bundle export one.draft.json --as GAN0102-L001 --reference R --out one.bundle "
        "--recipient-certificate 360102000000.crt",
    ),
)
def export(
    session: Session,
    files: Annotated[list[Path], typer.Argument(help="Files of the drafts, each with its consents.")],
    reference: Annotated[str, typer.Option("--reference", help="Reference of the paper as a whole (文号).")],
    out: Annotated[Path, typer.Option("--out", help="File of the bundle; the form is beside it as .pdf.")],
    certificate: Certificate = None,
    no_form: NoForm = False,
) -> None:
    """Sign drafts as the court's liaison and encrypt them to the police organisation that they were written to."""
    keys = BundleKeys(session)
    if not no_form:
        require_forms()
    unit = _require_ready(session, files)
    items = (DraftRequest.read(file).item() for file in files)
    addressee = keys.addressee(unit, certificate)
    made = Draft(str(uuid.uuid4()), reference)
    with showing_progress(session.output, "Writing") as report:
        written = write_file(
            out,
            lambda file: write(
                file,
                items,
                draft=made,
                sender=keys.sender(),
                recipient=addressee,
                now=session.now(),
                progress=lambda done: report(done, len(files)),
            ),
        )
    form = out.with_name(f"{out.name}.pdf")
    if not no_form:
        write_form(form, written, (DraftRequest.read(file).item() for file in files))
    tell_written(session, written, out=out, form=None if no_form else form)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi bundle show monday.bundle --as POL360102-L001",
        "xiezhi bundle show monday.bundle --organisation 360102000000 --json",
    ),
)
def show(
    session: Session,
    file: BundleFile,
    organisation: Organisation = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most items to list.")] = SHOWN_ITEMS,
) -> None:
    """Verify a bundle and list what is in it, without calling anybody; nothing is performed."""
    keys = BundleKeys(session)
    with open_bundle(file) as opened:
        bundle = verify(session, opened, keys=keys, organisation=organisation)
        listed: list[dict[str, Any]] = []

        def take(item: bundle_pb2.BundleItem) -> None:
            if len(listed) < limit:
                listed.append(_describe(item))

        bundle.each(take)
    data = {
        "header": message_dict(bundle.header),
        "count": bundle.count,
        "sha256": bundle.sha256.hex(),
        "signed_at": bundle.signed_at.isoformat(),
        "items": listed,
    }
    session.output.result(data, Group(_header_view(bundle), _items_view(listed, bundle.count)))


def open_bundle(file: Path) -> BinaryIO:
    """Opens a bundle's file.

    Raises:
        CommandError: If it cannot be read.
    """
    try:
        return file.open("rb")
    except OSError as failure:
        raise CommandError(f"{file} cannot be read: {failure.strerror}.") from None


def verify(session: Session, file: BinaryIO, *, keys: BundleKeys, organisation: str = "") -> VerifiedBundle:
    """Verifies all of a bundle, with a bar for people.

    Args:
        session: Tells the present instant.
        file: The bundle's file.
        keys: Keys and authorities.
        organisation: Who reads it; empty for the officer's own.

    Raises:
        XiezhiError: If it does not hold, as `verify_bundle` says.
    """
    check = RequestCheck(keys.courts())

    def look(item: bundle_pb2.BundleItem, header: bundle_pb2.BundleHeader) -> None:
        if item.HasField("request"):
            check(item, header)

    with showing_progress(session.output, "Verifying") as report:
        return verify_bundle(
            file,
            recipient=keys.reader(organisation),
            trust=keys.senders(),
            now=session.now(),
            check=look,
            progress=lambda done: report(done, done),
        )


def write_file(file: Path, writing: Callable[[BinaryIO], Written]) -> Written:
    """Writes a bundle's file as a whole or not at all, readable by its owner only.

    Args:
        file: Where to.
        writing: Writes it.

    Raises:
        CommandError: If it cannot be written.
    """
    with writing_private(file) as opened:
        return writing(opened)


def tell_written(session: Session, written: Written, *, out: Path, form: Path | None) -> None:
    """Tells of a bundle that was written."""
    data = {
        "bundle": str(out),
        "bundle_id": written.header.bundle_id,
        "recipient": written.header.recipient_organisation,
        "count": written.count,
        "sha256": written.sha256.hex(),
        "form": str(form or ""),
    }
    facts = (
        ("Bundle", str(out)),
        ("For", written.header.recipient_organisation),
        ("Items", f"{written.count:,}"),
        ("SHA-256", written.sha256.hex()),
        ("Form", str(form or "")),
    )
    session.output.result(data, facts_table(facts))


def _require_ready(session: Session, files: Sequence[Path]) -> str:
    """Refuses drafts that lack something, and returns the one organisation that all of them were written to."""
    check, units = RequestCheck(BundleKeys(session).courts(), session.now()), set()
    for place, file in enumerate(files, start=1):
        drafted = DraftRequest.read(file)
        units.add(drafted.signed().claims.unit)
        item = drafted.item()
        item.position = place
        check(item, bundle_pb2.BundleHeader(recipient_organisation=drafted.signed().claims.unit))
        needed = find_paper_method(drafted.method).approvers
        if len(drafted.consents) < needed:
            raise error(
                Reason.APPROVALS_INSUFFICIENT,
                f"{file} has {len(drafted.consents)} of {needed} consents; it stays here.",
            )
        if drafted.signed().claims.not_after <= session.now():
            raise CommandError(f"{file} no longer counts.", next_step="Have the judge draft it anew.")
    if len(units) != 1:
        raise CommandError("The drafts were written to several organisations.", next_step="Make a bundle for each.")
    return str(units.pop())


def _describe(item: bundle_pb2.BundleItem) -> dict[str, Any]:
    """Returns what is listed of an item: nothing of a data subject."""
    told: dict[str, Any] = {
        "position": item.position,
        "paper_reference": item.paper_reference,
        "approval": item.approval,
        "method": item.method,
    }
    if item.HasField("request"):
        claims = read_request(item.request.statement).claims
        told |= {
            "case": claims.case_number,
            "request_sha256": claims.request_sha256.hex(),
            "not_after": claims.not_after.isoformat(),
            "consents": len(item.request.consents),
        }
    else:
        told["performed"] = item.result.HasField("performed")
    return told


def _header_view(bundle: VerifiedBundle) -> Table:
    header = bundle.header
    facts: Iterator[tuple[str, str]] = iter(
        (
            ("Bundle", header.bundle_id),
            ("Kind", enum_name(bundle_pb2.BundleKind.DESCRIPTOR, header.kind)),
            ("From", f"{header.sender_officer} of {header.sender_organisation}"),
            ("For", header.recipient_organisation),
            ("Reference", header.paper_reference),
            ("Made", local_time(header.create_time)),
            ("Signed", format_instant(bundle.signed_at)),
            ("Answers", header.answered_bundle_id),
            ("SHA-256", bundle.sha256.hex()),
        )
    )
    return facts_table(facts)


def _items_view(listed: Sequence[dict[str, Any]], count: int) -> Group:
    table = Table("#", "Reference", "Method", "Case", "Counts until")
    for item in listed:
        method = str(item["method"]).rpartition("/")[2]
        ends = format_instant(datetime.fromisoformat(item["not_after"])) if "not_after" in item else ""
        texts = (item["paper_reference"], method, item.get("case", ""), ends)
        table.add_row(str(item["position"]), *(Text(text, overflow="fold") for text in texts))
    left = count - len(listed)
    return Group(table, Text(f"… and {left:,} more; --limit lists them." if left else "", style="dim"))
