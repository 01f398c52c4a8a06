"""Whose statements count: signatures, chains, times, revocation; every way of forging one is refused."""

import base64
import inspect
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from services.chassis.trust import OfficerTrust
from services.chassis.watched import INTERVAL_SECONDS
from xiezhi.errors import PermissionDenied, Reason, Unavailable
from xiezhi.pki import InsecureDevelopmentKeys
from xiezhi.proof.statement import Claims, Decision, Rank, sign_statement


@pytest.fixture
def trust(keys):
    return OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)


@pytest.fixture
def claims(now):
    return Claims(
        approval="approvals/00000000-0000-4000-8000-000000000001",
        method="/xiezhi.identity.v1.IdentityService/LookupHousehold",
        request_sha256=bytes(range(32)),
        court_code="赣0102",
        case_number="(2026)赣0102执1号",
        requester="GAN0102-J001",
        decision=Decision.CONSENT,
        reason="needed",
        issued_at=now,
        not_after=now + timedelta(hours=1),
    )


def signed(keys, claims, officer="GAN0102-C001"):
    identity = keys.officers.signer(officer)
    return sign_statement(claims, key=identity.key, chain=(identity.certificate,))


def refusal(trust, text, now, kind=PermissionDenied):
    with pytest.raises(kind) as caught:
        trust.verify(text, now=now)
    return caught.value


def test_a_statement_names_its_signer_by_the_certificate(trust, keys, claims, now):
    statement = trust.verify(signed(keys, claims), now=now)
    assert statement.claims == claims
    assert (statement.signer.officer_id, statement.signer.organisation) == ("GAN0102-C001", "赣0102")
    assert statement.signer.rank is Rank.DIVISION_CHIEF
    assert statement.valid_until == claims.not_after


@pytest.mark.parametrize("part", [0, 1, 2])
def test_no_changed_part_is_accepted(trust, keys, claims, now, part):
    parts = signed(keys, claims).split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    assert refusal(trust, ".".join(parts), now).reason is Reason.STATEMENT_INVALID


def test_a_payload_signed_by_one_officer_is_not_that_of_another(trust, keys, claims, now):
    head, _, signature = signed(keys, claims).split(".")
    _, body, _ = signed(keys, replace(claims, decision=Decision.REVOKE)).split(".")
    assert refusal(trust, f"{head}.{body}.{signature}", now).reason is Reason.STATEMENT_INVALID


def test_a_certificate_with_another_key_is_refused(trust, keys, claims, now):
    certificate = keys.officers.signer("GAN0102-C001").certificate
    forged = sign_statement(claims, key=Ed25519PrivateKey.generate(), chain=(certificate,))
    assert refusal(trust, forged, now).reason is Reason.STATEMENT_INVALID


@pytest.mark.filterwarnings("ignore:insecure development keys")
def test_a_certificate_of_another_authority_is_refused(trust, keys, claims, now, tmp_path):
    others = InsecureDevelopmentKeys(tmp_path / "others")
    others.create(keys.officers.list(), now=now)
    failure = refusal(trust, signed(others, claims), now)
    assert failure.reason is Reason.STATEMENT_INVALID
    assert "authority" in failure.message


@pytest.mark.parametrize("field", ["alg", "typ"])
@pytest.mark.parametrize("value", ["none", "HS256", "JWT", ""])
def test_another_algorithm_or_type_is_refused(trust, keys, claims, now, field, value):
    head, body, signature = signed(keys, claims).split(".")
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    header[field] = value
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    assert refusal(trust, f"{head}.{body}.{signature}", now).reason is Reason.STATEMENT_INVALID


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "ü", "\udcff", "x" * 20_000, "e30.e30."])
def test_junk_is_refused(trust, now, text):
    assert refusal(trust, text, now).reason is Reason.STATEMENT_INVALID


@pytest.mark.parametrize("later", [timedelta(seconds=-61), timedelta(hours=1), timedelta(days=3)])
def test_before_its_time_and_from_its_end_on_it_does_not_count(trust, keys, claims, now, later):
    assert refusal(trust, signed(keys, claims), now + later).reason is Reason.STATEMENT_INVALID


def test_a_statement_seen_before_still_ends(trust, keys, claims, now):
    text = signed(keys, claims)
    trust.verify(text, now=now)
    assert refusal(trust, text, claims.not_after).reason is Reason.STATEMENT_INVALID


def test_a_revoked_signer_does_not_count_even_where_the_statement_was_seen(keys, claims, now):
    trust = OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)
    text = signed(keys, claims)
    trust.verify(text, now=now)
    keys.officers.revoke("GAN0102-C001", now=now)
    time.sleep(INTERVAL_SECONDS)
    assert refusal(trust, text, now).reason is Reason.STATEMENT_REVOKED
    trust.verify(signed(keys, claims, "GAN0102-C002"), now=now)


def test_an_outdated_revocation_list_counts_for_nothing(trust, keys, claims, now):
    years = timedelta(days=3650)
    long = replace(claims, not_after=now + 2 * years)
    failure = refusal(trust, signed(keys, long), now + years, Unavailable)
    assert failure.reason is Reason.REVOCATION_CHECK_UNAVAILABLE
    assert "out of date; renew it" in failure.message


def test_a_revocation_list_that_vanishes_stops_every_decision(keys, claims, now):
    trust = OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)
    text = signed(keys, claims)
    trust.verify(text, now=now)
    keys.officers.revocation_file.unlink()
    time.sleep(INTERVAL_SECONDS)
    assert refusal(trust, text, now, Unavailable).reason is Reason.REVOCATION_CHECK_UNAVAILABLE


def test_a_list_signed_by_another_authority_is_not_read(keys, now, tmp_path):
    others = InsecureDevelopmentKeys(tmp_path / "others")
    with pytest.warns(UserWarning, match="insecure"):
        others.create(keys.officers.list(), now=now)
    with pytest.raises(ValueError, match="revocation list"):
        OfficerTrust(keys.officers.authority_file, others.officers.revocation_file)


def _certificate(name, key, issuer, issuer_key, *, authority, signs=True):
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2040, 1, 1, tzinfo=UTC))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
    )
    usage = dict.fromkeys(inspect.signature(x509.KeyUsage).parameters, False)
    usage |= {"key_cert_sign": True, "crl_sign": True} if authority else {"digital_signature": signs}
    return builder.add_extension(x509.KeyUsage(**usage), critical=True).sign(issuer_key, None)


def _president():
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "赣01"),
            x509.NameAttribute(NameOID.COMMON_NAME, "GAN01-P001"),
            x509.NameAttribute(NameOID.TITLE, "PRESIDENT"),
        ]
    )


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (0, 2), (1, 0, 2)])
def test_an_honest_certificate_lends_no_trust_to_another_beside_it(trust, keys, claims, now, order):
    """A forged leaf, a genuine officer's public certificate, and the forger's own authority, in any order."""
    evil, leaf = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Evil CA")])
    root = _certificate(name, evil, name, evil, authority=True)
    forged = _certificate(_president(), leaf, name, evil, authority=False)
    honest = keys.officers.signer("GAN0102-C001").certificate
    chain = tuple((forged, honest, root)[place] for place in order)
    text = sign_statement(claims, key=leaf, chain=chain)
    assert refusal(trust, text, now).reason is Reason.STATEMENT_INVALID


def test_an_officer_is_no_authority(trust, keys, claims, now):
    officer = keys.officers.signer("GAN0102-C001")
    leaf = Ed25519PrivateKey.generate()
    forged = _certificate(_president(), leaf, officer.certificate.subject, officer.key, authority=False)
    text = sign_statement(claims, key=leaf, chain=(forged, officer.certificate))
    assert refusal(trust, text, now).reason is Reason.STATEMENT_INVALID


def test_what_lies_beside_the_signers_certificate_is_not_looked_at(trust, keys, claims, now):
    officer, other = keys.officers.signer("GAN0102-C001"), keys.officers.signer("GAN0102-C002")
    text = sign_statement(claims, key=officer.key, chain=(officer.certificate, other.certificate))
    assert trust.verify(text, now=now).signer.officer_id == "GAN0102-C001"


def test_two_authorities_of_one_name_each_need_their_list(keys, now, tmp_path):
    """As after an authority has got a new key: the old one must not go on without a revocation list."""
    others = InsecureDevelopmentKeys(tmp_path / "others")
    with pytest.warns(UserWarning, match="insecure"):
        others.create(keys.officers.list(), now=now)
    both, lists = tmp_path / "both.crt", tmp_path / "both.crl"
    both.write_bytes(keys.officers.authority_file.read_bytes() + others.officers.authority_file.read_bytes())
    lists.write_bytes(keys.officers.revocation_file.read_bytes())
    with pytest.raises(ValueError, match="needs its revocation list"):
        OfficerTrust(both, lists)
    lists.write_bytes(keys.officers.revocation_file.read_bytes() + others.officers.revocation_file.read_bytes())
    assert OfficerTrust(both, lists)


def test_a_clock_that_is_a_little_ahead_is_borne(trust, keys, claims, now):
    assert trust.verify(signed(keys, claims), now=now - timedelta(seconds=60))


@pytest.mark.parametrize("head", [b"[" * 4000, b'{"alg":' + b"[" * 4000, b'{"alg":"Ed25519","x5c":["MAA="]}'])
def test_a_header_that_somebody_made_up_is_refused(trust, now, head):
    encoded = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
    assert refusal(trust, f"{encoded}.e30.AAAA", now).reason is Reason.STATEMENT_INVALID
