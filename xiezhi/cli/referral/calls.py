"""What commands of criminal referral share: the names of services and referrals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xiezhi.cli.output import CommandError

COURT = "/xiezhi.referral.v1.ReferralService/"
UNIT = "/xiezhi.referral.v1.InvestigationService/"
SUPERVISION = "/xiezhi.referral.v1.SupervisionService/"

REFERRALS, CAMPAIGNS, KEY_CASE_LISTS = "referrals/", "campaigns/", "keyCaseLists/"
"""What resource names begin with."""

Receipt = Annotated[Path | None, typer.Option("--receipt", help="Write the receipt here, for `xiezhi ledger verify`.")]
ReferralName = Annotated[str, typer.Argument(metavar="NAME", help="Name of the referral, or its UUID.")]


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
