"""`xiezhi oversight search`, `patterns` and `approval`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.text import Text

from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.answers import tell_answer
from xiezhi.cli.approvals import Name, approval_view, full_name
from xiezhi.cli.carrying import Ordered, ask, fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.disclosure import receipt_view
from xiezhi.cli.documents import write_json
from xiezhi.cli.duration import parse_duration
from xiezhi.cli.log import DAMAGED
from xiezhi.cli.output import CommandError
from xiezhi.cli.oversight.asked import About, When
from xiezhi.cli.oversight.found import ProvenEntry, prove, require_asked, write_bounds
from xiezhi.cli.oversight.views import entries_view, patterns_view
from xiezhi.cli.receipt import ProvenAnswer, receipt_facts
from xiezhi.cli.session import Session
from xiezhi.client import Client, LogKey, tracing
from xiezhi.ledger.v1 import oversight_pb2
from xiezhi.proof.receipt import ProofError, verify_tree_head

SERVICE = "/xiezhi.ledger.v1.OversightService/"
APPROVALS = "/xiezhi.approval.v1.ApprovalService/"
PAGE = 100
USUAL_PERIOD = timedelta(days=30)
THRESHOLDS = "From when on something is asked about"

app = typer.Typer(
    help="Find who asked about a case or a person, and what looks unusual (监督).\n\nEvery search is itself recorded.",
    epilog=examples(
        "xiezhi oversight search --as AUDIT-A001 --case （2018）赣0102执1234号",
        "xiezhi oversight search --as AUDIT-A001 --subject -",
        "xiezhi oversight patterns --as AUDIT-A001 --since 2026-09-01 --until 2026-11-30",
        "xiezhi oversight approval NAME --as AUDIT-A001",
    ),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi oversight search --as AUDIT-A001 --case （2018）赣0102执1234号 --since 2026-11-01",
        "xiezhi oversight search --as AUDIT-A001 --officer GAN0102-J001 --limit 200 --json",
        "xiezhi oversight search --as AUDIT-A001 --subject -            type the number; it is not shown",
        "xiezhi oversight search --as AUDIT-A001 --subject - < number   or pipe it in",
        "xiezhi oversight search --as AUDIT-A001 --approval NAME --proofs-dir proofs",
    ),
)
def search(
    session: Session,
    about: About,
    when: When,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000, help="Most entries to list.")] = 20,
    proofs_dir: Annotated[
        Path | None,
        typer.Option("--proofs-dir", help="Write each entry with its proof here, for `xiezhi ledger verify`."),
    ] = None,
) -> None:
    """Find the entries about a case, an officer, a person or an approval, newest first.

    Each entry is proven from the log's public key before it is shown. The search names to the log what it is about, so
    that the next overseer sees it.
    """
    request = oversight_pb2.SearchEntriesRequest(request_id=str(uuid.uuid4()))
    write_bounds(request, when.start, when.end)
    about.write(request)
    key = session.log_key()
    with session.connect() as client, tracing() as trace:
        found, pages = _find(client, request, key, limit=limit)
    facts = [one.facts() for one in found]
    if proofs_dir is not None:
        for document in facts:
            write_json(proofs_dir / f"entry-{document['leaf_index']}.json", document)
    receipts = [receipt_facts(page) for page in pages]
    data: dict[str, Any] = {"entries": facts, "more": bool(request.page_token), "trace_id": trace.trace_id}
    human = entries_view(found, more=bool(request.page_token))
    shown = Group(human, receipt_view(receipts[-1]), Text(f"Trace: {trace.trace_id}", style="dim"))
    session.output.result(data | {"receipts": receipts}, shown)


def _find(
    client: Client, request: oversight_pb2.SearchEntriesRequest, key: LogKey, *, limit: int
) -> tuple[list[ProvenEntry], list[ProvenAnswer]]:
    """Asks for pages until there are enough entries or no more, and leaves in the request where the next one begins."""
    found: list[ProvenEntry] = []
    pages: list[ProvenAnswer] = []
    while not pages or (request.page_token and len(found) < limit):
        request.page_size = min(PAGE, limit - len(found))
        answer, own = fetch(client, SERVICE, request, kind=oversight_pb2.SearchEntriesResponse)
        pages.append(own)
        for one in prove(answer, key):
            require_asked(one, request, after=found[-1] if found else None)
            found.append(one)
        request.page_token = answer.next_page_token
        if request.page_token and not answer.entries:
            raise CommandError("The exchange tells of more entries and gives none.", next_step=DAMAGED)
    return found, pages


@dataclass(frozen=True, slots=True)
class ThresholdChoice:
    """Thresholds of a report; 0 or empty for the contract's own.

    Attributes:
        floor: Disclosures of an officer.
        deviations: Deviations from the median.
        within: Between submission and consent.
        days: Between a lookup and a measure.
    """

    floor: Annotated[
        int, typer.Option("--floor", min=0, help="Disclosures of an officer; else 50.", rich_help_panel=THRESHOLDS)
    ] = 0
    deviations: Annotated[
        int,
        typer.Option("--deviations", min=0, help="Deviations from the median; else 6.", rich_help_panel=THRESHOLDS),
    ] = 0
    within: Annotated[
        str,
        typer.Option("--within", help="From submission to consent, as 10s; else 10s.", rich_help_panel=THRESHOLDS),
    ] = ""
    days: Annotated[
        int, typer.Option("--days", min=0, help="From lookup to measure; else 90.", rich_help_panel=THRESHOLDS)
    ] = 0

    def write(self, thresholds: oversight_pb2.Thresholds) -> None:
        """Writes them into a request.

        Raises:
            CommandError: If one is no duration.
        """
        thresholds.volume_floor, thresholds.volume_deviations = self.floor, self.deviations
        thresholds.followed_within_days = self.days
        if self.within:
            thresholds.consent_within.FromTimedelta(parse_duration(self.within, timedelta(seconds=1)))


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi oversight patterns --as AUDIT-A001                      the last thirty days",
        "xiezhi oversight patterns --as AUDIT-P001 --since 2026-09-01 --until 2026-11-30 --within 30s --json",
    ),
)
def patterns(session: Session, when: When, choice: ThresholdChoice) -> None:
    """Report what a person should look at in a period of at most 92 days.

    Officers with unusually many disclosures, consents that came within seconds, and lookups in cases in which nothing
    followed. Each is a question, and nothing is blocked by it.
    """
    end = when.end or session.now()
    request = oversight_pb2.GetPatternsRequest()
    write_bounds(request, when.start or end - USUAL_PERIOD, end)
    choice.write(request.thresholds)
    with session.connect() as client, tracing() as trace:
        answer, proven = fetch(client, SERVICE, request, kind=oversight_pb2.GetPatternsResponse)
    try:
        verify_tree_head(answer.tree_head, session.log_key())
    except ProofError as failure:
        raise CommandError(f"The head does not hold: {failure}.", next_step=DAMAGED) from None
    tell_answer(session, answer, patterns_view(answer), proven=[proven], trace_id=trace.trace_id)


@command(
    app,
    calls=True,
    epilog=examples("xiezhi oversight approval NAME --as AUDIT-A001"),
)
def approval(session: Session, name: Name) -> None:
    """Read an approval's timeline and the reasons written in it, without what was asked for."""
    kind = approval_pb2.ReviewApprovalResponse
    ordered = Ordered(APPROVALS, kind, lambda answer: approval_view(answer.approval, None))
    ask(session, ordered, approval_pb2.ReviewApprovalRequest(name=full_name(name)))
