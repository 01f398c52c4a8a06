"""Shows a household as it was disclosed, and writes its photos to files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    told = answer_view(answer, photos=photos)
    return Group(told, receipt_view(receipt), Text(f"Trace: {trace_id}", style="dim"))


def answer_view(answer: identity_pb2.HouseholdAnswer, *, photos: Mapping[int, Path]) -> RenderableType:
    """Shows an answer; as `disclosure_view`."""
    parts: list[RenderableType] = [_results(answer)]
    if answer.HasField("household"):
        parts += _household(answer.household, photos)
    if answer.exit_documents:
        parts.append(_exit_documents(answer))
    return Group(*parts, Text(answer.classification, "bold yellow"))


def without_pictures(answer: identity_pb2.HouseholdAnswer) -> identity_pb2.HouseholdAnswer:
    """Returns an answer for programs, with the pictures' digests in place of the pictures."""
    shown = identity_pb2.HouseholdAnswer()
    shown.CopyFrom(answer)
    for member in shown.household.members:
        if member.HasField("photo"):
            member.photo.ClearField("jpeg")
    return shown


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


def _household(found: identity_pb2.Household, photos: Mapping[int, Path]) -> Iterator[RenderableType]:
    from services.codes.relations import RELATIONS

    kind = enum_name(identity_pb2.HouseholdType.DESCRIPTOR, found.type)
    yield Text(f"Household {found.household_number} ({kind}), {found.address.division} {found.address.text}", "italic")
    yield Text(f"Police station {found.police_station}", "italic")
    table = _whole("", "Member", "Relation", "Photo")
    for index, member in enumerate(found.members):
        sex = enum_name(identity_pb2.Sex.DESCRIPTOR, member.sex)
        status = enum_name(identity_pb2.MemberStatus.DESCRIPTOR, member.status)
        table.add_row(
            str(index),
            Text.assemble(
                (member.name, "bold" if member.is_debtor else ""),
                f"\n{member.id_number}\n{sex}, born {format_date(member.birth_date) or 'unknown'}",
            ),
            f"{_named(member.relation, RELATIONS)}\n{status}",
            _portrait(member),
        )
    if found.members:
        yield table
    # Beneath, each in a line of its own: in a column of a narrow terminal no path can be copied.
    yield from (Text(f"Photo of {index}: {file}", overflow="fold") for index, file in photos.items())


def _named(code: str, names: Mapping[str, str]) -> str:
    return f"{code} {names.get(code, '')}".rstrip()


def _portrait(member: identity_pb2.Member) -> Text:
    if member.HasField("photo"):
        return Text(f"{len(member.photo.jpeg):,} bytes")
    return Text(enum_name(identity_pb2.PhotoAbsence.DESCRIPTOR, member.photo_absence), "dim")


def _exit_documents(answer: identity_pb2.HouseholdAnswer) -> RenderableType:
    from services.codes.documents import DOCUMENT_TYPES

    table = _whole("Exit document", "Status", "By")
    for document in answer.exit_documents:
        status = enum_name(identity_pb2.ExitDocumentStatus.DESCRIPTOR, document.status)
        table.add_row(
            Text.assemble((document.number, "bold"), f"\n{_named(document.type, DOCUMENT_TYPES)}"),
            f"{status}\n{format_date(document.issue_date)} to {format_date(document.expiry_date)}",
            document.authority,
        )
    return table


def _whole(*titles: str) -> Table:
    """Makes a table that cuts off nothing, however narrow the terminal is."""
    table = Table(show_lines=True)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table
