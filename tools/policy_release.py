"""Compares the policies of the contracts with those of the last release, and fails when one became weaker.

What a method demands or a field hides may grow, never shrink: fewer approvals, a lower rank, a longer life, a case no
longer bound, personal data no longer marked. A release meant to loosen one needs a new image, `make release-image`,
whose change is seen in review.

    python -m tools.policy_release gen/xiezhi/image.binpb protos/release.binpb
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet, MethodDescriptorProto, MethodOptions

from xiezhi.policy.v1 import policy_pb2

_SHOWN = {
    policy_pb2.DATA_CLASS_UNSPECIFIED: 0,  # counts as personal
    policy_pb2.DATA_CLASS_PERSONAL: 0,
    policy_pb2.DATA_CLASS_OFFICIAL: 1,
    policy_pb2.DATA_CLASS_OPERATIONAL: 2,
}
"""How freely values of a data class may be shown."""


def weakened(current: FileDescriptorSet, released: FileDescriptorSet) -> Iterator[str]:
    """Yields one sentence for each policy that is weaker than it was released.

    Methods and fields that are gone are not the matter here: `buf breaking` refuses them.

    Args:
        current: The contracts.
        released: The contracts of the last release.
    """
    now, then = _methods(current), _methods(released)
    for name in sorted(now.keys() & then.keys()):
        for what in _weaker_method(now[name], then[name]):
            yield f"{name}: {what}"
    fields_now, fields_then = _fields(current), _fields(released)
    for name in sorted(fields_now.keys() & fields_then.keys()):
        for what in _weaker_field(fields_now[name], fields_then[name]):
            yield f"{name}: {what}"


def _weaker_method(now: MethodDescriptorProto, then: MethodDescriptorProto) -> Iterator[str]:
    policy, former = _policy(now), _policy(then)
    if former.permission and policy.permission != former.permission:
        yield f"the permission is no longer {former.permission}"
    if former.exposure == policy_pb2.EXPOSURE_INTERNAL != policy.exposure:
        yield "it was internal and is exposed"
    if former.case_bound and not policy.case_bound:
        yield "it is no longer bound to a case"
    for clause in former.clauses:
        if clause not in policy.clauses:
            yield f"the legal basis {clause} is gone"
    if policy.disclosure != former.disclosure:
        yield "the circle to which it discloses has changed"
    if former.audit != policy_pb2.AUDIT_CLASS_UNRECORDED and policy.audit != former.audit:
        yield "the ledger records it differently"
    if now.options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS != then.options.idempotency_level:
        yield "it was a write, whose approval is spent, and is a read, whose approval is not"
    if former.HasField("approval"):
        yield from _weaker_approval(policy, former.approval)


def _weaker_approval(policy: policy_pb2.MethodPolicy, former: policy_pb2.ApprovalRequirement) -> Iterator[str]:
    if not policy.HasField("approval"):
        yield "it needs no approval any more"
        return
    needed = policy.approval
    if needed.count < former.count:
        yield "it needs fewer approvals"
    if needed.min_rank < former.min_rank:
        yield "a lower rank may approve it"
    if needed.min_court_level < former.min_court_level:
        yield "a lower court may approve it"
    if needed.max_validity.ToTimedelta() > former.max_validity.ToTimedelta():
        yield "its approvals live longer"


def _weaker_field(now: policy_pb2.FieldPolicy, then: policy_pb2.FieldPolicy) -> Iterator[str]:
    if _SHOWN[now.data] > _SHOWN[then.data]:
        yield "its values may be shown more freely"
    if then.subject and not now.subject:
        yield "it no longer counts as naming the data subject"


def _policy(method: MethodDescriptorProto) -> policy_pb2.MethodPolicy:
    return cast("policy_pb2.MethodPolicy", method.options.Extensions[cast("Any", policy_pb2.method)])


def _methods(image: FileDescriptorSet) -> Mapping[str, MethodDescriptorProto]:
    return {
        f"/{file.package}.{service.name}/{method.name}": method
        for file in image.file
        for service in file.service
        for method in service.method
        if file.package.startswith("xiezhi.")
    }


def _fields(image: FileDescriptorSet) -> Mapping[str, policy_pb2.FieldPolicy]:
    return {
        f"{name}.{field.name}": cast("policy_pb2.FieldPolicy", field.options.Extensions[cast("Any", policy_pb2.field)])
        for file in image.file
        if file.package.startswith("xiezhi.")
        for name, message in _messages(file.package, file.message_type)
        for field in message.field
    }


def _messages(scope: str, messages: Iterable[DescriptorProto]) -> Iterator[tuple[str, DescriptorProto]]:
    for message in messages:
        name = f"{scope}.{message.name}"
        yield name, message
        yield from _messages(name, message.nested_type)


def main(arguments: list[str]) -> None:
    """Compares two images.

    Args:
        arguments: Paths of the contracts' image and of the released one.
    """
    if len(arguments) != 2:
        sys.exit("usage: python -m tools.policy_release IMAGE RELEASE")
    current, released = (FileDescriptorSet.FromString(Path(path).read_bytes()) for path in arguments)
    found = list(weakened(current, released))
    if found:
        sys.exit("\n".join(["Weaker than released:", *(f"  {sentence}" for sentence in found)]))


if __name__ == "__main__":
    main(sys.argv[1:])
