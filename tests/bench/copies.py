"""Databases that are filled once and copied for each round, so that every round begins with the same."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.conftest import PostgresServer


class SqliteCopies:
    """A database that is a file, and copies of it.

    Args:
        folder: Where they are.
    """

    process_ids: tuple[int, ...] = ()

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made = 0
        self.url = self._url("exit.db")

    def copy(self, url: str) -> str:
        """Copies a database that nobody has open; returns the URL of the copy."""
        self._made += 1
        name = f"exit-{self._made}.db"
        source = url.removeprefix("sqlite:///")
        for ending in ("", "-wal"):
            if Path(source + ending).exists():
                shutil.copy(source + ending, self._folder / (name + ending))
        return self._url(name)

    def drop(self, url: str) -> None:
        """Deletes a copy."""
        file = Path(url.removeprefix("sqlite:///"))
        for one in self._folder.glob(f"{file.name}*"):
            one.unlink()

    def _url(self, name: str) -> str:
        return f"sqlite:///{self._folder / name}"


class PostgresCopies:
    """A database of a server, and copies of it.

    Args:
        server: The server.
    """

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self.url = server.create_database()
        self._made = 0

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Processes that work for it."""
        return (self._server.process_id,)

    def copy(self, url: str) -> str:
        """Copies a database that nobody has open; returns the URL of the copy."""
        self._made += 1
        source, name = _database(url), f"bulk_{self._made}"
        self._server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')
        return url.replace(f"/{source}", f"/{name}")

    def drop(self, url: str) -> None:
        """Deletes a copy."""
        self._server.execute(f'DROP DATABASE "{_database(url)}"')


def _database(url: str) -> str:
    return url.partition("://")[2].partition("/")[2].partition("?")[0]
