"""`xiezhi watch`: follows the sightings of seized vehicles as the command centre does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.fleet import seizures_view
from xiezhi.cli.following import Following
from xiezhi.cli.render import enum_name, facts_table, local_time
from xiezhi.cli.session import Session
from xiezhi.cli.watching import WatchChoice, watch_post
from xiezhi.vehicle.v1 import check_pb2, sighting_pb2, sighting_pb2_grpc


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(
        app,
        calls=True,
        epilog=examples(
            "xiezhi watch --as GAN-E001                 follows until Ctrl-C",
            "xiezhi watch --as GAN-E001 --ack           acknowledges what was shown",
            "xiezhi watch --as GAN-L001 --once --json   what waits now, as one document",
        ),
    )
    def watch(session: Session, choice: WatchChoice) -> None:
        """Follow the sightings addressed to your post (车辆线索), each within a second, and go on after every break.

        With --json each notice is a JSON document on a line of its own; with --once all are one document.
        """
        watch_post(
            session,
            lambda client: Watcher(sighting_pb2_grpc.SightingServiceStub(client.channel), cursor=choice.after),
            choice=choice,
            view=notice_view,
        )


@dataclass(slots=True)
class Watcher(Following[sighting_pb2.SightingNotice]):
    """Follows the sightings addressed to the caller's post."""

    stub: sighting_pb2_grpc.SightingServiceStub

    def _acknowledge(self, notices: Sequence[sighting_pb2.SightingNotice]) -> int:
        request = sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[notice.notice_id for notice in notices])
        return self.stub.AcknowledgeSightings(request).acknowledged_count

    def _begin(self, seconds: float | None) -> Any:
        return self.stub.WatchSightings(sighting_pb2.WatchSightingsRequest(after=self.cursor), timeout=seconds)


def notice_view(notice: sighting_pb2.SightingNotice) -> RenderableType:
    """Shows a notice: the vehicle, where and when it was seen, and its seizures with whom to tell."""
    seen = notice.sighting
    trigger = enum_name(check_pb2.CheckTrigger.DESCRIPTOR, seen.trigger)
    rows = (
        ("Vehicle", f"{seen.plate} ({seen.plate_type})  VIN {seen.vin}"),
        ("Seen", f"{local_time(seen.observe_time)}  {trigger}  {seen.place}"),
        ("By", f"{seen.unit} {seen.officer_id}".strip()),
        ("Times", f"{seen.count}, last {local_time(seen.last_observe_time)}" if seen.count > 1 else ""),
        ("Remark", seen.note),
        ("Acknowledge by", local_time(notice.acknowledge_due_time)),
    )
    facts = facts_table(rows)
    parts: list[RenderableType] = [facts, *(Text(flag, "bold yellow") for flag in _flags(seen))]
    if seen.seizures:
        parts.append(seizures_view(one.seizure for one in seen.seizures))
        told = ", ".join(f"{one.seizure.court_code} {one.handler_name} {one.handler_phone}" for one in seen.seizures)
        parts.append(Text(f"Tell: {told}"))
    kind = enum_name(sighting_pb2.NoticeKind.DESCRIPTOR, notice.kind)
    style = "red" if notice.kind == sighting_pb2.NOTICE_KIND_OVERDUE else "yellow"
    return Panel(Group(*parts), title=f"{kind}  {seen.name}", title_align="left", border_style=style)


def _flags(seen: sighting_pb2.Sighting) -> Iterator[str]:
    if seen.vehicle_held:
        yield "An officer holds the vehicle."
    if seen.clone_suspected:
        yield "Plate and VIN are not of one vehicle: a false plate (套牌) is suspected."
    if seen.before_seizure:
        yield "It was there up to 72 hours before the seizure was entered."
