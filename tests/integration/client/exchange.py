"""A small exchange for tests of the client: a real gRPC server with mTLS and a real signed log, answers as told."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent import futures
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.message import Message

from xiezhi.client import LogKey, find_method
from xiezhi.client.contract import MethodContract
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import STATUS_KEY, to_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import answer_digest, append_receipt, joint_digest

TRACE_ID = "5" * 32
SALT = bytes(range(16))


def root_of(leaves: list[bytes]) -> bytes:
    """Computes the Merkle tree hash as RFC 9162 §2.1.1 defines it."""
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = _split(len(leaves))
    return hashlib.sha256(b"\x01" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def path_to(index: int, leaves: list[bytes]) -> list[bytes]:
    """Computes an inclusion path as RFC 9162 §2.1.3.1 defines it."""
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*path_to(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_to(index - split, leaves[split:]), root_of(leaves[:split])]


def _split(size: int) -> int:
    split = 1
    while split * 2 < size:
        split *= 2
    return split


class Log:
    """A signed Merkle log in memory."""

    def __init__(self) -> None:
        self._signing = Ed25519PrivateKey.generate()
        self._lock = threading.Lock()
        self.leaves: list[bytes] = []

    @property
    def key(self) -> LogKey:
        return LogKey.from_pem(self._signing.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))

    def append(self, entry: ledger_pb2.Entry, *, covers: int = 0) -> receipt_pb2.Receipt:
        with self._lock:
            self.leaves.append(entry.SerializeToString())
            index = len(self.leaves) - 1
            return receipt_pb2.Receipt(
                entry=self.leaves[index],
                leaf_index=index,
                inclusion_path=path_to(index, self.leaves),
                tree_head=self.sign(len(self.leaves), root_of(self.leaves)),
                salt=SALT,
                covers=covers,
            )

    def sign(self, size: int, root: bytes) -> receipt_pb2.TreeHead:
        head = receipt_pb2.TreeHead(origin="xiezhi.test/log", tree_size=size, root_hash=root)
        head.time.FromMilliseconds(1_790_000_000_000 + size)
        public = self._signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        head.key_id = hashlib.sha256(public).digest()
        text = f"{head.origin}\n{size}\n{base64.b64encode(root).decode()}\n{head.time.ToMilliseconds()}\n"
        head.signature = self._signing.sign(text.encode())
        return head


@dataclass(slots=True)
class Received:
    """A call as the exchange got it."""

    method: str
    request: bytes
    metadata: Mapping[str, str | bytes]
    seconds: float


Behaviour = Callable[[Received], Any]
"""Returns the answer, or an iterator of answers, or raises."""
Group = Sequence[Message]
"""Several answers of a stream that share a receipt."""
FalsifyGroup = Callable[[Sequence[bytes], ledger_pb2.Entry], Iterable[bytes]]
"""Makes the bytes of the answers of a group from their payloads and their entry, in whatever wrong way a test needs."""
Falsify = Callable[[bytes, ledger_pb2.Entry], bytes]
"""Makes the bytes of an answer from its payload and its entry, in whatever wrong way a test needs."""


@dataclass(slots=True)
class Exchange(grpc.GenericRpcHandler):  # type: ignore[misc,type-arg]
    """The server's side: what it answers and what it got."""

    log: Log = field(default_factory=Log)
    behaviours: dict[str, Behaviour] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    falsify: Falsify | None = None
    falsify_group: FalsifyGroup | None = None
    address: str = ""

    def on(self, method: str, behaviour: Behaviour) -> None:
        """Says how a method, by the name of its RPC, is answered."""
        self.behaviours[method] = behaviour

    def prove(self, contract: MethodContract, request: bytes, answer: Message) -> bytes:
        """Serialises an answer, records it and appends the receipt, as the services do."""
        payload = answer.SerializeToString()
        if not contract.receipt_due:
            return payload
        entry = _entry(contract, request, answer_digest(payload, salt=SALT))
        if self.falsify is not None:
            return self.falsify(payload, entry)
        return append_receipt(payload, self.log.append(entry))

    def prove_group(self, contract: MethodContract, request: bytes, group: Group) -> Iterable[bytes]:
        """As `prove`, with one receipt for several answers in the last of them."""
        payloads = [answer.SerializeToString() for answer in group]
        entry = _entry(contract, request, joint_digest(payloads, salt=SALT))
        if self.falsify_group is not None:
            return self.falsify_group(payloads, entry)
        return [*payloads[:-1], append_receipt(payloads[-1], self.log.append(entry, covers=len(payloads)))]

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        contract = find_method(handler_call_details.method)
        metadata = {m.key: m.value for m in handler_call_details.invocation_metadata}

        def run(request: Any, context: grpc.ServicerContext) -> Any:
            whole = b"".join(request) if contract.client_streaming else request
            seen = Received(contract.full_name, whole, metadata, context.time_remaining())
            self.received.append(seen)
            try:
                return self.behaviours[contract.full_name.rpartition("/")[2]](seen)
            except XiezhiError as failure:
                refuse(context, failure)

        def one(request: Any, context: grpc.ServicerContext) -> bytes:
            return self.prove(contract, b"" if contract.client_streaming else request, run(request, context))

        def many(request: Any, context: grpc.ServicerContext) -> Iterator[bytes]:
            try:
                whole = b"" if contract.client_streaming else request
                for answer in run(request, context):
                    if isinstance(answer, Message):
                        yield self.prove(contract, whole, answer)
                    else:
                        yield from self.prove_group(contract, whole, answer)
            except XiezhiError as failure:
                refuse(context, failure)

        make = {
            (False, False): lambda: grpc.unary_unary_rpc_method_handler(one),
            (False, True): lambda: grpc.unary_stream_rpc_method_handler(many),
            (True, False): lambda: grpc.stream_unary_rpc_method_handler(one),
            (True, True): lambda: grpc.stream_stream_rpc_method_handler(many),
        }
        return make[contract.client_streaming, contract.server_streaming]()


def _entry(contract: MethodContract, request: bytes, digest: bytes) -> ledger_pb2.Entry:
    return ledger_pb2.Entry(
        entry_id="00000000-0000-4000-8000-000000000000",
        writer="test",
        kind=ledger_pb2.ENTRY_KIND_DISCLOSURE,
        method=contract.full_name,
        request_sha256=hashlib.sha256(request).digest() if not contract.client_streaming else b"",
        response_sha256=digest,
        trace_id=TRACE_ID,
    )


def refuse(context: grpc.ServicerContext, failure: XiezhiError) -> None:
    """Aborts a call as the services do."""
    context.set_trailing_metadata(((STATUS_KEY, to_status(failure, trace_id=TRACE_ID)),))
    context.abort(getattr(grpc.StatusCode, failure.code), failure.message)


def serve(exchange: Exchange, *, ca: Path, certificate: Path, key: Path) -> grpc.Server:
    """Starts the exchange on a free port of the loopback, with mutual TLS."""
    server = grpc.server(futures.ThreadPoolExecutor(4))
    server.add_generic_rpc_handlers((exchange,))
    credentials = grpc.ssl_server_credentials(
        ((key.read_bytes(), certificate.read_bytes()),), ca.read_bytes(), require_client_auth=True
    )
    exchange.address = f"127.0.0.1:{server.add_secure_port('127.0.0.1:0', credentials)}"
    server.start()
    return server
