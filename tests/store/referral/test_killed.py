"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.store.killed import write_and_kill
from tests.store.referral.writer import lead
from tests.store.seen import contents, rows
from xiezhi.referral.v1 import referral_pb2

MOMENT = 5
"""How many referrals are said to be received before the process is killed."""


@pytest.mark.long
async def test_steps_of_a_killed_process_are_there_as_a_whole_and_once(
    referral_url, keyring, keyring_file, open_exchange
):
    del keyring
    said = await asyncio.to_thread(
        write_and_kill, "tests.store.referral.writer", referral_url, keyring_file, moment=MOMENT
    )
    sent, facts = rows(referral_url, "referrals"), rows(referral_url, "referral_facts")
    # What was written as it died may be a referral more than it could say, received or not.
    assert (len(sent) - said, len(facts) - said) in {(0, 0), (1, 0), (1, 1)}
    assert all(row.answer for row in rows(referral_url, "referral_requests"))
    assert Counter(row.referral_id for row in rows(referral_url, "referral_documents")) == {
        row.referral_id: 2 for row in sent
    }
    before, exchange = contents(referral_url), open_exchange()
    for number in range(1, said + 1):
        made = (await lead(exchange, number)).referral
        assert made.state == referral_pb2.REFERRAL_STATE_RECEIVED
    assert contents(referral_url) == before
    await lead(exchange, said + 1)
    assert len(rows(referral_url, "referral_facts")) == said + 1
