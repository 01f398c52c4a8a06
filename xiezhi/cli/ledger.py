"""`xiezhi ledger`: the log's head, proofs from it, and their verification."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from xiezhi.cli.command import command, examples
from xiezhi.cli.disclosure import receipt_view
from xiezhi.cli.documents import read_bytes, read_json
from xiezhi.cli.log import LogReader, VerifiedHead
from xiezhi.cli.output import CommandError
from xiezhi.cli.progress import showing_progress
from xiezhi.cli.receipt import check_answer, check_receipt, entry_facts
from xiezhi.cli.session import Session
from xiezhi.client import LogKey

app = typer.Typer(
    help="Read, prove and verify the log (RFC 9162). Receipts verify offline with the log's public key alone.",
    epilog=examples(
        "xiezhi ledger head --as AUDIT-A001",
        "xiezhi ledger verify receipt.json",
        "xiezhi ledger verify --as AUDIT-A001",
        "xiezhi ledger prove 42 --as AUDIT-A001",
    ),
    no_args_is_help=True,
)

LogKeyFile = Annotated[
    Path | None,
    typer.Option("--log-key", help="PEM file of the log's public key; else XIEZHI_LOG_KEY, else the development one."),
]


@command(
    app,
    calls=True,
    epilog=examples("xiezhi ledger head --as AUDIT-A001", "xiezhi ledger head --as AUDIT-A001 --json"),
)
def head(session: Session, log_key: LogKeyFile = None) -> None:
    """Show the signed head of the log, its signature verified."""
    with session.connect() as client:
        found = LogReader(client.channel, _key(session, log_key)).head()
    session.output.result(found.facts(), _head_view(found))


@command(
    app,
    calls=True,
    epilog=examples(
        "xiezhi ledger verify receipt.json",
        "xiezhi ledger verify receipt.json --answer answer.bin --log-key log.pub",
        "xiezhi ledger verify --as AUDIT-A001     the whole log, and that it only grew",
    ),
)
def verify(
    session: Session,
    receipt: Annotated[
        Path | None, typer.Argument(help="Receipt file of `xiezhi lookup --receipt`; without it the whole log.")
    ] = None,
    answer: Annotated[
        Path | None, typer.Option("--answer", help="The answer's exact bytes, to be held against the receipt.")
    ] = None,
    log_key: LogKeyFile = None,
) -> None:
    """Verify a receipt offline, or the whole log as an auditor.

    A receipt needs no connection: nothing but the log's public key. Without one every entry is read and hashed anew,
    and the tree is held against the head that was verified here before: a log that was rewritten does not pass.
    """
    key = _key(session, log_key)
    if receipt is None:
        if answer is not None:
            raise CommandError("An answer is held against its receipt; name the receipt's file too.")
        _verify_log(session, key)
        return
    proof, entry = check_receipt(read_json(receipt), key)
    if answer is not None:
        check_answer(read_bytes(answer), proof, entry)
    facts = {"verified": True, "answer_verified": answer is not None, **entry_facts(entry, proof)}
    session.output.result(facts, receipt_view(facts))


@command(
    app,
    calls=True,
    epilog=examples("xiezhi ledger prove 42 --as AUDIT-A001", "xiezhi ledger prove LEAF-HASH --as AUDIT-A001 --json"),
)
def prove(
    session: Session,
    leaf: Annotated[
        str, typer.Argument(metavar="INDEX|HASH", help="Zero-based place of an entry, or its leaf hash in hexadecimal.")
    ],
    log_key: LogKeyFile = None,
) -> None:
    """Prove that an entry is in the log, and verify the proof against the signed head."""
    with session.connect() as client:
        proof = LogReader(client.channel, _key(session, log_key)).prove(leaf)
    facts = proof.facts()
    table = Table("", "Node", title="Inclusion path, from the leaf to the root", title_justify="left")
    for level, node in enumerate(facts["path"]):
        table.add_row(str(level), node)
    told = f"Entry {facts['leaf_index']} is in the signed tree of {facts['tree_size']} entries."
    session.output.result(facts, Group(_head_view(proof.head), table, Text(f"✓ {told}", "green")))


def _verify_log(session: Session, key: LogKey) -> None:
    remembered = session.home.data / "auditor.head"
    with session.connect() as client, showing_progress(session.output, "Reading the log") as progress:
        reader = LogReader(client.channel, key)
        known = reader.recall(remembered)
        found = reader.verify_all(known, progress=progress)
        reader.remember(remembered, found.head)
    data: dict[str, Any] = {
        "verified": True,
        **found.head.facts(),
        "entries": found.entries,
        "kinds": found.kinds,
        "consistent_with": known.facts()["tree_size"] if known is not None else None,
    }
    kinds = Table("Kind", "Entries", box=None)
    for kind, count in found.kinds.items():
        kinds.add_row(kind, f"{count:,}")
    grown = (
        f"✓ The tree of {known.head.tree_size:,} entries that was verified here before is a prefix of it."
        if known is not None
        else "This is the first head verified here; the next run is held against it."
    )
    told = f"✓ All {found.entries:,} entries hash to the signed root."
    session.output.result(data, Group(_head_view(found.head), kinds, Text(told, "green"), Text(grown, "green")))


def _key(session: Session, file: Path | None) -> LogKey:
    if file is None:
        return session.log_key()
    try:
        return LogKey.from_pem(read_bytes(file))
    except ValueError:
        raise CommandError(f"{file} is no public key of a log.") from None


def _head_view(found: VerifiedHead) -> RenderableType:
    facts = found.facts()
    lines = (
        f"Log   {facts['log']}",
        f"Size  {facts['tree_size']:,} entries",
        f"Root  {facts['root_hash']}",
        f"Time  {facts['time']}",
        f"Key   {facts['log_key_id']}",
    )
    return Panel(Text("\n".join(lines)), title="Signed head: verified", title_align="left", border_style="green")
