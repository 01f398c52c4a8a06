"""Files that a person hands to a command or gets from it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from xiezhi.cli.output import CommandError

STANDARD_INPUT = Path("-")
PRIVATE = 0o600


def read_json(file: Path) -> dict[str, Any]:
    """Reads a JSON object.

    Args:
        file: The file; "-" for standard input.

    Raises:
        CommandError: If there is none.
    """
    try:
        text = sys.stdin.read() if file == STANDARD_INPUT else file.read_text(encoding="utf-8")
        document = json.loads(text)
    except OSError as failure:
        raise CommandError(f"{file} cannot be read: {failure.strerror}.") from None
    except ValueError:
        raise CommandError(f"{file} is not JSON.") from None
    if not isinstance(document, dict):
        raise CommandError(f"{file} holds no JSON object.")
    return document


def read_bytes(file: Path) -> bytes:
    """Reads a file.

    Raises:
        CommandError: If it cannot be read.
    """
    try:
        return file.read_bytes()
    except OSError as failure:
        raise CommandError(f"{file} cannot be read: {failure.strerror}.") from None


def write_private(file: Path, content: bytes) -> None:
    """Writes a file that only its owner may read, replacing a former one; as `writing_private`.

    Raises:
        CommandError: If it cannot be written.
    """
    with writing_private(file) as opened:
        opened.write(content)


@contextmanager
def writing_private(file: Path) -> Iterator[BinaryIO]:
    """Opens a file that only its owner may read, to be written as a whole or not at all.

    Once the block has ended the file is there to stay, also where the machine loses its power: others rely on it.

    Args:
        file: The file; a former one is replaced.

    Raises:
        CommandError: If it cannot be written.
    """
    fresh = file.with_name(f"{file.name}.new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "wb") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
        fresh.replace(file)
        _keep_names(file.parent)
    except OSError as failure:
        raise CommandError(f"{file} cannot be written: {failure.strerror}.") from None
    finally:
        fresh.unlink(missing_ok=True)


def _keep_names(folder: Path) -> None:
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def write_json(file: Path, document: Mapping[str, Any]) -> None:
    """Writes a JSON object to a file that only its owner may read."""
    write_private(file, json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n")
