"""Officers' tokens: what is read from a good one, and every way in which one is refused."""

import base64
import json
import time
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.chassis.tokens import Issuer, TokenVerifier
from services.chassis.watched import INTERVAL_SECONDS
from xiezhi.errors import Reason, Unauthenticated
from xiezhi.pki import ISSUERS
from xiezhi.pki.files import read_certificate
from xiezhi.proof.statement import Rank

COURTS = "赣([0-9]{2}|[0-9]{4})?"


@pytest.fixture
def verifier(keys):
    return TokenVerifier({ISSUERS["courts"]: Issuer(keys.tokens("courts").key_set_file, COURTS)})


@pytest.fixture
def fingerprint(keys):
    return read_certificate(keys.tls("courts").certificate).fingerprint(SHA256())


def reason(verifier, text, fingerprint, now):
    with pytest.raises(Unauthenticated) as caught:
        verifier.verify(text, certificate_sha256=fingerprint, now=now)
    return caught.value.reason


def test_a_token_says_who_calls_and_what_they_may(verifier, keys, fingerprint, now):
    caller = verifier.verify(keys.mint_token("GAN0102-J001", now=now), certificate_sha256=fingerprint, now=now)
    assert (caller.officer_id, caller.organisation, caller.rank) == ("GAN0102-J001", "赣0102", Rank.JUDGE)
    assert caller.permissions == {"identity.household.lookup", "approval.submit"}
    assert (caller.work_card, caller.enforcement_card) == ("W-GAN0102-J001", "E-GAN0102-J001")
    assert caller.expires_at == now + timedelta(hours=1)


def test_it_ends(verifier, keys, fingerprint, now):
    text = keys.mint_token("GAN0102-J001", now=now)
    verifier.verify(text, certificate_sha256=fingerprint, now=now + timedelta(minutes=59))
    assert reason(verifier, text, fingerprint, now + timedelta(hours=1)) is Reason.TOKEN_EXPIRED


def test_it_does_not_begin_before_its_time(verifier, keys, fingerprint, now):
    text = keys.mint_token("GAN0102-J001", now=now)
    assert reason(verifier, text, fingerprint, now - timedelta(minutes=5)) is Reason.TOKEN_EXPIRED


def test_a_stolen_token_is_of_no_use_with_another_certificate(verifier, keys, fingerprint, now):
    text = keys.mint_token("GAN0102-J001", now=now)
    assert reason(verifier, text, bytes(32), now) is Reason.TOKEN_INVALID
    verifier.verify(text, certificate_sha256=fingerprint, now=now)
    assert reason(verifier, text, bytes(32), now) is Reason.TOKEN_INVALID


def test_another_agencys_provider_cannot_vouch_for_a_court(keys, fingerprint, now):
    verifier = TokenVerifier({ISSUERS["courts"]: Issuer(keys.tokens("courts").key_set_file, "36[0-9]{10}")})
    assert reason(verifier, keys.mint_token("GAN0102-J001", now=now), fingerprint, now) is Reason.TOKEN_INVALID


def test_an_unknown_provider_is_refused(keys, fingerprint, now):
    verifier = TokenVerifier({ISSUERS["police"]: Issuer(keys.tokens("police").key_set_file, COURTS)})
    assert reason(verifier, keys.mint_token("GAN0102-J001", now=now), fingerprint, now) is Reason.TOKEN_INVALID


@pytest.mark.parametrize("part", [0, 1, 2])
def test_no_changed_part_is_accepted(verifier, keys, fingerprint, now, part):
    parts = keys.mint_token("GAN0102-J001", now=now).split(".")
    middle = len(parts[part]) // 2
    parts[part] = parts[part][:middle] + ("A" if parts[part][middle] != "A" else "B") + parts[part][middle + 1 :]
    assert reason(verifier, ".".join(parts), fingerprint, now) is Reason.TOKEN_INVALID


@pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "x" * 9000, "e30.e30.", "\udcff.e30.x"])
def test_junk_is_refused(verifier, fingerprint, now, text):
    assert reason(verifier, text, fingerprint, now) is Reason.TOKEN_INVALID


def test_a_token_signed_with_the_public_key_as_a_secret_is_refused(verifier, keys, fingerprint, now):
    body = _claims(keys.mint_token("GAN0102-J001", now=now))
    public = keys.tokens("courts").key_set_file.read_bytes()
    forged = jwt.encode({"alg": "HS256"}, body, OctKey.import_key(public), algorithms=["HS256"])
    assert reason(verifier, forged, fingerprint, now) is Reason.TOKEN_INVALID


def test_a_token_of_a_key_that_is_not_published_is_refused(verifier, keys, fingerprint, now):
    body = _claims(keys.mint_token("GAN0102-J001", now=now))
    key = OKPKey.generate_key("Ed25519")
    forged = jwt.encode({"alg": "Ed25519", "kid": key.thumbprint()}, body, key, algorithms=["Ed25519"])
    assert reason(verifier, forged, fingerprint, now) is Reason.TOKEN_INVALID


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "other"},
        {"sub": ""},
        {"sub": 7},
        {"org": "京01"},
        {"org": None},
        {"cnf": {}},
        {"cnf": "x"},
        {"exp": None},
        {"exp": 10**12},
        {"scope": ["a"]},
        {"rank": "EMPEROR"},
    ],
)
def test_a_claim_that_is_wrong_or_missing_is_refused(verifier, keys, fingerprint, now, change):
    body = {**_claims(keys.mint_token("GAN0102-J001", now=now)), **change}
    body = {name: value for name, value in body.items() if value is not None}
    assert reason(verifier, _signed(keys, body), fingerprint, now) is Reason.TOKEN_INVALID


def test_a_key_that_is_withdrawn_takes_its_tokens_with_it(keys, fingerprint, now):
    verifier = TokenVerifier({ISSUERS["courts"]: Issuer(keys.tokens("courts").key_set_file, COURTS)})
    text = keys.mint_token("GAN0102-J001", now=now)
    verifier.verify(text, certificate_sha256=fingerprint, now=now)
    keys.tokens("courts").rotate()
    time.sleep(INTERVAL_SECONDS)
    verifier.verify(text, certificate_sha256=fingerprint, now=now)
    keys.tokens("courts").rotate()
    time.sleep(INTERVAL_SECONDS)
    assert reason(verifier, text, fingerprint, now) is Reason.TOKEN_INVALID


@pytest.mark.parametrize("payload", [b"[" * 4000, b'{"iss":' * 900, b"null", b'{"iss":null}'])
def test_a_payload_that_somebody_made_up_is_refused(verifier, fingerprint, now, payload):
    encoded = base64.urlsafe_b64encode(payload).rstrip(b"=").decode()
    assert reason(verifier, f"e30.{encoded}.AAAA", fingerprint, now) is Reason.TOKEN_INVALID


def _claims(text):
    return json.loads(base64.urlsafe_b64decode(text.split(".")[1] + "=="))


def _signed(keys, body):
    folder = keys.tokens("courts").key_set_file.parent
    file = next(path for path in sorted(folder.rglob("*")) if b"PRIVATE" in path.read_bytes())
    key = OKPKey.import_key(file.read_bytes())
    return jwt.encode({"alg": "Ed25519", "kid": key.thumbprint()}, body, key, algorithms=["Ed25519"])
