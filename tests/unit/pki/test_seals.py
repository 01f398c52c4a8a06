"""Tests of the development seals of courts."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from xiezhi.pki import InsecureDevelopmentKeys, SealRegister, UnknownSealError
from xiezhi.pki.authority import new_tls_key
from xiezhi.pki.files import write_key
from xiezhi.proof.seal import organisation_of

COURT, UNIT = "赣0102", "360100000000"


@pytest.fixture
def register(tmp_path: Path, now: datetime) -> SealRegister:
    """The seal of one court."""
    made = SealRegister(tmp_path / "seals")
    made.update((COURT,), now=now)
    return made


def test_a_seal_names_its_court_and_is_issued_by_the_authority(register: SealRegister) -> None:
    seal = register.signer(COURT)
    assert organisation_of(seal.certificate) == COURT
    assert seal.key.public_key() == seal.certificate.public_key()
    seal.certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(register.authority_file.read_bytes()))


def test_a_court_without_a_seal_is_named(register: SealRegister) -> None:
    with pytest.raises(UnknownSealError, match="赣01"):
        register.signer("赣01")


def test_updating_again_keeps_the_seal_and_refreshes_the_list(register: SealRegister, now: datetime) -> None:
    before, listed = register.signer(COURT).certificate, register.revocation_file.read_bytes()
    register.update((COURT,), now=now + timedelta(days=1))
    assert register.signer(COURT).certificate == before
    assert register.revocation_file.read_bytes() != listed


def test_a_seal_that_is_nearly_over_is_replaced(register: SealRegister, now: datetime) -> None:
    before = register.signer(COURT).certificate
    register.update((COURT,), now=now + timedelta(days=340))
    assert register.signer(COURT).certificate != before


def test_a_replacement_cut_short_is_made_good(register: SealRegister, now: datetime, tmp_path: Path) -> None:
    write_key(next((tmp_path / "seals" / "private").iterdir()), new_tls_key())
    register.update((COURT,), now=now)
    seal = register.signer(COURT)
    assert seal.key.public_key() == seal.certificate.public_key()


def test_a_revoked_seal_stays_on_the_list(register: SealRegister, now: datetime) -> None:
    serial = register.revoke(COURT, now=now)
    register.reissue(COURT, now=now)
    register.update((COURT,), now=now + timedelta(days=1))
    listed = x509.load_pem_x509_crl(register.revocation_file.read_bytes())
    assert [entry.serial_number for entry in listed] == [serial]
    assert register.signer(COURT).certificate.serial_number != serial


def test_development_keys_have_a_seal_for_each_organisation_with_officers(keys: InsecureDevelopmentKeys) -> None:
    assert organisation_of(keys.seals.signer(COURT).certificate) == COURT
    assert organisation_of(keys.seals.signer(UNIT).certificate) == UNIT
    with pytest.raises(UnknownSealError):
        keys.seals.signer("360200000000")


@pytest.mark.parametrize("organisation", [COURT, UNIT])
def test_rotation_replaces_seals(keys: InsecureDevelopmentKeys, now: datetime, organisation: str) -> None:
    before = keys.seals.signer(organisation).certificate
    keys.rotate(now=now)
    assert keys.seals.signer(organisation).certificate != before
