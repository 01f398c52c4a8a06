"""What `xiezhi doctor --config` looks at: one process as its operator has configured it, wherever its files are."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xiezhi.cli.checks import Finding, State, check_revocations, check_validity, check_version
from xiezhi.cli.kinds import settings_kinds
from xiezhi.cli.output import CommandError
from xiezhi.cli.suite import MODULES, PROCESSES, suite_required
from xiezhi.pki.files import read_certificate

if TYPE_CHECKING:
    from services.chassis.config import PeerSettings, ProcessSettings

CERTIFICATES = ("tls.authority", "tls.certificate", "trust.officer_authorities", "seals.authority")
REVOCATIONS = {"trust.officer_revocations": "no consent counts", "seals.revocations": "no sealed paper counts"}
KEYRINGS = ("keyring", "oversight_keyring")
WRITTEN = ("high_water", "ledger.witness", "ready_file", "spool", "telemetry.metrics_file", "telemetry.trace_dir")
"""Settings that name what the process writes itself."""
REPLACE = "Replace the file by one that counts; the process picks it up."
REACHED = "It can be reached and has the version that the code needs."
DATABASE = "Mend database_url or the server; a version that is too old is brought up to date by the process's start."


def examine_configured(file: Path, *, now: datetime) -> Iterator[Finding]:
    """Makes all checks of one process, as the process itself would read its configuration, environment included.

    Args:
        file: Its configuration, named as the process is: "gateway.toml".
        now: The present instant, UTC.

    Raises:
        CommandError: If no process has that name.
    """
    process = file.stem
    if process not in PROCESSES:
        raise CommandError(f"No process is called {process}.", next_step=f"One of: {', '.join(PROCESSES)}.")
    with suite_required("`xiezhi doctor`"):
        kinds = settings_kinds()
    settings, finding = _read(file, kinds[process])
    yield finding
    if settings is None:
        return
    for name, path in _paths(settings):
        yield _check_file(name, path, now=now)
    database = check_version("database", settings.database_url, package=MODULES[process])
    yield replace(database, detail=REACHED) if database.state is State.OK else _mended(database, DATABASE)
    yield from asyncio.run(_check_peers(settings))


def _read(file: Path, kind: type[ProcessSettings]) -> tuple[ProcessSettings | None, Finding]:
    from services.chassis.config import CONFIG_VARIABLE, read_settings
    from services.chassis.policy import Contracts, PolicyError
    from services.chassis.tightening import tighten

    try:
        with _environment(CONFIG_VARIABLE, str(file)):
            settings = read_settings(kind)
        tighten(Contracts.load(), settings.approvals)
    except (SystemExit, PolicyError) as failure:
        told = " ".join(str(failure).split())
        return None, Finding("configuration", State.FAIL, told, f"Mend {file}, or the environment of the process.")
    except ValueError as failure:
        return None, Finding("configuration", State.FAIL, f"{file} is not TOML: {failure}.", f"Mend {file}.")
    return settings, Finding("configuration", State.OK, str(file))


@contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    former = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        del os.environ[name]
        if former is not None:
            os.environ[name] = former


def _paths(part: Any, place: str = "") -> Iterator[tuple[str, Path]]:
    """Yields every path that is set, with the name of its setting."""
    if isinstance(part, Path):
        yield place, part
    elif isinstance(part, dict):
        for name, value in part.items():
            yield from _paths(value, f"{place}.{name}")
    elif isinstance(part, tuple):
        for index, value in enumerate(part):
            yield from _paths(value, f"{place}[{index}]")
    else:
        for name in getattr(type(part), "model_fields", ()):
            yield from _paths(getattr(part, name), f"{place}.{name}" if place else name)


def _check_file(name: str, path: Path, *, now: datetime) -> Finding:
    if name in WRITTEN:
        folder = path if path.is_dir() else path.parent
        if os.access(folder, os.W_OK):
            return Finding(name, State.OK, str(path))
        return Finding(name, State.FAIL, f"{folder} cannot be written to.", f"Make {folder}, for the process's user.")
    if name in REVOCATIONS:
        return _mended(check_revocations(name, path, now=now, without=REVOCATIONS[name]), REPLACE)
    if not os.access(path, os.R_OK):
        return Finding(name, State.FAIL, f"{path} cannot be read.", "Mount it, for the process's user.")
    try:
        if name in CERTIFICATES:
            certificate = read_certificate(path)
            begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
            return _mended(check_validity(name, begins, ends, now), REPLACE)
        if name in KEYRINGS:
            from services.chassis.sealing import Keyring

            Keyring.load(path)
    except Exception as failure:  # noqa: BLE001 - whatever is wrong with a file, it is told
        return Finding(name, State.FAIL, f"{path} does not hold what it should: {type(failure).__name__}.", "Mount it.")
    return Finding(name, State.OK, str(path))


def _mended(finding: Finding, step: str) -> Finding:
    """Says what an operator does, who has no development keys and no `xiezhi up`."""
    return finding if finding.state is State.OK else replace(finding, next_step=step)


async def _check_peers(settings: ProcessSettings) -> list[Finding]:
    """Asks each process that this one calls whether it is ready, under the certificate that this one would show."""
    from services.chassis.channels import open_channel
    from services.chassis.health import serving_check
    from xiezhi.errors import XiezhiError

    found = []
    for name, peer in sorted(_peers(settings).items()):
        async with AsyncExitStack() as stack:
            try:
                channel = open_channel(peer.address, name=peer.name, tls=settings.tls)
                stack.push_async_callback(channel.close)
                await serving_check(channel)()
            except (XiezhiError, OSError) as failure:
                told = f"{peer.address}: {failure}"
                found.append(Finding(f"peer {name}", State.FAIL, told, "Start it, or mend address, name or tls.*."))
            else:
                found.append(Finding(f"peer {name}", State.OK, f"It serves at {peer.address}."))
    return found


def _peers(settings: ProcessSettings) -> dict[str, PeerSettings]:
    """Returns the processes that are called, each once, by the last part of the name in their certificate."""
    named = [getattr(settings, name, None) for name in ("ledger", "directory")]
    named += [peer for table in ("backends", "standings") for peer in getattr(settings, table, {}).values()]
    return {peer.name.rpartition("/")[2]: peer for peer in named if peer is not None}
