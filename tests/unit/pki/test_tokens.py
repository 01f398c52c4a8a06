"""Tests of development tokens and their published keys."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError
from joserfc.jwk import KeySet

from xiezhi.pki import InsecureDevelopmentKeys, UnknownOfficerError, thumbprint
from xiezhi.pki.files import read_certificate


def _key_set(keys: InsecureDevelopmentKeys, agency: str = "courts") -> KeySet:
    return KeySet.import_key_set(json.loads(keys.tokens(agency).key_set_file.read_text()))


def test_a_token_says_who_and_over_which_connection(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    text = keys.mint_token("GAN0102-J001", now=now)
    token = jwt.decode(text, _key_set(keys), algorithms=["Ed25519"])
    issued = int(now.timestamp())
    system = read_certificate(keys.tls("courts").certificate)
    assert len(token.claims.pop("jti")) == 32
    assert token.claims == {
        "iss": "https://idp.courts.xiezhi.test",
        "aud": "xiezhi",
        "sub": "GAN0102-J001",
        "iat": issued,
        "nbf": issued,
        "exp": issued + 3600,
        "org": "赣0102",
        "rank": "JUDGE",
        "scope": "identity.household.lookup approval.submit",
        "work_card": "W-0001",
        "enforcement_card": "E-0001",
        "cnf": {"x5t#S256": thumbprint(system)},
    }


def test_the_key_set_holds_no_private_part(keys: InsecureDevelopmentKeys) -> None:
    published = json.loads(keys.tokens("courts").key_set_file.read_text())["keys"]
    assert [set(key) for key in published] == [{"kty", "crv", "x", "kid", "alg", "use"}]


def test_agencies_do_not_vouch_for_each_other(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    text = keys.mint_token("GAN0102-J001", now=now)
    with pytest.raises((BadSignatureError, InvalidKeyIdError, ValueError)):
        jwt.decode(text, _key_set(keys, "police"), algorithms=["Ed25519"])


def test_scope_lifetime_and_system_can_be_chosen(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    text = keys.mint_token(
        "GAN0102-J001", now=now, system="audit", permissions=["ledger.read"], lifetime=timedelta(minutes=5)
    )
    claims = jwt.decode(text, _key_set(keys), algorithms=["Ed25519"]).claims
    assert claims["scope"] == "ledger.read"
    assert claims["exp"] - claims["iat"] == 300
    assert claims["cnf"] == {"x5t#S256": thumbprint(read_certificate(keys.tls("audit").certificate))}


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(seconds=-1), timedelta(hours=1, seconds=1)])
def test_lifetimes_out_of_bounds_are_refused(keys: InsecureDevelopmentKeys, now: datetime, lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="at most one hour"):
        keys.mint_token("GAN0102-J001", now=now, lifetime=lifetime)


def test_unknown_officers_get_no_token(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    with pytest.raises(UnknownOfficerError):
        keys.mint_token("GAN0102-J999", now=now)


def test_rotation_keeps_the_former_key_once(keys: InsecureDevelopmentKeys, now: datetime) -> None:
    authority = keys.tokens("courts")
    (first,) = authority.key_ids()
    before = keys.mint_token("GAN0102-J001", now=now)
    authority.rotate()
    assert authority.key_ids()[0] == first
    assert jwt.decode(before, _key_set(keys), algorithms=["Ed25519"]).claims["sub"] == "GAN0102-J001"
    after = keys.mint_token("GAN0102-J001", now=now)
    assert jwt.decode(after, _key_set(keys), algorithms=["Ed25519"]).header["kid"] == authority.key_ids()[1]
    authority.rotate()
    assert first not in authority.key_ids()
    assert len(authority.key_ids()) == 2
    with pytest.raises((InvalidKeyIdError, ValueError)):
        jwt.decode(before, _key_set(keys), algorithms=["Ed25519"])
