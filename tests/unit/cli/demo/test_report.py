"""The report of a played story: its pictures, and receipts that verify themselves, under Node.js as in a browser."""

from __future__ import annotations

import hashlib
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from tests.reports import needs_node, proofs_of, verdicts
from tests.unit.proof import rfc9162
from xiezhi.cli.demo.report import Chapter, write_report
from xiezhi.cli.demo.report.picture import draw_trace
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, answer_digest, checkpoint_text, verify_receipt

SECRET = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"a log of a test").digest())
KEY = LogKey.from_raw(SECRET.public_key().public_bytes_raw())
PAYLOADS = [f"answer {number}".encode() for number in range(7)]
SPAN = {
    "trace_id": "a" * 32,
    "service": "gateway",
    "name": "/xiezhi.identity.v1.IdentityService/LookupHousehold",
    "depth": 1,
    "offset_ms": 2.0,
    "duration_ms": 5.0,
    "decision": "refused",
    "reason": "APPROVAL_REQUIRED",
}
STEP = {
    "step": 1,
    "chapter": "c",
    "title": "A <step>",
    "text": "told",
    "refused": "NOT_FOUND",
    "found": ["it is"],
    "seconds": 0.01,
}


def proven(place: int) -> ProvenAnswer:
    """An answer whose entry is at a place in a log of all of them."""
    salts = [bytes([number]) * 16 for number in range(len(PAYLOADS))]
    entries = [
        ledger_pb2.Entry(
            method="/xiezhi.test.v1.Test/Ask", actor="GAN-J001", response_sha256=answer_digest(payload, salt=salt)
        ).SerializeToString()
        for payload, salt in zip(PAYLOADS, salts, strict=True)
    ]
    head = receipt_pb2.TreeHead(
        origin="xiezhi.jx/ledger",
        tree_size=len(entries),
        root_hash=rfc9162.root([rfc9162.leaf(entry) for entry in entries]),
    )
    head.time.FromMilliseconds(1_795_000_000_123)
    head.key_id = KEY.key_id
    head.signature = SECRET.sign(checkpoint_text(head))
    receipt = receipt_pb2.Receipt(
        entry=entries[place],
        leaf_index=place,
        inclusion_path=rfc9162.path(place, [rfc9162.leaf(entry) for entry in entries]),
        tree_head=head,
        salt=salts[place],
    )
    verify_receipt(receipt, KEY)
    return ProvenAnswer("/xiezhi.test.v1.Test/Ask", b"", b"", PAYLOADS[place], receipt)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    chapters = [Chapter("First", [STEP], [SPAN]), Chapter("Without a trace", [STEP], [])]
    return write_report(tmp_path, chapters, [proven(place) for place in range(len(PAYLOADS))], key=KEY)


def test_the_page_tells_every_step_and_escapes_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "A &lt;step&gt;" in text
    assert "<step>" not in text
    assert "refused: NOT_FOUND" in text
    assert text.count("not verified yet") == len(PAYLOADS)
    assert "http" not in text.replace("http-equiv", "")  # it asks nobody anything


def test_pictures_are_well_formed_and_linked(page: Path) -> None:
    assert 'src="trace-1.svg"' in page.read_text(encoding="utf-8")
    assert not (page.parent / "trace-2.svg").exists()
    picture = ET.parse(page.parent / "trace-1.svg").getroot()
    assert picture.tag.endswith("svg")
    assert "APPROVAL_REQUIRED" in "".join(picture.itertext())


def test_nothing_is_drawn_of_nothing() -> None:
    with pytest.raises(ValueError, match="nothing to draw"):
        draw_trace([])


def test_files_beside_the_page_verify_by_hand(page: Path) -> None:
    proofs = page.parent / "proofs"
    key = load_pem_public_key((proofs / "log.pem").read_bytes())
    for place in range(1, len(PAYLOADS) + 1):
        key.verify((proofs / f"{place:02}.sig").read_bytes(), (proofs / f"{place:02}.head").read_bytes())
        assert ledger_pb2.Entry.FromString((proofs / f"{place:02}.entry").read_bytes()).actor == "GAN-J001"
    assert page.stat().st_mode & 0o077 == 0


FORGERIES = {
    "genuine": (lambda one: None, ""),
    "another entry": (lambda one: one.update(entry=one["entry"][:-2] + "00"), "the entry is not in the tree"),
    "another place": (lambda one: one.update(leaf_index=(one["leaf_index"] + 1) % 7), "the entry is not in the tree"),
    "beyond the tree": (lambda one: one.update(leaf_index=7), "the entry is beyond the tree"),
    "a longer proof": (lambda one: one["path"].append("00" * 32), "the entry is not in the tree"),
    "another time": (lambda one: one.update(time_ms=1), "the signature is not the log's"),
    "another signature": (lambda one: one.update(signature="00" * 64), "the signature is not the log's"),
    "another answer": (lambda one: one.update(answer="YW5vdGhlcg=="), "it is of another answer"),
}


@needs_node
@pytest.mark.parametrize("forgery", FORGERIES)
def test_the_page_verifies_what_is_genuine_and_nothing_else(page: Path, tmp_path: Path, forgery: str) -> None:
    change, verdict = FORGERIES[forgery]
    proofs = proofs_of(page)
    for one in proofs["receipts"]:
        change(one)
    assert verdicts(proofs, tmp_path) == [verdict] * len(PAYLOADS)
