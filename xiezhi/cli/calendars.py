"""`xiezhi calendar`: the calendars of working days (节假日安排) on which deadlines rest."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from google.type import date_pb2
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_json
from xiezhi.cli.output import CommandError
from xiezhi.cli.papers import date_message, read_date
from xiezhi.cli.referral.calls import SUPERVISION
from xiezhi.cli.render import local_time
from xiezhi.cli.session import Session
from xiezhi.referral.v1 import supervision_pb2

FORM = '{"year": 2027, "version": "国办发明电〔2026〕7号", "off": ["2027-01-01"], "work": ["2027-01-03"]}'
_NEEDED = frozenset({"year", "version", "off", "work"})
_TOLD = frozenset({"source", "published_on"})

app = typer.Typer(
    help="Calendars of working days. Deadlines of a year without one are provisional until it is imported.",
    epilog=examples("xiezhi calendar import 2027.json --as GAN-S001", "xiezhi calendar list --as GAN-S001"),
    no_args_is_help=True,
)


@command(
    app,
    "import",
    calls=True,
    epilog=examples("xiezhi calendar import 2027.json --as GAN-S001") + f"\n\nThe file: {FORM}",
)
def import_(
    session: Session,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The calendar in JSON; - for standard input.")],
) -> None:
    """Take in the calendar of a year; open deadlines are computed anew, and whose day has changed is told.

    "off" has the days off, "work" the Saturdays and Sundays that are worked. Deadlines that are over stay as they were.
    """
    request = supervision_pb2.ImportCalendarRequest(
        request_id=str(uuid.uuid4()), calendar=read_calendar(read_json(file))
    )
    ask(session, Ordered(SUPERVISION, supervision_pb2.ImportCalendarResponse, imported_view), request)


@command(app, "list", calls=True, epilog=examples("xiezhi calendar list --as GAN-S001"))
def list_(session: Session) -> None:
    """List the calendars, the newest year first; of one year the version that counts first."""
    kind = supervision_pb2.ListCalendarsResponse
    request = supervision_pb2.ListCalendarsRequest()
    ask(session, Ordered(SUPERVISION, kind, lambda answer: calendars_view(answer.calendars)), request)


def read_calendar(document: Mapping[str, Any]) -> supervision_pb2.WorkCalendar:
    """Reads a calendar; whether its days are of that year is for the exchange to say.

    Args:
        document: The calendar in JSON, as `FORM` shows; "source" and "published_on" may stand beside it.

    Raises:
        CommandError: If it has another form.
    """
    if _NEEDED - document.keys() or document.keys() - _NEEDED - _TOLD:
        raise CommandError(f"A calendar has {', '.join(sorted(_NEEDED))}.", next_step=f"Write it as {FORM}")
    year, version = document["year"], document["version"]
    if type(year) is not int or not 0 <= year <= 9999 or not isinstance(version, str):
        raise CommandError("The year is a number and the version a text.", next_step=f"Write it as {FORM}")
    return supervision_pb2.WorkCalendar(
        year=year,
        version=version,
        days_off=_days(document["off"]),
        working_weekend_days=_days(document["work"]),
    )


def imported_view(answer: supervision_pb2.ImportCalendarResponse) -> RenderableType:
    """Shows what an imported calendar has changed."""
    return Text(
        f"{answer.recomputed_count} open deadlines were computed anew, {answer.changed_count} have another day now; "
        "their parties are told."
    )


def calendars_view(calendars: Iterable[supervision_pb2.WorkCalendar]) -> RenderableType:
    """Shows calendars, a line each."""
    table = Table("Year", "Version", "Days off", "Worked weekend days", "Imported")
    for one in calendars:
        imported = local_time(one.import_time) or "came with the software"
        counts = str(len(one.days_off)), str(len(one.working_weekend_days))
        table.add_row(str(one.year), Text(one.version), *counts, imported)
    return table if table.row_count else Text("No calendars.")


def _days(listed: object) -> list[date_pb2.Date]:
    if not isinstance(listed, list) or not all(isinstance(day, str) for day in listed):
        raise CommandError("Days are a list of texts.", next_step=f"Write it as {FORM}")
    return [date_message(read_date(day)) for day in listed]
