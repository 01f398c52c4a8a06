"""`xiezhi bundle import`: the police verify a bundle as a whole, perform it item by item, and write the results."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from xiezhi.bundle import Draft, VerifiedBundle
from xiezhi.bundle import write_bundle as write
from xiezhi.bundle.results import PERFORM
from xiezhi.cli.approved import call_proven
from xiezhi.cli.bundles.forms import require_forms, write_form
from xiezhi.cli.bundles.journal import Journal, open_journal
from xiezhi.cli.bundles.sending import (
    BundleFile,
    Certificate,
    NoForm,
    Organisation,
    open_bundle,
    tell_written,
    verify,
    write_file,
)
from xiezhi.cli.bundles.trust import BundleKeys
from xiezhi.cli.command import command, examples
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.session import Session
from xiezhi.client import Client
from xiezhi.errors import Reason, XiezhiError
from xiezhi.errors.status import to_status
from xiezhi.paper.v1 import bundle_pb2, paper_pb2

app = typer.Typer()

OF_THE_ITEM = frozenset(
    {
        Reason.APPROVALS_INSUFFICIENT,
        Reason.APPROVAL_CASE_MISMATCH,
        Reason.APPROVAL_EXPIRED,
        Reason.APPROVAL_METHOD_MISMATCH,
        Reason.APPROVAL_REQUEST_MISMATCH,
        Reason.APPROVAL_SPENT,
        Reason.APPROVER_IS_REQUESTER,
        Reason.APPROVER_NOT_ENTITLED,
        Reason.BUNDLE_OF_ANOTHER_RECIPIENT,
        Reason.CHANNEL_OPERATIONAL,
        Reason.FIELDS_INVALID,
        Reason.MESSAGE_MALFORMED,
        Reason.METHOD_NOT_ON_PAPER,
        Reason.PAPER_REFERENCE_REUSED,
        Reason.STATEMENT_INVALID,
        Reason.STATEMENT_REVOKED,
    }
)
"""Why the exchange may refuse to take one item in; the refusal goes back to its judge. For any other reason the import
stops, and goes on when it is called again."""
LONGEST_PAUSE = timedelta(minutes=1)
"""How long an import waits where the exchange has had too many calls; asked to wait for longer, it stops."""


@command(
    app,
    "import",
    calls=True,
    epilog=examples(
        "xiezhi bundle import monday.bundle --as POL360102-L001 --out monday.results --reference 洪公反馈1号",
        "xiezhi bundle import monday.bundle --as POL360102-L001 --out monday.results --reference R --json",
    ),
)
def import_(
    session: Session,
    file: BundleFile,
    out: Annotated[Path, typer.Option("--out", help="File of the results; the form is beside it as .pdf.")],
    reference: Annotated[str, typer.Option("--reference", help="Reference of the paper with the results (文号).")],
    certificate: Certificate = None,
    no_form: NoForm = False,
    organisation: Organisation = "",
) -> None:
    """Perform what a court sent on paper, and write the results for it.

    The bundle is verified as a whole before anything is performed. An import that was broken off goes on where it was:
    call it again. Answers are sealed to their judges; nobody here reads them.
    """
    keys = BundleKeys(session)
    if not no_form:
        require_forms()
    with open_bundle(file) as opened:
        bundle = verify(session, opened, keys=keys, organisation=organisation)
        if bundle.header.kind != bundle_pb2.BUNDLE_KIND_REQUESTS:
            raise CommandError("The bundle holds results.", next_step="Its judge opens it with `xiezhi bundle open`.")
        addressee = keys.addressee(bundle.header.sender_organisation, certificate)
        sender = keys.sender()
        with open_journal(session.home, bundle) as journal:
            _perform(session, bundle, journal)
            header = bundle.header
            made = Draft(str(uuid.uuid4()), reference, header.bundle_id, bundle.sha256)
            written = write_file(
                out,
                lambda into: write(
                    into, journal.items(), draft=made, sender=sender, recipient=addressee, now=session.now()
                ),
            )
            form = out.with_name(f"{out.name}.pdf")
            if not no_form:
                write_form(form, written, journal.items())
    tell_written(session, written, out=out, form=None if no_form else form)


def _perform(session: Session, bundle: VerifiedBundle, journal: Journal) -> None:
    """Performs the items of which there is no result yet."""
    if journal.done >= bundle.count:
        return
    if journal.done:
        session.output.note(f"{journal.done:,} of {bundle.count:,} were performed before; going on.")
    with session.connect() as client, showing_progress(session.output, "Performing") as report:

        def take(item: bundle_pb2.BundleItem) -> None:
            if item.position > journal.done:
                journal.add(_perform_one(client, item, bundle))
                report(journal.done, bundle.count)

        bundle.each(take)


def _perform_one(client: Client, item: bundle_pb2.BundleItem, bundle: VerifiedBundle) -> bundle_pb2.BundleItem:
    request = paper_pb2.PerformPaperRequest(
        bundle_id=bundle.header.bundle_id,
        bundle_sha256=bundle.sha256,
        paper_reference=item.paper_reference,
        method=item.method,
        request=item.request.request,
        request_statement=item.request.statement,
        consents=item.request.consents,
    )
    try:
        proven = _ask(client, request.SerializeToString(deterministic=True))
    except XiezhiError as refusal:
        if refusal.reason not in OF_THE_ITEM:
            raise
        result = bundle_pb2.CarriedResult(not_performed=to_status(refusal, trace_id=refusal.trace_id))
    else:
        result = bundle_pb2.CarriedResult(performed=proven.answer)
    return bundle_pb2.BundleItem(
        position=item.position,
        paper_reference=item.paper_reference,
        approval=item.approval,
        method=item.method,
        result=result,
    )


def _ask(client: Client, request: bytes) -> ProvenAnswer:
    """Asks the exchange; one that has had too many calls is waited for, as long as it says."""
    while True:
        try:
            return call_proven(client, PERFORM, request)
        except XiezhiError as refusal:
            pause = refusal.retry_after
            if refusal.reason is not Reason.RATE_LIMITED or pause is None or pause > LONGEST_PAUSE:
                raise
        time.sleep(pause.total_seconds())
