"""What `xiezhi doctor` finds: each thing that can be wrong is found, named, and told with a way to mend it."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from services.chassis.migrations import head
from tests.unit.cli.conftest import Run, document
from xiezhi.cli import checks
from xiezhi.cli.checks import Finding, State
from xiezhi.cli.home import Home
from xiezhi.cli.layout import config_file
from xiezhi.cli.lock import note_process
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.suite import MODULES, PROCESSES, create_keyrings

NOWHERE = "127.0.0.1:1"


@pytest.fixture
def now() -> datetime:
    return datetime.now(UTC)


def session(home: Home, gateway: str = "") -> Session:
    return Session(home, Output(as_json=True), gateway=gateway)


def only(findings: Iterable[Finding], check: str) -> Finding:
    """Returns the one finding of a check."""
    (found,) = (finding for finding in findings if finding.check == check)
    return found


def states(findings: Iterable[Finding]) -> set[State]:
    return {finding.state for finding in findings}


def test_without_a_data_folder_there_is_one_finding(tmp_path: Path) -> None:
    (found,) = checks.examine(session(Home(tmp_path / "nothing")))
    assert (found.check, found.state) == ("data folder", State.FAIL)
    assert "xiezhi up" in found.next_step


def test_a_suite_that_is_well_and_does_not_run_has_nothing_to_mend(suite: Home) -> None:
    found = tuple(checks.examine(session(suite)))
    assert [finding.check for finding in found if finding.state is not State.OK] == ["processes"]
    assert {f"database {process}" for process in PROCESSES} <= {finding.check for finding in found}


def test_whatever_is_not_well_says_what_to_do(home: Home) -> None:
    for finding in checks.examine(session(home)):
        assert bool(finding.next_step) == (finding.state is not State.OK), finding


@pytest.mark.parametrize(
    ("free", "state"),
    [
        (checks.LITTLE_SPACE, State.OK),
        (checks.LITTLE_SPACE - 1, State.WARN),
        (checks.NO_SPACE, State.WARN),
        (checks.NO_SPACE - 1, State.FAIL),
        (0, State.FAIL),
    ],
)
def test_a_disk_that_fills_up(home: Home, monkeypatch: pytest.MonkeyPatch, free: int, state: State) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert only(checks.check_disk(home), "disk").state is state


def test_no_development_keys_is_no_fault(tmp_path: Path, now: datetime) -> None:
    (found,) = checks.check_keys(Home(tmp_path), now=now)
    assert found.state is State.WARN


@pytest.mark.parametrize(
    ("later", "state", "words"),
    [
        (timedelta(0), State.OK, "counts until"),
        (timedelta(days=-3650), State.FAIL, "counts from"),
        (timedelta(days=36500), State.FAIL, "ended"),
    ],
)
def test_certificates_have_their_time(home: Home, now: datetime, later: timedelta, state: State, words: str) -> None:
    found = [f for f in checks.check_keys(home, now=now + later) if f.check.startswith("certificate ")]
    assert {f.check for f in found} >= {"certificate gateway", "certificate courts CA", "certificate suite CA"}
    assert states(found) == {state}
    assert all(words in f.detail for f in found)


@pytest.mark.parametrize("left", [timedelta(seconds=1), checks.EXPIRING])
def test_a_certificate_that_ends_soon_is_worth_a_warning(home: Home, left: timedelta) -> None:
    ends = home.keys.certificates()["gateway"].not_valid_after_utc
    found = only(checks.check_keys(home, now=ends - left), "certificate gateway")
    assert found.state is State.WARN
    assert "xiezhi keys" in found.next_step
    assert only(checks.check_keys(home, now=ends), "certificate gateway").state is State.FAIL


REVOCATIONS = {
    "revocation list": ("officers", "no consent counts"),
    "revoked seals": ("seals", "no sealed paper counts"),
    "revoked carriers": ("carriers", "no result of the police counts"),
    "revoked exchange keys": ("exchange", "nothing can be encrypted"),
}


@pytest.mark.parametrize("check", REVOCATIONS)
def test_a_revocation_list_that_is_missing_or_over_is_told_with_what_follows(
    home: Home, now: datetime, check: str
) -> None:
    register, without = REVOCATIONS[check]
    assert only(checks.check_keys(home, now=now), check).state is State.OK
    over = only(checks.check_keys(home, now=now + timedelta(days=3650)), check)
    getattr(home.keys, register).revocation_file.unlink()
    for found in (over, only(checks.check_keys(home, now=now), check)):
        assert (found.state, without in found.detail) == (State.FAIL, True)


@pytest.mark.parametrize("check", REVOCATIONS)
def test_a_revocation_list_that_ends_soon_is_worth_a_warning(home: Home, now: datetime, check: str) -> None:
    days = range(1, 3650)
    found = (only(checks.check_keys(home, now=now + timedelta(days=n)), check).state for n in days)
    assert next(state for state in found if state is not State.OK) is State.WARN


def test_a_keyring_that_is_missing_opens_nothing(home: Home, now: datetime) -> None:
    lacking = {f.check for f in checks.check_keys(home, now=now) if f.check.startswith("keyring ")}
    assert lacking == {f"keyring {name}" for name in (*PROCESSES, "oversight")}
    create_keyrings(home)
    assert not any(f.check.startswith("keyring ") for f in checks.check_keys(home, now=now))


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_private_key_that_others_may_read_is_named(suite: Home, mode: int) -> None:
    assert only(checks.check_permissions(suite), "key permissions").state is State.OK
    for file in (suite.keys.ledger_key_file, suite.keys.keyring_file("identity")):
        file.chmod(mode)
        found = only(checks.check_permissions(suite), "key permissions")
        assert found.state is State.FAIL
        assert found.next_step == f"chmod 600 {file}"
        file.chmod(0o600)


def test_a_configuration_that_is_missing_is_told(home: Home) -> None:
    found = tuple(checks.check_configuration(home))
    assert [f.check for f in found] == [f"configuration {process}" for process in PROCESSES]
    assert states(found) == {State.FAIL}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("listen = ", "not TOML"),
        ("", "database_url"),
        ('grace = "soon"\n', "grace"),
        ("unheard_of = 1\n", "unheard_of"),
        ("[telemetry]\nsample_ratio = 2\n", "telemetry.sample_ratio"),
    ],
)
def test_a_configuration_that_a_process_would_not_take_is_told_by_the_setting(
    suite: Home, text: str, words: str
) -> None:
    file = config_file(suite, "identity")
    file.write_text(text, encoding="utf-8")
    found = tuple(checks.check_configuration(suite))
    assert words in only(found, "configuration identity").detail
    assert [f.check for f in found if f.state is State.FAIL] == ["configuration identity"]


def test_a_database_that_was_never_made_is_made_by_up_and_one_that_has_gone_is_not(home: Home) -> None:
    found = tuple(checks.check_databases(home))
    assert states(found) == {State.FAIL}
    assert {f.next_step for f in found} == {checks.MAKE}
    home.data.mkdir()
    assert {f.next_step for f in checks.check_databases(home)} == {checks.RESTORE}


def test_databases_that_are_sound_are_told_with_their_version(suite: Home) -> None:
    found = tuple(checks.check_databases(suite))
    assert [f.check for f in found] == [f"database {process}" for process in PROCESSES]
    assert states(found) == {State.OK}
    assert head("services.identity") in only(found, "database identity").detail


def test_looking_at_a_database_changes_nothing(suite: Home) -> None:
    before = {file.name: file.read_bytes() for file in suite.data.glob("*.db")}
    tuple(checks.check_databases(suite))
    assert {file.name: file.read_bytes() for file in suite.data.glob("*.db")} == before


def test_a_database_is_looked_at_while_its_process_writes(suite: Home) -> None:
    with closing(sqlite3.connect(suite.data / "gateway.db", isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert states(checks.check_databases(suite)) == {State.OK}


@pytest.mark.parametrize("junk", [b"no database at all" * 1000, b"SQLite format 3\x00" + bytes(5000)])
def test_a_file_that_is_no_database_is_told(suite: Home, junk: bytes) -> None:
    file = suite.data / "ledger.db"
    file.write_bytes(junk)
    found = only(checks.check_databases(suite), "database ledger")
    assert found.state is State.FAIL
    assert str(file) in found.detail
    assert found.next_step == checks.RESTORE


def _spoil(file: Path) -> None:
    """Overwrites the page of an index, which SQLite itself finds only when it reads there."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("CREATE TABLE spoilt (a TEXT UNIQUE)")
        connection.executemany("INSERT INTO spoilt VALUES (?)", ((f"{number:040}",) for number in range(999)))
        page = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name LIKE 'sqlite_autoindex_spoilt%'")
        place, size = page.fetchone()[0], connection.execute("PRAGMA page_size").fetchone()[0]
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with file.open("r+b") as raw:
        raw.seek((place - 1) * size)
        raw.write(b"\xff" * size)


def test_damage_within_a_database_is_found_unless_it_is_too_large_to_be_read(
    suite: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    _spoil(suite.data / "identity.db")
    found = only(checks.check_databases(suite), "database identity")
    assert (found.state, found.next_step) == (State.FAIL, checks.RESTORE)
    assert "\n" not in found.detail
    monkeypatch.setattr(checks, "READ_BYTES", 0)
    assert only(checks.check_databases(suite), "database identity").state is State.OK


def _version(home: Home, process: str, statement: str) -> None:
    table = "version_of_" + MODULES[process].replace(".", "_")
    with closing(sqlite3.connect(home.data / f"{process}.db", isolation_level=None)) as connection:
        connection.execute(statement.format(table=table))


def test_a_database_of_an_older_version_is_migrated_by_up(suite: Home) -> None:
    _version(suite, "gateway", "DELETE FROM {table}")
    found = only(checks.check_databases(suite), "database gateway")
    assert (found.state, "none" in found.detail) == (State.WARN, True)
    assert "xiezhi up" in found.next_step


def test_a_database_of_newer_code_is_told(suite: Home) -> None:
    _version(suite, "gateway", "UPDATE {table} SET version_num = '9999'")
    found = only(checks.check_databases(suite), "database gateway")
    assert found.state is State.FAIL
    assert "newer code" in found.detail


def test_another_process_s_database_is_told(suite: Home) -> None:
    shutil.copy(suite.data / "identity.db", suite.data / "ledger.db")
    found = only(checks.check_databases(suite), "database ledger")
    assert found.state is State.FAIL
    assert "not that of" in found.detail


def test_refusals_that_wait_for_the_ledger_are_counted(suite: Home) -> None:
    (suite.data / "gateway.spool").write_bytes(b"x" * 1234)
    (suite.data / "identity.spool").touch()
    (found,) = checks.check_spools(suite)
    assert (found.check, found.state, "1,234" in found.detail) == ("spool gateway", State.WARN, True)


def test_a_suite_that_does_not_run_is_no_fault(suite: Home) -> None:
    (found,) = checks.check_processes(suite)
    assert (found.check, found.state) == ("processes", State.WARN)


@pytest.fixture
def left_over(suite: Home) -> Iterator[Home]:
    """A suite of which a killed supervisor left one process, which does not answer."""
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=suite.root)
    note_process(suite, "ledger", process.pid)
    yield suite
    process.kill()
    process.wait()


def test_processes_that_do_not_run_or_do_not_answer_are_told_with_their_log(left_over: Home) -> None:
    left_over.address_file("ledger").write_text(f"{NOWHERE}\n", encoding="utf-8")
    found = tuple(checks.check_processes(left_over))
    assert f"does not answer at {NOWHERE}" in only(found, "process ledger").detail
    assert "does not run" in only(found, "process gateway").detail
    assert {f.state for f in found if f.check.startswith("process ")} == {State.FAIL}
    assert str(left_over.logs / "gateway.log") in only(found, "process gateway").next_step
    assert only(found, "supervisor").state is State.WARN


def test_a_process_that_has_not_said_where_it_listens_does_not_run(left_over: Home) -> None:
    assert "does not run" in only(checks.check_processes(left_over), "process ledger").detail


def test_an_exchange_that_does_not_answer_is_told(suite: Home) -> None:
    found = checks.check_exchange(session(suite, NOWHERE))
    assert (found.check, found.state) == ("exchange", State.FAIL)
    assert found.next_step


def test_without_an_officer_who_may_call_the_exchange_is_not_asked(tmp_path: Path) -> None:
    found = checks.check_exchange(session(Home(tmp_path), NOWHERE))
    assert found.state is State.WARN


def test_the_command_tells_all_and_fails_if_something_does(run: Run, suite: Home) -> None:
    well = run("doctor", "--json")
    assert (well.exit_code, document(well)["healthy"]) == (0, True)
    (suite.data / "ledger.db").unlink()
    unwell = run("doctor", "--json")
    assert (unwell.exit_code, document(unwell)["healthy"]) == (1, False)
    failed = [finding["check"] for finding in document(unwell)["findings"] if finding["state"] == "FAIL"]
    assert failed == ["database ledger"]
    assert "database ledger" in run("doctor").stdout
