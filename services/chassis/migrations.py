"""Brings a service's database to the version that its code needs, at start, one process at a time.

All steps are one transaction, so a process that is killed on the way leaves the database as it was. What Alembic wants
of an environment is here: a package ships nothing but its version scripts.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, inspect

from services.chassis.db.database import make_store
from services.chassis.db.failures import Trouble, classify, translate, unavailable
from services.chassis.db.sqlite import SqliteStore
from services.chassis.db.stores import Link, Store, Timeouts
from xiezhi.errors import Reason, XiezhiError, error

PATIENCE = timedelta(seconds=10)
"""How long to wait for a PostgreSQL server that starts together with this process."""
LOCK = timedelta(minutes=1)
"""How long to wait for another process that migrates the same database."""
STEP = timedelta(hours=1)
"""How long one statement of a migration may take; PostgreSQL only."""

_PAUSE = 0.05
_OWNED = "version_of_"
"""Beginning of the name of the table that holds the version."""
_ADVISORY = 0x7869657A6869
"""Number of the advisory lock: "xiezhi" in ASCII."""
_ONE_AT_A_TIME = threading.Lock()  # Alembic's `op` is one for the whole interpreter.


class MigrationError(Exception):
    """A database that cannot be brought to the version that the code needs."""


def upgrade(url: str, *, package: str, patience: timedelta = PATIENCE) -> None:
    """Brings a database to the newest version; does nothing if it is there already.

    A SQLite file that is missing is made, readable by its owner only, in a folder that must exist.

    Args:
        url: "sqlite:////absolute/path.db" or "postgresql+psycopg://...".
        package: Package with a folder "migrations/versions", for example "services.identity".
        patience: How long to wait for a server that cannot be reached.

    Raises:
        MigrationError: If the database is newer than the code or another service's, or if a migration fails.
        XiezhiError: STORE_UNAVAILABLE if the database cannot be used.
        ValueError: If the URL is of another kind.
    """
    script = _script(package)
    store = make_store(url, Timeouts(lock=LOCK, statement=STEP))
    with _ONE_AT_A_TIME, _told(), _alone(store):
        if isinstance(store, SqliteStore):
            _create(store.path)
        with _linked(store, patience) as link:
            _upgrade(store, link, script=script, package=package)


def current(url: str, package: str) -> str | None:
    """Tells which version a database has, and changes nothing.

    Args:
        url: "sqlite:////absolute/path.db" or "postgresql+psycopg://...".
        package: Package with its migrations.

    Returns:
        Name of the revision; None if there is no database yet or nothing in it.

    Raises:
        MigrationError: If the database is newer than the code or another service's.
        XiezhiError: STORE_UNAVAILABLE if the database cannot be used.
        ValueError: If the URL is of another kind.
    """
    script = _script(package)
    store = make_store(url, Timeouts())
    if isinstance(store, SqliteStore) and _is_missing(store.path):
        return None
    with _told(), _linked(store, timedelta()) as link:
        return _version(_configure(link.connection, package), script, package)


def head(package: str) -> str:
    """Tells which version a package's code needs.

    Args:
        package: Package with its migrations.

    Raises:
        MigrationError: If the package has no migrations, or several newest ones.
    """
    return _head(_script(package), package)


def _upgrade(store: Store, link: Link, *, script: ScriptDirectory, package: str) -> None:
    if isinstance(store, SqliteStore):
        # Tables that are rebuilt are dropped for a moment; what refers to them is checked below instead.
        link.driver.execute("PRAGMA foreign_keys=OFF")
    store.begin(link)
    transaction = link.connection.begin()
    if not isinstance(store, SqliteStore):
        link.connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY})")
    steps: list[str] = []

    def plan(revision: Any, context: MigrationContext) -> Iterator[Any]:
        del context
        for step in script._upgrade_revs("head", revision):
            steps.append(step.revision.revision)
            yield step

    context = _configure(link.connection, package, fn=plan, script=script)
    if _version(context, script, package) == _head(script, package):
        transaction.rollback()
        return
    try:
        with Operations.context(context):
            context.run_migrations()
        if isinstance(store, SqliteStore):
            _require_references(link.driver)
        transaction.commit()
    except Exception as failure:
        if classify(failure) is not None or isinstance(failure, MigrationError):
            raise
        step = steps[-1] if steps else "none"
        raise MigrationError(
            f"Migration {step} of {package} failed ({type(failure).__name__}). The database is as it was before."
        ) from failure


def _script(package: str) -> ScriptDirectory:
    try:
        spec = importlib.util.find_spec(package)
    except ModuleNotFoundError:
        spec = None
    for location in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(location, "migrations")
        if (folder / "versions").is_dir():
            return ScriptDirectory(str(folder))
    raise MigrationError(f"The package {package} has no folder migrations/versions.")


def _head(script: ScriptDirectory, package: str) -> str:
    heads = script.get_heads()
    if len(heads) != 1:
        raise MigrationError(f"The package {package} has {len(heads)} newest migrations instead of one.")
    return heads[0]


def _configure(connection: Connection, package: str, **opts: Any) -> MigrationContext:
    """Makes Alembic's context; the table of the version says whose database it is, which numbers like 0001 do not.

    Raises:
        MigrationError: If the database is another package's.
    """
    own = _OWNED + package.replace(".", "_")
    if any(name.startswith(_OWNED) and name != own for name in inspect(connection).get_table_names()):
        raise MigrationError(f"The database is not that of {package}: correct database_url.")
    return MigrationContext.configure(connection, opts={"version_table": own, **opts})


def _version(context: MigrationContext, script: ScriptDirectory, package: str) -> str | None:
    versions = context.get_current_heads()
    for version in versions:
        try:
            script.get_revision(version)
        except CommandError:
            raise MigrationError(
                f"The database has a version that {package} does not know: newer code has used it. Install that code."
            ) from None
    return versions[0] if versions else None


def _require_references(driver: sqlite3.Connection) -> None:
    if driver.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise MigrationError("The migration would leave rows that refer to nothing. The database is as it was before.")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Replaces what a database reports by the refusal that says what is wrong."""
    try:
        yield
    except PermissionError:
        raise MigrationError(
            "This process may not write to the folder of the database file or to the file: give them to its user."
        ) from None
    except Exception as failure:
        told = translate(failure)
        if told is failure:
            raise
        raise told from None


@contextlib.contextmanager
def _linked(store: Store, patience: timedelta) -> Iterator[Link]:
    try:
        link = _connect(store, patience)
        try:
            yield link
        finally:
            # A migration may have left the connection in any state: the server undoes what was not committed.
            with contextlib.suppress(Exception):
                link.close()
    finally:
        store.close()


def _connect(store: Store, patience: timedelta) -> Link:
    until = time.monotonic() + patience.total_seconds()
    while True:
        try:
            return store.connect(writes=True)
        except Exception as failure:
            if classify(failure) is not Trouble.LOST:
                raise
            if time.monotonic() >= until:
                raise _unreachable() from None
        time.sleep(_PAUSE)


def _unreachable() -> XiezhiError:
    return error(
        Reason.STORE_UNAVAILABLE,
        "The database server cannot be reached or does not let this process in: check that it runs, and the address, "
        "user and password in database_url.",
    )


@contextlib.contextmanager
def _alone(store: Store) -> Iterator[None]:
    """Keeps other processes from making or migrating the same file; PostgreSQL has a lock of its own for it."""
    if not isinstance(store, SqliteStore):
        yield
        return
    _require_folder(store.path)
    # Never the database's own file: closing it here would take SQLite's locks from this process.
    held = os.open(f"{store.path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        until = time.monotonic() + LOCK.total_seconds()
        while not _locks(held):
            if time.monotonic() >= until:
                raise unavailable(Trouble.LOCKED)
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(held)


def _locks(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        raise MigrationError("The folder of the database file is not there: make it, or correct database_url.")


def _is_missing(path: Path) -> bool:
    return not path.exists() or path.stat().st_size == 0


def _create(path: Path) -> None:
    """Makes the file, or goes on with one whose maker was killed before anything was in it."""
    if not _is_missing(path):
        return
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        # Only an empty file takes it. Space that deleted rows leave can be given back to the disk step by step then.
        connection.execute("PRAGMA auto_vacuum=INCREMENTAL")
        connection.execute("PRAGMA journal_mode=WAL")
    finally:
        connection.close()
