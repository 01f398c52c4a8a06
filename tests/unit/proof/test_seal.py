"""Names of seals: every court and police unit has one of its own, and nothing else is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.codes.courts import COURTS
from xiezhi.proof.seal import PREFIX, is_unit, organisation_of, seal_name

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def certificate(*uris: str) -> x509.Certificate:
    key = Ed25519PrivateKey.generate()
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(x509.Name([]))
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
    )
    if uris:
        names = [x509.UniformResourceIdentifier(uri) for uri in uris]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, None)


def test_every_court_is_read_from_the_name_of_its_seal() -> None:
    assert all(organisation_of(certificate(seal_name(court))) == court for court in COURTS)


def test_a_unit_is_read_from_the_name_of_its_seal() -> None:
    assert seal_name("360100000000") == "spiffe://xiezhi.jx/seal/unit/360100000000"
    assert organisation_of(certificate(seal_name("360100000000"))) == "360100000000"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("360100000000", True),
        ("赣0102", False),
        ("36010000000", False),
        ("３６０１００００００００", False),
        ("", False),
    ],
)
def test_twelve_digits_are_a_unit(code: str, expected: bool) -> None:
    assert is_unit(code) is expected


@pytest.mark.parametrize(
    "uris",
    [
        (),
        (PREFIX,),
        ("spiffe://xiezhi.jx/system/courts",),
        (PREFIX + "court/",),
        (PREFIX + "unit/",),
        (PREFIX + "court/%E8%B5%A301/02",),
        (PREFIX + "unit/%E8%B5%A30102",),
        (PREFIX + "court/360100000000",),
        (PREFIX + "unit/36010000000",),
        (PREFIX + "unit/%3360100000000",),
        (PREFIX + "360100000000",),
        (PREFIX + "court/%e8%b5%a30102",),
        (PREFIX + "court/%E8%B5%A3%30102",),
        (PREFIX + "court/%FF",),
        (seal_name("赣01"), seal_name("赣0102")),
        (seal_name("赣01"), seal_name("360100000000")),
    ],
)
def test_anything_else_names_no_seal(uris: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="organisation"):
        organisation_of(certificate(*uris))
