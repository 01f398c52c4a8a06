"""Digests of numbers, and keys of those whom only courts named."""

from __future__ import annotations

import secrets

import pytest

from services.chassis.sealing import Keyring
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.registry.ways import Ways
from tests.unit.exit_restriction.travellers import naming, number, person, voided

RING = Keyring({1: bytes(32)}, {1: bytes(range(32))})
WAYS = Ways(RING)


def test_a_number_of_identity_and_one_of_a_document_lead_different_ways():
    text = "936840189001010017"
    assert set(WAYS.of_number(text)).isdisjoint(WAYS.of_document(text))


def test_every_number_leads_to_the_subject():
    someone = person(numbers=(number(1), number(3)), documents=(*person().documents, voided(7)))
    digests = WAYS.of_subject(Subject.of(someone))
    assert len(digests) == 4
    assert {WAYS.of_number(number(3))[0], WAYS.of_document("EX0000007")[0]} <= set(digests)


def test_under_a_new_key_the_former_digests_are_known():
    both = Ways(Keyring(RING.sealing, {2: secrets.token_bytes(32), **RING.indexing}))
    subject = Subject.of(person())
    assert set(WAYS.of_subject(subject)) < set(both.former_of_subject(subject))
    assert set(WAYS.of_subject(subject)).isdisjoint(both.of_subject(subject))


@pytest.mark.parametrize(
    "other",
    [
        naming(person(), name=" 测试1 "),
        naming(person(), document_numbers=("EX0000009",)),
    ],
)
def test_the_same_person_has_the_same_key(other):
    assert WAYS.key_of(other) == WAYS.key_of(naming(person())) < 0


def test_the_order_of_numbers_does_not_matter():
    one, two = Named("某人", (number(1), number(3))), Named("某人", (number(3), number(1)))
    assert WAYS.key_of(one) == WAYS.key_of(two)


def test_others_have_other_keys():
    text = "UTOL898902C3"
    named = [naming(person(1)), naming(person(2)), naming(person(1), name="别人"), Named("a", (text,))]
    keys = {WAYS.key_of(one) for one in (*named, Named("a", (), (text,)))}
    assert len(keys) == 5
    assert all(-(1 << 62) <= key < 0 for key in keys)
