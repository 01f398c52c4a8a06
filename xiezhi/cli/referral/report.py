"""`xiezhi referral report`: numbers of a period by court, unit, campaign or month."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.answers import tell_answer
from xiezhi.cli.carrying import fetch
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import write_private
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.referral.calls import SUPERVISION
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.referral.v1 import supervision_pb2

app = typer.Typer()

COLUMNS = (
    "referral_count",
    "suspect_count",
    "filed_count",
    "not_filed_count",
    "undecided_count",
    "due_count",
    "on_time_count",
)
_TITLES = (
    "Referrals",
    "Suspects",
    "Filed",
    "Not filed",
    "Undecided",
    "Answers due",
    "In time",
    "In time %",
    "Median days",
)


class Grouping(StrEnum):
    """By what referrals are counted."""

    COURT = "court"
    UNIT = "unit"
    CAMPAIGN = "campaign"
    MONTH = "month"


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi referral report --as GAN-S001 --by unit --from 2026-01-01 --to 2026-12-31",
        "xiezhi referral report --as GAN-S001 --by court --pdf report.pdf",
        "xiezhi referral report --as GAN-S001 --by month --csv > report.csv",
    ),
)
def report(
    session: Session,
    by: Annotated[Grouping, typer.Option("--by", help="By what to count.")] = Grouping.UNIT,
    first: Annotated[str, typer.Option("--from", help="First day of receipt, YYYY-MM-DD; else 1 January.")] = "",
    last: Annotated[str, typer.Option("--to", help="Last day of receipt, inclusive; else today.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the rows as CSV.")] = False,
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Save the printable report with its charts here.")] = None,
) -> None:
    """Count the referrals received in a period: outcomes, written answers in time, and the median days to them."""
    if as_csv and session.output.as_json:
        raise CommandError("--csv and --json exclude each other.")
    today = session.today()
    request = supervision_pb2.GetReportRequest(
        start_date=date_message(read_date(first) if first else today.replace(month=1, day=1)),
        end_date=date_message(read_date(last) if last else today),
        grouping=f"REPORT_GROUPING_{by.name}",
        with_pdf=pdf is not None,
    )
    with session.connect() as client, tracing() as trace:
        answer, proven = fetch(client, SUPERVISION, request, kind=supervision_pb2.GetReportResponse)
    if pdf is not None:
        write_private(pdf, answer.pdf)
        answer.ClearField("pdf")
        session.output.note(f"The report is in {pdf}.")
    if as_csv:
        session.output.console.out(report_csv(answer), highlight=False, end="")
        return
    tell_answer(session, answer, report_view(answer, by), proven=[proven], trace_id=trace.trace_id)


def report_view(answer: supervision_pb2.GetReportResponse, by: Grouping) -> RenderableType:
    """Shows the rows of a report, and all of them together."""
    if not answer.rows:
        return Text("No referral was received in that time.")
    table = Table(by.value.capitalize(), show_footer=True)
    for title, total in zip(_TITLES, _cells(answer.total), strict=True):
        table.add_column(title, footer=total, justify="right")
    table.columns[0].footer = "All"
    for row in answer.rows:
        table.add_row(Text(row.key, overflow="fold"), *_cells(row))
    return table


def report_csv(answer: supervision_pb2.GetReportResponse) -> str:
    """Writes the rows of a report as CSV, with the names of the contract in the first line."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("key", *COLUMNS, "on_time_percent", "median_days"))
    for row in answer.rows:
        writer.writerow((row.key, *_cells(row)))
    return written.getvalue()


def _cells(row: supervision_pb2.ReportRow) -> Iterator[str]:
    yield from (str(getattr(row, name)) for name in COLUMNS)
    yield f"{row.on_time_permille / 10:.1f}" if row.HasField("on_time_permille") else ""
    yield f"{row.median_days_tenths / 10:.1f}" if row.HasField("median_days_tenths") else ""
