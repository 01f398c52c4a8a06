"""Migrations: made once, by one process at a time, whole or not at all, and refused where they do not fit."""

import itertools
import logging
import os
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect, make_url, text

from services.chassis.db import Database
from services.chassis.migrations import MigrationError, current, head, upgrade
from xiezhi.errors import Reason, XiezhiError

FIRST = """
    op.create_table("people", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.Text))
    op.execute("INSERT INTO people VALUES (1, 'somebody')")
"""
SECOND = """
    with op.batch_alter_table("people") as table:
        table.add_column(sa.Column("age", sa.Integer, nullable=True))
"""
FAILING = """
    op.execute("DELETE FROM people")
    op.execute("INSERT INTO people (id, name) VALUES (2, 'secret-word')")
    op.execute("INSERT INTO people (id, name) VALUES (2, 'secret-word')")
"""
SLOW = """
    import pathlib, time
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.execute("DELETE FROM people")
    pathlib.Path({started!r}).touch()
    time.sleep(60)
"""
RUN = "import sys; from services.chassis.migrations import upgrade; upgrade(sys.argv[1], package=sys.argv[2])"
NUMBERS = itertools.count()


class Package:
    """A package with version scripts, importable while the test runs."""

    def __init__(self, root):
        self.root = root
        self.name = f"migrated_{os.getpid()}_{next(NUMBERS)}"
        self.versions = root / self.name / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        (root / self.name / "__init__.py").touch()

    def add(self, revision, body, *, after=None):
        script = f"""
            import sqlalchemy as sa
            from alembic import op

            revision = {revision!r}
            down_revision = {after!r}
            branch_labels = None
            depends_on = None


            def upgrade():
        """
        (self.versions / f"{revision}.py").write_text(textwrap.dedent(script).strip() + body)
        return self

    def remove(self, revision):
        (self.versions / f"{revision}.py").unlink()

    def start(self, url):
        """Starts a process that migrates a database."""
        path = os.pathsep.join([str(self.root), *sys.path])
        return subprocess.Popen(
            [sys.executable, "-c", RUN, url, self.name],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )


@pytest.fixture
def new_package(tmp_path, monkeypatch):
    root = tmp_path / "packages"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    return lambda: Package(root)


@pytest.fixture
def package(new_package):
    return new_package().add("0001", FIRST)


def tables(url):
    engine = create_engine(url)
    with engine.connect() as connection:
        names = set(inspect(connection).get_table_names())
    engine.dispose()
    return names


def ask(url, statement):
    engine = create_engine(url)
    with engine.connect() as connection:
        found = connection.execute(text(statement)).all()
    engine.dispose()
    return [tuple(row) for row in found]


def wait_for(path, process):
    until = time.monotonic() + 20
    while not path.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.01)


def test_an_empty_database_gets_all_versions_and_a_second_time_changes_nothing(database_url, package):
    package.add("0002", SECOND, after="0001")
    assert current(database_url, package.name) is None
    upgrade(database_url, package=package.name)
    assert current(database_url, package.name) == head(package.name) == "0002"
    assert ask(database_url, "SELECT id, name, age FROM people") == [(1, "somebody", None)]
    upgrade(database_url, package=package.name)
    assert ask(database_url, "SELECT id, name, age FROM people") == [(1, "somebody", None)]


def test_a_later_version_is_added_to_what_is_there(database_url, package):
    upgrade(database_url, package=package.name)
    package.add("0002", SECOND, after="0001")
    assert current(database_url, package.name) == "0001"
    upgrade(database_url, package=package.name)
    assert current(database_url, package.name) == "0002"


def test_a_migration_that_fails_leaves_the_database_as_it_was_and_shows_no_value(database_url, package):
    upgrade(database_url, package=package.name)
    package.add("0002", SECOND, after="0001").add("0003", FAILING, after="0002")
    with pytest.raises(MigrationError, match="Migration 0003 of") as told:
        upgrade(database_url, package=package.name)
    chain = [told.value, told.value.__cause__, getattr(told.value.__cause__, "orig", None)]
    assert all("constraint" not in str(one) or "(2)" not in str(one) for one in chain)
    assert current(database_url, package.name) == "0001"
    assert ask(database_url, "SELECT * FROM people") == [(1, "somebody")]
    package.remove("0003")
    upgrade(database_url, package=package.name)
    assert current(database_url, package.name) == "0002"


def test_a_database_of_newer_code_is_refused(database_url, package):
    package.add("0002", SECOND, after="0001")
    upgrade(database_url, package=package.name)
    package.remove("0002")
    for ask_for in (lambda: upgrade(database_url, package=package.name), lambda: current(database_url, package.name)):
        with pytest.raises(MigrationError, match="newer code"):
            ask_for()


def test_another_service_s_database_is_refused_though_its_version_has_the_same_name(database_url, package, new_package):
    upgrade(database_url, package=package.name)
    other = new_package().add("0001", '\n    op.create_table("other", sa.Column("id", sa.Integer))\n')
    for ask_for in (lambda: upgrade(database_url, package=other.name), lambda: current(database_url, other.name)):
        with pytest.raises(MigrationError, match="not that of"):
            ask_for()
    assert "other" not in tables(database_url)


def test_two_newest_versions_are_refused(database_url, package):
    package.add("0002", SECOND, after="0001").add("0003", SECOND, after="0001")
    with pytest.raises(MigrationError, match="2 newest migrations"):
        upgrade(database_url, package=package.name)
    with pytest.raises(MigrationError):
        head(package.name)
    assert tables(database_url) == set()


@pytest.mark.parametrize("name", ["services.chassis.db", "no_such_package", "services.no_such", "json.decoder"])
def test_a_package_without_migrations_is_refused(sqlite_url, name):
    for ask_for in (lambda: upgrade(sqlite_url, package=name), lambda: head(name), lambda: current(sqlite_url, name)):
        with pytest.raises(MigrationError, match="no folder migrations/versions"):
            ask_for()


def test_threads_that_start_together_migrate_once(database_url, package):
    together, failures = threading.Barrier(4), []

    def run():
        together.wait()
        try:
            upgrade(database_url, package=package.name)
        except Exception as failure:  # noqa: BLE001 - the assertion below shows it
            failures.append(failure)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert ask(database_url, "SELECT * FROM people") == [(1, "somebody")]


def test_processes_that_start_together_migrate_once(database_url, package):
    if database_url.startswith("sqlite"):
        Path(make_url(database_url).database).unlink()
    processes = [package.start(database_url) for _ in range(3)]
    for process in processes:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors.decode()
    assert ask(database_url, "SELECT * FROM people") == [(1, "somebody")]


def test_a_process_killed_in_the_middle_leaves_the_former_version_and_the_next_one_goes_on(
    database_url, package, tmp_path
):
    upgrade(database_url, package=package.name)
    before = tables(database_url)
    started = tmp_path / "started"
    package.add("0002", SLOW.format(started=str(started)), after="0001")
    process = package.start(database_url)
    wait_for(started, process)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGKILL
    assert tables(database_url) == before
    assert ask(database_url, "SELECT * FROM people") == [(1, "somebody")]
    package.remove("0002")
    package.add("0002", SECOND, after="0001")
    upgrade(database_url, package=package.name)
    assert current(database_url, package.name) == "0002"


def test_nothing_is_configured_for_logs(database_url, package):
    root = logging.getLogger()
    before = (list(root.handlers), root.level, logging.getLogger("alembic").level)
    others = logging.getLogger("services.chassis.test")
    upgrade(database_url, package=package.name)
    assert (list(root.handlers), root.level, logging.getLogger("alembic").level) == before
    assert not others.disabled


async def test_the_migrated_database_is_what_a_service_opens(database_url, package):
    upgrade(database_url, package=package.name)
    database = Database.open(database_url)
    try:
        await database.write(lambda c: c.execute(text("INSERT INTO people VALUES (2, 'x')")) and None)
        assert await database.read(lambda c: c.execute(text("SELECT count(*) FROM people")).scalar_one()) == 2
        # A second process of the same service starts while the first one serves.
        upgrade(database_url, package=package.name)
        await database.check()
    finally:
        database.close()


@pytest.mark.parametrize("url", ["mysql://u:secret-word@h/d", "sqlite://", "sqlite:///relative.db", "secret-word"])
def test_an_address_of_another_kind_is_refused_without_being_repeated(package, url):
    with pytest.raises(ValueError, match="database is") as told:
        upgrade(url, package=package.name)
    assert "secret-word" not in str(told.value)


class TestSqliteFile:
    @pytest.fixture
    def path(self, tmp_path):
        return tmp_path / "new.db"

    @pytest.fixture
    def url(self, path):
        return f"sqlite:///{path}"

    def test_a_missing_file_is_made_for_its_owner_only(self, url, path, package):
        before = os.umask(0)
        try:
            upgrade(url, package=package.name)
        finally:
            os.umask(before)
        modes = {p.name: stat.S_IMODE(p.stat().st_mode) for p in path.parent.iterdir() if p.name.startswith("new.db")}
        assert set(modes) >= {"new.db", "new.db.lock"}
        assert set(modes.values()) == {0o600}
        assert ask(url, "PRAGMA journal_mode") == [("wal",)]
        assert ask(url, "PRAGMA auto_vacuum") == [(2,)]

    def test_asking_for_the_version_makes_no_file(self, url, path, package):
        assert current(url, package.name) is None
        assert not path.exists()

    def test_a_file_whose_maker_was_killed_at_once_is_gone_on_with(self, url, path, package):
        path.touch(mode=0o600)
        upgrade(url, package=package.name)
        assert ask(url, "PRAGMA auto_vacuum") == [(2,)]
        assert current(url, package.name) == "0001"

    def test_a_missing_folder_is_not_made(self, package, tmp_path):
        with pytest.raises(MigrationError, match="folder of the database file is not there"):
            upgrade(f"sqlite:///{tmp_path}/missing/new.db", package=package.name)
        assert not (tmp_path / "missing").exists()

    def test_what_is_no_database_is_refused_and_left_alone(self, url, path, package):
        path.write_bytes(b"no database " * 1000)
        with pytest.raises(XiezhiError) as told:
            upgrade(url, package=package.name)
        assert told.value.reason is Reason.STORE_UNAVAILABLE
        assert path.read_bytes() == b"no database " * 1000

    def test_rows_that_would_refer_to_nothing_stop_a_migration(self, url, package):
        package.add(
            "0002",
            """
    op.execute("CREATE TABLE pets (owner REFERENCES people (id))")
    op.execute("INSERT INTO pets VALUES (77)")
""",
            after="0001",
        )
        with pytest.raises(MigrationError, match="refer to nothing"):
            upgrade(url, package=package.name)
        assert tables(url) == set()

    def test_a_table_may_be_rebuilt_though_others_refer_to_it(self, url, package):
        package.add(
            "0002",
            """
    op.execute("CREATE TABLE pets (owner REFERENCES people (id))")
    op.execute("INSERT INTO pets VALUES (1)")
    with op.batch_alter_table("people", recreate="always") as table:
        table.alter_column("name", new_column_name="called")
""",
            after="0001",
        )
        upgrade(url, package=package.name)
        assert ask(url, "SELECT called FROM people JOIN pets ON owner = id") == [("somebody",)]


@pytest.mark.postgres
class TestPostgresServer:
    def test_a_server_that_starts_late_is_waited_for(self, own_postgres_server, package):
        url = own_postgres_server.create_database()
        own_postgres_server.stop()
        starting = threading.Timer(0.3, own_postgres_server.start)
        starting.start()
        upgrade(url, package=package.name)
        starting.join()
        assert current(url, package.name) == "0001"

    def test_a_server_that_does_not_come_is_named_as_the_cause(self, package, tmp_path):
        url = f"postgresql+psycopg://someone:secret-word@/somewhere?host={tmp_path}"
        for ask_for in (
            lambda: upgrade(url, package=package.name, patience=timedelta(milliseconds=100)),
            lambda: current(url, package.name),
        ):
            with pytest.raises(XiezhiError, match="cannot be reached") as told:
                ask_for()
            assert told.value.reason is Reason.STORE_UNAVAILABLE
            assert "secret-word" not in str(told.value)

    def test_what_another_process_migrates_is_waited_for(self, postgres_url, package):
        first = package.start(postgres_url)
        upgrade(postgres_url, package=package.name)
        _, errors = first.communicate(timeout=30)
        assert first.returncode == 0, errors.decode()
        assert ask(postgres_url, "SELECT count(*) FROM people") == [(1,)]
