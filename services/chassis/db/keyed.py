"""Queries by a list of keys that the database prepares once, however many keys there are."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Hashable, Sequence
from itertools import repeat
from typing import Any, Generic, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Connection, Dialect, LargeBinary, Row, Select, any_, bindparam, cast
from sqlalchemy.engine import result_tuple
from sqlalchemy.sql.compiler import Compiled, SQLCompiler
from sqlalchemy.types import NULLTYPE, TypeEngine

K = TypeVar("K", bound=Hashable)

SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Numbers of parameters that a statement comes in."""


_FEW = 16
"""Keys from which on PostgreSQL is sent one array: psycopg reads a statement of many parameters anew each time."""


class KeyedQuery(Generic[K]):
    """A query `... WHERE key IN (...)`, made ready for a few numbers of keys.

    Were the list as long as the keys are many, each number would be a statement to be compiled and prepared anew. So it
    is filled up to the next size by repeating the last key, and more keys than the largest size take several queries.
    PostgreSQL takes many keys as one array.

    Args:
        statement: The query without the condition on its key.
        key: Column that the condition is on.
        sizes: Numbers of parameters, ascending.

    Raises:
        ValueError: If the sizes are none, or do not ascend from one or more.
    """

    def __init__(self, statement: Select[Any], key: ColumnElement[K], *, sizes: Sequence[int] = SIZES) -> None:
        if not sizes or sizes[0] < 1 or list(sizes) != sorted(set(sizes)):
            raise ValueError("sizes ascend from one or more")
        columns = list(statement.selected_columns)
        place = next((number for number, column in enumerate(columns) if column is key), None)
        if place is None:
            statement, place = statement.add_columns(key), len(columns)
        self._place = place
        self._names = tuple(f"key_{number}" for number in range(sizes[-1]))
        self._sizes = tuple(sizes)
        self._statement, self._key = statement, key
        # A statement remembers what the cache of compiled statements knows it by, so each is made once and kept. The
        # large ones take long to make, and few of them are ever used: each is made when it is wanted first.
        self._statements: dict[int, Select[Any]] = {}
        self._driven: dict[int, _Driven] = {}

    def rows(self, connection: Connection, keys: Sequence[K]) -> dict[K, list[Row[Any]]]:
        """Reads the rows of keys.

        Args:
            connection: The connection.
            keys: The keys.

        Returns:
            The rows by key, each key's in the order of the statement; a key without rows is left out.
        """
        found: dict[K, list[Row[Any]]] = {}
        place = self._place
        for row in self._all(connection, keys):
            found.setdefault(row[place], []).append(row)
        return found

    def row(self, connection: Connection, keys: Sequence[K]) -> dict[K, Row[Any]]:
        """Reads the row of each key, of which there is one at most; otherwise the last one counts.

        Args:
            connection: The connection.
            keys: The keys.

        Returns:
            The row by key; a key without one is left out.
        """
        place = self._place
        return {row[place]: row for row in self._all(connection, keys)}

    def _all(self, connection: Connection, keys: Sequence[K]) -> list[Row[Any]]:
        largest = self._sizes[-1]
        if len(keys) > _FEW and connection.dialect.name == "postgresql":
            return [*connection.execute(self._listed(), {"keys": _array(keys)}).all()]
        if len(keys) <= largest:
            return self._some(connection, keys)
        # A key that came twice would bring its rows twice.
        distinct = list(dict.fromkeys(keys))
        return [
            row
            for start in range(0, len(distinct), largest)
            for row in self._some(connection, distinct[start : start + largest])
        ]

    def _some(self, connection: Connection, keys: Sequence[K]) -> list[Row[Any]]:
        if not keys:
            return []
        size = next(size for size in self._sizes if size >= len(keys))
        if connection.dialect.name == "sqlite":
            return self._drive(connection, size).rows(connection, (*keys, *repeat(keys[-1], size - len(keys))))
        values: dict[str, K] = dict(zip(self._names, keys, strict=False))
        for name in self._names[len(keys) : size]:
            values[name] = keys[-1]
        # All at once: row by row costs a call each.
        return [*connection.execute(self._sized(size), values).all()]

    def _listed(self) -> Select[Any]:
        """Returns the statement that takes all keys as one array, in PostgreSQL's own words for one."""
        made = self._statements.get(0)
        if made is None:
            # Without a type of its own the text is read as the array once, and not for every row that is looked at.
            array = cast(bindparam("keys", type_=NULLTYPE), ARRAY(self._key.type))
            made = self._statements.setdefault(0, self._statement.where(self._key == any_(array)))
        return made

    def _drive(self, connection: Connection, size: int) -> _Driven:
        made = self._driven.get(size)
        if made is None:
            made = _Driven(self._sized(size), self._key, connection.dialect, names=self._names[:size])
            made = self._driven.setdefault(size, made)
        return made

    def _sized(self, size: int) -> Select[Any]:
        made = self._statements.get(size)
        if made is None:
            parameters = [bindparam(name, type_=self._key.type) for name in self._names[:size]]
            # Threads that are here at once make the same statement, and go on with one of them.
            made = self._statements.setdefault(size, self._statement.where(self._key.in_(parameters)))
        return made


class _Driven:
    """A statement that is given to SQLite's driver itself: SQLAlchemy takes as long as SQLite to read a row by its key.

    Args:
        statement: The statement.
        key: The column that keys are compared with.
        dialect: SQLite's.
        names: Names of the parameters that are keys.

    Raises:
        ValueError: If the keys are not one list.
    """

    __slots__ = ("_after", "_before", "_bind", "_make", "_read", "_text")

    def __init__(
        self, statement: Select[Any], key: ColumnElement[Any], dialect: Dialect, *, names: Sequence[str]
    ) -> None:
        columns = statement.selected_columns
        compiled = statement.compile(dialect=dialect)
        self._text = str(compiled)
        self._before, self._after = _around(compiled, names)
        self._make = result_tuple(columns.keys())
        # Bytes are what the driver takes and gives.
        self._bind = None if isinstance(key.type, LargeBinary) else _binding(key.type, dialect)
        read = [column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns]
        self._read = tuple((place, process) for place, process in enumerate(read) if process is not None)

    def rows(self, connection: Connection, keys: Sequence[Any]) -> list[Row[Any]]:
        """Reads rows as SQLAlchemy would."""
        driver: sqlite3.Connection = connection.connection.driver_connection  # type: ignore[assignment]
        bound = keys if self._bind is None else [self._bind(key) for key in keys]
        found = driver.execute(self._text, (*self._before, *bound, *self._after)).fetchall()
        if not self._read:
            return [*map(self._make, found)]
        rows = []
        for values in map(list, found):
            for place, process in self._read:
                values[place] = process(values[place])
            rows.append(self._make(values))
        return rows


def _binding(kind: TypeEngine[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _around(compiled: Compiled, names: Sequence[str]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """Returns the parameters before and after the keys, which are in one list."""
    assert isinstance(compiled, SQLCompiler)  # noqa: S101 - a query is compiled to nothing else
    order, values = compiled.positiontup or [], compiled.construct_params(dict.fromkeys(names))
    first = order.index(names[0])
    if order[first : first + len(names)] != [*names]:
        raise ValueError("the keys of a query are one list")

    def read(name: str) -> Any:
        bind = _binding(compiled.binds[name].type, compiled.dialect)
        return values[name] if bind is None else bind(values[name])

    return tuple(map(read, order[:first])), tuple(map(read, order[first + len(names) :]))


def _array(keys: Sequence[Any]) -> str:
    """Writes keys as PostgreSQL reads an array; one by one psycopg takes longer for it than for all else."""
    if isinstance(keys[0], bytes):
        return "{" + ",".join([f'"\\\\x{key.hex()}"' for key in keys]) + "}"
    if isinstance(keys[0], int):
        return "{" + ",".join(map(str, keys)) + "}"
    return "{" + ",".join(['"' + str(key).replace("\\", "\\\\").replace('"', '\\"') + '"' for key in keys]) + "}"
