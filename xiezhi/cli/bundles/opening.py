"""`xiezhi bundle open`: a judge opens results, each proven by the log's key, without calling anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from xiezhi.bundle import Result, open_result
from xiezhi.bundle.results import Asked
from xiezhi.cli.bundles.drafts import identifier, recall
from xiezhi.cli.bundles.methods import find_paper_method
from xiezhi.cli.bundles.sending import BundleFile, Organisation, open_bundle, verify
from xiezhi.cli.bundles.trust import BundleKeys
from xiezhi.cli.command import REFUSED, command, examples
from xiezhi.cli.disclosure import receipt_view
from xiezhi.cli.documents import write_json
from xiezhi.cli.output import CommandError, describe
from xiezhi.cli.receipt import ProvenAnswer, receipt_document, receipt_facts
from xiezhi.cli.render import message_dict, message_tree
from xiezhi.cli.session import Session
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.receipt import ProofError

app = typer.Typer()


@command(
    app,
    "open",
    calls=True,
    epilog=examples(
        "xiezhi bundle open monday.results --as GAN0102-J001",
        "xiezhi bundle open monday.results --as GAN0102-J001 --out answers --json",
    ),
)
def open_(
    session: Session,
    file: BundleFile,
    out: Annotated[Path | None, typer.Option("--out", help="Write answers and receipts into this folder.")] = None,
    organisation: Organisation = "",
) -> None:
    """Open the results of your own requests (反馈包). Exits with 1 if one was refused or is not proven.

    Every receipt is verified with the log's public key, and every answer is opened with the key that stayed in the data
    folder. Results of other judges in the bundle stay closed.
    """
    told: list[dict[str, Any]] = []
    views: list[RenderableType] = []
    log_key, others = session.log_key(), 0

    def take(item: bundle_pb2.BundleItem) -> None:
        nonlocal others
        asked = recall(session.home, item.approval)
        if asked is None:
            others += 1
            return
        try:
            result = open_result(item, asked, log_key=log_key)
        except ProofError as failure:
            unproven = CommandError(f"The result is not accepted: {failure}.", next_step="Tell the auditors.")
            data, view = _refused(item, unproven, reason="RECEIPT_INVALID")
        else:
            data, view = _opened(item, asked, result, out=out)
        told.append(data)
        views.append(view)

    with open_bundle(file) as opened:
        bundle = verify(session, opened, keys=BundleKeys(session), organisation=organisation)
        if bundle.header.kind != bundle_pb2.BUNDLE_KIND_RESULTS:
            raise CommandError("The bundle holds requests.", next_step="Police import it with `xiezhi bundle import`.")
        bundle.each(take)
    if others:
        views.append(Text(f"{others:,} results are of other judges.", style="dim"))
    answered = message_dict(bundle.header)
    session.output.result({"header": answered, "results": told, "of_others": others}, Group(*views))
    if any("error" in one for one in told):
        raise typer.Exit(REFUSED)


def _opened(
    item: bundle_pb2.BundleItem, asked: Asked, result: Result, *, out: Path | None
) -> tuple[dict[str, Any], RenderableType]:
    """Returns a result for programs and for people, and writes it where that is asked for."""
    if result.refusal is not None or result.receipt is None:
        return _refused(item, result.refusal or CommandError("There is no answer."))
    answer = find_paper_method(asked.method).output_class.FromString(result.payload)
    proven = ProvenAnswer(asked.method, asked.request_sha256, result.answer, result.payload, result.receipt)
    facts = receipt_facts(proven)
    data = {**_named(item), "answer": message_dict(answer), "receipt": facts}
    if out is not None:
        # The name is of letters that a UUID has, and nothing else of the bundle is in it.
        name = identifier(asked.approval)
        write_json(out / f"{name}.json", data)
        write_json(out / f"{name}.receipt.json", receipt_document(proven))
        data["files"] = [str(out / f"{name}.json"), str(out / f"{name}.receipt.json")]
    title = f"{item.paper_reference}  {asked.approval}"
    view = Group(message_tree(answer, str(answer.DESCRIPTOR.full_name)), receipt_view(facts))
    return data, Panel(view, title=Text(title), title_align="left", border_style="green")


def _refused(
    item: bundle_pb2.BundleItem, failure: Exception, *, reason: str = ""
) -> tuple[dict[str, Any], RenderableType]:
    told = describe(failure)
    told["reason"] = reason or told["reason"]
    lines = [Text(f"{told['reason']}: {told['message']}")]
    if told.get("next_step"):
        lines.append(Text(f"Next: {told['next_step']}", style="cyan"))
    view = Panel(Group(*lines), title=Text(item.paper_reference), title_align="left", border_style="red")
    return {**_named(item), "error": told}, view


def _named(item: bundle_pb2.BundleItem) -> dict[str, Any]:
    return {"paper_reference": item.paper_reference, "approval": item.approval, "method": item.method}
