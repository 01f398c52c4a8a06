"""Request statements: what a judge signs is read back whole, and nothing else is taken for one."""

from __future__ import annotations

import base64
import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from xiezhi.errors import PermissionDenied, Reason
from xiezhi.proof.request import TYPE, RequestClaims, read_request, sign_request
from xiezhi.proof.signed import MALFORMED, MAX_LENGTH, sign
from xiezhi.proof.statement import Claims, Decision, read_statement, sign_statement

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
CLAIMS = RequestClaims(
    approval="approvals/00000000-0000-4000-8000-000000000001",
    method="/xiezhi.identity.v1.IdentityService/LookupHousehold",
    request_sha256=bytes(range(32)),
    unit="360100000000",
    paper_reference="（2026）赣0102执报1号",
    court_code="赣0102",
    case_number="（2026）赣0102执1号",
    work_card="W-0001",
    enforcement_card="E-0001",
    reason="被执行人下落不明",
    result_key=X25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw(),
    issued_at=NOW,
    not_after=NOW + timedelta(days=3),
)
SMALL_ORDER = (bytes(32), (1).to_bytes(32, "little"), (2**255 - 19 - 1).to_bytes(32, "little"))
"""Points of Curve25519 that give everybody the same secret (RFC 7748 §6.1)."""


@pytest.fixture(scope="module")
def certificate() -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "GAN0102-J001")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + timedelta(days=1))
        .sign(KEY, None)
    )


def refusal(text: str) -> PermissionDenied:
    with pytest.raises(PermissionDenied) as caught:
        read_request(text)
    assert caught.value.reason is Reason.STATEMENT_INVALID
    return caught.value


def test_what_was_signed_is_read_back(certificate: x509.Certificate) -> None:
    signed = read_request(sign_request(CLAIMS, key=KEY, chain=(certificate,)))
    assert (signed.claims, signed.chain, len(signed.digest)) == (CLAIMS, (certificate,), 32)


def test_claims_show_no_card_and_no_reason() -> None:
    assert not any(value in repr(CLAIMS) for value in (CLAIMS.work_card, CLAIMS.enforcement_card, CLAIMS.reason))


def test_every_claim_is_under_the_signature(certificate: x509.Certificate) -> None:
    head, body, signature = sign_request(CLAIMS, key=KEY, chain=(certificate,)).split(".")
    for name, value in json.loads(base64.urlsafe_b64decode(body + "==")).items():
        claims = CLAIMS.to_json() | {name: value + 1 if isinstance(value, int) else value + "00"}
        other = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
        assert "signature" in refusal(f"{head}.{other}.{signature}").message
    assert len(CLAIMS.to_json()) == len(fields(RequestClaims))


@pytest.mark.parametrize("name", list(CLAIMS.to_json()))
@pytest.mark.parametrize("value", [None, 1.5, [], "zz", True, 10**30])
def test_a_claim_of_another_form_is_refused(certificate: x509.Certificate, name: str, value: object) -> None:
    if value == "zz" and isinstance(CLAIMS.to_json()[name], str) and name not in {"request_sha256", "result_key"}:
        return
    claims = CLAIMS.to_json() | {name: value}
    refusal(sign(claims, kind=TYPE, key=KEY, chain=(certificate,)))  # type: ignore[arg-type]


def test_half_a_character_is_no_text() -> None:
    payload = json.dumps(CLAIMS.to_json() | {"reason": "\ud800"}).encode()
    with pytest.raises(MALFORMED):
        RequestClaims.from_payload(payload)


@pytest.mark.parametrize("name", list(CLAIMS.to_json()))
def test_a_claim_that_is_missing_is_refused(certificate: x509.Certificate, name: str) -> None:
    claims = {key: value for key, value in CLAIMS.to_json().items() if key != name}
    refusal(sign(claims, kind=TYPE, key=KEY, chain=(certificate,)))


@pytest.mark.parametrize("point", SMALL_ORDER)
def test_a_key_to_which_sealing_hides_nothing_is_refused(certificate: x509.Certificate, point: bytes) -> None:
    refusal(sign_request(replace(CLAIMS, result_key=point), key=KEY, chain=(certificate,)))


def test_an_approvers_statement_is_no_request_and_a_request_no_consent(certificate: x509.Certificate) -> None:
    consent = Claims(
        approval=CLAIMS.approval,
        method=CLAIMS.method,
        request_sha256=CLAIMS.request_sha256,
        court_code=CLAIMS.court_code,
        case_number=CLAIMS.case_number,
        requester="GAN0102-J001",
        decision=Decision.CONSENT,
        reason="needed",
        issued_at=NOW,
        not_after=NOW + timedelta(hours=1),
    )
    assert "type" in refusal(sign_statement(consent, key=KEY, chain=(certificate,))).message
    with pytest.raises(PermissionDenied, match="type"):
        read_statement(sign_request(CLAIMS, key=KEY, chain=(certificate,)))


def test_another_key_than_the_certificates_is_refused(certificate: x509.Certificate) -> None:
    refusal(sign_request(CLAIMS, key=Ed25519PrivateKey.generate(), chain=(certificate,)))


@pytest.mark.parametrize("count", [0, 5])
def test_no_certificate_or_too_many_are_refused(certificate: x509.Certificate, count: int) -> None:
    refusal(sign_request(CLAIMS, key=KEY, chain=(certificate,) * count))


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "ü", "\udcff", "x" * (MAX_LENGTH + 1), "e30.e30."])
def test_junk_is_refused(text: str) -> None:
    refusal(text)
