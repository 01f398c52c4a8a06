"""What `xiezhi doctor` looks at: each check is one function that yields findings and changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from cryptography import x509

from xiezhi.approval.v1 import approval_pb2, approval_pb2_grpc
from xiezhi.cli.health import is_serving
from xiezhi.cli.home import Home
from xiezhi.cli.kinds import settings_kinds
from xiezhi.cli.layout import config_file, database_url, read_layout
from xiezhi.cli.lock import lock_holder, noted_process
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.cli.suite import MODULES, OVERSIGHT, PROCESSES, suite_required
from xiezhi.client import ReceiptError
from xiezhi.errors import XiezhiError

EXPIRING = timedelta(days=30)
"""How long before its end a certificate is worth a warning."""
MAX_SKEW = timedelta(seconds=60)
"""How far clocks may differ before services refuse what the gateway sends."""
LITTLE_SPACE, NO_SPACE = 1024**3, 100 * 1024**2
LIVENESS = "xiezhi.live"
READ_BYTES = 256 * 1024**2
"""A database file larger than this is opened and not read from end to end."""
PRIVATE_MASK = 0o077

RENEW = "Renew it with `xiezhi keys create`, or all of them with `xiezhi keys rotate`."
MAKE = "Make it with `xiezhi up`."
RESTORE = "Stop the suite, keep what is there, and go on as docs/operations.md says under 'Backup and restore'."


class State(StrEnum):
    """How bad a finding is."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        check: What was looked at.
        state: How bad it is.
        detail: What was found.
        next_step: What to do; empty where nothing is.
    """

    check: str
    state: State
    detail: str
    next_step: str = ""


def examine(session: Session) -> Iterator[Finding]:
    """Makes all checks.

    Args:
        session: The data folder, and the present instant.
    """
    home, now = session.home, session.now()
    if not home.root.exists():
        yield Finding("data folder", State.FAIL, f"{home.root} is not there.", MAKE)
        return
    yield from check_disk(home)
    yield from check_keys(home, now=now)
    yield from check_permissions(home)
    yield from check_configuration(home)
    yield from check_databases(home)
    yield from check_spools(home)
    yield from check_processes(home)
    if home.address("gateway") and home.keys.exists:
        yield check_exchange(session)


def check_disk(home: Home) -> Iterator[Finding]:
    """Looks at the free space of the data folder's disk."""
    free = shutil.disk_usage(home.root).free
    detail = f"{free / 1024**3:,.1f} GiB free for {home.root}."
    if free < NO_SPACE:
        yield Finding("disk", State.FAIL, detail, "Make room at once: nothing is answered that cannot be recorded.")
    elif free < LITTLE_SPACE:
        yield Finding("disk", State.WARN, detail, "Make room: nothing is answered that cannot be recorded.")
    else:
        yield Finding("disk", State.OK, detail)


def check_keys(home: Home, *, now: datetime) -> Iterator[Finding]:
    """Looks at certificates, revocation list and keyrings.

    Args:
        home: The data folder.
        now: The present instant, UTC.
    """
    if not home.keys.exists:
        yield Finding("keys", State.WARN, "There are no development keys.", "`xiezhi keys create`, or mount your own.")
        return
    for name, certificate in home.keys.certificates().items():
        yield check_validity(
            f"certificate {name}", certificate.not_valid_before_utc, certificate.not_valid_after_utc, now
        )
    lists = (
        ("revocation list", home.keys.officers.revocation_file, "no consent counts"),
        ("revoked seals", home.keys.seals.revocation_file, "no sealed paper counts"),
        ("revoked carriers", home.keys.carriers.revocation_file, "no result of the police counts"),
        ("revoked exchange keys", home.keys.exchange.revocation_file, "nothing can be encrypted to anybody"),
    )
    for check, file, without in lists:
        yield check_revocations(check, file, now=now, without=without)
    for name in (*PROCESSES, OVERSIGHT):
        if not home.keys.keyring_file(name).is_file():
            yield Finding(f"keyring {name}", State.FAIL, "It is not there.", "Restore it; a new one opens nothing.")


def check_permissions(home: Home) -> Iterator[Finding]:
    """Looks for private keys that others than their owner may read."""
    private = [*home.keys.folder.rglob("*.key"), *(home.keys.folder / "rings").glob("*.json")]
    open_to_others = [file for file in private if file.stat().st_mode & PRIVATE_MASK]
    for file in open_to_others:
        yield Finding("key permissions", State.FAIL, f"{file} is open to others.", f"chmod 600 {file}")
    if private and not open_to_others:
        yield Finding("key permissions", State.OK, f"{len(private)} private files, for their owner only.")


def check_configuration(home: Home) -> Iterator[Finding]:
    """Reads each process's configuration as the process itself would."""
    with suite_required("`xiezhi doctor`"):
        from pydantic import ValidationError

        kinds = settings_kinds()
    for process in PROCESSES:
        check = f"configuration {process}"
        file = config_file(home, process)
        if not file.exists():
            yield Finding(check, State.FAIL, f"{file} is not there.", MAKE)
            continue
        try:
            kinds[process](**read_layout(home, process))
        except ValidationError as failure:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in failure.errors())
            yield Finding(check, State.FAIL, wrong, f"Mend {file}; `xiezhi up` writes it anew.")
        except ValueError as failure:
            yield Finding(check, State.FAIL, f"{file} is not TOML: {failure}.", "`xiezhi up` writes it anew.")
        else:
            yield Finding(check, State.OK, str(file))


def check_databases(home: Home) -> Iterator[Finding]:
    """Looks whether each process's database is there, is sound, and has the version that the code needs."""
    with suite_required("`xiezhi doctor`"):
        import services.chassis.migrations  # noqa: F401 - tells early what is not installed
    for process in PROCESSES:
        file = home.data / f"{process}.db"
        check = f"database {process}"
        if not file.is_file():
            yield Finding(check, State.FAIL, f"{file} is not there.", MAKE if not home.data.exists() else RESTORE)
        elif fault := _find_fault(file):
            yield Finding(check, State.FAIL, f"SQLite says of {file}: {fault}.", RESTORE)
        else:
            yield check_version(check, database_url(home, process), package=MODULES[process])


def check_spools(home: Home) -> Iterator[Finding]:
    """Looks for entries that still wait for the ledger."""
    for process in PROCESSES:
        spool = home.data / f"{process}.spool"
        if spool.exists() and spool.stat().st_size:
            yield Finding(
                f"spool {process}",
                State.WARN,
                f"{spool.stat().st_size:,} bytes of refusals wait for the ledger.",
                "They go there by themselves once the ledger serves.",
            )


def check_processes(home: Home) -> Iterator[Finding]:
    """Asks each process whether it lives and serves."""
    running = lock_holder(home)
    if running is None and not any(noted_process(home, name) for name in PROCESSES):
        yield Finding("processes", State.WARN, "The suite does not run.", "Start it with `xiezhi up`.")
        return
    for name in PROCESSES:
        yield _check_process(home, name)
    if running is None:
        yield Finding("supervisor", State.WARN, "Nothing restarts these processes.", "`xiezhi down`, then `xiezhi up`.")


def check_exchange(session: Session) -> Finding:
    """Makes one recorded call through the gateway and compares the ledger's clock with this one's."""
    officers = session.home.keys.officers.list()
    officer = next((one for one in officers if "approval.read" in one.permissions), None)
    if officer is None:
        return Finding("exchange", State.WARN, "No officer here may call it.", "`xiezhi keys create` makes officers.")
    asking = Session(session.home, session.output, officer_id=officer.officer_id, gateway=session.gateway)
    try:
        with asking.connect() as client:
            approval_pb2_grpc.ApprovalServiceStub(client.channel).ListApprovals(
                approval_pb2.ListApprovalsRequest(page_size=1)
            )
            head = client.tree_head
    except XiezhiError as failure:
        return Finding("exchange", State.FAIL, str(failure), failure.next_step)
    except (ReceiptError, CommandError) as failure:
        return Finding("exchange", State.FAIL, str(failure), failure.next_step)
    if head is None:
        return Finding(
            "exchange", State.FAIL, "A recorded call was answered without a receipt.", ReceiptError.next_step
        )
    skew = abs(session.now() - head.time.ToDatetime(UTC))
    detail = f"A call was answered and recorded; clocks differ by {skew.total_seconds():.1f} s."
    if skew > MAX_SKEW:
        return Finding("clocks", State.FAIL, detail, "Mend the clocks (NTP): services refuse what is too far off.")
    return Finding("exchange and clocks", State.OK, detail)


def _find_fault(file: Path) -> str:
    """Returns what SQLite finds wrong with a database, empty where it finds nothing."""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            if file.stat().st_size > READ_BYTES:
                connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
                return ""
            told = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
    except sqlite3.Error as failure:
        return str(failure)
    return "" if told == "ok" else " ".join(told.split())


def check_version(check: str, url: str, *, package: str) -> Finding:
    """Looks whether a database can be reached and has the version that the code needs."""
    from services.chassis.migrations import MigrationError, current, head

    try:
        version, needed = current(url, package), head(package)
    except MigrationError as failure:
        return Finding(check, State.FAIL, str(failure), "Install the code that wrote it, or put the right file there.")
    except XiezhiError as failure:
        return Finding(check, State.FAIL, str(failure), failure.next_step)
    if version != needed:
        detail = f"It has version {version or 'none'} and the code needs {needed}."
        return Finding(check, State.WARN, detail, "`xiezhi down`, then `xiezhi up`, brings it there.")
    return Finding(check, State.OK, f"It is sound and has version {version}.")


def _check_process(home: Home, name: str) -> Finding:
    check, address = f"process {name}", home.address(name)
    log = f"Read {home.logs / f'{name}.log'}."
    if noted_process(home, name) is None or not address:
        return Finding(check, State.FAIL, "It does not run.", log)
    if not is_serving(home, name, address, service=LIVENESS):
        return Finding(check, State.FAIL, f"It does not answer at {address}.", log)
    if not is_serving(home, name, address):
        return Finding(check, State.FAIL, "It runs and is not ready: something it depends on is away.", log)
    return Finding(check, State.OK, f"It serves at {address}.")


def check_revocations(check: str, file: Path, *, now: datetime, without: str) -> Finding:
    """Looks until when a revocation list counts, without which nothing of a kind does."""
    if not file.is_file():
        return Finding(check, State.FAIL, f"It is not there, so {without}.", RENEW)
    ends = x509.load_pem_x509_crl(file.read_bytes()).next_update_utc
    if ends is None:
        return Finding(check, State.FAIL, "It does not say until when it counts.", RENEW)
    if ends <= now:
        return Finding(check, State.FAIL, f"It ended {_day(ends)}; {without}.", RENEW)
    if ends <= now + timedelta(days=3):
        return Finding(check, State.WARN, f"It ends {_day(ends)}.", RENEW)
    return Finding(check, State.OK, f"It counts until {_day(ends)}.")


def check_validity(check: str, begins: datetime, ends: datetime, now: datetime) -> Finding:
    """Looks from when and until when a certificate counts."""
    if now < begins:
        return Finding(check, State.FAIL, f"It counts from {_day(begins)} on.", "Mend this machine's clock.")
    if now >= ends:
        return Finding(check, State.FAIL, f"It ended {_day(ends)}.", RENEW)
    if now >= ends - EXPIRING:
        return Finding(check, State.WARN, f"It ends {_day(ends)}.", RENEW)
    return Finding(check, State.OK, f"It counts until {_day(ends)}.")


def _day(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d")
