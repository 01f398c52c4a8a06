"""`xiezhi exit check`, `past` and `counter`: what the exit-entry administration asks, and its copy."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Self

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.documents import STANDARD_INPUT
from xiezhi.cli.duration import read_instant
from xiezhi.cli.exits.views import decision_text, decision_view, grounds_table, past_view
from xiezhi.cli.output import CommandError
from xiezhi.cli.plates import read_lines
from xiezhi.cli.render import format_instant, message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.signals import interrupting
from xiezhi.client import ReceiptError
from xiezhi.client.counter import CounterCopy, Verdict
from xiezhi.client.follower import Follower
from xiezhi.errors import XiezhiError
from xiezhi.exit_restriction.v1 import counter_pb2, counter_pb2_grpc

COUNTER = "/xiezhi.exit_restriction.v1.ApplicationCounterService/"
LOADING_SECONDS = 30.0
"""How long the first snapshot may take."""

app = typer.Typer()


class Kind(StrEnum):
    """What is applied for."""

    PASSPORT = "passport"
    HONG_KONG_MACAU = "hong-kong-macau"
    TAIWAN = "taiwan"

    @property
    def named(self) -> str:
        """Its name in the contract."""
        return f"APPLICATION_KIND_{self.name}"


Number = Annotated[str, typer.Option("--number", help="Identity number of the person.")]
Name = Annotated[str, typer.Option("--name", help="Name of the person; it only confirms.")]


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit check --as POL360100-E001 --number NUMBER --name NAME",
        "xiezhi exit check --as POL360100-E001 --number NUMBER --name NAME --kind taiwan --json",
    ),
)
def check(
    session: Session,
    number: Number,
    name: Name,
    kind: Annotated[Kind, typer.Option("--kind", help="What is applied for.")] = Kind.PASSPORT,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="Write the receipt here.")] = None,
) -> None:
    """Ask as a counter whether an application may be accepted: PASS, RESTRICTED with the ground, or MANUAL."""
    request = counter_pb2.CheckApplicationRequest(
        person=counter_pb2.PersonKey(id_number=number, name=name), kind=kind.named
    )
    ordered = Ordered(COUNTER, counter_pb2.CheckApplicationResponse, decision_view)
    ask(session, ordered, request, receipt=receipt)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit past --as POL360100-E001 --number NUMBER --name NAME --as-of 2024-11-20T10:00:00+08:00 "
        "--purpose 'Complaint of the applicant.'"
    ),
)
def past(
    session: Session,
    number: Number,
    name: Name,
    as_of: Annotated[str, typer.Option("--as-of", help="The moment, with its zone.")],
    purpose: Annotated[str, typer.Option("--purpose", help="Why it is asked, for whoever reads the ledger.")],
) -> None:
    """Ask whether a person was restricted or under border control at a past moment, by whom and under which rules."""
    request = counter_pb2.AskPastRequest(person=counter_pb2.PersonKey(id_number=number, name=name), purpose=purpose)
    request.as_of_time.FromDatetime(read_instant(as_of))
    ask(session, Ordered(COUNTER, counter_pb2.AskPastResponse, past_view), request)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit counter --as POL360100-E001                      asks for one number after the other",
        "xiezhi exit counter --as POL360100-E001 --number NUMBER      says it of one and ends",
        "xiezhi exit counter --as POL360100-E001 --file numbers.txt --json",
    ),
)
def counter(
    session: Session,
    number: Annotated[
        list[str] | None, typer.Option("--number", help="Number of an applicant; repeatable. Else it asks.")
    ] = None,
    file: Annotated[
        Path | None, typer.Option("--file", help="Numbers, one on each line; - for standard input.")
    ] = None,
) -> None:
    """Run a counter with a copy of its own: a snapshot, then every change, all in memory and under a lease.

    While the exchange is away the copy goes on for the rest of its lease, and holds nobody beyond the end of a
    restriction; after it everything is MANUAL. No identity number lies in the copy, only hashes under a leased key.
    """
    with session.connect() as client:
        copy = CounterCopy()
        stub = counter_pb2_grpc.ApplicationCounterServiceStub(client.channel)
        with _Following(copy, Follower(copy, stub, now=session.now)) as following:
            following.await_snapshot()
            given = list(number or ())
            # Without --json, standard input is asked one by one.
            if file is not None and (file != STANDARD_INPUT or session.output.as_json):
                given += read_lines(file)
            if given:
                _tell_all(session, copy, given)
            else:
                _ask_for_numbers(session, following)


class _Following:
    """A follower in a thread of its own, used in a with statement."""

    def __init__(self, copy: CounterCopy, follower: Follower) -> None:
        self.copy = copy
        self._follower = follower
        self._failure: XiezhiError | ReceiptError | None = None
        self._thread = threading.Thread(target=self._follow, name="counter", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._follower.stop()
        self._thread.join(timeout=5)

    def require(self) -> None:
        """Raises what ended the following, if anything."""
        if self._failure is not None:
            raise self._failure

    def await_snapshot(self) -> None:
        """Waits until the copy is complete.

        Raises:
            CommandError: If it takes too long.
            XiezhiError: If the exchange refuses.
            ReceiptError: If an answer is not proven.
        """
        waited, pause = 0.0, threading.Event()
        while not self.copy.cursor:
            self.require()
            if waited > LOADING_SECONDS:
                raise CommandError("The exchange sends no snapshot.", next_step="Check by hand; try again later.")
            pause.wait(0.05)
            waited += 0.05

    def _follow(self) -> None:
        try:
            self._follower.follow()
        except (XiezhiError, ReceiptError) as failure:
            self._failure = failure


def _tell_all(session: Session, copy: CounterCopy, numbers: Iterable[str]) -> None:
    verdicts = [copy.decide(one, session.now()) for one in numbers]
    lease = copy.lease_end.isoformat() if copy.lease_end else ""
    data = {"items": len(copy), "lease_end": lease, "verdicts": list(map(_verdict_data, verdicts))}
    shown = Group(*(_verdict_view(place, one) for place, one in enumerate(verdicts, start=1)))
    session.output.result(data, Group(_copy_text(copy), shown))


def _ask_for_numbers(session: Session, following: _Following) -> None:
    """Reads one number after the other; what is typed is shown nowhere again."""
    console = session.output.console
    if session.output.as_json:
        raise CommandError("With --json the numbers are named.", next_step="Use --number, or --file.")
    console.print(_copy_text(following.copy))
    console.print(Text("Type an identity number; an empty line ends.", "dim"))
    try:
        with interrupting():
            for line in sys.stdin:
                if not line.strip():
                    return
                following.require()
                console.print(_verdict_view(0, following.copy.decide(line, session.now())))
                console.print(_copy_text(following.copy))
    except KeyboardInterrupt:
        session.output.note("Ended; the copy is forgotten.")


def _copy_text(copy: CounterCopy) -> Text:
    until = f", under a lease until {format_instant(copy.lease_end)}" if copy.lease_end else ", and no lease"
    return Text(f"Restrictions in the copy: {len(copy):,}{until}.", "dim")


def _verdict_data(verdict: Verdict) -> dict[str, Any]:
    return {"decision": verdict.decision.name, "grounds": [message_dict(ground) for ground in verdict.grounds]}


def _verdict_view(place: int, verdict: Verdict) -> RenderableType:
    head = Text.assemble(f"{place}. " if place else "", decision_text(verdict.decision))
    return Group(head, grounds_table(verdict.grounds)) if verdict.grounds else head
