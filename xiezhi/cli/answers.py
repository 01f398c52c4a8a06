"""Tells an answer with the receipt that proves it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf.message import Message
from rich.console import Group, RenderableType
from rich.text import Text

from xiezhi.cli.disclosure import receipt_view
from xiezhi.cli.documents import write_json
from xiezhi.cli.receipt import ProvenAnswer, receipt_document, receipt_facts
from xiezhi.cli.render import message_dict
from xiezhi.cli.session import Session


def tell_answer(
    session: Session, answer: Message, human: RenderableType, *, proven: Sequence[ProvenAnswer], trace_id: str
) -> None:
    """Tells an answer.

    Args:
        session: Where to.
        answer: The answer; of a stream all parts in one.
        human: The same for people.
        proven: Its parts as they came, each with its receipt.
        trace_id: Trace of the call.
    """
    receipts = [receipt_facts(one) for one in proven]
    data: dict[str, Any] = {
        "answer": message_dict(answer),
        "receipt": receipts[-1],
        "trace_id": trace_id,
    }
    if len(receipts) > 1:
        data["receipts"] = receipts
    trace = Text(f"Trace: {trace_id}", style="dim")
    session.output.result(data, Group(human, receipt_view(receipts[-1]), trace))


def keep_receipts(file: Path | None, proven: Sequence[ProvenAnswer]) -> None:
    """Writes receipts for `xiezhi ledger verify`: the first into the file, those of further parts beside it.

    Args:
        file: The file, for example "receipt.json", beside which "receipt-2.json" follows; None for none.
        proven: The parts of an answer.
    """
    if file is None:
        return
    for number, one in enumerate(proven, start=1):
        own = file if number == 1 else file.with_stem(f"{file.stem}-{number}")
        write_json(own, receipt_document(one))
