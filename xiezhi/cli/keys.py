"""`xiezhi keys`: development keys and certificates."""

from __future__ import annotations

import warnings
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, as_sentence
from xiezhi.cli.render import format_instant
from xiezhi.cli.session import Session
from xiezhi.cli.suite import create_keyrings, rotate_keyrings, synthetic_officers
from xiezhi.pki import ISSUERS, InsecureDevelopmentKeysWarning, Officer, UnknownExchangeKeyError, UnknownOfficerError

app = typer.Typer(
    help="Make, show, rotate and revoke development keys. They are insecure: not for production.",
    epilog=examples(
        "xiezhi keys create",
        "xiezhi keys show --all",
        "xiezhi keys revoke GAN0102-C001 --reissue",
        "xiezhi keys replace-exchange 360102000000",
    ),
    no_args_is_help=True,
)

WARNING = (
    "[bold red]INSECURE DEVELOPMENT KEYS[/] in {folder}: one folder holds the private keys of both agencies, "
    "of the ledger and of every officer. Never use them for real data."
)
SHOWN_OFFICERS = 40


@command(app, epilog=examples("xiezhi keys create", "xiezhi --home /srv/xiezhi keys create"))
def create(session: Session) -> None:
    """Make what is missing and renew what is nearly over; keep the rest."""
    make_keys(session, officers=synthetic_officers())
    keys = session.home.keys
    made = {
        "folder": str(keys.folder),
        "officers": len(keys.officers.list()),
        "log_key": str(keys.log_key_file),
    }
    session.output.result(made, f"Keys for {made['officers']} officers are in {keys.folder}.")


@command(app, epilog=examples("xiezhi keys show", "xiezhi keys show --all --json"))
def show(
    session: Session,
    every: Annotated[bool, typer.Option("--all", help="List every officer.")] = False,
) -> None:
    """Show certificates, token keys and officers, never a private key."""
    require_keys(session)
    data = _inventory(session.home)
    session.output.result(data, _inventory_tables(data, every=every))


@command(app, epilog=examples("xiezhi keys rotate"))
def rotate(session: Session) -> None:
    """Replace TLS certificates and seals, add token and database keys. The ledger's key stays.

    Receipts that were given out name the ledger's key; whoever kept its public half must be able to verify them for
    good, so it is not rotated. Running processes pick the new files up by themselves.
    """
    require_keys(session)
    session.home.keys.rotate(now=session.now(), machine_now=session.machine_now())
    rings = rotate_keyrings(session.home)
    session.output.result(
        {"tls": "replaced", "seals": "replaced", "token_keys": "added", "keyrings": rings, "ledger_key": "kept"},
        "TLS certificates and seals are replaced; token keys are added, the former ones still verify; database keys "
        f"are added to {len(rings)} keyrings; the ledger's key is kept.",
    )


@command(app, epilog=examples("xiezhi keys revoke GAN0102-C001", "xiezhi keys revoke GAN0102-C001 --reissue"))
def revoke(
    session: Session,
    officer: Annotated[str, typer.Argument(help="Whose signing certificate, for example GAN0102-P001.")],
    reissue: Annotated[bool, typer.Option("--reissue", help="Give the officer a new key and certificate.")] = False,
) -> None:
    """Put an officer's signing certificate on the revocation list of the courts, or of the police, at once."""
    require_keys(session)
    keys = session.home.keys
    try:
        register = keys.carriers if keys.officers.get(officer).carries else keys.officers
        serial = register.revoke(officer, now=session.now())
        if reissue:
            register.reissue(officer, now=session.now())
    except UnknownOfficerError as failure:
        raise CommandError(as_sentence(failure), next_step="See `xiezhi keys show`.") from None
    session.output.result(
        {"officer": officer, "revoked_serial": f"{serial:x}", "reissued": reissue},
        f"The certificate {serial:x} of {officer} is revoked. Statements signed with it count no more.",
    )


@command(app, "replace-exchange", epilog=examples("xiezhi keys replace-exchange 360102000000"))
def replace_exchange(
    session: Session,
    organisation: Annotated[str, typer.Argument(help="Court or police organisation, for example 赣0102.")],
) -> None:
    """Give an organisation a new exchange key, and revoke the former one's certificate.

    Nobody encrypts a bundle to the former key any more; bundles that are under way to it can be opened no more, and
    are exported again.
    """
    require_keys(session)
    try:
        serial = session.home.keys.exchange.replace(organisation, now=session.now())
    except UnknownExchangeKeyError as failure:
        raise CommandError(as_sentence(failure), next_step="Name the court or police organisation.") from None
    session.output.result(
        {"organisation": organisation, "revoked_serial": f"{serial:x}"},
        f"{organisation} has a new exchange key; the certificate {serial:x} is revoked. Carry the new revocation list "
        "and certificate to whoever sends it bundles.",
    )


def make_keys(session: Session, *, officers: tuple[Officer, ...]) -> None:
    """Makes or completes the development keys of a data folder, keyrings included, and warns loudly.

    Args:
        session: The data folder, the present instants, and where the warning goes.
        officers: Officers to be added.
    """
    home = session.home
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        home.keys.create(officers, now=session.now(), machine_now=session.machine_now())
    create_keyrings(home)
    session.output.note(WARNING.format(folder=home.keys.folder))


def require_keys(session: Session) -> None:
    """Refuses to go on without development keys.

    Raises:
        CommandError: If the data folder has none.
    """
    if not session.home.keys.exists:
        raise CommandError(
            f"There are no development keys in {session.home.root}.",
            next_step="Make them with `xiezhi keys create`.",
        )


def _inventory(home: Home) -> dict[str, Any]:
    keys = home.keys
    return {
        "folder": str(keys.folder),
        "log_key": str(keys.log_key_file),
        "certificates": [
            {
                "name": name,
                "subject": certificate.subject.rfc4514_string(),
                "serial": f"{certificate.serial_number:x}",
                "ends": certificate.not_valid_after_utc.isoformat(),
            }
            for name, certificate in keys.certificates().items()
        ],
        "token_keys": {agency: list(keys.tokens(agency).key_ids()) for agency in ISSUERS},
        "officers": [_describe_officer(home, officer) for officer in keys.officers.list()],
    }


def _describe_officer(home: Home, officer: Officer) -> dict[str, Any]:
    return {
        "officer_id": officer.officer_id,
        "organisation": officer.organisation,
        "rank": officer.rank.name if officer.rank else "",
        "system": officer.system,
        "permissions": list(officer.permissions),
        "revoked": (officer.signs and home.keys.officers.is_revoked(officer.officer_id))
        or (officer.carries and home.keys.carriers.is_revoked(officer.officer_id)),
    }


def _inventory_tables(data: dict[str, Any], *, every: bool) -> Group:
    certificates = Table("Certificate", "Serial", "Ends", title="Certificates", title_justify="left")
    for item in data["certificates"]:
        ends = format_instant(datetime.fromisoformat(item["ends"]))
        certificates.add_row(item["name"], item["serial"][:16], ends)
    listed = data["officers"] if every else data["officers"][:SHOWN_OFFICERS]
    officers = Table("Officer", "Organisation", "Rank", "System", title="Officers", title_justify="left")
    for item in listed:
        rank = f"[strike]{item['rank']}[/] revoked" if item["revoked"] else item["rank"]
        officers.add_row(item["officer_id"], item["organisation"], rank, item["system"])
    left = len(data["officers"]) - len(listed)
    more = Text(f"… and {left} more; --all lists them." if left else "", style="dim")
    log_key = Text(f"Public key of the log: {data['log_key']}")
    return Group(certificates, officers, more, log_key)
