"""Sealed records: they open as what they were, only where they were, and only in a known form."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.records import RecordForm
from services.chassis.sealing import Keyring, Sealer, SealError
from services.identity.domain import (
    DocumentStatus,
    ExitDocument,
    Household,
    HouseholdType,
    Membership,
    MemberStatus,
    Person,
    PersonRecord,
    Sex,
    StoredPhoto,
)
from services.identity.sealed import RecordSealer
from tests.unit.identity.people import household, passport, person, photo, record

RING = Keyring({1: bytes(32)}, {1: bytes(32)})
SEALER = RecordSealer(Sealer(RING))

keys = st.integers(1, (1 << 63) - 1)
texts = st.text(max_size=60)
days = st.dates()
persons = st.builds(
    Person,
    keys,
    texts,
    st.lists(texts, max_size=3).map(tuple),
    st.sampled_from(Sex),
    st.none() | days,
    st.sampled_from([b"", bytes(32), bytes(range(32))]),
)
documents = st.builds(
    ExitDocument, texts, texts, days, days, texts, st.none() | days, st.none() | st.sampled_from(DocumentStatus)
)
memberships = st.tuples(keys, texts, days, st.none() | days, st.none() | st.sampled_from(MemberStatus))


@given(persons, st.lists(memberships, max_size=3), st.lists(documents, max_size=3))
def test_a_person_opens_as_what_was_sealed(someone, stays, held):
    of_one = tuple(Membership(someone.person_id, *stay) for stay in stays)
    whole = PersonRecord(someone, of_one, tuple(held))
    assert SEALER.open_person(someone.person_id, SEALER.seal_person(whole)) == (someone, of_one)
    assert SEALER.open_documents(someone.person_id, SEALER.seal_documents(whole)) == whole.documents


@given(st.builds(Household, keys, texts, st.sampled_from(HouseholdType), texts, texts, texts))
def test_a_household_opens_as_what_was_sealed(home):
    assert SEALER.open_household(home.household_id, SEALER.seal_household(home)) == home


@given(st.binary(max_size=100), st.booleans(), st.sampled_from([b"", bytes(range(32))]))
def test_a_photo_opens_as_what_was_sealed(image, quarantined, digest):
    stored = StoredPhoto(image, quarantined, digest)
    assert SEALER.open_photo(bytes(32), SEALER.seal_photo(bytes(32), stored)) == stored


@pytest.mark.parametrize(
    ("kept", "opened"),
    [
        (b"\0image", StoredPhoto(b"image", quarantined=False)),
        (b"\1image", StoredPhoto(b"image", quarantined=True)),
        (b"\2" + bytes(range(32)) + b"image", StoredPhoto(b"image", quarantined=False, sm3=bytes(range(32)))),
        (b"\3" + bytes(range(32)) + b"image", StoredPhoto(b"image", quarantined=True, sm3=bytes(range(32)))),
        (b"\4image", StoredPhoto(b"image", quarantined=True)),  # a flag of the future withholds
    ],
)
def test_photos_are_read_as_they_were_ever_kept(kept, opened):
    sealed = Sealer(RING).seal(kept, place=f"identity.photo:{bytes(32).hex()}")
    assert SEALER.open_photo(bytes(32), sealed) == opened


def test_nothing_opens_in_another_place():
    whole = record(person(1), documents=(passport(date(2012, 1, 1)),))
    digest, image = photo()
    sealed_photo = SEALER.seal_photo(digest, image)
    moves = [
        lambda: SEALER.open_person(2, SEALER.seal_person(whole)),
        lambda: SEALER.open_documents(2, SEALER.seal_documents(whole)),
        lambda: SEALER.open_documents(1, SEALER.seal_person(whole)),
        lambda: SEALER.open_person(1, SEALER.seal_documents(whole)),
        lambda: SEALER.open_household(2, SEALER.seal_household(household(1))),
        lambda: SEALER.open_photo(bytes(32), sealed_photo),
    ]
    for move in moves:
        with pytest.raises(SealError):
            move()


@pytest.mark.parametrize("byte", [0, 5, 20, -1])
def test_a_changed_byte_is_found(byte):
    sealed = bytearray(SEALER.seal_person(record(person())))
    sealed[byte] ^= 1
    with pytest.raises(SealError):
        SEALER.open_person(1, bytes(sealed))


def test_a_form_of_the_future_is_not_guessed_at():
    sealed = Sealer(RING).seal(b'[2,"x"]', place="identity.household.record:1")
    with pytest.raises(RecordForm):
        SEALER.open_household(1, sealed)


def test_equal_records_are_sealed_differently():
    one, other = SEALER.seal_person(record(person())), SEALER.seal_person(record(replace(person())))
    assert one != other


def test_a_record_is_small():
    whole = record(person(name="欧阳测试"), documents=())
    assert len(SEALER.seal_person(whole)) < 150
    assert len(SEALER.seal_documents(whole)) < 40
