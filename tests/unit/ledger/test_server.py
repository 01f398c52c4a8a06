"""The ledger's own way into its log, and its configuration."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError, create_model

from services.ledger.recovery import recover
from services.ledger.server import OwnEvidence
from services.ledger.settings import LedgerProcessSettings
from tests.unit.ledger.fakes import MemoryHighWater, MemoryStore, id_of, signer
from xiezhi.errors import DataLoss, Reason, Unavailable
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import verify_receipt


def _entry() -> ledger_pb2.Entry:
    entry = ledger_pb2.Entry(entry_id=str(uuid.UUID(int=7)), writer="ledger", method="/a.B/C")
    entry.time.FromDatetime(datetime(2026, 11, 24, tzinfo=UTC))
    return entry


async def test_its_own_entries_get_receipts_like_any() -> None:
    log = await recover(MemoryStore(), signer=signer(), high_water=MemoryHighWater(), id_of=id_of)
    receipt = await OwnEvidence(log).append(_entry())
    assert verify_receipt(receipt, signer().public_key) == _entry()


async def test_a_store_that_is_away_is_a_ledger_that_is_away() -> None:
    store = MemoryStore()
    own = OwnEvidence(await recover(store, signer=signer(), high_water=MemoryHighWater(), id_of=id_of))
    store.away = True
    with pytest.raises(Unavailable) as caught:
        await own.append(_entry())
    assert caught.value.reason is Reason.LEDGER_UNAVAILABLE


async def test_damage_is_told_as_damage() -> None:
    store = MemoryStore()
    own = OwnEvidence(await recover(store, signer=signer(), high_water=MemoryHighWater(), id_of=id_of))
    store.head = signer(seed=2).sign(0, bytes(32), after=None)
    with pytest.raises(DataLoss) as caught:
        await own.append(_entry())
    assert caught.value.reason is Reason.LEDGER_DAMAGED


@pytest.fixture(scope="module")
def named() -> type[BaseModel]:
    """A model with nothing but the log's name, by the settings' own rule."""
    return create_model("Named", origin=(str, LedgerProcessSettings.model_fields["origin"]))


@pytest.mark.parametrize("origin", ["", " x", "x ", "two\nlines", "x" * 101, "案卷"])
def test_a_name_that_heads_cannot_carry_is_refused_at_start(named: type[BaseModel], origin: str) -> None:
    with pytest.raises(ValidationError):
        named(origin=origin)


@pytest.mark.parametrize("origin", ["x", "xiezhi.jx/ledger", "x" * 100])
def test_a_name_that_heads_can_carry_is_taken(named: type[BaseModel], origin: str) -> None:
    assert named(origin=origin)
