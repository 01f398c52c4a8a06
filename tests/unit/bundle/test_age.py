"""Bundles are files in the age format: what pyrage opens, and nothing that was touched."""

from __future__ import annotations

import errno
from io import BytesIO
from typing import Any

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from xiezhi.bundle import age
from xiezhi.bundle.age import MAX_HEAD, decrypt, encrypt
from xiezhi.bundle.bech32 import encode
from xiezhi.errors import InvalidArgument, PermissionDenied, Reason, XiezhiError

KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))


def closed(*pieces: bytes) -> bytes:
    file = BytesIO()
    encrypt(iter(pieces), file, recipient=KEY.public_key())
    return file.getvalue()


def opened(content: bytes, *, key: X25519PrivateKey = KEY) -> bytes:
    found = bytearray()
    decrypt(BytesIO(content), found.extend, key=key)
    return bytes(found)


def test_keys_are_written_as_age_writes_them() -> None:
    """The vector is of BIP 173; the rest is held against pyrage."""
    assert encode("A", b"") == "a12uel5l"
    identity = pyrage.x25519.Identity.from_str(encode("AGE-SECRET-KEY-", KEY.private_bytes_raw()).upper())
    assert str(identity.to_public()) == encode("age", KEY.public_key().public_bytes_raw())


@settings(max_examples=30, deadline=None)
@given(st.binary(min_size=32, max_size=32))
def test_every_key_has_its_text(raw: bytes) -> None:
    key = X25519PrivateKey.from_private_bytes(raw)
    identity = pyrage.x25519.Identity.from_str(encode("AGE-SECRET-KEY-", raw).upper())
    assert str(identity.to_public()) == encode("age", key.public_key().public_bytes_raw())


@settings(max_examples=20, deadline=None)
@given(st.lists(st.binary(max_size=5_000), max_size=5))
def test_what_is_encrypted_is_opened_here_and_by_age_itself(pieces: list[bytes]) -> None:
    content = closed(*pieces)
    identity = pyrage.x25519.Identity.from_str(encode("AGE-SECRET-KEY-", KEY.private_bytes_raw()).upper())
    assert opened(content) == b"".join(pieces) == pyrage.decrypt(content, [identity])


def test_several_chunks_keep_their_order() -> None:
    plain = bytes(range(256)) * 1_000
    assert opened(closed(plain, plain[:77])) == plain + plain[:77]


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(PermissionDenied) as caught:
        opened(closed(b"text"), key=X25519PrivateKey.generate())
    assert caught.value.reason is Reason.BUNDLE_OF_ANOTHER_RECIPIENT


@pytest.mark.parametrize(
    "content",
    [b"", b"age-encryption.org/v1\n", b"PK\x03\x04" + bytes(100), b"-----BEGIN AGE ENCRYPTED FILE-----\n"],
    ids=["nothing", "half a head", "an archive", "an armoured file"],
)
def test_what_is_no_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidArgument) as caught:
        opened(content)
    assert caught.value.reason is Reason.BUNDLE_INVALID


def test_a_head_without_end_is_not_read_to_its_end() -> None:
    class Endless(BytesIO):
        given = 0

        def read(self, size: int | None = -1, /) -> bytes:
            assert size is not None
            assert size > 0
            self.given += size
            return (age.MAGIC + b"-> X25519 a\n" + b"A" * size)[:size]

    file = Endless()
    with pytest.raises(InvalidArgument, match="no encrypted bundle"):
        decrypt(file, lambda piece: None, key=KEY)
    assert file.given == MAX_HEAD


def test_a_file_that_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = closed(bytes(200_000))
    monkeypatch.setattr(age, "MAX_FILE", 100_000)
    for doing in (lambda: opened(content), lambda: closed(bytes(200_000))):
        with pytest.raises(InvalidArgument, match="too large"):
            doing()


def test_a_disk_that_fails_is_no_damaged_bundle() -> None:
    def failing(*_: Any) -> int:
        raise OSError(errno.EIO, "broken")

    content = closed(bytes(200_000))
    broken = BytesIO(content)
    broken.read = lambda size=-1: content[:MAX_HEAD] if size == MAX_HEAD else failing()  # type: ignore[method-assign]
    for doing in (
        lambda: decrypt(broken, lambda piece: None, key=KEY),
        lambda: decrypt(BytesIO(content), failing, key=KEY),  # type: ignore[arg-type]
    ):
        with pytest.raises(OSError, match="broken"):
            doing()


def test_what_a_source_raises_comes_back_as_it_was() -> None:
    def pieces() -> Any:
        yield b"a"
        raise KeyError("b")

    with pytest.raises(KeyError, match="b"):
        encrypt(pieces(), BytesIO(), recipient=KEY.public_key())


@pytest.fixture(scope="module")
def two_chunks() -> bytes:
    return closed(b"x" * 70_000)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_changed_bit_and_no_missing_or_added_byte_goes_unnoticed(two_chunks: bytes, data: st.DataObject) -> None:
    content = bytearray(two_chunks)
    way = data.draw(st.sampled_from(["flip", "cut", "add", "double"]))
    place = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(content) - 1)))
    if way == "flip":
        content[place] ^= 1 << data.draw(st.integers(0, 7))
    elif way == "cut":
        del content[place:]
    elif way == "add":
        content[place:place] = b"\0"
    else:
        content *= 2
    with pytest.raises(XiezhiError) as caught:
        opened(bytes(content))
    assert caught.value.reason in {Reason.BUNDLE_INVALID, Reason.BUNDLE_OF_ANOTHER_RECIPIENT}
