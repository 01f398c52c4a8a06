"""Numbers on their way to the exchange: in batches, and packed so that none leaves the machine."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from xiezhi.cli.border.checks import (
    MOST_NAMED,
    Action,
    Direction,
    batches,
    normal,
    pack,
    require_answered,
    require_numbers,
)
from xiezhi.cli.output import CommandError
from xiezhi.exit_restriction.v1 import border_pb2, hit_pb2

NUMBERS = ("EX0000001", "369901189001010010", "UTOL898902C3")


def test_batches_are_numbered_from_one_and_keep_the_order() -> None:
    made = list(batches(NUMBERS, direction=Direction.EXIT, port="口岸", size=2))
    assert [(one.batch, list(one.numbers)) for one in made] == [(1, [*NUMBERS[:2]]), (2, [*NUMBERS[2:]])]
    assert {one.direction for one in made} == {hit_pb2.TRAVEL_DIRECTION_EXIT}


def test_a_packed_batch_has_hashes_and_no_number() -> None:
    (batch,) = batches(NUMBERS, direction=Direction.ENTRY, port="", size=10)
    pack(batch, border_pb2.LeaseBorderKeyResponse(lease_id="lease", key=bytes(16)))
    assert not batch.numbers
    assert batch.lease_id == "lease"
    mac = CMAC(AES(bytes(16)))
    mac.update(NUMBERS[1].encode())
    assert batch.packed_numbers[8:16] == mac.finalize()[:8]
    assert len(batch.packed_numbers) == 8 * len(NUMBERS)


def test_numbers_are_hashed_in_one_form() -> None:
    assert normal(" ex-0000 001 ") == "EX0000001"
    assert normal("ＥＸ００００００１") == "EX0000001"


def test_what_is_no_number_is_not_hashed_and_not_repeated() -> None:
    require_numbers(NUMBERS)
    with pytest.raises(CommandError) as caught:
        require_numbers(["EX0000001", "测试", "", "E1", *["E2"] * MOST_NAMED])
    assert "2, 3, 4, 5" in str(caught.value)
    assert "and more" in str(caught.value)
    assert "E1" not in str(caught.value)


def test_a_stream_that_ended_early_is_told() -> None:
    require_answered(3, 3)
    with pytest.raises(CommandError):
        require_answered(3, 2)


@pytest.mark.parametrize("action", Action)
def test_every_action_is_one_of_the_contract(action: Action) -> None:
    assert hit_pb2.BorderAction.Value(action.named)
