"""Running suites and bare peers, and the load upon them."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from tests.bench import bare
from tests.bench.load import Config, Measured, Metadata, write_calls
from tests.bench.machine import Meter, Usage
from xiezhi.cli.home import Home
from xiezhi.cli.layout import config_file, read_layout, render_toml
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.suite import PROCESSES
from xiezhi.cli.supervisor import Supervisor, running_suite
from xiezhi.cli.up import prepare
from xiezhi.pki import InsecureDevelopmentKeys

READY_SECONDS = 20
SAMPLE_RATIO = 0.01
MANY = 10_000_000
UNDER_WAY = 32
"""Calls under way at any moment, where nothing else is said."""
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def suite(home: Home, *, people: int, databases: Mapping[str, str] | None = None) -> Iterator[Supervisor]:
    """Runs the suite as it runs at scale: traces sampled at the head, no rate limit for the one caller.

    Args:
        home: Its data folder; what is seeded there already is used again.
        people: How many people it has.
        databases: URLs by process, instead of SQLite.
    """
    output = Output(as_json=False)
    prepare(home, output, people=0 if databases else people, session=Session(home, output))
    for process in PROCESSES:
        settings = read_layout(home, process)
        settings["reflection"] = False
        settings["peer_rate"] = {"per_second": float(MANY), "burst": MANY}
        settings["telemetry"]["sample_ratio"] = SAMPLE_RATIO
        if databases:
            settings["database_url"] = databases[process]
        if process == "gateway":
            settings["rate"] = {"per_second": float(MANY), "burst": MANY}
        config_file(home, process).write_text(render_toml(settings), encoding="utf-8")
    with running_suite(home, report=lambda text: None) as supervisor:
        yield supervisor


@contextmanager
def peer(kind: str, keys: InsecureDevelopmentKeys, folder: Path, **settings: str | int) -> Iterator[tuple[str, int]]:
    """Runs a bare peer under the ledger's certificate.

    Args:
        kind: "echo" or "proxy".
        keys: Keys of a data folder.
        folder: Where its files go.
        **settings: See `tests.bench.bare.Config`.

    Yields:
        Its address and process id.
    """
    files = keys.tls("ledger")
    ready = folder / f"{kind}-{time.monotonic_ns()}.address"
    config = bare.Config(
        authority=str(files.authority),
        certificate=str(files.certificate),
        key=str(files.key),
        ready_file=str(ready),
        **settings,  # type: ignore[arg-type]
    )
    path = ready.with_suffix(".json")
    path.write_text(json.dumps(asdict(config)), encoding="utf-8")
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.bare", kind, str(path)], cwd=ROOT)
    try:
        ends = time.monotonic() + READY_SECONDS
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > ends:
                raise RuntimeError(f"the bare {kind} did not start")
            time.sleep(0.02)
        yield ready.read_text(encoding="utf-8").strip(), process.pid
    finally:
        process.terminate()
        process.wait()


class Loader:
    """Puts load on a server and measures what came of it.

    Args:
        keys: Keys of the data folder.
        folder: Where its files go.
        seconds: How long each measurement takes.
    """

    def __init__(self, keys: InsecureDevelopmentKeys, folder: Path, *, seconds: float) -> None:
        self._keys = keys
        self._folder = folder
        self._seconds = seconds

    def measure(
        self,
        method: str,
        calls: Callable[[], list[tuple[bytes, Metadata]]],
        *,
        target: str,
        server: str,
        as_system: str,
        measured: tuple[int, ...],
        concurrency: int = UNDER_WAY,
        uuids_at: tuple[int, ...] = (),
        stream: bool = False,
    ) -> tuple[Measured, Usage]:
        """Measures one method.

        Args:
            method: Its full name.
            calls: Makes the calls.
            target: Address of the server.
            server: Name of the server, as in its certificate.
            as_system: Whose certificate the caller shows.
            measured: Process ids of the servers.
            concurrency: Calls under way at any moment, or requests of a stream.
            uuids_at: See `tests.bench.load.Config`.
            stream: Whether the requests are sent on one stream.
        """
        files = self._keys.tls(as_system)
        written = self._folder / f"calls-{time.monotonic_ns()}.json"
        write_calls(written, calls())
        config = Config(
            target=target,
            target_name=f"{server}.service.xiezhi",
            authority=str(files.authority),
            certificate=str(files.certificate),
            key=str(files.key),
            method=method,
            calls=str(written),
            uuids_at=uuids_at,
            stream=stream,
            concurrency=concurrency,
            seconds=self._seconds,
        )
        path = written.with_name(f"load-{written.name}")
        path.write_text(json.dumps(asdict(config)), encoding="utf-8")
        meter, before = Meter(measured), _children_seconds()
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.load", str(path)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        for file in (written, path):
            file.unlink()
        if done.returncode:
            raise RuntimeError(f"the load ended with {done.returncode}: {done.stderr[-2000:]}")
        usage = meter.stop(load_seconds=_children_seconds() - before)
        return Measured(**json.loads(done.stdout)), usage


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = os.times()
    return used.ru_utime + used.ru_stime + own.user + own.system
