"""What the database says of referrals to those who have it and not the keys, and how keys are changed."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import create_engine, text

from services.chassis.sealing import Keyring, SealError
from tests.store.seen import everything
from tests.unit.referral.asked import (
    DECISION,
    DETECTIVE,
    JUDGE,
    LETTER,
    REASONS,
    RECEIPT,
    fetching,
    letter,
    listing,
    opinion,
    person,
    receipt,
    ruling,
    sending,
)
from xiezhi.errors import XiezhiError

NAME = "司马静默"


@pytest.fixture
async def filled(exchange):
    """A referral that was received, decided and answered."""
    request = sending(person(1, NAME))
    name = (await exchange.court(request)).referral.name
    await exchange.unit(receipt(name))
    await exchange.unit(ruling(name, files=False))
    await exchange.unit(opinion(name, pdf=letter(NAME, *REASONS)))
    return request, name


def test_nothing_personal_is_in_clear(filled, referral_url):
    stored, (request, _) = everything(referral_url), filled
    for value in (
        NAME,
        person().id_number,
        request.facts,
        *(piece.title for piece in request.evidence),
        request.context.handler.name,
        request.context.handler.phone,
        request.context.request_id,
        request.letter_pdf.decode(),
        "执1号",
        *REASONS,
        RECEIPT,
        DECISION,
        LETTER,
        JUDGE,
        DETECTIVE,
        "2018-09-25T",
    ):
        assert value.encode() not in stored


async def test_after_the_keys_were_changed_all_is_found(filled, open_exchange, keyring_file):
    _, name = filled
    exchange = open_exchange(ring=Keyring.rotate(keyring_file))
    shown = (await exchange.court(listing(suspect=person(1, NAME)))).referrals[0]
    assert (shown.name, shown.suspects[0].party.name) == (name, NAME)
    fetched = await exchange.court(fetching(name, shown.documents[0].sha256, suspect=person(1, NAME)))
    assert fetched.pdf


async def test_under_another_index_key_an_open_referral_stands_in_the_way_still(exchange, open_exchange, keyring):
    await exchange.court(sending())
    fresh = {max(keyring.indexing) + 1: secrets.token_bytes(32)}
    rotated = open_exchange(ring=Keyring(keyring.sealing, {**fresh, **keyring.indexing}))
    with pytest.raises(XiezhiError, match="REFERRAL_EXISTS"):
        await rotated.court(sending(person(2), person(1)))
    await rotated.court(sending(person(2)))


@pytest.mark.parametrize("table", ["referrals", "referral_facts", "referral_documents"])
async def test_what_was_changed_or_is_under_other_keys_does_not_open(
    filled, open_exchange, keyring, referral_url, table
):
    other = {number: secrets.token_bytes(32) for number in keyring.sealing}
    with pytest.raises(SealError):
        await open_exchange(ring=Keyring(other, keyring.indexing)).court(listing(suspect=person(1, NAME)))
    engine = create_engine(referral_url)
    with engine.begin() as connection:
        row = connection.execute(text(f"SELECT record FROM {table}")).first()
        changed = bytes(row.record[:-1]) + bytes([row.record[-1] ^ 1])
        connection.execute(text(f"UPDATE {table} SET record = :changed"), {"changed": changed})
    engine.dispose()
    with pytest.raises(SealError):
        await open_exchange().court(listing(suspect=person(1, NAME)))
