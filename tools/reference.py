"""Writes the reference pages of the documentation from the contracts: methods with their policies, and reasons.

`python -m tools.reference` rewrites docs/methods.md and docs/reasons.md; with `--check` it fails when they are not what
the contracts say.
"""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

from services.chassis.policy import Contracts, MethodInfo
from xiezhi.errors import CLASS_OF, NEXT_STEPS, Reason
from xiezhi.policy.v1 import policy_pb2

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "gen" / "xiezhi" / "image.binpb"
NOTE = "<!-- Written by `make reference` from the contracts. Change the contracts instead. -->"


def main(arguments: list[str]) -> int:
    """Writes or checks the pages.

    Returns:
        0, or 1 when checking and a page is out of date.
    """
    image = FileDescriptorSet.FromString(IMAGE.read_bytes())
    pages = {"methods.md": _methods(image), "reasons.md": _reasons(image)}
    stale = []
    for name, text in pages.items():
        page = ROOT / "docs" / name
        if "--check" in arguments:
            if not page.is_file() or page.read_text(encoding="utf-8") != text:
                stale.append(name)
        else:
            page.write_text(text, encoding="utf-8")
    if stale:
        print(f"docs/{', docs/'.join(stale)}: not what the contracts say; run `make reference`", file=sys.stderr)
    return 1 if stale else 0


def _methods(image: FileDescriptorSet) -> str:
    lines = [
        "# Methods",
        "",
        NOTE,
        "",
        "What each method needs and discloses, as its contract declares it. Times are the longest a call may take.",
    ]
    comments = _comments(image)
    service = ""
    for method in Contracts.load():
        if method.service != service:
            service = method.service
            lines += ["", f"## `{service}`"]
        lines += ["", f"### {method.name}", "", comments[f"{method.service}.{method.name}"], ""]
        lines += [f"- {line}" for line in _policy(method)]
    return "\n".join(lines) + "\n"


def _policy(method: MethodInfo) -> list[str]:
    policy = method.policy
    kinds = {
        (False, False): "one request, one answer",
        (False, True): "one request, a stream of answers",
        (True, False): "a stream of requests, one answer",
        (True, True): "a stream of requests, a stream of answers",
    }
    approval = "none"
    if policy.approval is not None:
        rank = policy_pb2.Rank.Name(policy.approval.min_rank).removeprefix("RANK_")
        hours = policy.approval.max_validity.total_seconds() / 3600
        approval = f"{policy.approval.count} of rank {rank} or higher, valid for at most {hours:g} h"
    effect = "write" if method.side_effects else "read"
    return [
        f"Shape: {kinds[method.client_streaming, method.server_streaming]}; a {effect}",
        f"Who may call: {'processes of the suite' if policy.internal else f'permission `{policy.permission}`'}"
        + (", the handling judge of the case only" if policy.case_bound else ""),
        f"Approvals: {approval}",
        f"Clauses: {', '.join(policy.clauses)}",
        f"Disclosed to: {_name(policy_pb2.Disclosure.Name(policy.disclosure), 'DISCLOSURE_')}",
        f"Answered by: {_name(policy_pb2.Department.Name(policy.department), 'DEPARTMENT_')}",
        f"Recorded as: {_name(policy_pb2.AuditClass.Name(policy.audit), 'AUDIT_CLASS_')}",
        f"Deadline: {policy.deadline.total_seconds():g} s",
    ]


def _reasons(image: FileDescriptorSet) -> str:
    comments = _comments(image)
    lines = [
        "# Reasons",
        "",
        NOTE,
        "",
        'Every refusal and failure carries `google.rpc.ErrorInfo` with one of these reasons, the domain "xiezhi", the',
        "trace id and what to do next.",
        "",
        "| reason | gRPC code | when | what to do |",
        "| --- | --- | --- | --- |",
    ]
    for reason in Reason:
        comment = comments[f"xiezhi.error.v1.Reason.REASON_{reason.value}"]
        when = comment.split(": ", 1)[-1].split(". ", 1)[0].rstrip(".")
        lines.append(f"| `{reason.value}` | {CLASS_OF[reason].code} | {when} | {NEXT_STEPS[reason]} |")
    return "\n".join(lines) + "\n"


def _comments(image: FileDescriptorSet) -> dict[str, str]:
    """Maps full names of methods and enum values to their comments."""
    found: dict[str, str] = {}
    for file in image.file:
        if not file.name.startswith("xiezhi/"):
            continue
        for location in file.source_code_info.location:
            name = _locate(file, list(location.path))
            if name and location.leading_comments:
                found[f"{file.package}.{name}"] = " ".join(location.leading_comments.split())
    return found


def _locate(file: FileDescriptorProto, path: list[int]) -> str:
    services, enums = (
        FileDescriptorProto.SERVICE_FIELD_NUMBER,
        FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER,
    )
    if len(path) == 4 and path[0] == services and path[2] == 2:
        return f"{file.service[path[1]].name}.{file.service[path[1]].method[path[3]].name}"
    if len(path) == 4 and path[0] == enums and path[2] == 2:
        return f"{file.enum_type[path[1]].name}.{file.enum_type[path[1]].value[path[3]].name}"
    return ""


def _name(value: str, prefix: str) -> str:
    return value.removeprefix(prefix).replace("_", " ").lower()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
