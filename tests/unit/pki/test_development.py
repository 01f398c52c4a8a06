"""Tests of the development PKI as a whole."""

from __future__ import annotations

import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from xiezhi.pki import SERVICES, SYSTEMS, InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning
from xiezhi.pki.files import read_certificate, write_file


def test_creation_warns_and_leaves_a_marker(tmp_path: Path, now: datetime) -> None:
    keys = InsecureDevelopmentKeys(tmp_path / "keys")
    with pytest.warns(InsecureDevelopmentKeysWarning, match="insecure"):
        keys.create(now=now)
    assert "Never use them" in (keys.folder / "INSECURE-DEVELOPMENT-KEYS.txt").read_text()
    assert keys.exists


def test_private_files_are_for_their_owner_only(keys: InsecureDevelopmentKeys) -> None:
    private = {
        stat.S_IMODE(path.stat().st_mode)
        for path in keys.folder.rglob("*")
        if path.suffix == ".key" or path.name == "officers.json"
    }
    folders = {stat.S_IMODE(path.stat().st_mode) for path in keys.folder.rglob("*") if path.is_dir()}
    assert private == {0o600}
    assert folders == {0o700}


@pytest.mark.parametrize("name", [*SERVICES, *SYSTEMS])
def test_tls_certificates_name_their_holder(keys: InsecureDevelopmentKeys, name: str) -> None:
    files = keys.tls(name)
    certificate, root = read_certificate(files.certificate), read_certificate(files.authority)
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    kind = "service" if name in SERVICES else "system"
    assert names.get_values_for_type(x509.UniformResourceIdentifier) == [f"spiffe://xiezhi.jx/{kind}/{name}"]
    own = [f"{name}.service.xiezhi"] if name in SERVICES else []
    assert names.get_values_for_type(x509.DNSName) == own + (["localhost"] if name == "gateway" else [])
    key = root.public_key()
    assert isinstance(key, EllipticCurvePublicKey)
    key.verify(certificate.signature, certificate.tbs_certificate_bytes, ECDSA(SHA256()))


def test_creating_again_changes_nothing(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    before = _contents(keys.folder)
    keys.create(now=now + timedelta(days=1))
    after = _contents(keys.folder)
    assert {name for name in after if after[name] != before.get(name)} == {
        f"{folder}/revoked.crl" for folder in ("exchange", "officers", "police", "seals")
    }


def test_creating_near_the_end_renews_certificates(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    before = read_certificate(keys.tls("gateway").certificate)
    keys.create(now=now + timedelta(days=340))
    after = read_certificate(keys.tls("gateway").certificate)
    assert after.serial_number != before.serial_number
    assert after.not_valid_after_utc > before.not_valid_after_utc


def test_creating_mends_a_half_made_folder(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    keys.tls("ledger").certificate.unlink()
    keys.create(now=now)
    assert read_certificate(keys.tls("ledger").certificate).not_valid_after_utc > now


def test_rotation_replaces_tls_and_keeps_the_ledger_key(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    before = _contents(keys.folder)
    keys.rotate(now=now)
    after = _contents(keys.folder)
    assert after["tls/gateway.key"] != before["tls/gateway.key"]
    assert after["tls/ca.crt"] == before["tls/ca.crt"]
    assert after["ledger/signing.key"] == before["ledger/signing.key"]
    assert after["ledger/log.pub"] == before["ledger/log.pub"]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_file(file, b"old", mode=0o600)
    with pytest.raises(TypeError):
        write_file(file, "no bytes", mode=0o600)  # type: ignore[arg-type]
    assert file.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def _contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
