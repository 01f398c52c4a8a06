"""Photos: drawn silhouettes in the format of GA/T 461, few and shared: a million people need no million images."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from io import BytesIO
from types import MappingProxyType

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT = 358, 441
"""Pixels of a photo (GA/T 461-2019)."""
HUES = 4
"""Portraits of each sex and age."""

_DPI = 350
_QUALITY = 70
_ODD_SIZE = 240, 320
_SKIN = ("#e8c39e", "#d9b08c", "#f0d0b0", "#c99f78")
_CLOTHES = ("#37506b", "#6b3a3a", "#3f5f45", "#5a4a6e")
_INK = "white"
# The characters 合成 (made up) as strokes on a grid of ten by ten: the font that Pillow brings has no Chinese.
_STROKES = (
    (
        ((5, 0), (0, 4)),
        ((5, 0), (10, 4)),
        ((3, 5), (7, 5)),
        ((2, 7), (8, 7), (8, 10), (2, 10), (2, 7)),
    ),
    (
        ((1, 3), (9, 3)),
        ((2, 3), (2, 7), (1, 10)),
        ((2, 6), (4, 6), (4, 9), (3, 9)),
        ((6, 0), (7, 7), (9, 10), (10, 8)),
        ((9, 5), (5, 10)),
        ((8, 0), (9, 2)),
    ),
)


class Age(IntEnum):
    """How old somebody looks."""

    YOUNG = 0
    GROWN = 1
    OLD = 2


_HAIR = MappingProxyType({Age.YOUNG: "#1d1a18", Age.GROWN: "#3a2c22", Age.OLD: "#a9a7a3"})


@dataclass(frozen=True, slots=True)
class Album:
    """The portraits.

    Attributes:
        images: All images by the SHA-256 of each.
        odd: Digest of the one image that breaks the format.
        portraits: Digests of the others: of women, then of men, by age, then by hue.
    """

    images: Mapping[bytes, bytes]
    odd: bytes
    portraits: tuple[bytes, ...]

    def portrait(self, age: Age, hue: int, *, is_male: bool) -> bytes:
        """Returns the digest of a portrait.

        Args:
            age: How old.
            hue: 0 up to, but not, `HUES`.
            is_male: Whether of a man.
        """
        return self.portraits[(is_male * len(Age) + age) * HUES + hue]


@cache
def album() -> Album:
    """Draws the portraits, the same ones each time."""
    drawn = tuple(_draw_all())
    odd = _encode(Image.new("RGB", _ODD_SIZE, "white"))
    digests = tuple(hashlib.sha256(image).digest() for image in (*drawn, odd))
    return Album(MappingProxyType(dict(zip(digests, (*drawn, odd), strict=True))), digests[-1], digests[:-1])


def _draw_all() -> Iterator[bytes]:
    for is_male in (False, True):
        for age in Age:
            for hue in range(HUES):
                yield _encode(_draw(age, hue, is_male=is_male))


def _draw(age: Age, hue: int, *, is_male: bool) -> Image.Image:
    image = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(image)
    hair, skin = _HAIR[age], _SKIN[hue]
    if not is_male:
        pen.rounded_rectangle((68, 110, 290, 330), radius=60, fill=hair)
    pen.ellipse((20, 330, 338, 560), fill=_CLOTHES[(hue + age) % HUES])
    pen.rectangle((150, 290, 208, 360), fill=skin)
    pen.ellipse((88, 92, 270, 320), fill=skin)
    pen.pieslice((80, 70, 278, 250 - 20 * age), 180, 360, fill=hair)
    if is_male and age is Age.OLD:
        pen.arc((140, 232, 218, 280), 200, 340, fill=hair, width=8)
    _mark(pen)
    return image


def _mark(pen: ImageDraw.ImageDraw) -> None:
    """Says across the portrait that nobody is in it."""
    pen.text((WIDTH // 2, 375), "SYNTHETIC", fill=_INK, anchor="mm", font=ImageFont.load_default(34))
    for place, character in enumerate(_STROKES):
        for stroke in character:
            points = [(145 + place * 40 + 3 * x, 398 + 3 * y) for x, y in stroke]
            pen.line(points, fill=_INK, width=3, joint="curve")


def _encode(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "JPEG", quality=_QUALITY, dpi=(_DPI, _DPI))
    return written.getvalue()
