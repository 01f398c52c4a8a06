"""Migrated databases of both kinds, ways to write a province to them, and what they then hold, opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from sqlalchemy import create_engine, select

from gateway.casefile import tables as case_tables
from gateway.casefile.domain import CaseRecord
from gateway.casefile.loader import CaseLoader
from services.chassis.sealing import Keyring, Sealer
from services.coordination.credentials.rows import CredentialRows
from services.coordination.directory.rows import LiaisonRows
from services.coordination.loader import DirectoryLoader
from services.coordination.metadata import METADATA as DIRECTORY_METADATA
from services.exit_restriction.loader import SubjectLoader
from services.exit_restriction.metadata import METADATA as EXIT_METADATA
from services.exit_restriction.registry.sealed import SubjectSealer
from services.identity import tables
from services.identity.loader import RegistryLoader
from services.identity.sealed import RecordSealer
from services.synthetic import Province
from services.synthetic.writers import Registers, Written, write_province
from services.vehicle.loader import VehicleLoader
from services.vehicle.metadata import METADATA as VEHICLE_METADATA
from services.vehicle.registry.sealed import VehicleSealer
from services.vehicle.violations.loader import ViolationLoader


@dataclass(frozen=True)
class Target:
    """Five databases and their keys."""

    identity: str
    gateway: str
    vehicle: str
    exit_restriction: str
    coordination: str
    registry_keys: Keyring
    gateway_keys: Keyring
    vehicle_keys: Keyring
    exit_keys: Keyring
    coordination_keys: Keyring

    def write(self, people, *, seed=2018, report=lambda done, of: None, after_cases=lambda cases: None) -> Written:
        """Writes a province."""
        with (
            RegistryLoader(self.identity, keyring=self.registry_keys) as registry,
            CaseLoader(self.gateway, keyring=self.gateway_keys) as loader,
            VehicleLoader(self.vehicle, keyring=self.vehicle_keys) as vehicles,
            ViolationLoader(self.vehicle, keyring=self.vehicle_keys) as violations,
            SubjectLoader(self.exit_restriction, keyring=self.exit_keys) as travellers,
            DirectoryLoader(self.coordination, keyring=self.coordination_keys) as directory,
        ):

            def add_cases(cases):
                loader.add(CaseRecord(c.court_code, c.case_number, c.handler, c.parties) for c in cases)
                after_cases(cases)

            registers = Registers(registry, vehicles, violations, travellers, directory, add_cases)
            return write_province(Province(seed), people, registers=registers, report=report)

    def rows(self) -> dict[str, set[tuple[object, ...]]]:
        """Returns every row of the databases as it is stored."""
        return {
            **_read(self.identity, tables.METADATA),
            **_read(self.gateway, case_tables.METADATA),
            **_read(self.vehicle, VEHICLE_METADATA),
            **_read(self.exit_restriction, EXIT_METADATA),
            **_read(self.coordination, DIRECTORY_METADATA),
        }

    def contents(self) -> dict[str, object]:
        """Returns what the databases say, sealed fields opened, times of registration left out."""
        rows, sealer = self.rows(), RecordSealer(Sealer(self.registry_keys))
        vehicles = VehicleSealer(Sealer(self.vehicle_keys))
        subjects = SubjectSealer(Sealer(self.exit_keys))
        return {
            "people": {
                key: (sealer.open_person(key, record), sealer.open_documents(key, documents))
                for key, record, documents in rows["persons"]
            },
            "households": {key: sealer.open_household(key, record) for key, record, _ in rows["households"]},
            "photos": {digest: sealer.open_photo(digest, photo) for digest, photo in rows["photos"]},
            "numbers": rows["numbers"],
            "residences": rows["residences"],
            "cases": rows["cases"],
            "vehicles": {key: vehicles.open(key, record) for key, record in rows["vehicles"]},
            "vehicle_numbers": rows["vehicle_numbers"],
            "vehicle_owners": rows["vehicle_owners"],
            "subjects": {key: subjects.open(key, record) for key, record in rows["subjects"]},
            "subject_numbers": rows["subject_numbers"],
            "credentials": {one.key: one.card for one in self._all(CredentialRows(self.coordination_keys).changed)},
            "liaisons": {one.key: one for one in self._all(LiaisonRows(self.coordination_keys).changed)},
            "declarations": {(row[0], row[-1]) for row in rows["channel_declarations"]},
            "handlers": {(row[0], row[1], row[5]) for row in rows["case_events"]},
        }

    def _all(self, changed):
        engine = create_engine(self.coordination)
        try:
            with engine.connect() as connection:
                return [one for _, one in changed(connection, 0, 10_000)]
        finally:
            engine.dispose()


def _read(url, metadata):
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            return {name: {tuple(r) for r in connection.execute(select(t))} for name, t in metadata.tables.items()}
    finally:
        engine.dispose()


@pytest.fixture(scope="session")
def keyrings(tmp_path_factory: pytest.TempPathFactory) -> tuple[Keyring, ...]:
    """Keys of the registry, of the gateway, of the registers of vehicles and of exits, and of the directory."""
    folder = tmp_path_factory.mktemp("rings")
    names = ("identity", "gateway", "vehicle", "exit_restriction", "coordination")
    return tuple(Keyring.create(folder / f"{name}.json") for name in names)


@pytest.fixture
def make_target(migrated_url: Callable[[str], str], keyrings: tuple[Keyring, ...]) -> Callable[[], Target]:
    """Makes sets of empty databases, of one kind and then of the other."""

    def make() -> Target:
        services = ("identity", "vehicle", "exit_restriction", "coordination")
        identity, *others = (migrated_url(f"services.{name}") for name in services)
        urls = (identity, migrated_url("gateway"), *others)
        return Target(*urls, *keyrings)

    return make


@pytest.fixture
def target(make_target: Callable[[], Target]) -> Target:
    """One set of databases."""
    return make_target()
