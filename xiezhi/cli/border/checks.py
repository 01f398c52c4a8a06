"""`xiezhi border check`, `stream` and `handled`: what officers at ports do."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, cast

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from xiezhi.cli.batches import BATCH, MAX_BATCH, Tally, hash_texts
from xiezhi.cli.border.views import action_text, check_view
from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.output import CommandError
from xiezhi.cli.plates import read_lines
from xiezhi.cli.render import local_time
from xiezhi.cli.session import Session
from xiezhi.client import tracing
from xiezhi.exit_restriction.v1 import border_pb2, border_pb2_grpc, hit_pb2

CHECKS = "/xiezhi.exit_restriction.v1.BorderCheckService/"
MOST_NAMED = 20
"""Most lines that a message names."""

_NUMBER = re.compile("[0-9A-Z]{5,23}")

app = typer.Typer()


class Direction(StrEnum):
    """Which way a traveller goes."""

    EXIT = "exit"
    ENTRY = "entry"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"TRAVEL_DIRECTION_{self.name}"


class Action(StrEnum):
    """What was done."""

    NOTHING = "nothing"
    LET_PASS = "let-pass"
    STOP = "stop"
    STOP_AND_WITHHOLD = "stop-and-withhold"
    DETAIN = "detain"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"BORDER_ACTION_{self.name}"


Way = Annotated[Direction, typer.Option("--direction", help="Which way.")]
Port = Annotated[str, typer.Option("--port", help="The port (口岸) or gate.")]


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi border check --as POL360000-B001 --direction exit --port 南昌昌北机场 --document EX0000001",
        "xiezhi border check --as POL360000-B001 --direction entry --port 南昌昌北机场 --number NUMBER --json",
    ),
)
def check(
    session: Session,
    direction: Way,
    port: Port,
    document: Annotated[str, typer.Option("--document", help="Number of the document that is shown.")] = "",
    number: Annotated[str, typer.Option("--number", help="Identity number.")] = "",
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Write the receipt here.")] = None,
) -> None:
    """Check one traveller: what to do, and which courts to tell by telephone.

    A court that only monitors is told, and the traveller is shown nothing.
    """
    request = border_pb2.CheckTravellerRequest(
        request_id=str(uuid.uuid4()),
        direction=direction.named,
        port=port,
        document_number=document,
        id_number=number,
    )
    ask(session, Ordered(CHECKS, border_pb2.CheckTravellerResponse, check_view), request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi border stream numbers.txt --as POL360000-B001 --direction exit --port 南昌昌北机场",
        "xiezhi border stream - --as POL360000-B001 --direction exit --packed     no number leaves this machine",
    ),
)
def stream(
    session: Session,
    file: Annotated[Path, typer.Argument(help="Document or identity numbers, one on each line; - for standard input.")],
    direction: Way,
    port: Annotated[str, typer.Option("--port", help="The port (口岸) or gate.")] = "",
    batch: Annotated[int, typer.Option("--batch", min=1, max=MAX_BATCH, help="Numbers of one batch.")] = BATCH,
    packed: Annotated[bool, typer.Option("--packed", help="Send hashes under a leased key, and no number.")] = False,
) -> None:
    """Check a file of numbers in one stream, as gates and passenger lists do."""
    numbers = [normal(line) for line in read_lines(file)]
    with session.connect() as client, tracing() as trace:
        stub = border_pb2_grpc.BorderCheckServiceStub(client.channel)
        sent = list(batches(numbers, direction=direction, port=port, size=batch))
        if packed:
            require_numbers(numbers)
            lease = stub.LeaseBorderKey(border_pb2.LeaseBorderKeyRequest())
            for one in sent:
                pack(one, lease)
        tally = Tally.of(stub.StreamTravellers(iter(sent)), size=batch)
    require_answered(len(numbers), tally.checked + len(tally.invalid))
    table = Table("Line", "To be done", "Hit", title="Hits", title_justify="left")
    for hit in tally.hits:
        action = hit_pb2.BorderAction.Value(cast("str", hit["action"]))
        table.add_row(str(hit["index"] + 1), action_text(action), hit["hit"])
    told = Text(
        f"{tally.checked:,} numbers checked; {len(tally.hits)} hits; {len(tally.invalid)} lines are no numbers."
    )
    session.output.result(tally.data(trace_id=trace.trace_id), Group(table, told) if tally.hits else told)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi border handled HIT --as POL360000-B001 --action stop --note 'Handed over to the court at 10:40.'"
    ),
)
def handled(
    session: Session,
    hit: Annotated[str, typer.Argument(help="Name of the hit, or its UUID.")],
    action: Annotated[Action, typer.Option("--action", help="What was done.")],
    note: Annotated[str, typer.Option("--note", help="Remark for the courts.")] = "",
) -> None:
    """Record what was done with a traveller who was met; the courts are told of it too."""
    request = border_pb2.RecordHandlingRequest(
        request_id=str(uuid.uuid4()),
        hit=hit if hit.startswith("hits/") else f"hits/{hit}",
        action=action.named,
        note=note,
    )
    told = Ordered(
        CHECKS,
        border_pb2.RecordHandlingResponse,
        lambda answer: Text(f"Recorded {local_time(answer.record_time)}."),
    )
    ask(session, told, request)


def normal(number: str) -> str:
    """Returns a number as it is hashed: in upper case and without separators, full-width letters as plain ones."""
    return "".join(one for one in unicodedata.normalize("NFKC", number).upper() if one.isalnum())


def require_numbers(numbers: Sequence[str]) -> None:
    """Makes sure that everything is a number before it is hashed: whoever takes hashes cannot tell, and finds nobody.

    Args:
        numbers: The lines of the file, as `normal` leaves them.

    Raises:
        CommandError: If a line is none; the message names places and repeats no line.
    """
    wrong = [str(place) for place, number in enumerate(numbers, start=1) if not _NUMBER.fullmatch(number)]
    if wrong:
        named = ", ".join(wrong[:MOST_NAMED]) + (" and more" if len(wrong) > MOST_NAMED else "")
        raise CommandError(
            f"No numbers of 5 to 23 letters and digits: {named} of the lines that are not empty.",
            next_step="Correct them; hashes of them would meet nobody.",
        )


def require_answered(sent: int, answered: int) -> None:
    """Makes sure that every number was answered: nobody is let through whom a stream that ended early left out.

    Raises:
        CommandError: If some were not.
    """
    if answered != sent:
        raise CommandError(
            f"Of {sent:,} numbers {answered:,} were answered.",
            next_step="Send the file again: who is met again within minutes is one hit.",
        )


def batches(
    numbers: Sequence[str], *, direction: Direction, port: str, size: int
) -> Iterator[border_pb2.StreamTravellersRequest]:
    """Yields numbers in batches, numbered from 1.

    Args:
        numbers: The numbers.
        direction: Which way the travellers go.
        port: Where.
        size: Numbers of one batch.
    """
    for number, start in enumerate(range(0, len(numbers), size), start=1):
        yield border_pb2.StreamTravellersRequest(
            batch=number, direction=direction.named, port=port, numbers=numbers[start : start + size]
        )


def pack(batch: border_pb2.StreamTravellersRequest, lease: border_pb2.LeaseBorderKeyResponse) -> None:
    """Puts hashes in the place of a batch's numbers: of each the first 8 bytes of its AES-CMAC (RFC 4493).

    Args:
        batch: The batch, of numbers as `normal` leaves them.
        lease: The key.
    """
    batch.packed_numbers, batch.lease_id = hash_texts(batch.numbers, lease.key), lease.lease_id
    batch.ClearField("numbers")
