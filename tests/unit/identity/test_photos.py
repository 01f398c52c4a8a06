"""The format of a photo: only what is exactly it passes."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from services.identity.domain import is_photo
from services.identity.domain.photos import MAX_BYTES
from tests.unit.identity.people import jpeg


def drawn(size=(358, 441), mode="RGB", **options):
    file = io.BytesIO()
    Image.new(mode, size, "white").save(file, options.pop("format", "JPEG"), **options)
    return file.getvalue()


@pytest.mark.parametrize("options", [{}, {"quality": 70, "dpi": (350, 350)}, {"progressive": True}, {"comment": b"x"}])
def test_a_photo_passes_however_it_was_compressed(options):
    assert is_photo(drawn(**options))


@pytest.mark.parametrize(
    "image",
    [
        drawn(size=(357, 441)),
        drawn(size=(358, 442)),
        drawn(size=(441, 358)),
        drawn(mode="L"),
        drawn(mode="CMYK"),
        drawn(format="PNG"),
        drawn()[:-2],
        drawn()[:200],
        drawn() + b"<script>",
        b"",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xd8\xff\xd9",
        b"\xff\xd8" + b"\xff" * 100 + b"\xff\xd9",
        b"\xff\xd8\xff\xe0\0\0" + jpeg()[6:],
        b"\xff\xd8\xff\xe0\0\1" + jpeg()[6:],
        b"\xff\xd8\xff\xe0\xff\xff\xff\xd9",
    ],
)
def test_anything_else_does_not(image):
    assert not is_photo(image)


def test_the_longest_photo_and_one_byte_more():
    spare = MAX_BYTES - len(jpeg(size=0))
    assert is_photo(jpeg(size=spare))
    assert not is_photo(jpeg(size=spare + 1))


def test_fill_bytes_between_segments_are_skipped():
    assert is_photo(jpeg().replace(b"\xff\xc0", b"\xff\xff\xff\xc0", 1))


@given(st.binary(max_size=200), st.integers(0, 60))
def test_no_bytes_make_it_fail(noise, place):
    image = jpeg(size=20)
    assert is_photo(image[:place] + noise + image[place:]) in {True, False}
    assert is_photo(b"\xff\xd8\xff" + noise + b"\xff\xd9") in {True, False}
