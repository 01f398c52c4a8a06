"""`xiezhi referral notices`: what a court, a unit or a provincial body is told of referrals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel

from xiezhi.cli.command import command, examples
from xiezhi.cli.events import dead_letters_view
from xiezhi.cli.following import Following
from xiezhi.cli.referral.views import duties_view
from xiezhi.cli.render import enum_name, facts_table, format_date, local_time, message_dict
from xiezhi.cli.session import Session
from xiezhi.cli.watching import WatchChoice, watch_post
from xiezhi.referral.v1 import notice_pb2, notice_pb2_grpc, referral_pb2

app = typer.Typer(
    help="Notices to your organisation: what happened, what is due soon, what was missed. Liaisons have their own.",
    epilog=examples(
        "xiezhi referral notices watch --as GAN0102-J001 --ack",
        "xiezhi referral notices acknowledge NOTICE-ID --as POL360102-I001",
    ),
    no_args_is_help=True,
)
_STYLES = {"OVERDUE": "red", "ESCALATED": "red", "PRIVATE_PROSECUTION": "red", "DUE_SOON": "yellow"}


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi referral notices watch --as POL360102-I001           follows until Ctrl-C",
        "xiezhi referral notices watch --as GAN0102-J001 --ack       acknowledges what was shown",
        "xiezhi referral notices watch --as GAN-L001 --once --json   what waits now, as one document",
    ),
)
def watch(session: Session, choice: WatchChoice) -> None:
    """Follow the notices to your post, and go on after every break.

    With --json each notice is a JSON document on a line of its own; with --once all are one document.
    """
    watch_post(
        session,
        lambda client: NoticeWatcher(notice_pb2_grpc.ReferralNoticeServiceStub(client.channel), cursor=choice.after),
        choice=choice,
        view=notice_view,
    )


@command(app, calls=True, epilog=examples("xiezhi referral notices acknowledge NOTICE-ID --as POL360102-I001"))
def acknowledge(
    session: Session,
    notice_ids: Annotated[list[str], typer.Argument(metavar="NOTICE-ID...", help="Ids of the notices, UUIDs.")],
) -> None:
    """Acknowledge notices to your post; all or none."""
    with session.connect() as client:
        stub = notice_pb2_grpc.ReferralNoticeServiceStub(client.channel)
        request = notice_pb2.AcknowledgeReferralNoticesRequest(notice_ids=notice_ids)
        count = stub.AcknowledgeReferralNotices(request).acknowledged_count
    session.output.result({"acknowledged_count": count}, f"{count} were not acknowledged before.")


@command(app, "dead-letters", calls=True, epilog=examples("xiezhi referral notices dead-letters --as POL360000-O001"))
def dead_letters(
    session: Session, limit: Annotated[int, typer.Option("--limit", min=1, max=500, help="Most to list.")] = 100
) -> None:
    """List what could not be delivered, for operators: topic, attempts, since when, and the kind of the failure."""
    with session.connect() as client:
        stub = notice_pb2_grpc.ReferralNoticeServiceStub(client.channel)
        found = stub.ListDeadLetters(notice_pb2.ListDeadLettersRequest(page_size=limit)).dead_letters
    session.output.result([message_dict(letter) for letter in found], dead_letters_view(found))


@command(app, calls=True, epilog=examples("xiezhi referral notices replay EVENT-ID --as POL360000-O001"))
def replay(
    session: Session, event_id: Annotated[str, typer.Argument(metavar="EVENT-ID", help="Id of the event, a UUID.")]
) -> None:
    """Have an event delivered again, once what kept it back is mended."""
    with session.connect() as client:
        stub = notice_pb2_grpc.ReferralNoticeServiceStub(client.channel)
        stub.ReplayDeadLetter(notice_pb2.ReplayDeadLetterRequest(event_id=event_id))
    session.output.result({"replayed": event_id}, f"{event_id} is delivered again.")


@dataclass(slots=True)
class NoticeWatcher(Following[notice_pb2.ReferralNotice]):
    """Follows the notices of referrals to the caller's post."""

    stub: notice_pb2_grpc.ReferralNoticeServiceStub

    def _acknowledge(self, notices: Sequence[notice_pb2.ReferralNotice]) -> int:
        request = notice_pb2.AcknowledgeReferralNoticesRequest(notice_ids=[notice.notice_id for notice in notices])
        return self.stub.AcknowledgeReferralNotices(request).acknowledged_count

    def _begin(self, seconds: float | None) -> Any:
        request = notice_pb2.WatchReferralNoticesRequest(after=self.cursor)
        return self.stub.WatchReferralNotices(request, timeout=seconds)


def notice_view(notice: notice_pb2.ReferralNotice) -> RenderableType:
    """Shows a notice: what it is about, what happened or is due, and the former day where it has moved."""
    kind = enum_name(notice_pb2.ReferralNoticeKind.DESCRIPTOR, notice.kind)
    event = enum_name(referral_pb2.ReferralEventKind.DESCRIPTOR, notice.event) if notice.event else ""
    rows = (
        ("Happened", event),
        ("Case", f"{notice.case_number} of {notice.court_code}" if notice.case_number else ""),
        ("Unit", notice.unit),
        ("Due before", format_date(notice.former_due_date)),
        ("Written", local_time(notice.create_time)),
        ("Notice", notice.notice_id),
    )
    facts = facts_table(rows)
    parts: list[RenderableType] = [facts]
    if notice.HasField("duty"):
        parts.append(duties_view([notice.duty]))
    style = _STYLES.get(kind, "cyan")
    return Panel(Group(*parts), title=f"{kind}  {notice.subject}", title_align="left", border_style=style)
