"""Keeps the committed image of the released contracts, which holds ours alone and no comments.

``make contracts`` compares the contracts with it, and refuses what would break or weaken something released.

    python -m tools.release_image strip <image >release
    python -m tools.release_image complete image <release | buf breaking image --against '-#format=binpb'
"""

from __future__ import annotations

import sys
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorProto, FileDescriptorSet

OURS = "xiezhi/"


def strip_image(image: bytes) -> bytes:
    """Reduces an image to our own contracts, without source positions and comments.

    Args:
        image: A serialised FileDescriptorSet.

    Returns:
        The serialised set in the order of the file names: the same contracts always give the same bytes.

    Raises:
        ValueError: The image holds none of our contracts.
    """
    files = [file for file in _parse(image) if file.name.startswith(OURS)]
    if not files:
        raise ValueError("the image holds none of our contracts")
    for file in files:
        file.ClearField("source_code_info")
    files.sort(key=lambda file: file.name)
    return FileDescriptorSet(file=files).SerializeToString(deterministic=True)


def complete_image(release: bytes, *, image: bytes) -> bytes:
    """Adds to a stripped image the schemas of others, without which no tool resolves it.

    Args:
        release: What `strip_image` returned.
        image: A serialised FileDescriptorSet that holds those schemas.

    Returns:
        The serialised set, what is imported before what imports.
    """
    foreign = [file for file in _parse(image) if not file.name.startswith(OURS)]
    waiting = {file.name: file for file in (*foreign, *_parse(release))}
    ordered: list[FileDescriptorProto] = []
    while waiting:
        ready = [file for file in waiting.values() if not waiting.keys() & set(file.dependency)]
        if not ready:
            raise ValueError("the image imports itself in a circle")
        ordered += ready
        for file in ready:
            del waiting[file.name]
    return FileDescriptorSet(file=ordered).SerializeToString()


def _parse(image: bytes) -> list[FileDescriptorProto]:
    return list(FileDescriptorSet.FromString(image).file)


def main(arguments: list[str]) -> None:
    """Reads an image from standard input and writes the other to standard output.

    Args:
        arguments: ``strip``, or ``complete`` and the path of an image with the schemas of others.
    """
    match arguments:
        case ["strip"]:
            result = strip_image(sys.stdin.buffer.read())
        case ["complete", image]:
            result = complete_image(sys.stdin.buffer.read(), image=Path(image).read_bytes())
        case _:
            sys.exit("usage: python -m tools.release_image strip | complete IMAGE")
    sys.stdout.buffer.write(result)


if __name__ == "__main__":
    main(sys.argv[1:])
