"""`xiezhi exit notices` and `xiezhi border notices`: what courts are told of their restrictions and controls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.panel import Panel
from rich.text import Text

from xiezhi.cli.carrying import Ordered, ask
from xiezhi.cli.command import command, examples
from xiezhi.cli.following import Following
from xiezhi.cli.render import enum_name, facts_table, format_date, local_time
from xiezhi.cli.session import Session
from xiezhi.cli.watching import WatchChoice, watch_post
from xiezhi.exit_restriction.v1 import hit_pb2, notice_pb2, notice_pb2_grpc

NOTICES = "/xiezhi.exit_restriction.v1.CourtNoticeService/"
_URGENT = frozenset({notice_pb2.COURT_NOTICE_KIND_OVERDUE, notice_pb2.COURT_NOTICE_KIND_HIT})

app = typer.Typer(
    help="Follow and acknowledge what your court is told (通报): people met at ports, renewals, ends, releases.",
    epilog=examples(
        "xiezhi exit notices watch --as GAN0102-J001 --ack",
        "xiezhi exit notices ack NOTICE --as GAN0102-J001",
        "xiezhi border notices watch --as GAN0102-J001     the same: all that the court is told comes in one order",
    ),
    no_args_is_help=True,
)


@dataclass(slots=True)
class CourtWatcher(Following[notice_pb2.CourtNotice]):
    """Follows the notices to the caller's court."""

    stub: notice_pb2_grpc.CourtNoticeServiceStub

    def _acknowledge(self, notices: Sequence[notice_pb2.CourtNotice]) -> int:
        request = notice_pb2.AcknowledgeCourtNoticesRequest(notice_ids=[notice.notice_id for notice in notices])
        return self.stub.AcknowledgeCourtNotices(request).acknowledged_count

    def _begin(self, seconds: float | None) -> Any:
        return self.stub.WatchCourtNotices(notice_pb2.WatchCourtNoticesRequest(after=self.cursor), timeout=seconds)


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit notices watch --as GAN0102-J001               follows until Ctrl-C",
        "xiezhi border notices watch --as GAN0102-J001             the same",
        "xiezhi exit notices watch --as GAN0102-J001 --ack         acknowledges what was shown",
        "xiezhi exit notices watch --as GAN0102-J001 --once --json   what waits now, as one document",
    ),
)
def watch(session: Session, choice: WatchChoice) -> None:
    """Follow the notices to your court, each within a second, and go on after every break.

    The handling judge sees where and how somebody was met; others of the court, that somebody was. With --json each
    notice is a JSON document on a line of its own; with --once all are one document.
    """
    watch_post(
        session,
        lambda client: CourtWatcher(notice_pb2_grpc.CourtNoticeServiceStub(client.channel), cursor=choice.after),
        choice=choice,
        view=notice_view,
    )


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi exit notices ack NOTICE NOTICE --as GAN0102-J001", "xiezhi border notices ack NOTICE --as GAN0102-J001"
    ),
)
def ack(
    session: Session,
    notices: Annotated[list[str], typer.Argument(help="Ids of the notices.")],
) -> None:
    """Acknowledge notices to your court."""
    request = notice_pb2.AcknowledgeCourtNoticesRequest(notice_ids=notices)
    told = Ordered(
        NOTICES,
        notice_pb2.AcknowledgeCourtNoticesResponse,
        lambda answer: Text(f"{answer.acknowledged_count} acknowledged."),
    )
    ask(session, told, request)


def notice_view(notice: notice_pb2.CourtNotice) -> RenderableType:
    """Shows a notice: what it is about and, to the handling judge, where and how the person was met."""
    kind = enum_name(notice_pb2.CourtNoticeKind.DESCRIPTOR, notice.kind)
    rows = [
        ("Case", f"{notice.court_code}  {notice.case_number}"),
        ("Measure", notice.measure),
        ("Last day", format_date(notice.last_date)),
        ("Written", local_time(notice.create_time)),
        ("Acknowledge by", local_time(notice.acknowledge_due_time)),
        ("Notice", notice.notice_id),
    ]
    if notice.HasField("hit"):
        rows[2:2] = _hit_rows(notice.hit)
    facts = facts_table(rows)
    style = "red" if notice.kind in _URGENT else "yellow"
    return Panel(facts, title=kind, title_align="left", border_style=style)


def _hit_rows(hit: hit_pb2.BorderHit) -> list[tuple[str, str]]:
    direction = enum_name(hit_pb2.TravelDirection.DESCRIPTOR, hit.direction)
    handled = enum_name(hit_pb2.BorderAction.DESCRIPTOR, hit.handled) if hit.handled else ""
    return [
        ("Person", hit.person_name),
        ("Met", f"{local_time(hit.observe_time)}  {direction}  {hit.port}  by {hit.unit}"),
        ("Asked for", enum_name(hit_pb2.ControlRequirement.DESCRIPTOR, hit.requirement)),
        ("To be done", enum_name(hit_pb2.BorderAction.DESCRIPTOR, hit.action)),
        ("Done", f"{handled}  {hit.note}".strip()),
        ("Hit", hit.name),
    ]
