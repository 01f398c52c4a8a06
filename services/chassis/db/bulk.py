"""Many rows at once: insertions in the quickest words of either database that need no file, and other statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, repeat
from typing import Any, TypeAlias

from sqlalchemy import Column, Connection, Executable, Table

FEW, MANY = 16, 256
"""Rows of one insertion into SQLite: any number of few, or a power of two up to many."""


@dataclass(frozen=True, slots=True)
class Alike:
    """A column that says the same in every row.

    Attributes:
        value: What it says.
    """

    value: Any


Columns: TypeAlias = Mapping[str, Sequence[Any] | Alike]
"""Rows column by column, by the columns' keys."""


def alike(values: Sequence[Any]) -> Sequence[Any] | Alike:
    """Returns a column as one that is alike where all its values are the same, of which there is one or more."""
    return Alike(values[0]) if values.count(values[0]) == len(values) else values


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, leave_taken: bool = False
) -> None:
    """Inserts rows, all of them or none; see `insert_columns`.

    Args:
        connection: The connection, in a transaction.
        table: The table.
        rows: The rows, with the same columns each, by their keys; what a column has as its default in Python too.
        leave_taken: Whether a row of which a key is taken is passed over, and what is there left as it is.

    Raises:
        IntegrityError: If a row contradicts a constraint.
    """
    if rows:
        columns = {key: [row[key] for row in rows] for key in rows[0]}
        insert_columns(connection, table, columns, leave_taken=leave_taken)


def insert_columns(
    connection: Connection,
    table: Table,
    columns: Columns,
    *,
    leave_taken: bool = False,
) -> int:
    """Inserts rows that come column by column, all of them or none.

    PostgreSQL is sent each column as one array, SQLite rows as they are; either way SQLAlchemy looks at no single row,
    which takes longer than the database does.

    Args:
        connection: The connection, in a transaction.
        table: The table.
        columns: The columns by their keys, as long as each other, one of them at least not alike; what a column has as
            its default in Python too.
        leave_taken: Whether a row of which a key is taken is passed over, and what is there left as it is.

    Returns:
        How many rows were inserted.

    Raises:
        IntegrityError: If a row contradicts a constraint.
    """
    named = [(table.c[key], content) for key, content in columns.items()]
    names = ", ".join(column.name for column, _ in named)
    values = [_values(connection, column, content) for column, content in named]
    if not any(values_of for values_of in values if not isinstance(values_of, Alike)):
        return 0
    ending = " ON CONFLICT DO NOTHING" if leave_taken else ""
    options = {"preserve_rowcount": True}
    if connection.dialect.name == "postgresql":
        source, sent = _arrays(connection, named, values)
        statement = f"INSERT INTO {table.name} ({names}) {source}{ending}"
        return connection.exec_driver_sql(statement, sent, execution_options=options).rowcount
    marks = f"({', '.join('?' * len(named))})"
    beginning = f"INSERT INTO {table.name} ({names}) VALUES "  # noqa: S608 - names are ours
    rows = [*zip(*(repeat(one.value) if isinstance(one, Alike) else one for one in values))]  # noqa: B905 - some go on
    inserted = at = 0
    while size := _together(len(rows) - at):
        statement = beginning + ", ".join([marks] * size) + ending
        sent = tuple(chain.from_iterable(rows[at : at + size]))
        inserted += connection.exec_driver_sql(statement, sent, execution_options=options).rowcount
        at += size
    return inserted


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Executes a statement once for each row of parameters; for no rows not at all.

    Args:
        connection: The connection, in a transaction.
        statement: The statement.
        rows: The parameters.
    """
    if rows:
        connection.execute(statement, rows)


def _together(rows: int) -> int:
    """Returns how many of so many rows SQLite is given in one statement, of which there are a few only to be prepared.

    The driver lets go of the interpreter at every statement, and then waits for a busy event loop to give it back.
    """
    return rows if rows <= FEW else min(1 << rows.bit_length() - 1, MANY)


def _arrays(
    connection: Connection, named: Sequence[tuple[Column[Any], Any]], values: Sequence[Sequence[Any] | Alike]
) -> tuple[str, tuple[Any, ...]]:
    """Returns the rows as PostgreSQL takes them from arrays, and the parameters: what is alike is sent once."""
    types = [column.type.compile(connection.dialect) for column, _ in named]
    places = [number for number, one in enumerate(values) if not isinstance(one, Alike)]
    arrays = ", ".join(f"%s::{types[number]}[]" for number in places)
    if len(places) == len(values):
        return f"SELECT * FROM unnest({arrays})", tuple(values)  # noqa: S608 - as above
    shown = ", ".join(f"%s::{types[n]}" if isinstance(one, Alike) else f"c{n}" for n, one in enumerate(values))
    source = f"SELECT {shown} FROM unnest({arrays}) AS t({', '.join(f'c{n}' for n in places)})"  # noqa: S608 - as above
    return source, (*(one.value for one in values if isinstance(one, Alike)), *(values[n] for n in places))


def _values(connection: Connection, column: Column[Any], values: Sequence[Any] | Alike) -> Sequence[Any] | Alike:
    dialect = connection.dialect
    processor: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    if processor is None:
        return values
    if isinstance(values, Alike):
        return Alike(processor(values.value))
    return [processor(value) for value in values]
