"""Puts the commands of criminal referral together."""

from __future__ import annotations

import typer

from xiezhi.cli.command import examples
from xiezhi.cli.referral import campaigns, court, key_cases, letters, notices, report, unit

app = typer.Typer(
    help="Refer suspects of refusing to execute a judgment (拒不执行判决、裁定罪) to the police.\n\n"
    "Courts send, supplement, withdraw and list; units of criminal investigation receive, decide and give sealed "
    "letters; both provincial bodies supervise. `xiezhi due` lists what is due.",
    epilog=examples(
        "xiezhi referral send --as GAN0102-J001 --help",
        "xiezhi referral inbox --as POL360102-I001",
        "xiezhi referral decide NAME --as POL360102-C001 --suspect 0 --file --number 洪公（刑）立字〔2026〕1号",
        "xiezhi referral feedback NAME --as POL360102-C001 --suspect 0 --number 洪公（刑）反字〔2026〕1号",
        "xiezhi referral report --as GAN-S001 --by unit --pdf report.pdf",
    ),
    no_args_is_help=True,
)
for part in (court, unit, letters, report):
    app.add_typer(part.app)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(key_cases.app, name="keycases")
app.add_typer(notices.app, name="notices")
