"""Sealed answers: one key opens them, for one approval and one method."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.proof.answer import OVERHEAD, open_answer, seal_answer
from xiezhi.proof.receipt import ProofError

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = KEY.public_key().public_bytes_raw()
APPROVAL, METHOD = (
    "approvals/00000000-0000-4000-8000-000000000001",
    "/xiezhi.identity.v1.IdentityService/LookupHousehold",
)


def sealed(answer: bytes = b"answer") -> bytes:
    return seal_answer(answer, key=PUBLIC, approval=APPROVAL, method=METHOD)


@settings(max_examples=30)
@given(st.binary(max_size=2_000))
def test_what_is_sealed_is_opened_and_nothing_of_it_shows(answer: bytes) -> None:
    closed = sealed(answer)
    assert len(closed) == len(answer) + OVERHEAD
    assert len(answer) < 8 or answer not in closed
    assert open_answer(closed, key=KEY, approval=APPROVAL, method=METHOD) == answer


def test_no_two_seals_are_alike() -> None:
    assert sealed() != sealed()


@pytest.mark.clause("R-5.2")
@pytest.mark.parametrize(
    "changed",
    [{"key": X25519PrivateKey.generate()}, {"approval": APPROVAL[:-1] + "2"}, {"method": "/a.B/C"}],
    ids=["another key", "another approval", "another method"],
)
def test_for_anything_else_it_stays_closed(changed: dict[str, object]) -> None:
    with pytest.raises(ProofError):
        open_answer(sealed(), **{"key": KEY, "approval": APPROVAL, "method": METHOD} | changed)  # type: ignore[arg-type]


def test_every_changed_or_missing_byte_is_noticed() -> None:
    closed = sealed()
    damaged = [closed[:place] + bytes([closed[place] ^ 1]) + closed[place + 1 :] for place in range(len(closed))]
    for one in (*damaged, *(closed[:length] for length in range(len(closed))), closed + b"\0"):
        with pytest.raises(ProofError):
            open_answer(one, key=KEY, approval=APPROVAL, method=METHOD)


def test_it_is_hpke_with_the_info_that_the_contract_says() -> None:
    suite = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
    info = b"xiezhi-result/v1\x00" + APPROVAL.encode() + b"\x00" + METHOD.encode()
    assert suite.decrypt(sealed(b"plain"), KEY, info) == b"plain"


@pytest.mark.parametrize("key", [b"", bytes(31), bytes(32)])
def test_to_what_is_no_key_nothing_is_sealed(key: bytes) -> None:
    with pytest.raises(ValueError):
        seal_answer(b"answer", key=key, approval=APPROVAL, method=METHOD)
