"""Migrated databases of either kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.chassis.migrations import upgrade
from tests.conftest import PostgresServer
from tests.migrated import MigratedDatabases


@pytest.fixture(scope="session")
def migrated_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Makes a migrated SQLite database of a package, once; it is to be copied."""
    folder = tmp_path_factory.mktemp("migrated")

    def make(package: str) -> Path:
        file = folder / f"{package}.db"
        if not file.exists():
            upgrade(f"sqlite:///{file}", package=package)
            assert [*folder.glob(f"{file.name}-*")] == [], "not all of the database is in its file"
        return file

    return make


@pytest.fixture(scope="session")
def migrated_databases(postgres_server: PostgresServer) -> MigratedDatabases:
    """Migrated PostgreSQL databases, to be lent."""
    return MigratedDatabases(postgres_server)


@pytest.fixture
def make_migrated_file(migrated_files: Callable[[str], Path], tmp_path: Path) -> Callable[[str], str]:
    """Makes migrated SQLite databases of a package, each in a file of its own."""
    made: list[Path] = []

    def make(package: str) -> str:
        made.append(tmp_path / f"test-{len(made)}.db")
        shutil.copy(migrated_files(package), made[-1])
        return f"sqlite:///{made[-1]}"

    return make


@pytest.fixture
def make_migrated_database(migrated_databases: MigratedDatabases) -> Iterator[Callable[[str], str]]:
    """Lends migrated PostgreSQL databases of a package for one test."""
    lent: list[tuple[str, str]] = []

    def lend(package: str) -> str:
        lent.append((package, migrated_databases.lend(package)))
        return lent[-1][1]

    yield lend
    for package, url in lent:
        migrated_databases.give_back(package, url)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def migrated_url(request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes migrated databases of a package, of one kind and then of the other, in which nothing else is."""
    kind = "make_migrated_file" if request.param == "sqlite" else "make_migrated_database"
    made: Callable[[str], str] = request.getfixturevalue(kind)
    return made
