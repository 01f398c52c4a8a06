"""The SM3 of an image: the standard's own examples."""

from __future__ import annotations

import pytest

from services.identity.digests import sm3


@pytest.mark.parametrize(
    ("text", "digest"),
    [  # GB/T 32905-2016, annex A
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
    ],
)
def test_the_examples_of_the_standard_hold(text: bytes, digest: str) -> None:
    assert sm3(text).hex() == digest
