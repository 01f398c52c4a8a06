"""Migrated databases that tests take turns with: a migration takes longer than most tests that need its tables."""

from __future__ import annotations

from dataclasses import dataclass, field

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from services.chassis.migrations import upgrade
from tests.conftest import PostgresServer

_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_TABLES = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname"
_SEQUENCES = "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL"
_SHAPE = """
SELECT md5(string_agg(line, '|' ORDER BY line)) FROM (
    SELECT concat_ws(',', oid, relname, relkind, relnatts, relchecks, relhastriggers, reloptions)
        FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(',', oid, conname, convalidated) FROM pg_constraint
    UNION ALL SELECT concat_ws(',', oid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(',', oid, proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_'
) AS of (line)
"""
"""Changes with whatever a test changes of a database beside its rows."""

Rows = dict[str, bytes]
"""Rows by table, as COPY writes them; tables without rows are left out."""


@dataclass
class _Kept:
    """What a database is brought back to: how its tables are made, and the rows that its migrations wrote."""

    shape: str
    rows: Rows


@dataclass
class MigratedDatabases:
    """Migrated databases of a PostgreSQL server; one that is given back is emptied, and its tables stay.

    Attributes:
        server: The server.
    """

    server: PostgresServer
    _free: dict[str, list[str]] = field(default_factory=dict)
    _kept: dict[str, _Kept] = field(default_factory=dict)

    def lend(self, package: str) -> str:
        """Returns the URL of a database in which nothing is but what the migrations of a package make."""
        free = self._free.setdefault(package, [])
        if free:
            return free.pop()
        url = self.server.create_database()
        upgrade(url, package=package)
        with self._connect(url) as connection:
            self._kept[url] = _Kept(_shape(connection), _read(connection))
        return url

    def give_back(self, package: str, url: str) -> None:
        """Takes a database back, whoever is still connected to it."""
        with self._connect(url) as connection:
            connection.execute(_OTHERS)
            kept = self._kept[url]
            same = _shape(connection) == kept.shape
            if same:
                with connection.transaction():
                    _restore(connection, kept.rows)
        if same:
            self._free[package].append(url)
        else:
            del self._kept[url]
            self.server.give_back(url)

    def _connect(self, url: str) -> psycopg.Connection[tuple[object, ...]]:
        database = make_url(url).database or ""
        return psycopg.connect(f"host={self.server.folder} user=xiezhi dbname={database}", autocommit=True)


def _shape(connection: psycopg.Connection[tuple[object, ...]]) -> str:
    row = connection.execute(_SHAPE).fetchone()
    return str(row[0]) if row else ""


def _filled(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Names the tables that have rows."""
    names = [str(name) for (name,) in connection.execute(_TABLES)]
    looks = [
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(sql.Literal(n), sql.Identifier(n)) for n in names
    ]
    return [str(name) for (name,) in connection.execute(sql.SQL(" UNION ALL ").join(looks))] if looks else []


def _read(connection: psycopg.Connection[tuple[object, ...]]) -> Rows:
    rows: Rows = {}
    with connection.cursor() as cursor:
        for name in _filled(connection):
            with cursor.copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(name))) as copied:
                rows[name] = b"".join(map(bytes, copied))
    return rows


def _restore(connection: psycopg.Connection[tuple[object, ...]], rows: Rows) -> None:
    """Leaves these rows and no others, past triggers that keep everybody else from deleting."""
    connection.execute("SET LOCAL session_replication_role = replica")
    filled = _filled(connection)
    if filled:
        names = sql.SQL(", ").join(map(sql.Identifier, filled))
        connection.execute(sql.SQL("TRUNCATE {} CASCADE").format(names))
    for (name,) in connection.execute(_SEQUENCES).fetchall():
        connection.execute(sql.SQL("ALTER SEQUENCE {} RESTART").format(sql.Identifier(str(name))))
    with connection.cursor() as cursor:
        for table, content in rows.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))) as copied:
                copied.write(content)
