"""Whose statements count: signatures, chains, times, revocation; every way of forging one is refused."""

import base64
import json
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.chassis.trust import OfficerTrust
from services.chassis.watched import INTERVAL_SECONDS
from xiezhi.errors import PermissionDenied, Reason
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


def refusal(trust, text, now):
    with pytest.raises(PermissionDenied) as caught:
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


@pytest.mark.parametrize("later", [timedelta(seconds=-1), timedelta(hours=1), timedelta(days=3)])
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
    failure = refusal(trust, signed(keys, long), now + years)
    assert failure.reason is Reason.STATEMENT_INVALID
    assert "out of date" in failure.message


def test_a_revocation_list_that_vanishes_stops_every_decision(keys, claims, now):
    trust = OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)
    text = signed(keys, claims)
    trust.verify(text, now=now)
    keys.officers.revocation_file.unlink()
    time.sleep(INTERVAL_SECONDS)
    assert refusal(trust, text, now).reason is Reason.STATEMENT_INVALID


def test_a_list_signed_by_another_authority_is_not_read(keys, now, tmp_path):
    others = InsecureDevelopmentKeys(tmp_path / "others")
    with pytest.warns(UserWarning, match="insecure"):
        others.create(keys.officers.list(), now=now)
    with pytest.raises(ValueError, match="revocation list"):
        OfficerTrust(keys.officers.authority_file, others.officers.revocation_file)
