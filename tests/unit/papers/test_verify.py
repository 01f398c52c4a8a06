"""Sealed documents: what holds is read, and each way in which one can fail has its own reason."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader

from services.papers import SealTrust, mentions, verify_sealed
from services.papers.bounds import MAX_BYTES
from services.papers.sealing import seal_pdf
from services.papers.seals import MAX_SEALS
from services.synthetic.papers import draw_paper
from tests.unit.papers.conftest import COURT, NOW, OTHER, PLATE, RULING, SUPERIOR, VIN, Refusal, Verify
from tests.unit.papers.forgery import change_content, io, seal_as_timestamp, seal_without_time
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.pki import Identity, SealRegister
from xiezhi.pki.authority import Authority, Leaf, new_tls_key

DAY = timedelta(days=1)


def test_a_sealed_ruling_says_whose_it_is_and_what_is_in_it(
    sealed: bytes, register: SealRegister, verify: Verify
) -> None:
    paper = verify(sealed)
    certificate = register.signer(COURT).certificate
    assert (paper.signer, paper.sealed_at) == (COURT, NOW)
    assert paper.sha256 == hashlib.sha256(sealed).digest()
    assert paper.fingerprint == certificate.fingerprint(SHA256()).hex()
    assert mentions(paper, PLATE)
    assert mentions(paper, VIN)
    assert mentions(paper, RULING.case)
    assert not mentions(paper, PLATE[:-1])


def test_its_representation_says_nothing_of_what_is_in_it(sealed: bytes, verify: Verify) -> None:
    assert PLATE not in repr(verify(sealed))


def test_a_seal_in_another_zone_is_read_in_utc(drawn: bytes, register: SealRegister, verify: Verify) -> None:
    local = NOW.astimezone(tz=datetime.fromisoformat("2026-11-24T17:00:00+08:00").tzinfo)
    found = verify(seal_pdf(drawn, register.signer(COURT), sealed_at=local)).sealed_at
    assert found == NOW
    assert found.tzinfo is UTC


# What is no document, or none that can be read.


@pytest.mark.parametrize(
    "junk", [b"", b"%PDF-", b"%PDF-1.7\n%%EOF", b"PK\x03\x04", b"\0" * 100, b"<html>", b"%PDF-1.7" * 99]
)
def test_what_is_not_a_pdf_is_refused(junk: bytes, refusal: Refusal) -> None:
    assert refusal(junk) is Reason.DOCUMENT_NOT_PDF


def test_a_pdf_within_another_file_is_refused(sealed: bytes, refusal: Refusal) -> None:
    assert refusal(b"MZ" + sealed) is Reason.DOCUMENT_NOT_PDF


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_truncated_document_is_refused(sealed: bytes, refusal: Refusal, part: float) -> None:
    assert refusal(sealed[: int(len(sealed) * part)]) in {Reason.DOCUMENT_NOT_PDF, Reason.DOCUMENT_UNSEALED}


def test_a_document_without_its_seal_is_refused(drawn: bytes, sealed: bytes, refusal: Refusal) -> None:
    assert sealed.startswith(drawn)
    assert refusal(drawn) is Reason.DOCUMENT_UNSEALED


def test_a_huge_document_is_refused_before_it_is_read(refusal: Refusal) -> None:
    assert refusal(b"%PDF-1.7".ljust(MAX_BYTES + 1, b" ")) is Reason.DOCUMENT_TOO_LARGE


# What was changed after it was sealed.


def test_no_byte_under_the_seal_can_be_changed(sealed: bytes, register: SealRegister) -> None:
    authority = SealTrust(register.authority_file, register.revocation_file)
    _, first_end, second, second_length = _byte_range(sealed)
    places = st.one_of(st.integers(0, first_end - 1), st.integers(second, second + second_length - 1))

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(place=places, difference=st.integers(1, 255))
    def changed(place: int, difference: int) -> None:
        forged = sealed[:place] + bytes([sealed[place] ^ difference]) + sealed[place + 1 :]
        with pytest.raises(InvalidArgument):
            verify_sealed(forged, authority=authority, organisation=COURT, now=NOW)

    changed()


def test_a_changed_signature_never_brings_another_document(sealed: bytes, register: SealRegister) -> None:
    """Parts of a signature are under nobody's signature; what they say changes nothing."""
    authority = SealTrust(register.authority_file, register.revocation_file)
    _, first_end, second, _ = _byte_range(sealed)

    def read(pdf: bytes) -> object:
        try:
            paper = verify_sealed(pdf, authority=authority, organisation=COURT, now=NOW)
        except InvalidArgument:
            return None
        return paper.signer, paper.sealed_at, paper.text

    known = (None, read(sealed))

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(place=st.integers(first_end, second - 1), digit=st.sampled_from(b"0123456789abcdefABCDEF >"))
    def changed(place: int, digit: int) -> None:
        assert read(sealed[:place] + bytes([digit]) + sealed[place + 1 :]) in known

    changed()


def test_changed_content_is_refused_as_altered(sealed: bytes, refusal: Refusal) -> None:
    place = sealed.index(b"stream") + 100
    forged = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
    assert refusal(forged) is Reason.DOCUMENT_ALTERED


@pytest.mark.parametrize("after", [b"\n", b"%", b"\n% more"])
def test_bytes_after_the_seal_are_refused(sealed: bytes, refusal: Refusal, after: bytes) -> None:
    assert refusal(sealed + after) is Reason.DOCUMENT_ALTERED


def test_an_update_that_changes_the_page_is_refused(sealed: bytes, refusal: Refusal) -> None:
    assert refusal(change_content(sealed)) is Reason.DOCUMENT_ALTERED


def test_an_update_that_only_adds_an_object_is_refused(sealed: bytes, refusal: Refusal) -> None:
    writer = IncrementalPdfFileWriter(io(sealed))
    writer.add_object(generic.pdf_string("nothing"))
    made = io(b"")
    writer.write(made)
    assert refusal(made.getvalue()) is Reason.DOCUMENT_ALTERED


def test_a_seal_that_leaves_more_out_than_itself_is_refused(sealed: bytes, refusal: Refusal) -> None:
    numbers = " ".join(map(str, _byte_range(sealed)))
    first, first_end, second, length = _byte_range(sealed)
    narrower = f"{first} {first_end} {second + 2} {length - 2}"
    assert len(narrower) == len(numbers)
    assert refusal(sealed.replace(numbers.encode(), narrower.encode())) is Reason.DOCUMENT_ALTERED


def test_data_hidden_behind_the_signature_is_refused(sealed: bytes, refusal: Refusal) -> None:
    _, _, second, _ = _byte_range(sealed)
    assert sealed[second - 9 : second] == b"00000000>"
    assert refusal(sealed[: second - 9] + b"deadbeef" + sealed[second - 1 :]) is Reason.DOCUMENT_ALTERED


# Whose seal it is.


def test_the_seal_of_another_court_is_refused(sealed: bytes, refusal: Refusal) -> None:
    assert refusal(sealed, organisation=OTHER) is Reason.SEAL_OF_ANOTHER_COURT


def test_even_a_superior_court_seals_only_its_own_documents(sealed: bytes, refusal: Refusal) -> None:
    assert refusal(sealed, organisation=SUPERIOR) is Reason.SEAL_OF_ANOTHER_COURT


def test_the_seal_of_a_stranger_is_refused(drawn: bytes, tmp_path: Path, refusal: Refusal) -> None:
    stranger = SealRegister(tmp_path / "stranger")
    stranger.update((COURT,), now=NOW)
    assert refusal(seal_pdf(drawn, stranger.signer(COURT), sealed_at=NOW)) is Reason.SEAL_UNTRUSTED


@pytest.mark.parametrize(
    "uri", ["spiffe://xiezhi.jx/system/courts", "spiffe://xiezhi.jx/seal/court/", "https://a.test/赣0102"]
)
def test_a_certificate_that_is_no_seal_is_refused(
    drawn: bytes, tmp_path: Path, register: SealRegister, refusal: Refusal, uri: str
) -> None:
    key = new_tls_key()
    authority = Authority.load_or_create(register.authority_file.parent, name="", key=key, now=NOW)
    leaf = Leaf(subject=(), uri=uri.encode("ascii", "ignore").decode())
    other = Identity(authority.issue(leaf, key.public_key(), now=NOW), key)
    assert refusal(seal_pdf(drawn, other, sealed_at=NOW)) is Reason.SEAL_UNTRUSTED


def test_the_certificate_of_a_court_with_another_key_is_refused(
    drawn: bytes, register: SealRegister, refusal: Refusal
) -> None:
    forged = Identity(register.signer(COURT).certificate, new_tls_key())
    assert refusal(seal_pdf(drawn, forged, sealed_at=NOW)) is Reason.DOCUMENT_ALTERED


def test_the_authority_itself_seals_nothing(drawn: bytes, register: SealRegister, refusal: Refusal) -> None:
    key = new_tls_key()
    folder = register.authority_file.parent / "root"
    root = Authority.load_or_create(folder, name="root", key=key, now=NOW)
    assert refusal(seal_pdf(drawn, Identity(root.certificate, key), sealed_at=NOW)) is Reason.SEAL_UNTRUSTED


def test_a_revoked_seal_is_refused_whenever_it_was_used(
    sealed: bytes, register: SealRegister, verify: Verify, refusal: Refusal
) -> None:
    assert verify(sealed).signer == COURT
    register.revoke(COURT, now=NOW + DAY)
    register.reissue(COURT, now=NOW + DAY)
    assert refusal(sealed, now=NOW + DAY) is Reason.SEAL_REVOKED
    assert refusal(sealed) is Reason.SEAL_REVOKED


def test_a_new_seal_leaves_what_the_former_one_sealed_in_force(
    sealed: bytes, register: SealRegister, verify: Verify
) -> None:
    register.reissue(COURT, now=NOW + DAY)
    assert verify(sealed, now=NOW + DAY).sealed_at == NOW


@pytest.mark.parametrize("sealed_at", [NOW - DAY, NOW + 366 * DAY], ids=["before", "after"])
def test_a_seal_used_outside_of_its_time_is_refused(
    drawn: bytes, register: SealRegister, refusal: Refusal, sealed_at: datetime
) -> None:
    pdf = seal_pdf(drawn, register.signer(COURT), sealed_at=sealed_at)
    later = max(NOW, sealed_at)
    register.update((), now=later)
    assert refusal(pdf, now=later) is Reason.SEAL_EXPIRED


def test_a_seal_from_the_future_is_refused(drawn: bytes, register: SealRegister, refusal: Refusal) -> None:
    assert refusal(seal_pdf(drawn, register.signer(COURT), sealed_at=NOW + DAY)) is Reason.SEAL_EXPIRED


def test_a_seal_used_in_its_time_holds_when_that_is_over(sealed: bytes, register: SealRegister, verify: Verify) -> None:
    later = NOW + 400 * DAY
    register.update((), now=later)
    assert verify(sealed, now=later).signer == COURT


def test_a_seal_that_does_not_say_when_is_refused(drawn: bytes, register: SealRegister, refusal: Refusal) -> None:
    assert refusal(seal_without_time(drawn, register.signer(COURT))) is Reason.SEAL_UNTRUSTED


def test_a_signature_of_another_kind_is_no_seal(drawn: bytes, register: SealRegister, refusal: Refusal) -> None:
    assert refusal(seal_as_timestamp(drawn, register.signer(COURT))) is Reason.SEAL_UNTRUSTED


# Several seals.


@pytest.mark.parametrize("court", [COURT, SUPERIOR])
def test_of_two_seals_either_may_be_that_of_the_court(
    sealed: bytes, register: SealRegister, verify: Verify, court: str
) -> None:
    twice = seal_pdf(sealed, register.signer(SUPERIOR), sealed_at=NOW + timedelta(seconds=30))
    paper = verify(twice, organisation=court)
    assert paper.signer == court
    assert paper.text == verify(sealed).text


def test_of_two_seals_neither_is_that_of_a_third_court(sealed: bytes, register: SealRegister, refusal: Refusal) -> None:
    twice = seal_pdf(sealed, register.signer(SUPERIOR), sealed_at=NOW)
    assert refusal(twice, organisation=OTHER) is Reason.SEAL_OF_ANOTHER_COURT


@pytest.mark.parametrize("revoked", [COURT, SUPERIOR])
def test_all_seals_must_hold(sealed: bytes, register: SealRegister, refusal: Refusal, revoked: str) -> None:
    twice = seal_pdf(sealed, register.signer(SUPERIOR), sealed_at=NOW)
    register.revoke(revoked, now=NOW)
    assert refusal(twice) is Reason.SEAL_REVOKED


def test_a_change_between_two_seals_is_refused(sealed: bytes, register: SealRegister, refusal: Refusal) -> None:
    between = seal_pdf(change_content(sealed), register.signer(SUPERIOR), sealed_at=NOW)
    assert refusal(between) is Reason.DOCUMENT_ALTERED


def test_there_is_an_end_to_the_number_of_seals(drawn: bytes, register: SealRegister, refusal: Refusal) -> None:
    pdf = drawn
    for _ in range(MAX_SEALS + 1):
        pdf = seal_pdf(pdf, register.signer(COURT), sealed_at=NOW)
    assert refusal(pdf) is Reason.DOCUMENT_TOO_LARGE


def _byte_range(pdf: bytes) -> tuple[int, int, int, int]:
    field = next(iter((PdfReader(io(pdf)).get_fields() or {}).values()))
    first, first_end, second, length = map(int, field["/V"]["/ByteRange"])
    return first, first_end, second, length


def test_the_ruling_is_the_same_each_time() -> None:
    assert draw_paper(RULING) == draw_paper(RULING)
