"""Letters under the seal of a police unit: whoever has the authority's certificate verifies them, calling nobody."""

from __future__ import annotations

import hashlib

import pytest

from services.papers import mentions
from services.papers.letters import typeset
from services.papers.sealing import seal_pdf
from tests.unit.papers.conftest import COURT, NOW, Refusal, Verify
from tests.unit.papers.letters.conftest import MATTER, OPINION, UNIT
from xiezhi.errors import Reason
from xiezhi.pki import SealRegister

NEIGHBOUR = "360103000000"


@pytest.fixture
def letter(register: SealRegister) -> bytes:
    """An opinion under the seal of its unit."""
    register.update((UNIT, NEIGHBOUR), now=NOW)
    return seal_pdf(typeset(OPINION.letter()), register.signer(UNIT), sealed_at=NOW)


def test_a_sealed_letter_holds_and_says_whose_it_is(letter: bytes, verify: Verify) -> None:
    paper = verify(letter, organisation=UNIT)
    assert (paper.signer, paper.sealed_at, paper.sha256) == (UNIT, NOW, hashlib.sha256(letter).digest())
    assert mentions(paper, MATTER.case_number)
    assert mentions(paper, "测试丙")
    assert mentions(paper, "赣A12345")


def test_the_seal_of_another_unit_is_refused(letter: bytes, refusal: Refusal) -> None:
    assert refusal(letter, organisation=NEIGHBOUR) is Reason.SEAL_OF_ANOTHER_UNIT


def test_a_unit_does_not_seal_for_a_court_nor_a_court_for_a_unit(
    letter: bytes, sealed: bytes, refusal: Refusal
) -> None:
    assert refusal(letter, organisation=COURT) is Reason.SEAL_OF_ANOTHER_COURT
    assert refusal(sealed, organisation=UNIT) is Reason.SEAL_OF_ANOTHER_UNIT


def test_a_court_may_add_its_seal_to_that_of_the_unit(letter: bytes, register: SealRegister, verify: Verify) -> None:
    both = seal_pdf(letter, register.signer(COURT), sealed_at=NOW)
    assert verify(both, organisation=UNIT).signer == UNIT
    assert verify(both, organisation=COURT).signer == COURT


def test_a_letter_altered_by_a_byte_is_refused(letter: bytes, refusal: Refusal) -> None:
    for place in range(letter.index(b"stream") + 10, len(letter) // 2, len(letter) // 12):
        forged = letter[:place] + bytes([letter[place] ^ 1]) + letter[place + 1 :]
        assert refusal(forged, organisation=UNIT) in {Reason.DOCUMENT_ALTERED, Reason.DOCUMENT_NOT_PDF}


def test_a_unit_whose_seal_is_revoked_seals_nothing(letter: bytes, register: SealRegister, refusal: Refusal) -> None:
    register.revoke(UNIT, now=NOW)
    assert refusal(letter, organisation=UNIT) is Reason.SEAL_REVOKED
