"""Databases for the tests: SQLite in a file, and a PostgreSQL server that the tests start themselves."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, make_url

# The tests start processes from one in which gRPC's threads run; its handlers for forks abort the child now and then.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"

pytest_plugins = ("tests.clauses",)

READY = 30.0
"""Seconds that a server may take to start."""
DURABLE = ("shared_buffers=512MB",)
FLEETING = ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")

_EMPTY = """
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
END $$
"""


def find_programs() -> Path:
    """Finds the folder of PostgreSQL's server programs.

    Raises:
        RuntimeError: If there is none; the tests that need it fail then instead of being skipped.
    """
    named = os.environ.get("PG_BIN")
    found = shutil.which("initdb")
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: _number(p.parent.name), reverse=True)
    candidates = [Path(named)] if named else [*installed, *([Path(found).resolve().parent] if found else [])]
    for folder in candidates:
        if all(os.access(folder / program, os.X_OK) for program in ("initdb", "postgres")):
            return folder
    raise RuntimeError(
        "PostgreSQL's server programs (initdb, postgres) were not found, and the tests need them: install the package "
        "postgresql, or name their folder in the environment variable PG_BIN."
    )


def _number(name: str) -> float:
    with contextlib.suppress(ValueError):
        return float(name)
    return 0.0


class PostgresServer:
    """A PostgreSQL server of our own on a unix socket.

    PostgreSQL refuses to run as root, so it runs as another user then.

    Args:
        programs: Folder of its programs.
        durable: Whether what is committed survives a crash of the machine; tests that crash processes only need not
            wait for the disk.
    """

    def __init__(self, programs: Path, *, durable: bool = False) -> None:
        self._programs = programs
        self._durable = durable
        self._account = _unprivileged() if os.geteuid() == 0 else None
        # A unix socket's path may have 107 bytes at most, which pytest's own folders use up.
        self.folder = Path(tempfile.mkdtemp(prefix="xz-pg-", dir="/tmp"))
        self._process: subprocess.Popen[bytes] | None = None
        self._free: list[str] = []
        try:
            if self._account is not None:
                os.chown(self.folder, self._account.pw_uid, self._account.pw_gid)
            self._run(
                "initdb",
                "--pgdata",
                "data",
                "--username=xiezhi",
                "--auth=trust",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
            )
            self.start()
        except BaseException:
            self.remove()
            raise

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        settings = (
            "listen_addresses=",
            f"unix_socket_directories={self.folder}",
            "unix_socket_permissions=0777",
            "max_connections=200",
            *(
                ("shared_buffers=512MB",)
                if self._durable
                else ("fsync=off", "full_page_writes=off", "shared_buffers=32MB")
            ),
        )
        arguments = [word for setting in settings for word in ("-c", setting)]
        Path(self.folder).chmod(0o711)
        until = time.monotonic() + READY
        while True:
            # It refuses to start while processes of a server that was killed are still on their way out.
            if self._process is None or self._process.poll() is not None:
                self._launch(arguments)
            try:
                psycopg.connect(self._dsn(), connect_timeout=2).close()
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    self.kill()
                    raise RuntimeError(f"PostgreSQL did not start: {self._last_words()}") from None
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """Ends the server at once, as a crash would, with every process of it."""
        self._end(signal.SIGQUIT)

    def stop(self) -> None:
        """Ends the server in order, and every connection with it."""
        self._end(signal.SIGINT)

    def remove(self) -> None:
        """Ends the server and deletes everything of it."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def process_id(self) -> int:
        """Id of the server's first process, 0 while it does not run."""
        return self._process.pid if self._process is not None else 0

    def execute(self, statement: str) -> None:
        """Executes a statement as the owner of the server."""
        with psycopg.connect(self._dsn(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def create_database(self) -> str:
        """Returns the URL of an empty database: one that was given back, or else a new one."""
        if self._free:
            return self._free.pop()
        name = f"t{uuid.uuid4().hex}"
        self.execute(f"CREATE DATABASE {name}")
        url = URL.create("postgresql+psycopg", username="xiezhi", database=name, query={"host": str(self.folder)})
        return url.render_as_string(hide_password=False)

    def give_back(self, url: str) -> None:
        """Empties a database, whoever is still connected to it; that is far quicker than dropping it."""
        name = make_url(url).database or ""
        with psycopg.connect(self._dsn(name), autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute(_EMPTY)
        self._free.append(url)

    def _launch(self, arguments: list[str]) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", "data", *arguments], stdout=log, stderr=log, **self._as_user()
            )

    def _dsn(self, database: str = "postgres") -> str:
        return f"host={self.folder} user=xiezhi dbname={database}"

    def _end(self, how: signal.Signals) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(how)
        try:
            process.wait(timeout=READY)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._programs / program, *arguments], capture_output=True, check=False, **self._as_user()
        )
        if done.returncode != 0:
            raise RuntimeError(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")

    def _as_user(self) -> dict[str, object]:
        environment = {name: os.environ[name] for name in ("PATH", "TMPDIR", "LD_LIBRARY_PATH") if name in os.environ}
        chosen: dict[str, object] = {"cwd": self.folder, "env": {**environment, "LC_ALL": "C", "TZ": "UTC"}}
        if self._account is not None:
            chosen |= {"user": self._account.pw_uid, "group": self._account.pw_gid, "extra_groups": []}
        return chosen

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / "log").read_text(errors="replace")[-1000:].strip()
        return "it left no log"


def _unprivileged() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor a user nobody")


@pytest.fixture(scope="session")
def postgres_programs() -> Path:
    """The folder of PostgreSQL's server programs; without it tests fail, never skip."""
    return find_programs()


@pytest.fixture(scope="session")
def postgres_server(postgres_programs: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server for the whole run."""
    server = PostgresServer(postgres_programs)
    yield server
    server.remove()


@pytest.fixture
def own_postgres_server(postgres_programs: Path) -> Iterator[PostgresServer]:
    """A PostgreSQL server for one test, which may kill it."""
    server = PostgresServer(postgres_programs)
    yield server
    server.remove()


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """A fresh empty SQLite database."""
    path = tmp_path / "test.db"
    path.touch(mode=0o600)
    return f"sqlite:///{path}"


@pytest.fixture
def make_postgres_url(postgres_server: PostgresServer) -> Iterator[Callable[[], str]]:
    """Creates empty PostgreSQL databases, emptied again after the test."""
    made: list[str] = []

    def make() -> str:
        made.append(postgres_server.create_database())
        return made[-1]

    yield make
    for url in made:
        postgres_server.give_back(url)


@pytest.fixture
def postgres_url(make_postgres_url: Callable[[], str]) -> str:
    """A fresh empty PostgreSQL database."""
    return make_postgres_url()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh empty database, of one kind and then of the other."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url
