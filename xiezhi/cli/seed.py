"""`xiezhi seed`: fills the databases of a data folder with the synthetic province."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Annotated

import typer

from xiezhi.cli.begun import ELSEWHERE, Begun, begin
from xiezhi.cli.command import command, examples
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import Report, showing_progress
from xiezhi.cli.session import Session
from xiezhi.cli.signals import INTERRUPTED, interrupting
from xiezhi.cli.suite import MODULES, create_keyrings, suite_required

if TYPE_CHECKING:
    from services.chassis.sealing import Keyring
    from services.synthetic import DebtCase
    from services.synthetic.writers import Registers

DEFAULT_SEED = 2018
DEFAULT_PEOPLE = 10_000
DEFAULT_FLEET = 12
"""Vehicles of the scenario's company, as `services.synthetic` has them."""

_EPILOG = examples(
    "xiezhi seed --people 100000",
    "xiezhi seed --people 1000000 --json     takes some minutes; run it again if it was interrupted",
    "xiezhi seed --fleet 1200     with a large fleet of the scenario's company",
    "xiezhi seed --identity-url postgresql+psycopg://… --gateway-url … --vehicle-url … --exit-restriction-url … "
    "--coordination-url …",
)


@dataclass(frozen=True, slots=True)
class Databases:
    """Where a province is written to.

    Attributes:
        identity: URL of the registry's database.
        gateway: URL of the gateway's database.
        vehicle: URL of the database of vehicle control.
        exit_restriction: URL of the database of exit restriction.
        coordination: URL of the database of coordination.
    """

    identity: str
    gateway: str
    vehicle: str
    exit_restriction: str
    coordination: str

    @classmethod
    def of(cls, home: Home, **others: str) -> Databases:
        """Returns the databases of a data folder, or others.

        Args:
            home: The data folder.
            **others: URLs instead of its own, by process; an empty one stands for its own.
        """
        return cls(**{name: others.get(name) or database_url(home, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a data folder has after seeding.

    Attributes:
        seed: Seed of the province.
        people: People of it.
        households: Their households.
        cases: Cases about them.
        vehicles: Vehicles that they or their businesses own.
        travellers: People in the exit-entry register.
        seconds: How long it took.
    """

    seed: int
    people: int
    households: int
    cases: int
    vehicles: int
    travellers: int
    seconds: float


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=_EPILOG)
    def seed(
        session: Session,
        people: Annotated[
            int, typer.Option("--people", min=1, help="How many people at least; households are kept whole.")
        ] = DEFAULT_PEOPLE,
        number: Annotated[
            int, typer.Option("--seed", help="Seed of the province: the same one makes the same people.")
        ] = DEFAULT_SEED,
        fleet: Annotated[
            int, typer.Option("--fleet", min=1, max=2_000, help="Vehicles of the scenario's company.")
        ] = DEFAULT_FLEET,
        identity_url: Annotated[str, typer.Option("--identity-url", help="Registry's database, if elsewhere.")] = "",
        gateway_url: Annotated[str, typer.Option("--gateway-url", help="Gateway's database, if elsewhere.")] = "",
        vehicle_url: Annotated[str, typer.Option("--vehicle-url", help="Vehicles' database, if elsewhere.")] = "",
        exit_restriction_url: Annotated[
            str, typer.Option("--exit-restriction-url", help="Exit-entry register's database, if elsewhere.")
        ] = "",
        coordination_url: Annotated[
            str, typer.Option("--coordination-url", help="Coordination's database, if elsewhere.")
        ] = "",
    ) -> None:
        """Fill the databases with a synthetic province: people, households, photos, exit documents, cases, vehicles.

        No one in it is real. The same seed makes the same people, and a smaller province is the beginning of a larger
        one: seeding again adds what is missing and changes nothing else. The suite may run meanwhile.
        """
        databases = Databases.of(
            session.home,
            identity=identity_url,
            gateway=gateway_url,
            vehicle=vehicle_url,
            exit_restriction=exit_restriction_url,
            coordination=coordination_url,
        )
        title = "Seeding the synthetic province"
        try:
            with interrupting(), showing_progress(session.output, title) as progress:
                made = seed_province(
                    session.home, people=people, seed=number, progress=progress, databases=databases, fleet=fleet
                )
        except KeyboardInterrupt:
            session.output.note("Interrupted; the same command completes it.")
            raise typer.Exit(INTERRUPTED) from None
        session.output.result(
            asdict(made),
            f"{made.people:,} people in {made.households:,} households, with {made.cases:,} cases and "
            f"{made.vehicles:,} vehicles, are there after {made.seconds:.1f} s; {made.travellers:,} people are in the "
            "exit-entry register.",
        )


def seed_province(
    home: Home,
    *,
    people: int,
    seed: int,
    progress: Report,
    databases: Databases | None = None,
    fleet: int = DEFAULT_FLEET,
) -> Seeded:
    """Writes a synthetic province, making the databases and keyrings that are missing.

    Doing so again changes nothing. A seeding that was interrupted is completed, by one for fewer people as well.

    Args:
        home: The data folder, whose keyrings seal what is written.
        people: How many people at least.
        seed: Seed of the province.
        progress: Told how many people of how many are written.
        databases: Where to, if not to those of the data folder.
        fleet: How many vehicles the company of the scenario has.

    Raises:
        CommandError: If the data folder holds another province, or there cannot be so many people, or the servers'
            side is not installed.
        XiezhiError: STORE_UNAVAILABLE if a database cannot be used.
    """
    with suite_required("The synthetic province"):
        from services.synthetic import MAX_PEOPLE, Province
        from services.synthetic.writers import write_province
    if people > MAX_PEOPLE:
        raise CommandError(f"A province has at most {MAX_PEOPLE:,} people.", next_step="Ask for fewer with --people.")
    wanted = begin(home, Begun(seed, people, complete=False, fleet=fleet, travellers=True, directory=True))
    started = time.monotonic()
    home.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_keyrings(home)
    with _registers(home, databases or Databases.of(home)) as registers:
        wanted.write(home)
        province = Province(seed, fleet=wanted.fleet)
        written = write_province(province, wanted.people, registers=registers, report=progress)
    replace(wanted, complete=True).write(home)
    return Seeded(seed, **asdict(written), seconds=round(time.monotonic() - started, 3))


def count_people(home: Home) -> int:
    """Tells how many people a data folder's registry holds.

    Args:
        home: The data folder.

    Returns:
        Their number; 0 as long as a seeding is to be completed, so that whoever finds nobody seeds and completes it.

    Raises:
        CommandError: If the database is another's, or the servers' side is not installed.
        XiezhiError: STORE_UNAVAILABLE if it cannot be used.
    """
    begun = Begun.read(home)
    if begun is not None and not begun.is_whole:
        return 0
    with suite_required("The synthetic province"):
        from services.chassis.migrations import current
        from services.chassis.sealing import Keyring
        from services.identity.loader import RegistryLoader
    url, keyring = database_url(home, "identity"), home.keys.keyring_file("identity")
    with _told():
        if not keyring.exists() or current(url, MODULES["identity"]) is None:
            return 0
        with RegistryLoader(url, keyring=Keyring.load(keyring)) as registry:
            return registry.count()


@contextmanager
def _registers(home: Home, databases: Databases) -> Iterator[Registers]:
    """Opens what writes a province, into databases that have the version that the code needs."""
    from gateway.casefile.domain import CaseRecord
    from gateway.casefile.loader import CaseLoader
    from services.coordination.loader import DirectoryLoader
    from services.exit_restriction.loader import SubjectLoader
    from services.identity.loader import RegistryLoader
    from services.synthetic.writers import Registers
    from services.vehicle.loader import VehicleLoader
    from services.vehicle.violations.loader import ViolationLoader

    with _told(), ExitStack() as opened:
        for process, url in asdict(databases).items():
            _upgrade(url, package=MODULES[process])
        people = opened.enter_context(RegistryLoader(databases.identity, keyring=_keyring(home, "identity")))
        cases = opened.enter_context(CaseLoader(databases.gateway, keyring=_keyring(home, "gateway")))
        keyring = _keyring(home, "vehicle")
        vehicles = opened.enter_context(VehicleLoader(databases.vehicle, keyring=keyring))
        violations = opened.enter_context(ViolationLoader(databases.vehicle, keyring=keyring))
        travellers = opened.enter_context(
            SubjectLoader(databases.exit_restriction, keyring=_keyring(home, "exit_restriction"))
        )
        directory = opened.enter_context(
            DirectoryLoader(databases.coordination, keyring=_keyring(home, "coordination"))
        )

        def add_cases(made: Sequence[DebtCase]) -> None:
            cases.add(CaseRecord(c.court_code, c.case_number, c.handler, c.parties) for c in made)

        yield Registers(people, vehicles, violations, travellers, directory, add_cases)


def _upgrade(url: str, *, package: str) -> None:
    from services.chassis.migrations import upgrade

    try:
        upgrade(url, package=package)
    except ValueError as failure:
        raise CommandError(f"The database of {package} cannot be used: {failure}.") from None


def _keyring(home: Home, process: str) -> Keyring:
    from services.chassis.sealing import Keyring

    return Keyring.load(home.keys.keyring_file(process))


@contextmanager
def _told() -> Iterator[None]:
    """Turns what databases and keyrings report within the block into a refusal."""
    from services.chassis.db.failures import classify, translate
    from services.chassis.migrations import MigrationError
    from services.chassis.sealing import KeyringError, SealError
    from services.exit_restriction.registry.intake import IntakeError as ExitIntakeError
    from services.identity.domain import IntakeError
    from services.vehicle.registry.intake import IntakeError as VehicleIntakeError

    try:
        yield
    except (MigrationError, KeyringError) as failure:
        raise CommandError(str(failure)) from None
    except SealError:
        raise CommandError(
            "The database was written under other keys.", next_step="Name the data folder whose keyrings they are."
        ) from None
    except (IntakeError, VehicleIntakeError, ExitIntakeError) as failure:
        raise CommandError(f"{failure} The databases hold other people.", next_step=ELSEWHERE) from None
    except Exception as failure:
        if classify(failure) is None:
            raise
        raise translate(failure) from None
