"""Queries by a list of keys that the database prepares once, however many keys there are."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Connection, Row, Select, any_, bindparam, cast
from sqlalchemy.types import NULLTYPE

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

    def _sized(self, size: int) -> Select[Any]:
        made = self._statements.get(size)
        if made is None:
            parameters = [bindparam(name, type_=self._key.type) for name in self._names[:size]]
            # Threads that are here at once make the same statement, and go on with one of them.
            made = self._statements.setdefault(size, self._statement.where(self._key.in_(parameters)))
        return made


def _array(keys: Sequence[Any]) -> str:
    """Writes keys as PostgreSQL reads an array; one by one psycopg takes longer for it than for all else."""
    if isinstance(keys[0], bytes):
        return "{" + ",".join([f'"\\\\x{key.hex()}"' for key in keys]) + "}"
    if isinstance(keys[0], int):
        return "{" + ",".join(map(str, keys)) + "}"
    return "{" + ",".join(['"' + str(key).replace("\\", "\\\\").replace('"', '\\"') + '"' for key in keys]) + "}"
