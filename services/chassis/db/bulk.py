"""Many rows at once: insertions in the quickest words of either database that need no file, and other statements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Executable, Table


def insert_many(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *, leave_taken: bool = False
) -> None:
    """Inserts rows, all of them or none.

    PostgreSQL is sent each column as one array, SQLite each row as it is; either way SQLAlchemy looks at no single row,
    which takes longer than the database does.

    Args:
        connection: The connection, in a transaction.
        table: The table.
        rows: The rows, with the same columns each, by their keys; what a column has as its default in Python too.
        leave_taken: Whether a row of which a key is taken is passed over, and what is there left as it is.

    Raises:
        IntegrityError: If a row contradicts a constraint.
    """
    if not rows:
        return
    columns = [table.c[key] for key in rows[0]]
    values = [_values(connection, column, [row[column.key] for row in rows]) for column in columns]
    names = ", ".join(column.name for column in columns)
    ending = " ON CONFLICT DO NOTHING" if leave_taken else ""
    if connection.dialect.name == "postgresql":
        arrays = ", ".join(f"%s::{column.type.compile(connection.dialect)}[]" for column in columns)
        statement = f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}){ending}"  # noqa: S608 - names are ours
        connection.exec_driver_sql(statement, tuple(values))
    else:
        marks = ", ".join("?" * len(columns))
        statement = f"INSERT INTO {table.name} ({names}) VALUES ({marks}){ending}"  # noqa: S608 - names are ours
        connection.exec_driver_sql(statement, list(zip(*values, strict=True)))


def execute_many(connection: Connection, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> None:
    """Executes a statement once for each row of parameters; for no rows not at all.

    Args:
        connection: The connection, in a transaction.
        statement: The statement.
        rows: The parameters.
    """
    if rows:
        connection.execute(statement, rows)


def _values(connection: Connection, column: Column[Any], values: list[Any]) -> list[Any]:
    dialect = connection.dialect
    processor: Callable[[Any], Any] | None = column.type.dialect_impl(dialect).bind_processor(dialect)
    return values if processor is None else [processor(value) for value in values]
