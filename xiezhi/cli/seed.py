"""`xiezhi seed`: fills the databases of a data folder with the synthetic province."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from xiezhi.cli.command import command, examples
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import Report, showing_progress
from xiezhi.cli.session import Session
from xiezhi.cli.signals import INTERRUPTED, interrupting
from xiezhi.cli.suite import create_keyrings, suite_required
from xiezhi.pki.files import PRIVATE, write_file

if TYPE_CHECKING:
    from services.chassis.sealing import Keyring
    from services.identity.loader import RegistryLoader
    from services.synthetic import DebtCase
    from services.synthetic.writers import AddCases

DEFAULT_SEED = 2018
DEFAULT_PEOPLE = 10_000
PROVINCE_FILE = "province.json"
"""File in the folder of databases that says which province was begun there, and whether it is complete."""

_ELSEWHERE = "Seed another data folder: xiezhi --home FOLDER seed."
_REGISTRY, _GATEWAY = "services.identity", "gateway"
"""Packages that have the migrations."""
_EPILOG = examples(
    "xiezhi seed --people 100000",
    "xiezhi seed --people 1000000 --json     takes some minutes; run it again if it was interrupted",
    "xiezhi seed --identity-url postgresql+psycopg://… --gateway-url postgresql+psycopg://…",
)


@dataclass(frozen=True, slots=True)
class Databases:
    """Where a province is written to.

    Attributes:
        identity: URL of the registry's database.
        gateway: URL of the gateway's database.
    """

    identity: str
    gateway: str

    @classmethod
    def of(cls, home: Home, *, identity: str = "", gateway: str = "") -> Databases:
        """Returns the databases of a data folder, or others.

        Args:
            home: The data folder.
            identity: URL instead of that of its registry.
            gateway: URL instead of that of its gateway.
        """
        return cls(identity or database_url(home, "identity"), gateway or database_url(home, "gateway"))


@dataclass(frozen=True, slots=True)
class Seeded:
    """What a data folder has after seeding.

    Attributes:
        seed: Seed of the province.
        people: People of it.
        households: Their households.
        cases: Cases about them.
        seconds: How long it took.
    """

    seed: int
    people: int
    households: int
    cases: int
    seconds: float


@dataclass(frozen=True, slots=True)
class _Begun:
    """The province that was begun in a data folder.

    Attributes:
        seed: Its seed.
        people: How many people were asked for.
        complete: Whether all of them are there.
    """

    seed: int
    people: int
    complete: bool


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
        identity_url: Annotated[str, typer.Option("--identity-url", help="Registry's database, if elsewhere.")] = "",
        gateway_url: Annotated[str, typer.Option("--gateway-url", help="Gateway's database, if elsewhere.")] = "",
    ) -> None:
        """Fill the databases with a synthetic province: people, households, photos, exit documents and cases.

        No one in it is real. The same seed makes the same people, and a smaller province is the beginning of a larger
        one: seeding again adds what is missing and changes nothing else. The suite may run meanwhile.
        """
        databases = Databases.of(session.home, identity=identity_url, gateway=gateway_url)
        title = "Seeding the synthetic province"
        try:
            with interrupting(), showing_progress(session.output, title) as progress:
                made = seed_province(session.home, people=people, seed=number, progress=progress, databases=databases)
        except KeyboardInterrupt:
            session.output.note("Interrupted; the same command completes it.")
            raise typer.Exit(INTERRUPTED) from None
        session.output.result(
            asdict(made),
            f"{made.people:,} people in {made.households:,} households, with {made.cases:,} cases, are there after "
            f"{made.seconds:.1f} s.",
        )


def seed_province(
    home: Home, *, people: int, seed: int, progress: Report, databases: Databases | None = None
) -> Seeded:
    """Writes a synthetic province, making the databases and keyrings that are missing.

    Doing so again changes nothing. A seeding that was interrupted is completed, by one for fewer people as well.

    Args:
        home: The data folder, whose keyrings seal what is written.
        people: How many people at least.
        seed: Seed of the province.
        progress: Told how many people of how many are written.
        databases: Where to, if not to those of the data folder.

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
    people = _require_same(home, people=people, seed=seed)
    begun = time.monotonic()
    home.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    create_keyrings(home)
    with _loaders(home, databases or Databases.of(home)) as (registry, add_cases):
        _note(home, _Begun(seed, people, complete=False))
        written = write_province(Province(seed), people, registry=registry, add_cases=add_cases, report=progress)
    _note(home, _Begun(seed, people, complete=True))
    seconds = round(time.monotonic() - begun, 3)
    return Seeded(seed, written.people, written.households, written.cases, seconds)


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
    begun = _read_begun(home)
    if begun is not None and not begun.complete:
        return 0
    with suite_required("The synthetic province"):
        from services.chassis.migrations import current
        from services.chassis.sealing import Keyring
        from services.identity.loader import RegistryLoader
    url, keyring = database_url(home, "identity"), home.keys.keyring_file("identity")
    with _told():
        if not keyring.exists() or current(url, _REGISTRY) is None:
            return 0
        with RegistryLoader(url, keyring=Keyring.load(keyring)) as registry:
            return registry.count()


@contextmanager
def _loaders(home: Home, databases: Databases) -> Iterator[tuple[RegistryLoader, AddCases]]:
    """Opens what writes people and cases, into databases that have the version that the code needs."""
    from gateway.casefile.domain import CaseRecord
    from gateway.casefile.loader import CaseLoader
    from services.chassis.migrations import upgrade
    from services.identity.loader import RegistryLoader

    with _told():
        for url, package in ((databases.identity, _REGISTRY), (databases.gateway, _GATEWAY)):
            try:
                upgrade(url, package=package)
            except ValueError as failure:
                raise CommandError(f"The database of {package} cannot be used: {failure}.") from None
        with (
            RegistryLoader(databases.identity, keyring=_keyring(home, "identity")) as registry,
            CaseLoader(databases.gateway, keyring=_keyring(home, "gateway")) as cases,
        ):

            def add_cases(made: Sequence[DebtCase]) -> None:
                cases.add(CaseRecord(c.court_code, c.case_number, c.handler, c.parties) for c in made)

            yield registry, add_cases


def _keyring(home: Home, process: str) -> Keyring:
    from services.chassis.sealing import Keyring

    return Keyring.load(home.keys.keyring_file(process))


@contextmanager
def _told() -> Iterator[None]:
    """Turns what databases and keyrings report within the block into a refusal."""
    from services.chassis.db.failures import classify, translate
    from services.chassis.migrations import MigrationError
    from services.chassis.sealing import KeyringError, SealError
    from services.identity.domain import IntakeError

    try:
        yield
    except (MigrationError, KeyringError) as failure:
        raise CommandError(str(failure)) from None
    except SealError:
        raise CommandError(
            "The database was written under other keys.", next_step="Name the data folder whose keyrings they are."
        ) from None
    except IntakeError as failure:
        raise CommandError(f"{failure} The databases hold other people.", next_step=_ELSEWHERE) from None
    except Exception as failure:
        if classify(failure) is None:
            raise
        raise translate(failure) from None


def _require_same(home: Home, *, people: int, seed: int) -> int:
    """Makes sure that a data folder holds no other province.

    Returns:
        How many people are to be written: those asked for, or those of a larger seeding that was interrupted.

    Raises:
        CommandError: If another province was begun here.
    """
    begun = _read_begun(home)
    if begun is not None and begun.seed != seed:
        raise CommandError(f"{home.root} holds the province of seed {begun.seed}.", next_step=_ELSEWHERE)
    return people if begun is None or begun.complete else max(people, begun.people)


def _read_begun(home: Home) -> _Begun | None:
    file = home.data / PROVINCE_FILE
    return _Begun(**json.loads(file.read_text(encoding="utf-8"))) if file.exists() else None


def _note(home: Home, begun: _Begun) -> None:
    write_file(home.data / PROVINCE_FILE, json.dumps(asdict(begun)).encode(), mode=PRIVATE)
