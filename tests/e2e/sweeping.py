"""Looks for values in whatever the suite leaves behind, however they are written, and never repeats one it found."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes

SHORTEST = 6
"""Bytes of the shortest value that is looked for: shorter ones are found everywhere by chance."""
ALONE = 11
"""Runs of fewer digits than this count only as a whole: in longer ones they are there by chance."""
SLICE = 48
"""Bytes of a picture that stand for it."""


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A value that must not be found.

    Attributes:
        kind: What it is, for example "id number"; never the value.
        value: Its bytes.
    """

    kind: str
    value: bytes

    @classmethod
    def text(cls, kind: str, text: str) -> Secret:
        """Makes a secret of a text."""
        return cls(kind, text.encode())

    @classmethod
    def picture(cls, kind: str, image: bytes) -> Secret:
        """Makes a secret of a picture, from its middle: the beginning of all of them is the same."""
        middle = len(image) // 2
        return cls(kind, image[middle : middle + SLICE])

    @property
    def name(self) -> str:
        """What a report calls it."""
        return f"{self.kind} {hashlib.sha256(self.value).hexdigest()[:8]}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A secret that was found.

    Attributes:
        place: Where.
        position: At which byte.
        secret: What, as `Secret.name` calls it.
        form: In which writing.
    """

    place: str
    position: int
    secret: str
    form: str


def write_forms(value: bytes) -> dict[str, bytes]:
    """Writes a value in every way in which programs write bytes and texts."""
    forms = {
        "as it is": value,
        "hex": value.hex().encode(),
        "HEX": value.hex().upper().encode(),
        "percent": quote_from_bytes(value, safe="").encode(),
        "\\x": "".join(f"\\x{byte:02x}" for byte in value).encode(),
        "octal": "".join(f"\\{byte:03o}" for byte in value).encode(),
        "integers": ", ".join(map(str, value)).encode(),
    }
    for offset in range(3):
        # Where a value begins within longer bytes decides on how base64 writes it; the ends depend on its neighbours.
        padded = base64.b64encode(bytes(offset) + value)
        whole = padded[4 if offset else 0 : len(padded) // 4 * 4 - 4]
        forms[f"base64 +{offset}"] = whole
        forms[f"base64url +{offset}"] = whole.translate(bytes.maketrans(b"+/", b"-_"))
    text = value.decode(errors="ignore")
    if text.encode() == value:
        forms["utf-16"] = text.encode("utf-16-le")
        forms["json"] = "".join(f"\\u{ord(c):04x}" if ord(c) > 126 else c for c in text).encode()
        forms["JSON"] = forms["json"].upper().replace(b"\\U", b"\\u")
        forms["gb18030"] = text.encode("gb18030")
    first = {written: form for form, written in reversed(forms.items())}
    return {form: written for written, form in reversed(first.items()) if len(written) >= SHORTEST}


def sweep(places: Mapping[str, bytes], secrets: Iterable[Secret]) -> list[Finding]:
    """Looks for secrets.

    Args:
        places: What is looked through, by the names under which findings are reported.
        secrets: What is looked for; those that are too short are passed over.
    """
    patterns = {
        (secret.name, form): written
        for secret in secrets
        if len(secret.value) >= SHORTEST
        for form, written in write_forms(secret.value).items()
    }
    return [
        Finding(place, position, name, form)
        for place, content in places.items()
        for (name, form), written in patterns.items()
        if (position := _find(content, written)) >= 0
    ]


def _find(content: bytes, written: bytes) -> int:
    if not (written.isdigit() and len(written) < ALONE):
        return content.find(written)
    found = re.search(b"(?<![0-9])" + written + b"(?![0-9])", content)
    return found.start() if found else -1


def read_files(folder: Path, *, without: Path) -> dict[str, bytes]:
    """Reads every file below a folder but those below another one, and its name with it."""
    return dict(_read(folder, without))


def _read(folder: Path, without: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if not path.is_relative_to(without) and path.is_file():
            name = str(path.relative_to(folder))
            yield name, name.encode() + b"\n" + path.read_bytes()
