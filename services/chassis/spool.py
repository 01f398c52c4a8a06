"""Entries of refusals that the ledger could not take at once, kept in a file until it does.

A file and not the process's database, because a refusal may well be about the database being gone. Records
are a length and a CRC-32, four bytes each in big-endian order, and the entry's bytes; a torn record at the
end is what a crash leaves and was never promised to anybody.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import zlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from io import FileIO
from pathlib import Path

from google.protobuf.message import DecodeError

from services.chassis.recorder import EvidenceSink
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.ledger.v1 import ledger_pb2

INTERVAL = timedelta(seconds=1)
_HEADER = 8

Sleep = Callable[[float], Awaitable[None]]


class FileSpool:
    """Keeps entries and brings them to the ledger in order.

    Args:
        path: The file; its folder must exist.
        sink: Where entries go.
        sleep: Waits between attempts, seconds.
    """

    def __init__(self, path: Path, sink: EvidenceSink, *, sleep: Sleep = asyncio.sleep) -> None:
        self._path = path
        self._sink = sink
        self._sleep = sleep
        self._lock = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to bring kept entries to the ledger, those of an earlier run first.

        Raises:
            OSError: If the file cannot be read or mended.
        """
        _, whole = self._read()
        if self._path.exists():
            os.truncate(self._path, whole)
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stops; what is kept stays in the file."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def keep(self, entry: ledger_pb2.Entry) -> None:
        """Keeps an entry durably.

        Raises:
            Unavailable: STORE_UNAVAILABLE, if the file cannot be written.
        """
        raw = entry.SerializeToString()
        record = len(raw).to_bytes(4) + zlib.crc32(raw).to_bytes(4) + raw
        async with self._lock:
            try:
                await asyncio.to_thread(self._write, record)
            except OSError:
                raise error(Reason.STORE_UNAVAILABLE, "The entry could not be kept.") from None

    async def flush(self) -> int:
        """Brings what is kept to the ledger.

        Returns:
            How many entries the ledger took.

        Raises:
            XiezhiError: If the ledger does not take an entry; nothing is forgotten.
        """
        async with self._lock:
            entries, size = await asyncio.to_thread(self._read)
        for entry in entries:
            await self._sink.append(entry)
        if size:
            async with self._lock:
                await asyncio.to_thread(self._forget, size)
        return len(entries)

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(XiezhiError, OSError):
                await self.flush()
            await self._sleep(INTERVAL.total_seconds())

    def _write(self, record: bytes) -> None:
        with self._path.open("ab", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            try:
                _write_whole(file, record)
                os.fsync(file.fileno())
            except OSError:
                # What is kept later must not lie behind half a record, where it would never be read.
                file.truncate(size)
                raise

    def _read(self) -> tuple[list[ledger_pb2.Entry], int]:
        try:
            raw = self._path.read_bytes()
        except FileNotFoundError:
            return [], 0
        entries: list[ledger_pb2.Entry] = []
        position = 0
        while position + _HEADER <= len(raw):
            length = int.from_bytes(raw[position : position + 4])
            body = raw[position + _HEADER : position + _HEADER + length]
            if len(body) < length or zlib.crc32(body) != int.from_bytes(raw[position + 4 : position + _HEADER]):
                break
            try:
                entries.append(ledger_pb2.Entry.FromString(body))
            except DecodeError:
                break
            position += _HEADER + length
        return entries, position

    def _forget(self, size: int) -> None:
        """Drops the first `size` bytes; what was kept meanwhile stays."""
        rest = self._path.read_bytes()[size:]
        fresh = self._path.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(rest)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


def _write_whole(file: FileIO, record: bytes) -> None:
    if file.write(record) != len(record):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
