"""Photos: in the format that may be disclosed, few, and marked as nobody's."""

from __future__ import annotations

import hashlib
from io import BytesIO

from PIL import Image

from services.identity.domain import is_photo
from services.synthetic import Province
from services.synthetic.portraits import HUES, Age, album


def test_all_but_the_odd_one_have_the_format():
    pictures = album()
    assert len(pictures.portraits) == 2 * len(Age) * HUES
    assert len(set(pictures.portraits)) == len(pictures.portraits)
    for digest, image in pictures.images.items():
        assert hashlib.sha256(image).digest() == digest
        assert is_photo(image) is (digest != pictures.odd)
        assert len(image) <= 20 * 1024


def test_they_decode_as_they_claim():
    for digest in album().portraits:
        image = Image.open(BytesIO(album().images[digest]))
        image.load()
        assert (image.size, image.mode, image.format, image.info["dpi"]) == ((358, 441), "RGB", "JPEG", (350, 350))


def test_they_are_the_same_each_time():
    first = album()
    album.cache_clear()
    assert album() == first
    assert album() is not first


def test_everybody_has_one_of_their_sex_and_age():
    pictures = album()
    chosen = {pictures.portrait(age, hue, is_male=is_male) for age in Age for hue in range(HUES) for is_male in (0, 1)}
    assert chosen == set(pictures.portraits)


def test_the_province_hands_out_every_image():
    photos = Province(1).photos()
    assert {digest for digest, _ in photos} == set(album().images)
    assert not any(photo.quarantined for _, photo in photos)
