"""What became of a stream is told by places in the whole, and what is hashed is hashed as RFC 4493 says."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC

from xiezhi.cli.batches import Tally, hash_texts
from xiezhi.exit_restriction.v1 import border_pb2, hit_pb2

KEY = bytes(range(16))


def test_places_are_those_in_the_whole_whatever_the_order_of_the_answers() -> None:
    answers = [
        border_pb2.StreamTravellersResponse(batch=2, checked_count=1, invalid_indexes=[0]),
        border_pb2.StreamTravellersResponse(
            batch=1,
            checked_count=2,
            hits=[border_pb2.TravellerHit(index=1, action=hit_pb2.BORDER_ACTION_STOP, hit="hits/1")],
        ),
    ]
    tally = Tally.of(answers, size=2)
    assert tally.data(trace_id="t") == {
        "checked": 3,
        "hits": [{"index": 1, "action": "BORDER_ACTION_STOP", "hit": "hits/1"}],
        "invalid_indexes": [2],
        "trace_id": "t",
    }


def test_of_each_text_there_are_the_first_eight_bytes() -> None:
    expected = []
    for text in ("赣A12345", "EX0000001"):
        mac = CMAC(AES(KEY))
        mac.update(text.encode())
        expected.append(mac.finalize()[:8])
    assert hash_texts(("赣A12345", "EX0000001"), KEY) == b"".join(expected)
    assert hash_texts((), KEY) == b""
