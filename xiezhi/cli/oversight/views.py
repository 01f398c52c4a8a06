"""Shows entries that were found, and what a person should look at."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from xiezhi.cli.oversight.found import ProvenEntry
from xiezhi.cli.render import enum_name, local_time
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2

_TITLES = {
    oversight_pb2.FINDING_KIND_UNUSUAL_VOLUME: "Unusually many disclosures",
    oversight_pb2.FINDING_KIND_QUICK_CONSENT: "Consents that came very soon",
    oversight_pb2.FINDING_KIND_UNFOLLOWED_LOOKUP: "Lookups that no measure or referral followed",
}
_SHOWN_PLACES = 5


def entries_view(entries: Sequence[ProvenEntry], *, more: bool) -> RenderableType:
    """Shows entries that were found.

    Args:
        entries: The entries, newest first.
        more: Whether there are more.
    """
    if not entries:
        return Text("Nothing was found.")
    table = Table("Entry", "When", "What", "Method", "Who", "Approval", "Trace")
    for one in entries:
        entry = one.entry
        kind = enum_name(ledger_pb2.EntryKind.DESCRIPTOR, entry.kind)
        table.add_row(
            str(one.proof.leaf_index),
            local_time(entry.time),
            f"{kind} {entry.reason}".rstrip(),
            entry.method.rpartition("/")[2],
            f"{entry.actor} {entry.actor_organisation}".strip(),
            Text(entry.approval.removeprefix("approvals/"), overflow="fold"),
            Text(entry.trace_id, overflow="fold"),
        )
    told = [Text(f"✓ {len(entries)} entries are proven to be in the signed log.", "green")]
    if more:
        told.append(Text("There are more: ask for them with --limit, or a period."))
    return Group(table, *told)


def patterns_view(answer: oversight_pb2.GetPatternsResponse) -> RenderableType:
    """Shows what a person should look at."""
    left = {one.kind: one.count for one in answer.left_off}
    parts: list[RenderableType] = []
    for kind, title in _TITLES.items():
        findings = [finding for finding in answer.findings if finding.kind == kind]
        if findings:
            parts.append(_table(findings, title))
        if left.get(kind):
            parts.append(Text(f"{left[kind]:,} more of these are not shown."))
    if not parts:
        parts.append(Text("Nothing stands out under these thresholds."))
    parts.append(Text("Each of these is a question for a person, and no verdict.", "yellow"))
    return Group(*parts)


def _table(findings: Sequence[oversight_pb2.Finding], title: str) -> Table:
    table = Table("Who", "Count", "About", "Entries", title=title, title_justify="left")
    for finding in findings:
        places = [str(place) for place in finding.leaf_indexes[:_SHOWN_PLACES]]
        if len(finding.leaf_indexes) > _SHOWN_PLACES:
            places.append("…")
        table.add_row(
            f"{finding.officer_id} {finding.organisation}".strip() or "several",
            str(finding.count),
            Text(_about(finding), overflow="fold"),
            " ".join(places),
        )
    return table


def _about(finding: oversight_pb2.Finding) -> str:
    if finding.kind == oversight_pb2.FINDING_KIND_QUICK_CONSENT:
        return f"{finding.approval}, after {finding.elapsed.ToTimedelta().total_seconds():.1f} s"
    if finding.kind == oversight_pb2.FINDING_KIND_UNFOLLOWED_LOOKUP:
        return f"case {finding.case_index.hex()}"
    return f"the median of the like is {finding.median}"
