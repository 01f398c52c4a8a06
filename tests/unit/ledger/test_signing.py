"""The log's key: what it signs, what it does not take for its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.clock import ManualClock
from services.ledger.signing import LogSigner
from tests.unit.ledger.fakes import START, signer
from xiezhi.errors import DataLoss
from xiezhi.pki.files import write_key
from xiezhi.proof.receipt import ProofError


def test_a_head_is_signed_to_the_millisecond_and_taken_for_its_own() -> None:
    head = signer().sign(3, bytes(32), after=None)
    assert head.time == START.replace(microsecond=123_000)
    signer().require_own(head)


def test_a_clock_put_back_does_not_put_heads_back() -> None:
    clock = ManualClock(START)
    mine = LogSigner(Ed25519PrivateKey.generate(), origin="o", clock=clock)
    first = mine.sign(1, bytes(32), after=None)
    clock.set(START.replace(year=2020))
    assert mine.sign(2, bytes(32), after=first).time == first.time


@pytest.mark.parametrize(("origin", "seed"), [("xiezhi.test/other", 1), ("xiezhi.test/log", 2)])
def test_heads_of_others_are_refused(origin: str, seed: int) -> None:
    with pytest.raises(DataLoss):
        signer().require_own(signer(origin=origin, seed=seed).sign(3, bytes(32), after=None))


@pytest.mark.parametrize("origin", ["", "two\nlines", "x" * 101, "案卷"])
def test_what_cannot_be_the_name_of_a_log_is_refused(origin: str) -> None:
    with pytest.raises(ProofError):
        signer(origin=origin)


def test_the_key_is_read_from_its_file(tmp_path: Path) -> None:
    write_key(tmp_path / "signing.key", Ed25519PrivateKey.from_private_bytes(bytes([1] * 32)))
    loaded = LogSigner.load(tmp_path / "signing.key", origin="xiezhi.test/log", clock=ManualClock(START))
    assert loaded.public_key == signer().public_key


def test_another_kind_of_key_is_refused(tmp_path: Path) -> None:
    write_key(tmp_path / "signing.key", generate_private_key(SECP256R1()))
    with pytest.raises(ValueError, match="no Ed25519"):
        LogSigner.load(tmp_path / "signing.key", origin="o", clock=ManualClock(START))
