"""What commands of criminal referral share: the names of services and referrals, and a call that tells nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, TypeVar

import typer
from google.protobuf.message import Message

from xiezhi.cli.approved import call_proven
from xiezhi.cli.output import CommandError
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.client import Client

COURT = "/xiezhi.referral.v1.ReferralService/"
UNIT = "/xiezhi.referral.v1.InvestigationService/"
SUPERVISION = "/xiezhi.referral.v1.SupervisionService/"

REFERRALS, CAMPAIGNS, KEY_CASE_LISTS = "referrals/", "campaigns/", "keyCaseLists/"
"""What resource names begin with."""

A = TypeVar("A", bound=Message)

Receipt = Annotated[Path | None, typer.Option("--receipt", help="Write the receipt here, for `xiezhi ledger verify`.")]
ReferralName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the referral, or its UUID.")]


def fetch(client: Client, service: str, request: Message, *, kind: type[A]) -> tuple[A, ProvenAnswer]:
    """Makes a call that needs no approval.

    Args:
        client: The caller's client.
        service: `COURT`, `UNIT` or `SUPERVISION`.
        request: The request, from whose name that of the method follows.
        kind: Type of the answer.

    Returns:
        The answer, and the same with its receipt, which has been verified.
    """
    proven = call_proven(client, method_of(service, request), request.SerializeToString(deterministic=True))
    return kind.FromString(proven.payload), proven


def method_of(service: str, request: Message) -> str:
    """Returns the full name of the method that takes a request."""
    return service + str(request.DESCRIPTOR.name).removesuffix("Request")


def full_name(name: str, kind: str = REFERRALS) -> str:
    """Returns the resource name of what is given by name or by UUID.

    Args:
        name: The name.
        kind: What its names begin with.

    Raises:
        CommandError: If it is empty.
    """
    if not name:
        raise CommandError("Nothing is named.", next_step="The commands that list show the names.")
    return name if name.startswith(kind) else kind + name
