"""The load: one process that keeps a number of calls under way for some seconds and measures each.

`python -m tests.bench.load CONFIG` where CONFIG is a JSON file; prints one JSON object. It sends raw bytes
and parses nothing, so that it costs the same whatever it calls.
"""

from __future__ import annotations

import asyncio
import base64
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import grpc
import uvloop


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
        requests: File with the requests in base64, a line each; sent in turn.
        metadata: Pairs of key and value; values of "-bin" keys in base64.
        concurrency: Calls under way at any moment.
        warm_seconds: Time before measuring.
        seconds: Time measured.
    """

    target: str
    target_name: str
    authority: str
    certificate: str
    key: str
    method: str
    requests: str
    metadata: list[list[str]] = field(default_factory=list)
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
        p999_ms: 99.9th percentile, milliseconds.
        calls: Calls answered.
        errors: Calls that failed.
        first_error: What the first failure said.
        answer_bytes: Length of an answer.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    p999_ms: float
    calls: int
    errors: int
    first_error: str
    answer_bytes: int


class _Run:
    def __init__(self, config: Config) -> None:
        self.config = config
        lines = Path(config.requests).read_text().split()
        self.requests = [base64.b64decode(line) for line in lines]
        self.metadata = tuple((k, base64.b64decode(v) if k.endswith("-bin") else v) for k, v in config.metadata)
        self.times: list[float] = []
        self.errors = 0
        self.first_error = ""
        self.answer_bytes = 0
        self.begin = 0.0
        self.end = 0.0

    async def worker(self, channel: grpc.aio.Channel, number: int) -> None:
        call = channel.unary_unary(self.config.method)
        position = number
        while (started := time.perf_counter()) < self.end:
            request = self.requests[position % len(self.requests)]
            position += self.config.concurrency
            try:
                answer = await call(request, metadata=self.metadata, timeout=10)
            except grpc.aio.AioRpcError as failure:
                self.errors += 1
                self.first_error = self.first_error or f"{failure.code().name}: {failure.details()}"
                await asyncio.sleep(0.01)
                continue
            finished = time.perf_counter()
            if started >= self.begin:
                self.times.append(finished - started)
                self.answer_bytes = len(answer)

    async def run(self) -> Measured:
        credentials = grpc.ssl_channel_credentials(
            Path(self.config.authority).read_bytes(),
            Path(self.config.key).read_bytes(),
            Path(self.config.certificate).read_bytes(),
        )
        options = (("grpc.ssl_target_name_override", self.config.target_name),)
        async with grpc.aio.secure_channel(self.config.target, credentials, options=options) as channel:
            self.begin = time.perf_counter() + self.config.warm_seconds
            self.end = self.begin + self.config.seconds
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
            p999_ms=at(0.999),
            calls=len(ordered),
            errors=self.errors,
            first_error=self.first_error,
            answer_bytes=self.answer_bytes,
        )


def main() -> None:
    """Runs the load that the command line names."""
    config = Config(**json.loads(Path(sys.argv[1]).read_text()))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(asdict(runner.run(_Run(config).run()))))


if __name__ == "__main__":
    main()
