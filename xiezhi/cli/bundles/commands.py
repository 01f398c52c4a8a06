"""Puts the commands of `xiezhi bundle` together."""

from __future__ import annotations

import typer

from xiezhi.cli.bundles import importing, listing, opening, requests, sending
from xiezhi.cli.command import examples

app = typer.Typer(
    help="Carry requests to the police on paper and a medium (人工报送), and their results back (notice 四.1).\n\n"
    "For courts that are not on the platform yet, and for outages. Only `import` and `list` call the exchange; "
    "everything else works on a machine without a network.",
    epilog=examples(
        "xiezhi bundle draft METHOD --file request.json --as GAN0102-J001 --to UNIT --reference R --reason WHY",
        "xiezhi bundle approve FILE.draft.json --as GAN0102-C001 --reason WHY",
        "xiezhi bundle export *.draft.json --as GAN0102-L001 --reference R --out monday.bundle",
        "xiezhi bundle show monday.bundle --as POL360102-L001",
        "xiezhi bundle import monday.bundle --as POL360102-L001 --reference R --out monday.results",
        "xiezhi bundle open monday.results --as GAN0102-J001",
        "xiezhi bundle list --as GAN0102-L001",
    ),
    no_args_is_help=True,
)
for part in (requests, sending, importing, opening, listing):
    app.add_typer(part.app)
