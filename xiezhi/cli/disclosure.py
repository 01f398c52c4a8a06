"""Shows a household as it was disclosed, and writes its photos to files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from xiezhi.cli.documents import write_private
from xiezhi.cli.render import enum_name, format_date
from xiezhi.identity.v1 import identity_pb2

_RESULT_STYLES = {"HIT": "green", "NO_RECORD": "yellow", "NOT_APPLICABLE": "dim", "SUPPRESSED": "yellow"}
_SECTIONS = {
    "household_result": "Household",
    "members_result": "Members",
    "photos_result": "Photos",
    "exit_documents_result": "Exit documents",
}


def write_photos(answer: identity_pb2.HouseholdAnswer, folder: Path) -> dict[int, Path]:
    """Writes the photos of an answer, readable by their owner only.

    Args:
        answer: The answer.
        folder: Where to; made if missing.

    Returns:
        The file of each member who has a photo, by the member's place in the household. No file's name tells a person.
    """
    written: dict[int, Path] = {}
    for index, member in enumerate(answer.household.members):
        if member.HasField("photo"):
            file = folder / f"member-{index:02}.jpg"
            write_private(file, member.photo.jpeg)
            written[index] = file
    return written


def disclosure_view(
    answer: identity_pb2.HouseholdAnswer, *, photos: Mapping[int, Path], receipt: Mapping[str, Any], trace_id: str
) -> RenderableType:
    """Shows an answer with its receipt.

    Args:
        answer: The answer.
        photos: Files of photos that were written, by the member's place.
        receipt: What `receipt_facts` says of its receipt.
        trace_id: Trace of the call.
    """
    parts: list[RenderableType] = [_results(answer)]
    if answer.HasField("household"):
        parts.append(_household(answer.household, photos))
    if answer.exit_documents:
        parts.append(_exit_documents(answer))
    parts.append(Text(answer.classification, "bold yellow"))
    return Group(*parts, receipt_view(receipt), Text(f"Trace: {trace_id}", style="dim"))


def receipt_view(receipt: Mapping[str, Any]) -> RenderableType:
    """Shows what `receipt_facts` says of a receipt."""
    lines = (
        f"Entry {receipt['leaf_index']} of the log {receipt['log']}",
        f"Proven in the signed tree of {receipt['tree_size']} entries",
        f"Recorded {receipt['time']} as {receipt['kind']} of {receipt['actor']}",
        f"Approval {receipt['approval'] or 'none'}",
        f"Request  {receipt['request_sha256']}",
        f"Answer   {receipt['response_sha256']}",
        f"Root     {receipt['root_hash']}",
    )
    return Panel(Text("\n".join(lines)), title="Receipt: verified", title_align="left", border_style="green")


def _results(answer: identity_pb2.HouseholdAnswer) -> RenderableType:
    table = Table("Section", "Result", "Reason", title=f"As of {format_date(answer.as_of_date)}", title_justify="left")
    for field, title in _SECTIONS.items():
        section: identity_pb2.SectionResult = getattr(answer, field)
        result = enum_name(identity_pb2.Result.DESCRIPTOR, section.result)
        reason = enum_name(identity_pb2.ResultReason.DESCRIPTOR, section.reason) if section.reason else ""
        table.add_row(title, Text(result, _RESULT_STYLES.get(result, "red")), reason)
    return table


def _household(found: identity_pb2.Household, photos: Mapping[int, Path]) -> RenderableType:
    from services.codes.relations import RELATIONS

    kind = enum_name(identity_pb2.HouseholdType.DESCRIPTOR, found.type)
    title = f"Household {found.household_number} ({kind}), {found.address.text}"
    table = Table("", "Name", "Number", "Sex", "Born", "Relation", "Status", "Photo", title=title, title_justify="left")
    for index, member in enumerate(found.members):
        table.add_row(
            str(index),
            Text(member.name, "bold" if member.is_debtor else ""),
            member.id_number,
            enum_name(identity_pb2.Sex.DESCRIPTOR, member.sex),
            format_date(member.birth_date),
            _named(member.relation, RELATIONS),
            enum_name(identity_pb2.MemberStatus.DESCRIPTOR, member.status),
            _portrait(member, photos.get(index)),
        )
    return table


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".rstrip()


def _portrait(member: identity_pb2.Member, file: Path | None) -> Text:
    if member.HasField("photo"):
        return Text(str(file) if file else f"{len(member.photo.jpeg):,} bytes", overflow="fold")
    return Text(enum_name(identity_pb2.PhotoAbsence.DESCRIPTOR, member.photo_absence), "dim")


def _exit_documents(answer: identity_pb2.HouseholdAnswer) -> RenderableType:
    from services.codes.documents import DOCUMENT_TYPES

    table = Table("Type", "Number", "Status", "Issued", "Ends", "By", title="Exit documents", title_justify="left")
    for document in answer.exit_documents:
        status = enum_name(identity_pb2.ExitDocumentStatus.DESCRIPTOR, document.status)
        issued, ends = format_date(document.issue_date), format_date(document.expiry_date)
        table.add_row(_named(document.type, DOCUMENT_TYPES), document.number, status, issued, ends, document.authority)
    return table
