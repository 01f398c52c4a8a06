"""`xiezhi violations`: clears the violations of a vehicle that a court has sold, at the traffic police's window."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import read_bytes
from xiezhi.cli.orders import buyer
from xiezhi.cli.plates import FORM, read_vehicles
from xiezhi.cli.render import enum_name, format_date
from xiezhi.cli.session import Session
from xiezhi.vehicle.v1 import violation_pb2

WINDOW = "/xiezhi.vehicle.v1.ViolationService/"
CLEAR = f"{WINDOW}ClearViolations"
SHOWN = "What was shown at the window; each is refused with a list of what is missing"

app = typer.Typer(
    help="Clear the violations of a vehicle that a court has sold (免记分处理), once, for its buyer.",
    epilog=examples("xiezhi violations clear --help"),
    no_args_is_help=True,
)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi violations clear 赣A12345:02 --as POL360100-W001 --buyer-name NAME --buyer-number NUMBER "
        "--identity-card --ruling-original --ruling-copy ruling.pdf --ruling-number （2018）赣0102执1234号之二 "
        "--notice-original --notice-copy notice.pdf --notice-number （2018）赣0102执1234号",
        "xiezhi violations clear 赣A12345:02 ... --buyer-organisation --buyer-name NAME "
        "--buyer-number 91360100MA35TRT701 --identity-card --authorisation     for an organisation",
    ),
)
def clear(
    session: Session,
    vehicle: Annotated[str, typer.Argument(metavar="VEHICLE", help=f"The vehicle as {FORM}.")],
    buyer_name: Annotated[str, typer.Option("--buyer-name", help="Who stands at the window.")],
    buyer_number: Annotated[str, typer.Option("--buyer-number", help="Number of the card, or of the licence.")],
    buyer_organisation: Annotated[bool, typer.Option("--buyer-organisation", help="An organisation bought.")] = False,
    identity_card: Annotated[
        bool,
        typer.Option("--identity-card", help="The own card; an organisation's licence.", rich_help_panel=SHOWN),
    ] = False,
    authorisation: Annotated[
        bool,
        typer.Option("--authorisation", help="Of an organisation: who comes is authorised.", rich_help_panel=SHOWN),
    ] = False,
    ruling_original: Annotated[
        bool, typer.Option("--ruling-original", help="The enforcement ruling's original.", rich_help_panel=SHOWN)
    ] = False,
    ruling_copy: Annotated[
        Path | None, typer.Option("--ruling-copy", help="Its copy, a PDF.", rich_help_panel=SHOWN)
    ] = None,
    ruling_number: Annotated[str, typer.Option("--ruling-number", help="Its number.", rich_help_panel=SHOWN)] = "",
    notice_original: Annotated[
        bool, typer.Option("--notice-original", help="The assistance notice's original.", rich_help_panel=SHOWN)
    ] = False,
    notice_copy: Annotated[
        Path | None, typer.Option("--notice-copy", help="Its copy, a PDF.", rich_help_panel=SHOWN)
    ] = None,
    notice_number: Annotated[str, typer.Option("--notice-number", help="Its number.", rich_help_panel=SHOWN)] = "",
) -> None:
    """Clear the violations from before the sale, without points unless the ministry's rules ask for them.

    The buyer comes in person, to the window of the place where the vehicle is registered, and shows what is listed; for
    an organisation somebody comes whom it has authorised.
    """
    request = violation_pb2.ClearViolationsRequest(
        request_id=str(uuid.uuid4()),
        vehicle=read_vehicles([vehicle])[0],
        applicant=buyer(buyer_name, buyer_number, organisation=buyer_organisation),
        identity_card_shown=identity_card,
        authorisation_shown=authorisation,
        ruling=_shown(ruling_copy, ruling_number, original=ruling_original),
        notice=_shown(notice_copy, notice_number, original=notice_original),
    )
    ask(session, Ordered(WINDOW, violation_pb2.ClearViolationsResponse, clearing_view), request)


def clearing_view(answer: violation_pb2.ClearViolationsResponse) -> RenderableType:
    """Shows what was cleared and how."""
    outcome = enum_name(violation_pb2.ClearingOutcome.DESCRIPTOR, answer.outcome)
    table = Table("Record", "Code", "Committed", "Points", "Recorded", title=outcome, title_justify="left")
    for violation in answer.violations:
        table.add_row(
            violation.record_id,
            violation.code,
            format_date(violation.commit_date),
            str(violation.points),
            str(violation.points_recorded),
        )
    told = f"{answer.own_count} violations since the sale are the buyer's own. Policy of {answer.policy_version}."
    return Group(table, Text(told))


def _shown(copy: Path | None, number: str, *, original: bool) -> violation_pb2.ShownDocument:
    content = read_bytes(copy) if copy is not None else b""
    return violation_pb2.ShownDocument(original_shown=original, copy_pdf=content, document_number=number)
