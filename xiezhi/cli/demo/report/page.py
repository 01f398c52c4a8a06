"""Writes the report: a page, a picture of each trace, and all that verifies its receipts without this software."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from xiezhi.cli.demo.report.picture import draw_trace
from xiezhi.cli.receipt import ProvenAnswer, receipt_facts
from xiezhi.proof.receipt import LogKey, checkpoint_text

FOLDER, PAGE = "report", "index.html"
_PRIVATE_FOLDER, _PRIVATE_FILE = 0o700, 0o600
_SPKI_ED25519 = bytes.fromhex("302a300506032b6570032100")
"""What stands before the 32 bytes of an Ed25519 key in a SubjectPublicKeyInfo (RFC 8410)."""

_HOW = """\
# Each receipt has three files in the folder "proofs": NN.head is the text that the log signed, NN.sig the signature,
# NN.entry the entry. The page itself does all of this too, in your browser and without a network.
openssl pkeyutl -verify -pubin -inkey proofs/log.pem -rawin -in proofs/01.head -sigfile proofs/01.sig
# The leaf of the entry, from which the inclusion proof leads to the root hash in NN.head (RFC 9162, section 2.1.3.2):
(printf '\\0'; cat proofs/01.entry) | sha256sum
"""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter of the story.

    Attributes:
        title: What it is about.
        steps: What happened, as the narrator kept it.
        spans: Its trace, as `xiezhi.cli.waterfall.as_data` returns it; may be empty.
    """

    title: str
    steps: Sequence[Mapping[str, Any]]
    spans: Sequence[Mapping[str, Any]]


def write_report(folder: Path, chapters: Sequence[Chapter], proven: Sequence[ProvenAnswer], *, key: LogKey) -> Path:
    """Writes the report.

    Args:
        folder: Where its folder "report" is made.
        chapters: The chapters in their order.
        proven: The answers that the story got, with their receipts.
        key: The log's public key.

    Returns:
        The page.
    """
    report = folder / FOLDER
    for made in (report, report / "proofs"):
        made.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
    pictures = {}
    for place, chapter in enumerate(chapters, start=1):
        if chapter.spans:
            pictures[place] = f"trace-{place}.svg"
            _write(report / pictures[place], draw_trace(chapter.spans).encode())
    _write(report / "proofs" / "log.pem", _pem(key.raw))
    for place, one in enumerate(proven, start=1):
        head = one.receipt.tree_head
        parts = {"head": checkpoint_text(head), "sig": head.signature, "entry": one.receipt.entry}
        for kind, content in parts.items():
            _write(report / "proofs" / f"{place:02}.{kind}", content)
    _write(report / PAGE, _page(chapters, proven, pictures=pictures, key=key).encode())
    return report / PAGE


def _page(
    chapters: Sequence[Chapter], proven: Sequence[ProvenAnswer], *, pictures: Mapping[int, str], key: LogKey
) -> str:
    proofs = json.dumps({"log_key": key.raw.hex(), "receipts": [_proof(one) for one in proven]}).replace("<", "\\u003c")
    told = "\n".join(_chapter(one, place, picture=pictures.get(place)) for place, one in enumerate(chapters, start=1))
    rows = "\n".join(_receipt_row(one, place) for place, one in enumerate(proven))
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Xiezhi 协执: what was played and how to verify it</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; \
script-src 'unsafe-inline'">
<style>{_own("page.css")}</style></head><body>
<h1>Xiezhi 协执 · 獬豸</h1>
<p>A story played with real processes, real TLS and real proofs, about people who do not exist. Every refusal below was
expected, and every receipt can be verified here or by hand, without this software.</p>
{told}
<h2>Receipts</h2>
<p>No answer is given before it is recorded. Each receipt proves that its entry is in the log whose public key is
<code>{key.raw.hex()}</code> (Ed25519), and that it is about exactly that answer.</p>
<table><thead><tr><th>#</th><th>call</th><th>officer</th><th>entry</th><th>recorded</th><th>verdict</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<h3>By hand</h3><pre>{escape(_HOW)}</pre>
<script id="proofs" type="application/json">{proofs}</script>
<script>{_own("verify.js")}</script>
</body></html>
"""


def _chapter(chapter: Chapter, place: int, *, picture: str | None) -> str:
    steps = "\n".join(map(_step, chapter.steps))
    shown = f'<p><a href="{picture}"><img src="{picture}" alt="The trace as a picture"></a></p>' if picture else ""
    return f'<h2>{place}. {escape(chapter.title)}</h2>\n<ol class="steps">\n{steps}\n</ol>\n{shown}'


def _step(step: Mapping[str, Any]) -> str:
    lines = [f"<strong>{escape(str(step['title']))}</strong>"]
    if step.get("text"):
        lines.append(escape(str(step["text"])))
    if step.get("refused"):
        lines.append(f'<span class="refused">✗ refused: {escape(str(step["refused"]))}</span>, as it must be')
    lines += [f'<span class="good">✓</span> {escape(str(found))}' for found in step.get("found", ())]
    if step.get("seconds") is not None:
        lines.append(f'<span class="dim">{step["seconds"] * 1000:,.0f} ms</span>')
    return f'<li value="{step["step"]}">{"<br>".join(lines)}</li>'


def _receipt_row(proven: ProvenAnswer, place: int) -> str:
    facts = receipt_facts(proven)
    method = str(facts["method"]).rpartition(".")[2]
    cells = (place + 1, method, facts["actor"], f"{facts['leaf_index']} of {facts['tree_size']}", facts["time"])
    told = "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)
    return f'<tr>{told}<td id="verdict-{place}">not verified yet</td></tr>'


def _proof(proven: ProvenAnswer) -> dict[str, Any]:
    receipt, head = proven.receipt, proven.receipt.tree_head
    return {
        "entry": receipt.entry.hex(),
        "leaf_index": receipt.leaf_index,
        "tree_size": head.tree_size,
        "path": [sibling.hex() for sibling in receipt.inclusion_path],
        "origin": head.origin,
        "root_hash": head.root_hash.hex(),
        "time_ms": int(checkpoint_text(head).split(b"\n")[3]),
        "signature": head.signature.hex(),
        "salt": receipt.salt.hex(),
        "answer": base64.b64encode(proven.payload).decode(),
        "response_sha256": receipt_facts(proven)["response_sha256"],
    }


def _pem(raw: bytes) -> bytes:
    body = base64.b64encode(_SPKI_ED25519 + raw)
    return b"-----BEGIN PUBLIC KEY-----\n" + body + b"\n-----END PUBLIC KEY-----\n"


def _own(name: str) -> str:
    return files("xiezhi.cli.demo.report").joinpath(name).read_text(encoding="utf-8")


def _write(file: Path, content: bytes) -> None:
    file.touch(mode=_PRIVATE_FILE)
    file.write_bytes(content)
