"""Fields at rest: what opens, what does not, and what an index tells."""

import json
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.sealing import BlindIndex, Keyring, KeyringError, Sealer, SealError

KEYRING = Keyring({1: bytes(range(32))}, {1: bytes(range(32, 64))})


@given(st.binary(max_size=300), st.text(max_size=30))
def test_a_field_opens_where_it_was_sealed(plaintext, place):
    sealer = Sealer(KEYRING)
    sealed = sealer.seal(plaintext, place=place)
    assert sealer.open(sealed, place=place) == plaintext
    assert len(sealed) == len(plaintext) + 33


@given(st.binary(min_size=1, max_size=50), st.data())
def test_no_changed_byte_opens(plaintext, data):
    sealer = Sealer(KEYRING)
    sealed = bytearray(sealer.seal(plaintext, place="here"))
    place = data.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealError):
        sealer.open(bytes(sealed), place="here")


@given(st.binary(max_size=40))
def test_no_bytes_that_were_never_sealed_open(junk):
    with pytest.raises(SealError):
        Sealer(KEYRING).open(junk, place="here")


def test_a_field_moved_to_another_row_does_not_open():
    sealer = Sealer(KEYRING)
    with pytest.raises(SealError, match="moved"):
        sealer.open(sealer.seal(b"x", place="person:1"), place="person:2")


def test_equal_fields_are_sealed_differently():
    sealer = Sealer(KEYRING)
    assert sealer.seal(b"x", place="p") != sealer.seal(b"x", place="p")


def test_after_a_rotation_old_fields_open_and_new_ones_take_the_new_key(tmp_path):
    path = tmp_path / "keyring.json"
    before = Sealer(Keyring.create(path))
    old = before.seal(b"old", place="p")
    after = Sealer(Keyring.rotate(path))
    assert after.open(old, place="p") == b"old"
    assert not after.is_current(old)
    new = after.seal(b"new", place="p")
    assert after.is_current(new)
    with pytest.raises(SealError, match="keyring"):
        before.open(new, place="p")
    assert Sealer(Keyring.load(path)).open(new, place="p") == b"new"


def test_a_rotation_keeps_the_indexes(tmp_path):
    path = tmp_path / "keyring.json"
    before = BlindIndex(Keyring.create(path), "case").of("value")
    assert BlindIndex(Keyring.rotate(path), "case").of("value") == before


def test_an_index_depends_on_value_label_and_key():
    digests = {
        BlindIndex(keyring, label).of(value)
        for keyring in (KEYRING, Keyring({1: bytes(32)}, {1: bytes(32)}))
        for label in ("case", "subject")
        for value in ("a", "b")
    }
    assert len(digests) == 8
    assert {len(digest) for digest in digests} == {32}


def test_an_index_finds_values_of_a_former_key():
    old, new = bytes(32), bytes(range(32))
    former = BlindIndex(Keyring({1: old}, {1: old}), "x").of("value")
    now = BlindIndex(Keyring({1: old}, {2: new, 1: old}), "x")
    assert now.all_of("value") == (now.of("value"), former)


def test_a_keyring_is_its_owners_alone_and_never_written_over(tmp_path):
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        Keyring.create(path)


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{}",
        '{"sealing": [], "indexing": []}',
        '{"sealing": [{"id": 1, "key": "AA=="}], "indexing": []}',
    ],
)
def test_what_is_no_keyring_is_refused_by_file_and_without_a_key(tmp_path, content):
    path = tmp_path / "keyring.json"
    path.write_text(content)
    with pytest.raises(KeyringError, match=r"keyring\.json"):
        Keyring.load(path)


def test_a_missing_keyring_is_refused(tmp_path):
    with pytest.raises(KeyringError, match="cannot be read"):
        Keyring.load(tmp_path / "none.json")


def test_a_file_with_a_short_key_names_the_rule(tmp_path):
    path = tmp_path / "keyring.json"
    Keyring.create(path)
    document = json.loads(path.read_text())
    document["sealing"][0]["key"] = "AAAA"
    path.write_text(json.dumps(document))
    with pytest.raises(KeyringError, match="32 bytes"):
        Keyring.load(path)
