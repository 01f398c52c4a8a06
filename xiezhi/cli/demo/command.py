"""`xiezhi demo`: from nothing to a proven disclosure, seized cars, a year that passes, a dispute and its settlement."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.rule import Rule
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.demo.chase import play
from xiezhi.cli.demo.confinement import A_YEAR_LATER, BEGINNING, LATER
from xiezhi.cli.demo.confinement import play as play_exits
from xiezhi.cli.demo.coordination.acting import Coordinating
from xiezhi.cli.demo.coordination.chapter import play as play_coordination
from xiezhi.cli.demo.dossier import Referring, court_lookout
from xiezhi.cli.demo.folder import fresh_folder
from xiezhi.cli.demo.lookout import Lookout
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.pursuit import Pursuit
from xiezhi.cli.demo.reference import play as play_referral
from xiezhi.cli.demo.report import Chapter, write_report
from xiezhi.cli.demo.restraint import Restraint
from xiezhi.cli.demo.stage import Stage
from xiezhi.cli.demo.story import Story
from xiezhi.cli.home import Home
from xiezhi.cli.moved import move_clock
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.cli.scenario import load_cast
from xiezhi.cli.session import Session
from xiezhi.cli.signals import INTERRUPTED, interrupting
from xiezhi.cli.suite import suite_required
from xiezhi.cli.supervisor import running_suite
from xiezhi.cli.up import prepare
from xiezhi.cli.watch import Watcher
from xiezhi.cli.waterfall import as_data, read_trace, render
from xiezhi.proof.receipt import LogKey
from xiezhi.vehicle.v1 import sighting_pb2_grpc

if TYPE_CHECKING:
    from services.chassis.telemetry import Telemetry

DEFAULT_PEOPLE = 5_000
FOLDER = "demo"

PRELUDE = "What the story needs"
HOUSEHOLD, VEHICLES, EXITS, REFERRAL, COORDINATION = (
    "A household is disclosed",
    "Cars are seized, seen and sold",
    "Debtors are restricted, and a year passes",
    "Two are referred to the police",
    "A dispute is settled, and a request goes on paper",
)
CHAPTERS = (HOUSEHOLD, VEHICLES, EXITS, REFERRAL, COORDINATION)
"""The chapters in their order, each within one trace."""
_OTHERS = ("vehicles", "exits", "referral", "coordination")
"""Chapters after the first, in the order in which their traces are told."""

_EPILOG = examples(
    "xiezhi demo",
    "xiezhi demo --people 100000     with a larger province",
    "xiezhi demo --json              the story as one document",
)


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=_EPILOG)
    def demo(
        session: Session,
        people: Annotated[
            int, typer.Option("--people", min=1, help="How many synthetic people to seed.")
        ] = DEFAULT_PEOPLE,
    ) -> None:
        """Play the main jobs from nothing: real processes, real TLS, real proofs, about two minutes.

        First a debtor's household is disclosed; then the debtor's cars are seized, seen and sold; then debtors are
        restricted and met at a port, and the suite lives on a year later; then two are referred to the police; at last
        court and police settle a dispute, a request goes on paper, and an auditor looks at all of it.

        Works in a folder of its own, "demo" within the data folder, and stops what it started at the end. Exits with 1
        if anything does not come out as told.
        """
        with interrupting():
            try:
                _play(session, people=people)
            except KeyboardInterrupt:
                session.output.note("Interrupted; everything that was started has stopped.")
                raise typer.Exit(INTERRUPTED) from None


def _play(session: Session, *, people: int) -> None:
    begun = time.monotonic()
    home, output = fresh_folder(session.home.root / FOLDER), session.output
    with suite_required("`xiezhi demo`"):
        from services.chassis.telemetry import Telemetry, TelemetrySettings
    narrator = Narrator(output, chapter=PRELUDE)
    with narrator.step("A province of synthetic people", "Keys, configuration and people are made; no one is real."):
        prepare(home, output, people=people, session=session)
    telemetry = Telemetry.start(
        service="demo", settings=TelemetrySettings(trace_dir=home.traces), log_stream=io.StringIO()
    )
    try:
        (story, *others), proven = _tell(home, narrator, telemetry)
    finally:
        telemetry.shutdown()
    spans = read_trace(home.traces, story)
    seconds = time.monotonic() - begun
    traces = dict(zip(CHAPTERS, (story, *others), strict=True))
    page = write_report(
        home.root,
        [_chapter(narrator, title, traces.get(title, ""), home) for title in (PRELUDE, *CHAPTERS)],
        proven,
        key=LogKey.from_pem(home.keys.log_key_file.read_bytes()),
    )
    data = {
        "steps": narrator.told,
        "report": str(page),
        "trace_id": story,
        **{f"{name}_trace_id": trace_id for name, trace_id in zip(_OTHERS, others, strict=True)},
        "trace": as_data(spans),
        "folder": str(home.root),
        "seconds": round(seconds, 1),
    }
    if output.as_json:
        output.result(data, "")
        return
    console = output.console
    console.print(Rule(Text(" One trace over all processes: the household ", "bold cyan"), align="left", style="cyan"))
    console.print(render(spans))
    console.print(_ending(data))


def _chapter(narrator: Narrator, title: str, trace_id: str, home: Home) -> Chapter:
    steps = [step for step in narrator.told if step["chapter"] == title]
    return Chapter(title, steps, as_data(read_trace(home.traces, trace_id)))


def _tell(home: Home, narrator: Narrator, telemetry: Telemetry) -> tuple[tuple[str, ...], list[ProvenAnswer]]:
    """Plays all chapters on a running suite, each of them within one trace.

    Returns:
        The ids of the traces, and the answers with their receipts. All processes have stopped by then, so their spans
        are written.
    """
    with ExitStack() as third:
        told = "Gateway, ledger and five services, a process each, on SQLite."
        with _running(home, narrator, telemetry, title="The suite starts", told=told) as stage:
            narrator.chapter = HOUSEHOLD
            with telemetry.internal_span("demo.story") as story:
                Story(stage, narrator, home.root, within=telemetry.internal_span).play()
            narrator.chapter = VEHICLES
            watching = stage.open(stage.cast.command_centre)
            watcher = Watcher(sighting_pb2_grpc.SightingServiceStub(watching.channel))
            with Lookout(watching, watcher) as lookout, telemetry.internal_span("demo.vehicles") as vehicles:
                play(Pursuit(stage, narrator, lookout, telemetry.internal_span))
            narrator.chapter = EXITS
            exits = third.enter_context(telemetry.internal_span("demo.exits"))
            restraint = Restraint(stage, narrator, telemetry.internal_span)
            play_exits(restraint, BEGINNING)
            proven = stage.proven
        move_clock(home, A_YEAR_LATER)
        told = f"The suite starts again, and lives {A_YEAR_LATER.days} days later: clock, tokens, seals, certificates."
        with _running(home, narrator, telemetry, title="A year passes", told=told) as stage:
            restraint.stage = stage
            play_exits(restraint, LATER)
            # The chapter about restrictions is over; the next one has a trace of its own.
            third.close()
            narrator.chapter = REFERRAL
            referral, referred = _tell_referral(home, narrator, telemetry, stage=stage)
            narrator.chapter = COORDINATION
            with telemetry.internal_span("demo.coordination") as coordination:
                folder = home.root / "coordination"
                play_coordination(Coordinating(stage, narrator, telemetry.internal_span, folder, referred))
            proven += stage.proven
    traces = (story.trace_id, vehicles.trace_id, exits.trace_id, referral, coordination.trace_id)
    return traces, proven


def _tell_referral(home: Home, narrator: Narrator, telemetry: Telemetry, *, stage: Stage) -> tuple[str, str]:
    """Plays the chapter about criminal referral; returns the id of its trace, and the name of the referral."""
    with court_lookout(stage) as lookout, telemetry.internal_span("demo.referral") as span:
        referring = Referring(stage, narrator, lookout, telemetry.internal_span, home.root)
        play_referral(referring)
    return span.trace_id, referring.referral.name


@contextmanager
def _running(home: Home, narrator: Narrator, telemetry: Telemetry, *, title: str, told: str) -> Iterator[Stage]:
    """Runs the suite for a part of the story."""
    with ExitStack() as opened:
        with narrator.step(title, told):
            prepare(home, narrator.output, people=0, session=Session(home, narrator.output))
            opened.enter_context(running_suite(home, report=narrator.good))
        yield opened.enter_context(
            Stage(home, load_cast(), output=narrator.output, traceparent=lambda: _traceparent(telemetry))
        )


def _traceparent(telemetry: Telemetry) -> str | None:
    return dict(telemetry.inject()).get("traceparent")


def _ending(data: dict[str, Any]) -> Text:
    return Text(
        f"\nThe story came out as told in {data['seconds']:.0f} s. Everything that was started has stopped.\n"
        f"Photos, receipt, logs and traces are in {data['folder']}.\n"
        f"Read it again, and verify every receipt without this software: {data['report']}\n"
        f"Trace: {data['trace_id']}, of the vehicles {data['vehicles_trace_id']}, "
        f"of the restrictions {data['exits_trace_id']}, of the referral {data['referral_trace_id']}, "
        f"of the coordination {data['coordination_trace_id']}"
    )
