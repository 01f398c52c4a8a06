"""Whose seals count: current files only, and no doubt is in favour of a seal."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest

from services.chassis.watched import INTERVAL_SECONDS
from services.papers import SealTrust
from tests.unit.papers.conftest import COURT, NOW, OTHER
from xiezhi.errors import InvalidArgument, Reason, Unavailable
from xiezhi.pki import SealRegister


@pytest.fixture
def trust(register: SealRegister) -> SealTrust:
    return SealTrust(register.authority_file, register.revocation_file)


def court_of(trust: SealTrust, register: SealRegister, *, after: timedelta = timedelta(0)) -> str:
    return trust.organisation_of(register.signer(COURT).certificate, sealed_at=NOW, now=NOW + after)


def test_the_court_stands_in_the_certificate(trust: SealTrust, register: SealRegister) -> None:
    assert court_of(trust, register) == COURT


def test_a_seal_revoked_meanwhile_counts_no_more(trust: SealTrust, register: SealRegister) -> None:
    court_of(trust, register)
    register.revoke(COURT, now=NOW)
    time.sleep(INTERVAL_SECONDS)
    with pytest.raises(InvalidArgument) as caught:
        court_of(trust, register)
    assert caught.value.reason is Reason.SEAL_REVOKED
    assert trust.organisation_of(register.signer(OTHER).certificate, sealed_at=NOW, now=NOW) == OTHER


@pytest.mark.parametrize(
    "damage", [Path.unlink, lambda file: file.write_bytes(b""), lambda file: file.write_bytes(b"x" * 999)]
)
@pytest.mark.parametrize("name", ["authority_file", "revocation_file"])
def test_nothing_counts_while_a_file_is_gone_or_damaged(
    trust: SealTrust, register: SealRegister, name: str, damage
) -> None:
    damage(getattr(register, name))
    time.sleep(INTERVAL_SECONDS)
    with pytest.raises(Unavailable) as caught:
        court_of(trust, register)
    assert caught.value.reason is Reason.SEAL_CHECK_UNAVAILABLE


@pytest.mark.parametrize("after", [timedelta(days=30), timedelta(days=300)])
def test_nothing_counts_once_the_list_is_out_of_date(
    trust: SealTrust, register: SealRegister, after: timedelta
) -> None:
    court_of(trust, register, after=timedelta(days=30, microseconds=-1))
    with pytest.raises(Unavailable, match="out of date"):
        court_of(trust, register, after=after)


def test_it_does_not_begin_without_its_files(register: SealRegister, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        SealTrust(register.authority_file, tmp_path / "missing.crl")


def test_it_does_not_begin_with_the_list_of_another_authority(register: SealRegister, tmp_path: Path) -> None:
    other = SealRegister(tmp_path / "other")
    other.update((), now=NOW)
    with pytest.raises(ValueError, match="revocation list"):
        SealTrust(register.authority_file, other.revocation_file)
