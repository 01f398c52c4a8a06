"""Access to the servers' side, which agencies do not install."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.pki import Officer

EXTRA = "pip install 'xiezhi[suite]'"

PROCESSES = ("ledger", "identity", "vehicle", "exit_restriction", "referral", "coordination", "gateway")
"""The processes of the suite, in the order in which they are started; they stop in the reverse order."""
MODULES = {
    "coordination": "services.coordination",
    "exit_restriction": "services.exit_restriction",
    "gateway": "gateway",
    "identity": "services.identity",
    "ledger": "services.ledger",
    "referral": "services.referral",
    "vehicle": "services.vehicle",
}
"""What each process runs; the package has its migrations too."""
ENTRIES = tuple(f"{module}.__main__" for module in MODULES.values())
"""What they import of all that they need, by names under which none of them runs."""
OVERSIGHT = "oversight"
"""Name of the keyring of the ledger's indexes, which all processes share."""


@contextmanager
def suite_required(what: str) -> Iterator[None]:
    """Explains a failed import within the block as the missing extra.

    Args:
        what: What needs the servers' side, for example "xiezhi up".

    Raises:
        CommandError: If a package that only the servers need is missing.
    """
    try:
        yield
    except ModuleNotFoundError as missing:
        raise CommandError(
            f"{what} needs the servers of the suite, and {missing.name} is not installed.",
            next_step=f"Install them: {EXTRA}",
        ) from None


def create_keyrings(home: Home) -> None:
    """Makes the keyrings that a data folder lacks; those that are there stay as they are.

    Raises:
        CommandError: If the servers' side is not installed.
    """
    with suite_required("Making database keys"):
        from services.chassis.sealing import Keyring
    for name in (*PROCESSES, OVERSIGHT):
        file = home.keys.keyring_file(name)
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            Keyring.create(file)


def rotate_keyrings(home: Home) -> list[str]:
    """Adds a sealing key to the keyring of every process.

    Returns:
        Names of the keyrings.

    Raises:
        CommandError: If the servers' side is not installed.
    """
    with suite_required("Rotating database keys"):
        from services.chassis.sealing import Keyring
    create_keyrings(home)
    for name in PROCESSES:
        Keyring.rotate(home.keys.keyring_file(name))
    return list(PROCESSES)


def synthetic_officers(seed: int | None = None) -> tuple[Officer, ...]:
    """Returns the officers of the synthetic province.

    Args:
        seed: Seed of the province; None for the one that everything uses by default.

    Raises:
        CommandError: If the servers' side is not installed.
    """
    from xiezhi.cli.seed import DEFAULT_SEED

    with suite_required("The synthetic province"):
        from services.synthetic import Province
    return Province(DEFAULT_SEED if seed is None else seed).officers()
