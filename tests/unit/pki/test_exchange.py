"""Development exchange keys, and whose a certificate says that a key is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.unit.pki.conftest import POLICE
from xiezhi.pki import (
    ExchangeRegister,
    InsecureDevelopmentKeys,
    SealRegister,
    UnknownExchangeKeyError,
    UnknownOfficerError,
)
from xiezhi.pki.authority import Leaf
from xiezhi.proof.anchors import Anchors, certify, may_sign
from xiezhi.proof.exchange import ExchangeKeyError, exchange_name, read_recipient
from xiezhi.proof.seal import seal_name

COURT, UNIT = "赣0102", "360100000000"


@pytest.fixture
def register(tmp_path: Path, now: datetime) -> ExchangeRegister:
    """The keys of a court and a police unit."""
    made = ExchangeRegister(tmp_path / "exchange")
    made.update((COURT, UNIT), now=now)
    return made


def anchors(register: ExchangeRegister | SealRegister) -> Anchors:
    return Anchors.read(register.authority_file, register.revocation_file)


@pytest.mark.parametrize("organisation", [COURT, UNIT])
def test_a_certificate_says_whose_key_it_is(register: ExchangeRegister, organisation: str, now: datetime) -> None:
    certificate = register.certificate(organisation)
    recipient = read_recipient(certificate, anchors(register), now=now)
    assert (recipient.organisation, recipient.key) == (organisation, register.key(organisation).public_key())
    assert not may_sign(certificate)


def test_a_renewed_certificate_is_over_the_same_key(register: ExchangeRegister, now: datetime) -> None:
    before, key = register.certificate(COURT), register.key(COURT)
    register.update((COURT,), now=now + timedelta(days=1))
    assert register.certificate(COURT) == before
    register.update((COURT,), now=now + timedelta(days=340))
    assert register.certificate(COURT) != before
    assert register.key(COURT).private_bytes_raw() == key.private_bytes_raw()


def test_private_keys_are_for_their_owner_only(register: ExchangeRegister, tmp_path: Path) -> None:
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "exchange" / "private").iterdir()} == {0o600}


def test_an_organisation_without_a_key_is_named(register: ExchangeRegister) -> None:
    for asking in (register.key, register.certificate):
        with pytest.raises(UnknownExchangeKeyError, match="赣01"):
            asking("赣01")


def test_a_revoked_key_is_nobodys(register: ExchangeRegister, now: datetime) -> None:
    register.revoke(UNIT, now=now)
    with pytest.raises(ExchangeKeyError, match="revoked"):
        read_recipient(register.certificate(UNIT), anchors(register), now=now)
    read_recipient(register.certificate(COURT), anchors(register), now=now)


def test_a_key_that_is_replaced_is_another_and_the_former_is_nobodys(register: ExchangeRegister, now: datetime) -> None:
    former, key = register.certificate(UNIT), register.key(UNIT)
    assert register.replace(UNIT, now=now) == former.serial_number
    with pytest.raises(ExchangeKeyError, match="revoked"):
        read_recipient(former, anchors(register), now=now)
    found = read_recipient(register.certificate(UNIT), anchors(register), now=now)
    assert found.key.public_bytes_raw() == register.key(UNIT).public_key().public_bytes_raw()
    assert register.key(UNIT).private_bytes_raw() != key.private_bytes_raw()
    with pytest.raises(UnknownExchangeKeyError):
        register.replace("赣09", now=now)


def test_a_list_that_is_out_of_date_vouches_for_nobody(register: ExchangeRegister, now: datetime) -> None:
    with pytest.raises(ExchangeKeyError, match="out of date"):
        read_recipient(register.certificate(UNIT), anchors(register), now=now + timedelta(days=31))


def test_a_key_before_its_time_is_nobodys(register: ExchangeRegister, now: datetime) -> None:
    with pytest.raises(ExchangeKeyError, match="time"):
        read_recipient(register.certificate(UNIT), anchors(register), now=now - timedelta(days=1))


def test_a_key_of_another_authority_is_nobodys(register: ExchangeRegister, tmp_path: Path, now: datetime) -> None:
    others = ExchangeRegister(tmp_path / "others")
    others.update((UNIT,), now=now)
    with pytest.raises(ExchangeKeyError, match="not issued"):
        read_recipient(others.certificate(UNIT), anchors(register), now=now)


@pytest.mark.parametrize("uri", [seal_name(UNIT), exchange_name(UNIT)], ids=["a seal", "a signing key"])
def test_a_certificate_for_signing_holds_no_exchange_key(tmp_path: Path, now: datetime, uri: str) -> None:
    seals = SealRegister(tmp_path / "seals")
    seals.update((UNIT,), now=now)
    signing = seals._authority(now).issue(Leaf(subject=(), uri=uri), seals.signer(UNIT).key.public_key(), now=now)
    with pytest.raises(ExchangeKeyError):
        read_recipient(signing, anchors(seals), now=now)


def test_every_organisation_of_the_officers_has_a_key(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    for organisation in (COURT, UNIT):
        found = read_recipient(keys.exchange.certificate(organisation), anchors(keys.exchange), now=now)
        assert found.organisation == organisation


def test_who_carries_bundles_has_a_certificate_of_the_police(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    carrier = replace(POLICE, officer_id="POL3601-L001", permissions=("paper.perform",))
    keys.create([carrier], now=now)
    carriers = keys.carriers
    trusted = Anchors.read(carriers.authority_file, carriers.revocation_file)
    certificate = carriers.signer("POL3601-L001").certificate
    certify(trusted, certificate, now=now)
    carriers.revoke("POL3601-L001", now=now)
    assert carriers.is_revoked("POL3601-L001")
    carriers.reissue("POL3601-L001", now=now)
    assert not carriers.is_revoked("POL3601-L001")
    for doing in (carriers.signer, partial(carriers.reissue, now=now)):
        with pytest.raises(UnknownOfficerError):
            doing(POLICE.officer_id)
