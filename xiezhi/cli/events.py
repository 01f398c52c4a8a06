"""`xiezhi events`: what could not be delivered, for operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.render import local_time, message_dict
from xiezhi.cli.session import Session
from xiezhi.common.v1 import dead_letter_pb2
from xiezhi.vehicle.v1 import sighting_pb2, sighting_pb2_grpc

app = typer.Typer(
    help="See and replay events that could not be delivered (dead letters). None tells its content.",
    epilog=examples(
        "xiezhi events dead-letters --as POL360000-O001", "xiezhi events replay EVENT-ID --as POL360000-O001"
    ),
    no_args_is_help=True,
)


@command(
    app,
    "dead-letters",
    calls=True,
    epilog=examples(
        "xiezhi events dead-letters --as POL360000-O001", "xiezhi events dead-letters --as POL360000-O001 --json"
    ),
)
def dead_letters(
    session: Session,
    limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most to list.")] = 100,
) -> None:
    """List what is given up, the oldest first: topic, attempts, since when, and the kind of the last failure."""
    with session.connect() as client:
        stub = sighting_pb2_grpc.SightingServiceStub(client.channel)
        found = stub.ListDeadLetters(sighting_pb2.ListDeadLettersRequest(page_size=limit)).dead_letters
    session.output.result([message_dict(letter) for letter in found], dead_letters_view(found))


@command(app, calls=True, epilog=examples("xiezhi events replay EVENT-ID --as POL360000-O001"))
def replay(
    session: Session, event_id: Annotated[str, typer.Argument(metavar="EVENT-ID", help="Id of the event, a UUID.")]
) -> None:
    """Have an event delivered again, once what kept it back is mended."""
    with session.connect() as client:
        stub = sighting_pb2_grpc.SightingServiceStub(client.channel)
        stub.ReplayDeadLetter(sighting_pb2.ReplayDeadLetterRequest(event_id=event_id))
    session.output.result({"replayed": event_id}, f"{event_id} is delivered again.")


def dead_letters_view(letters: Sequence[dead_letter_pb2.DeadLetter]) -> RenderableType:
    """Shows what is given up."""
    if not letters:
        return Text("Nothing is given up.")
    table = Table("Event", "Topic", "Attempts", "Since", "Failure")
    for letter in letters:
        event_id = Text(letter.event_id, overflow="fold")
        table.add_row(event_id, letter.topic, str(letter.attempts), local_time(letter.dead_time), letter.error)
    return table
