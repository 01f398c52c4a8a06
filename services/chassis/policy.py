"""The policy that the contracts carry, read from the descriptors once at start.

Everything that enforces, redacts, documents or tests reads `Contracts`; nothing else knows which methods
exist.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, empty_pb2, message_factory
from google.protobuf.descriptor import Descriptor, MethodDescriptor
from google.protobuf.message import Message

from xiezhi.common.v1 import case_pb2
from xiezhi.policy.v1 import policy_pb2

RECEIPT_FIELD = "receipt"
"""Name of the field in which an answer carries its receipt, always the last one."""
RECEIPT_NUMBER = 1000
"""Number of that field."""

# The stubs of protoc and those of protobuf differ on what an extension is.
_METHOD: Any = policy_pb2.method
_FIELD: Any = policy_pb2.field


class PolicyError(Exception):
    """A contract breaks a rule of its own policy; the process must not start."""


@dataclass(frozen=True, slots=True)
class ApprovalRequirement:
    """How many people, of which standing, must sign a request.

    Attributes:
        count: Distinct approvers, at least 1.
        min_rank: Lowest rank that counts, a value of `xiezhi.policy.v1.Rank`.
        min_court_level: Lowest court level that counts; 0 where the contract names none.
        max_validity: The longest that an approval may live.
    """

    count: int
    min_rank: int
    min_court_level: int
    max_validity: timedelta


@dataclass(frozen=True, slots=True)
class MethodPolicy:
    """The policy of one method, as `xiezhi.policy.v1.MethodPolicy` declares it."""

    permission: str
    internal: bool
    approval: ApprovalRequirement | None
    case_bound: bool
    clauses: tuple[str, ...]
    disclosure: int
    department: int
    deadline: timedelta
    audit: int

    @property
    def recorded(self) -> bool:
        """Whether answers are recorded in the ledger."""
        return self.audit != policy_pb2.AUDIT_CLASS_UNRECORDED


@dataclass(frozen=True, slots=True)
class MethodInfo:
    """One method of the contracts.

    Attributes:
        full_name: With its leading slash, "/package.Service/Method".
        service: Full name of the service.
        name: Name of the method.
        input_class: Class of the request message.
        output_class: Class of the answer message.
        client_streaming: Whether requests are a stream.
        server_streaming: Whether answers are a stream.
        side_effects: False where idempotency_level is NO_SIDE_EFFECTS: a lookup.
        policy: Its policy.
        has_context: Whether the request's field "context" is a CaseContext.
        subject_paths: Paths of the request's fields that name data subjects.
        has_receipt: Whether the answer carries a receipt.
    """

    full_name: str
    service: str
    name: str
    input_class: type[Message]
    output_class: type[Message]
    client_streaming: bool
    server_streaming: bool
    side_effects: bool
    policy: MethodPolicy
    has_context: bool
    subject_paths: tuple[tuple[str, ...], ...]
    has_receipt: bool

    def subjects(self, request: Message) -> Iterator[str]:
        """Yields the values of all fields of a request that name data subjects."""
        for path in self.subject_paths:
            yield from _leaves(request, path)


UNKNOWN_METHOD = MethodInfo(
    full_name="unknown",
    service="",
    name="",
    input_class=empty_pb2.Empty,
    output_class=empty_pb2.Empty,
    client_streaming=True,
    server_streaming=True,
    side_effects=False,
    policy=MethodPolicy(
        permission="",
        internal=True,
        approval=None,
        case_bound=False,
        clauses=(),
        disclosure=policy_pb2.DISCLOSURE_NOTHING_PERSONAL,
        department=policy_pb2.DEPARTMENT_EXCHANGE,
        deadline=timedelta(seconds=5),
        audit=policy_pb2.AUDIT_CLASS_UNRECORDED,
    ),
    has_context=False,
    subject_paths=(),
    has_receipt=False,
)
"""What stands for a method that no contract names, so that its refusal goes the way of every other."""


class Contracts:
    """All methods of the suite by their full names."""

    def __init__(self, methods: Mapping[str, MethodInfo]) -> None:
        self._methods = dict(methods)

    @classmethod
    def load(cls) -> Contracts:
        """Reads every generated contract that is importable under the package `xiezhi`.

        Raises:
            PolicyError: If a method has no policy or its policy contradicts itself.
        """
        methods: dict[str, MethodInfo] = {}
        for file_name in _contract_files():
            file = descriptor_pool.Default().FindFileByName(file_name)
            for service in file.services_by_name.values():
                for method in service.methods:
                    info = _read_method(method)
                    methods[info.full_name] = info
        return cls(methods)

    def method(self, full_name: str) -> MethodInfo | None:
        """Returns the method of that full name, None where there is none."""
        return self._methods.get(full_name)

    def of_service(self, service: str) -> tuple[MethodInfo, ...]:
        """Returns the methods of a service."""
        return tuple(m for m in self._methods.values() if m.service == service)

    def __iter__(self) -> Iterator[MethodInfo]:
        return iter(self._methods.values())


def _contract_files() -> list[str]:
    import xiezhi

    names = {
        "xiezhi." + ".".join(module.relative_to(folder).with_suffix("").parts)
        for folder in map(Path, xiezhi.__path__)
        for module in folder.glob("*/v*/*_pb2.py")
    }
    return sorted(importlib.import_module(name).DESCRIPTOR.name for name in names)


def _read_method(method: MethodDescriptor) -> MethodInfo:
    service = method.containing_service
    full_name = f"/{service.full_name}/{method.name}"
    options = method.GetOptions()
    if not options.HasExtension(_METHOD):
        raise PolicyError(f"{full_name} declares no policy")
    levels = descriptor_pb2.MethodOptions
    if options.idempotency_level == levels.IDEMPOTENCY_UNKNOWN:
        raise PolicyError(f"{full_name} declares no idempotency_level")
    policy = _read_policy(full_name, options.Extensions[_METHOD])
    context = method.input_type.fields_by_name.get("context")
    receipt = method.output_type.fields_by_name.get(RECEIPT_FIELD)
    info = MethodInfo(
        full_name=full_name,
        service=service.full_name,
        name=method.name,
        input_class=message_factory.GetMessageClass(method.input_type),
        output_class=message_factory.GetMessageClass(method.output_type),
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
        side_effects=options.idempotency_level != levels.NO_SIDE_EFFECTS,
        policy=policy,
        has_context=context is not None and context.message_type == case_pb2.CaseContext.DESCRIPTOR,
        subject_paths=tuple(_subject_paths(method.input_type, ())),
        has_receipt=receipt is not None and receipt.number == RECEIPT_NUMBER,
    )
    _check(info)
    return info


def _read_policy(full_name: str, declared: policy_pb2.MethodPolicy) -> MethodPolicy:
    for name in ("exposure", "disclosure", "department", "audit"):
        if getattr(declared, name) == 0:
            raise PolicyError(f"{full_name} leaves {name} unspecified")
    internal = declared.exposure == policy_pb2.EXPOSURE_INTERNAL
    if not internal and not (declared.permission and declared.clauses):
        raise PolicyError(f"{full_name} is external and names no permission or no clause")
    deadline = declared.deadline.ToTimedelta()
    if deadline <= timedelta(0):
        raise PolicyError(f"{full_name} has no deadline")
    return MethodPolicy(
        permission=declared.permission,
        internal=internal,
        approval=_read_requirement(full_name, declared) if declared.HasField("approval") else None,
        case_bound=declared.case_bound,
        clauses=tuple(declared.clauses),
        disclosure=declared.disclosure,
        department=declared.department,
        deadline=deadline,
        audit=declared.audit,
    )


def _read_requirement(full_name: str, declared: policy_pb2.MethodPolicy) -> ApprovalRequirement:
    needed = declared.approval
    validity = needed.max_validity.ToTimedelta()
    if not 1 <= needed.count <= 5 or needed.min_rank == 0:
        raise PolicyError(f"{full_name} needs 1 to 5 approvals of a named rank")
    if not timedelta(0) < validity <= timedelta(days=30):
        raise PolicyError(f"{full_name} lets approvals live for no time or for more than 30 days")
    return ApprovalRequirement(needed.count, needed.min_rank, needed.min_court_level, validity)


def _check(info: MethodInfo) -> None:
    policy = info.policy
    if policy.case_bound and not info.has_context:
        raise PolicyError(f"{info.full_name} is bound to a case and its request has no CaseContext")
    if policy.recorded and not info.has_receipt:
        raise PolicyError(f"{info.full_name} is recorded and its answer has no receipt")
    if info.has_receipt and not policy.recorded:
        raise PolicyError(f"{info.full_name} is not recorded and its answer has a receipt")
    if policy.case_bound and info.client_streaming:
        raise PolicyError(f"{info.full_name} takes a stream, of which only the first message's case could be looked at")
    if policy.approval is not None and info.client_streaming:
        raise PolicyError(
            f"{info.full_name} takes a stream, which nobody can approve: stage the stream, "
            "then commit its digest in a call of its own under approval"
        )


def _subject_paths(message: Descriptor, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for field in message.fields:
        here = (*path, field.name)
        if field.GetOptions().Extensions[_FIELD].subject:
            yield here
        inner = field.message_type
        if inner is not None and len(here) < 5:
            yield from _subject_paths(inner, here)


def _leaves(message: Message, path: tuple[str, ...]) -> Iterator[str]:
    field = message.DESCRIPTOR.fields_by_name[path[0]]
    if field.containing_oneof is not None and not message.HasField(field.name):
        # Of a choice only what was chosen names anybody.
        return
    value = getattr(message, path[0])
    items = value if field.is_repeated else (value,)
    for item in items:
        if len(path) == 1:
            yield item
        else:
            yield from _leaves(item, path[1:])
