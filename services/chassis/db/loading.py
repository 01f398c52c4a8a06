"""A connection that writes in bulk from outside of a process, as when a service's database is first filled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from sqlalchemy import Connection

from services.chassis.db.database import make_store
from services.chassis.db.failures import classify
from services.chassis.db.stores import Link, Timeouts


class BulkLoader:
    """Holds the connection of a loader, which is used in a with statement.

    Args:
        database_url: The service's database, migrated.
    """

    def __init__(self, database_url: str) -> None:
        self._store = make_store(database_url, Timeouts())
        self._link: Link | None = None
        self._has_written = False

    def __enter__(self) -> Self:
        self._link = self._store.connect(writes=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        try:
            if self._link is not None and self._has_written and failure is None:
                self._store.take_stock(self._link)
        except Exception as trouble:
            # What was written is there; the database comes to count it by itself, if later.
            if classify(trouble) is None:
                raise
        finally:
            if self._link is not None:
                self._link.close()
            self._store.close()

    @property
    def connection(self) -> Connection:
        """The connection.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        return self._require_link().connection

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Begins a transaction that writes, and commits it at the end of the block unless that fails.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        link = self._require_link()
        self._store.begin(link)
        with link.connection.begin():
            yield link.connection
        self._has_written = True

    def _require_link(self) -> Link:
        if self._link is None:
            raise RuntimeError("a loader is used in a with statement")
        return self._link
