"""The load: one process that keeps a number of calls under way for some seconds and measures each.

`python -m tests.bench.load CONFIG` where CONFIG is a JSON file; prints one JSON object. It sends raw bytes and parses
nothing, so that it costs the same whatever it calls.
"""

from __future__ import annotations

import asyncio
import base64
import collections
import itertools
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import grpc
import uvloop

from services.chassis.clock import SystemClock
from services.chassis.ids import TimedIds

Metadata = tuple[tuple[str, str | bytes], ...]

_BATCH = b"\x08"
"""Tag of a batch's number in a stream of checks; a message may begin with it whatever follows."""


@dataclass(frozen=True, slots=True)
class Config:
    """What to call and how.

    Attributes:
        target: "host:port".
        target_name: DNS name in the server's certificate.
        authority: PEM file of the server's authority.
        certificate: PEM file of the caller's certificate.
        key: PEM file of its key.
        method: Full name of the method.
        calls: JSON file with the calls, sent in turn: a list of objects with the request in base64 and its metadata;
            values of "-bin" keys in base64.
        uuids_at: Places in the request of UUIDs in text that are made anew for every call, as processes make them.
        stream: Whether the requests are sent on one stream, each answered by one message, under the first call's
            metadata.
        concurrency: Calls under way at any moment, or requests of a stream.
        warm_seconds: Time before measuring.
        seconds: Time measured.
    """

    target: str
    target_name: str
    authority: str
    certificate: str
    key: str
    method: str
    calls: str
    uuids_at: tuple[int, ...] = ()
    stream: bool = False
    concurrency: int = 32
    warm_seconds: float = 1.0
    seconds: float = 4.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured.

    Attributes:
        per_second: Calls answered per second.
        p50_ms: Median time of a call, milliseconds.
        p99_ms: 99th percentile, milliseconds.
        calls: Calls answered.
        errors: Calls that failed.
        first_error: What the first failure said.
        request_bytes: Length of a request.
        answer_bytes: Length of the last answer, of a stream the mean.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    calls: int
    errors: int
    first_error: str
    request_bytes: int
    answer_bytes: int


def write_calls(path: Path, calls: list[tuple[bytes, Metadata]]) -> None:
    """Writes calls as `Config.calls` reads them."""
    shown = [
        {
            "request": base64.b64encode(request).decode(),
            "metadata": [[k, base64.b64encode(v).decode() if isinstance(v, bytes) else v] for k, v in metadata],
        }
        for request, metadata in calls
    ]
    path.write_text(json.dumps(shown), encoding="utf-8")


def _read_calls(path: str) -> list[tuple[bytes, Metadata]]:
    return [
        (
            base64.b64decode(call["request"]),
            tuple((k, base64.b64decode(v) if k.endswith("-bin") else v) for k, v in call["metadata"]),
        )
        for call in json.loads(Path(path).read_text(encoding="utf-8"))
    ]


class _Run:
    def __init__(self, config: Config) -> None:
        self.config = config
        self.calls = _read_calls(config.calls)
        self.ids = TimedIds(SystemClock())
        self.times: list[float] = []
        self.errors = 0
        self.first_error = ""
        self.answer_bytes = 0
        self.begin = 0.0
        self.end = 0.0

    async def worker(self, channel: grpc.aio.Channel, number: int) -> None:
        call = channel.unary_unary(self.config.method)
        position, places = number, self.config.uuids_at
        while (started := time.perf_counter()) < self.end:
            request, metadata = self.calls[position % len(self.calls)]
            position += self.config.concurrency
            if places:
                fresh = bytearray(request)
                for at in places:
                    fresh[at : at + 36] = str(self.ids.uuid()).encode()
                request = bytes(fresh)
            try:
                answer = await call(request, metadata=metadata, timeout=10)
            except grpc.aio.AioRpcError as failure:
                self.errors += 1
                self.first_error = self.first_error or f"{failure.code().name}: {failure.details()}"
                await asyncio.sleep(0.01)
                continue
            finished = time.perf_counter()
            if started >= self.begin:
                self.times.append(finished - started)
                self.answer_bytes = len(answer)

    async def stream(self, channel: grpc.aio.Channel) -> None:
        """Keeps requests under way on one stream, numbered; answers come in their order."""
        call = channel.stream_stream(self.config.method)(metadata=self.calls[0][1])
        room, sent = asyncio.Semaphore(self.config.concurrency), collections.deque[float]()
        received = 0

        async def write() -> None:
            for number in itertools.count(1):
                await room.acquire()
                if time.perf_counter() >= self.end:
                    break
                sent.append(time.perf_counter())
                await call.write(_BATCH + _varint(number) + self.calls[number % len(self.calls)][0])
            await call.done_writing()

        writer = asyncio.ensure_future(write())
        try:
            while (answer := await call.read()) is not grpc.aio.EOF:
                started, finished = sent.popleft(), time.perf_counter()
                room.release()
                if self.begin <= finished < self.end:
                    self.times.append(finished - started)
                    received += len(answer)
            await writer
            self.answer_bytes = received // max(len(self.times), 1)
        except (grpc.aio.AioRpcError, asyncio.InvalidStateError):
            writer.cancel()
        if (code := await call.code()) is not grpc.StatusCode.OK:
            self.errors, self.first_error = 1, f"{code.name}: {await call.details()}"

    async def run(self) -> Measured:
        credentials = grpc.ssl_channel_credentials(
            Path(self.config.authority).read_bytes(),
            Path(self.config.key).read_bytes(),
            Path(self.config.certificate).read_bytes(),
        )
        options = (
            ("grpc.ssl_target_name_override", self.config.target_name),
            ("grpc.max_metadata_size", 256 * 1024),
            ("grpc.absolute_max_metadata_size", 256 * 1024),
        )
        async with grpc.aio.secure_channel(self.config.target, credentials, options=options) as channel:
            await asyncio.wait_for(channel.channel_ready(), 10)
            self.begin = time.perf_counter() + self.config.warm_seconds
            self.end = self.begin + self.config.seconds
            if self.config.stream:
                await self.stream(channel)
            else:
                await asyncio.gather(*(self.worker(channel, n) for n in range(self.config.concurrency)))
        return self._summary()

    def _summary(self) -> Measured:
        ordered = sorted(self.times)

        def at(share: float) -> float:
            return round(1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0

        return Measured(
            per_second=round(len(ordered) / self.config.seconds, 1),
            p50_ms=at(0.5),
            p99_ms=at(0.99),
            calls=len(ordered),
            errors=self.errors,
            first_error=self.first_error,
            request_bytes=len(self.calls[0][0]),
            answer_bytes=self.answer_bytes,
        )


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number >= 0x80:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def main() -> None:
    """Runs the load that the command line names."""
    config = Config(**json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_Run(config).run()))))


if __name__ == "__main__":
    main()
