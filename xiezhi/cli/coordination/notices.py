"""`xiezhi coordination`: what a court, a police organisation or a provincial body is told of coordination."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import RenderableType
from rich.panel import Panel

from xiezhi.cli.command import command, examples
from xiezhi.cli.events import dead_letters_view
from xiezhi.cli.following import Following
from xiezhi.cli.render import enum_name, facts_table, local_time, message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.watching import WatchChoice, watch_post
from xiezhi.coordination.v1 import notice_pb2, notice_pb2_grpc
from xiezhi.policy.v1 import policy_pb2

app = typer.Typer(
    help="Notices to your organisation of disputes, the directory, credentials and the channel.",
    epilog=examples(
        "xiezhi coordination watch --as GAN0102-J001 --ack",
        "xiezhi coordination acknowledge NOTICE-ID --as POL360102-C001",
    ),
    no_args_is_help=True,
)
_STYLES = {"DISPUTE_ESCALATED": "red", "DIRECTORY_FAULT": "red", "CREDENTIAL_EXPIRING": "yellow"}


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi coordination watch --as POL360102-C001              follows until Ctrl-C",
        "xiezhi coordination watch --as GAN0102-J001 --ack          acknowledges what was shown",
        "xiezhi coordination watch --as GAN0102-L001 --once --json  what waits now, as one document",
    ),
)
def watch(session: Session, choice: WatchChoice) -> None:
    """Follow the notices to your post, and go on after every break.

    With --json each notice is a JSON document on a line of its own; with --once all are one document.
    """
    watch_post(
        session,
        lambda client: NoticeWatcher(
            notice_pb2_grpc.CoordinationNoticeServiceStub(client.channel), cursor=choice.after
        ),
        choice=choice,
        view=notice_view,
    )


@command(app, calls=True, epilog=examples("xiezhi coordination acknowledge NOTICE-ID --as POL360102-C001"))
def acknowledge(
    session: Session,
    notice_ids: Annotated[list[str], typer.Argument(metavar="NOTICE-ID...", help="Ids of the notices, UUIDs.")],
) -> None:
    """Acknowledge notices to your post; all or none."""
    with session.connect() as client:
        stub = notice_pb2_grpc.CoordinationNoticeServiceStub(client.channel)
        request = notice_pb2.AcknowledgeCoordinationNoticesRequest(notice_ids=notice_ids)
        count = stub.AcknowledgeCoordinationNotices(request).acknowledged_count
    session.output.result({"acknowledged_count": count}, f"{count} were not acknowledged before.")


@command(app, "dead-letters", calls=True, epilog=examples("xiezhi coordination dead-letters --as POL360000-O001"))
def dead_letters(
    session: Session, limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most to list.")] = 100
) -> None:
    """List what could not be delivered, for operators: topic, attempts, since when, and the kind of the failure."""
    with session.connect() as client:
        stub = notice_pb2_grpc.CoordinationNoticeServiceStub(client.channel)
        found = stub.ListDeadLetters(notice_pb2.ListDeadLettersRequest(page_size=limit)).dead_letters
    session.output.result([message_dict(letter) for letter in found], dead_letters_view(found))


@command(app, calls=True, epilog=examples("xiezhi coordination replay EVENT-ID --as POL360000-O001"))
def replay(
    session: Session, event_id: Annotated[str, typer.Argument(metavar="EVENT-ID", help="Id of the event, a UUID.")]
) -> None:
    """Have an event delivered again, once what kept it back is mended."""
    with session.connect() as client:
        stub = notice_pb2_grpc.CoordinationNoticeServiceStub(client.channel)
        stub.ReplayDeadLetter(notice_pb2.ReplayDeadLetterRequest(event_id=event_id))
    session.output.result({"replayed": event_id}, f"{event_id} is delivered again.")


@dataclass(slots=True)
class NoticeWatcher(Following[notice_pb2.CoordinationNotice]):
    """Follows the notices of coordination to the caller's post."""

    stub: notice_pb2_grpc.CoordinationNoticeServiceStub

    def _acknowledge(self, notices: Sequence[notice_pb2.CoordinationNotice]) -> int:
        request = notice_pb2.AcknowledgeCoordinationNoticesRequest(notice_ids=[n.notice_id for n in notices])
        return self.stub.AcknowledgeCoordinationNotices(request).acknowledged_count

    def _begin(self, seconds: float | None) -> Any:
        request = notice_pb2.WatchCoordinationNoticesRequest(after=self.cursor)
        return self.stub.WatchCoordinationNotices(request, timeout=seconds)


def notice_view(notice: notice_pb2.CoordinationNotice) -> RenderableType:
    """Shows a notice: what it is about, and who acted."""
    kind = enum_name(notice_pb2.CoordinationNoticeKind.DESCRIPTOR, notice.kind)
    department = notice.department and enum_name(policy_pb2.Department.DESCRIPTOR, notice.department)
    rows = (
        ("By", notice.organisation),
        ("Department", department or ""),
        ("Written", local_time(notice.create_time)),
        ("Notice", notice.notice_id),
    )
    style = _STYLES.get(kind, "cyan")
    return Panel(facts_table(rows), title=f"{kind}  {notice.subject}".rstrip(), title_align="left", border_style=style)
