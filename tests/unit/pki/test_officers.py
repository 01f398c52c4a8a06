"""Tests of officers' certificates and their revocation list."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from xiezhi.pki import InsecureDevelopmentKeys, UnknownOfficerError
from xiezhi.pki.files import read_certificate
from xiezhi.proof.statement import Rank, Signer


def test_the_certificate_names_officer_court_and_rank(keys: InsecureDevelopmentKeys) -> None:
    identity = keys.officers.signer("GAN0102-J001")
    assert Signer.of(identity.certificate) == Signer("GAN0102-J001", "赣0102", Rank.JUDGE)
    root = read_certificate(keys.officers.authority_file).public_key()
    assert isinstance(root, Ed25519PublicKey)
    root.verify(identity.certificate.signature, identity.certificate.tbs_certificate_bytes)


def test_officers_come_back_as_they_were_written(keys: InsecureDevelopmentKeys) -> None:
    judge, police = keys.officers.list()
    assert (judge.officer_id, judge.rank, judge.permissions[0]) == (
        "GAN0102-J001",
        Rank.JUDGE,
        "identity.household.lookup",
    )
    assert keys.officers.get(police.officer_id) == police


def test_officers_without_rank_sign_nothing(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    with pytest.raises(UnknownOfficerError, match="no rank"):
        keys.officers.reissue("POL3601-0001", now=now)
    with pytest.raises(UnknownOfficerError, match="no signing certificate"):
        keys.officers.signer("POL3601-0001")


def test_a_rank_of_the_police_gives_no_certificate_of_the_courts(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    head = dataclasses.replace(keys.officers.get("POL3601-0001"), rank=Rank.DIVISION_CHIEF)
    keys.create([head], now=now)
    assert keys.officers.get("POL3601-0001").rank is Rank.DIVISION_CHIEF
    with pytest.raises(UnknownOfficerError, match="no signing certificate"):
        keys.officers.signer("POL3601-0001")
    with pytest.raises(UnknownOfficerError, match="no rank of a court"):
        keys.officers.reissue("POL3601-0001", now=now)


@pytest.mark.parametrize("officer_id", ["GAN0102-J999", "../../etc/passwd"])
def test_unknown_officers_have_no_keys(keys: InsecureDevelopmentKeys, officer_id: str) -> None:
    with pytest.raises(UnknownOfficerError):
        keys.officers.signer(officer_id)
    with pytest.raises(UnknownOfficerError):
        keys.officers.get(officer_id)


def test_revocation_is_published_and_outlives_later_updates(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    first = _published(keys)
    assert len(list(first)) == 0
    serial = keys.officers.revoke("GAN0102-J001", now=now + timedelta(minutes=1))
    keys.create(now=now + timedelta(days=20))
    published = _published(keys)
    assert [entry.serial_number for entry in published] == [serial]
    assert keys.officers.is_revoked("GAN0102-J001")
    assert _number(published) > _number(first)
    root = read_certificate(keys.officers.authority_file).public_key()
    assert isinstance(root, Ed25519PublicKey)
    assert published.is_signature_valid(root)


def test_a_reissued_certificate_is_not_the_revoked_one(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    revoked = keys.officers.revoke("GAN0102-J001", now=now)
    keys.officers.reissue("GAN0102-J001", now=now)
    assert keys.officers.signer("GAN0102-J001").certificate.serial_number != revoked
    assert not keys.officers.is_revoked("GAN0102-J001")
    assert [entry.serial_number for entry in _published(keys)] == [revoked]


def test_an_update_keeps_officers_and_keys_that_are_there(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    judge = keys.officers.get("GAN0102-J001")
    serial = keys.officers.signer("GAN0102-J001").certificate.serial_number
    keys.officers.update([dataclasses.replace(judge, officer_id="GAN0102-J002")], now=now)
    assert [o.officer_id for o in keys.officers.list()] == ["GAN0102-J001", "POL3601-0001", "GAN0102-J002"]
    assert keys.officers.signer("GAN0102-J001").certificate.serial_number == serial


def _published(keys: InsecureDevelopmentKeys) -> x509.CertificateRevocationList:
    return x509.load_pem_x509_crl(keys.officers.revocation_file.read_bytes())


def _number(published: x509.CertificateRevocationList) -> int:
    return published.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
