"""What a client must know of a method: deadline, repeatability, approval, receipt."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.descriptor import FileDescriptor, MethodDescriptor
from google.protobuf.descriptor_pb2 import MethodOptions
from google.protobuf.message import Message

from xiezhi.common.v1 import receipt_pb2
from xiezhi.policy.v1 import policy_pb2

DEFAULT_DEADLINE = timedelta(seconds=10)
"""Deadline of a method that declares none, as those of gRPC's own health and reflection services."""

RETRY_POLICY: dict[str, object] = {
    "maxAttempts": 4,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 3,
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
}
"""How calls that may be repeated are (gRFC A6). Nothing is hedged: two lookups would be two disclosures.

A server that stops ends as CANCELLED what it has received and not begun; what the caller cancels is not repeated.
"""

REPEATABLE = (MethodOptions.NO_SIDE_EFFECTS, MethodOptions.IDEMPOTENT)


@dataclass(frozen=True, slots=True)
class MethodContract:
    """One method as its caller sees it.

    Attributes:
        full_name: With its leading slash, "/package.Service/Method".
        input_class: Class of the request message.
        output_class: Class of the answer message.
        client_streaming: Whether requests are a stream.
        server_streaming: Whether answers are a stream.
        deadline: The longest that a call may take.
        repeatable: Whether a call that failed on its way may be made again.
        lookup: Whether it has no side effects, so that each call is recorded anew.
        needs_approval: Whether the call must name an approval.
        receipt_due: Whether each answer must carry a receipt.
    """

    full_name: str
    input_class: type[Message]
    output_class: type[Message]
    client_streaming: bool
    server_streaming: bool
    deadline: timedelta
    repeatable: bool
    lookup: bool
    needs_approval: bool
    receipt_due: bool


class UnknownMethodError(LookupError):
    """No contract that is installed here has such a method."""


def find_method(full_name: str) -> MethodContract:
    """Finds a method among the contracts that are installed or imported.

    Args:
        full_name: "/package.Service/Method"; the leading slash may be missing.

    Raises:
        UnknownMethodError: If there is none.
    """
    service_name, _, name = full_name.removeprefix("/").partition("/")
    try:
        service = descriptor_pool.Default().FindServiceByName(service_name)
    except KeyError:
        _import_contracts()
        try:
            service = descriptor_pool.Default().FindServiceByName(service_name)
        except KeyError:
            raise UnknownMethodError(f"no service {service_name}") from None
    method = service.methods_by_name.get(name)
    if method is None:
        raise UnknownMethodError(f"service {service_name} has no method {name}")
    return read_method(method)


def list_methods() -> list[MethodContract]:
    """Lists the methods of all contracts that are installed, by their full names."""
    return sorted((read_method(method) for method in _methods()), key=lambda method: method.full_name)


def read_method(method: MethodDescriptor) -> MethodContract:
    """Reads what a client must know from a method's descriptor."""
    options = method.GetOptions()
    policy: policy_pb2.MethodPolicy = options.Extensions[policy_pb2.method]  # type: ignore[index]
    receipt = method.output_type.fields_by_name.get("receipt")
    return MethodContract(
        full_name=f"/{method.containing_service.full_name}/{method.name}",
        input_class=message_factory.GetMessageClass(method.input_type),
        output_class=message_factory.GetMessageClass(method.output_type),
        client_streaming=method.client_streaming,
        server_streaming=method.server_streaming,
        deadline=policy.deadline.ToTimedelta() if policy.HasField("deadline") else DEFAULT_DEADLINE,
        repeatable=options.idempotency_level in REPEATABLE,
        lookup=options.idempotency_level == MethodOptions.NO_SIDE_EFFECTS,
        needs_approval=policy.HasField("approval"),
        receipt_due=receipt is not None and receipt.message_type == receipt_pb2.Receipt.DESCRIPTOR,
    )


def service_config(methods: Iterable[MethodContract]) -> str:
    """Writes the gRPC service config that makes the channel repeat what may be repeated, and nothing else.

    Args:
        methods: The methods that will be called over the channel.
    """
    names = []
    for contract in methods:
        if contract.repeatable:
            service, _, method = contract.full_name.removeprefix("/").partition("/")
            names.append({"service": service, "method": method})
    return json.dumps({"methodConfig": [{"name": names, "retryPolicy": RETRY_POLICY}] if names else []})


def _methods() -> Iterator[MethodDescriptor]:
    for file in _import_contracts():
        for service in file.services_by_name.values():
            yield from service.methods


def _import_contracts() -> list[FileDescriptor]:
    """Imports every generated contract of the namespace `xiezhi`, in whichever folders its parts lie."""
    import xiezhi

    names = {
        ".".join(("xiezhi", *module.relative_to(folder).with_suffix("").parts))
        for folder in map(Path, xiezhi.__path__)
        for module in folder.glob("*/v*/*_pb2.py")
    }
    return [importlib.import_module(name).DESCRIPTOR for name in sorted(names)]
