"""The local store of spans: JSON lines in a folder, for the waterfall in the terminal.

Every process appends to files of its own, in whole lines and without a buffer, so that a killed process loses only what
it had not handed over. Files have a bound; so has what one service keeps, of which the oldest files go first.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.trace import format_span_id, format_trace_id

FILE_BYTES = 16 * 1024 * 1024
"""A file that has grown beyond this is not appended to any more."""
SERVICE_BYTES = 128 * 1024 * 1024
"""What the files of one service may take together."""
SUFFIX = ".jsonl"

_NAME = re.compile("[a-z0-9_-]{1,64}")


class TraceStore(SpanExporter):
    """Writes spans to the folder.

    Each line is an object with trace_id, span_id, parent_id (empty for the first span of a trace), service, name, kind
    ("server", "client", "internal"), start and end (nanoseconds since 1970), attributes, and links (trace_id and
    span_id of spans that led to this one).

    Args:
        folder: The folder; made if it is not there, for its owner only.
        service: Name of the process: lower case letters, digits, "-" and "_".
        file_bytes: Bound on one file.
        service_bytes: Bound on all files of the service.

    Raises:
        ValueError: If the name has another form.
        OSError: If the folder cannot be written to.
    """

    def __init__(
        self,
        folder: Path,
        *,
        service: str,
        file_bytes: int = FILE_BYTES,
        service_bytes: int = SERVICE_BYTES,
    ) -> None:
        if _NAME.fullmatch(service) is None:
            raise ValueError("the name of a process is lower case letters, digits, '-' and '_'")
        self._folder = folder
        self._service = service
        self._file_bytes = file_bytes
        self._service_bytes = service_bytes
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = -1
        self._written = 0
        self._torn = False
        self._open_next()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Appends spans; while the disk refuses them, they are lost and the next are tried."""
        lines = b"".join(_line(span, self._service) for span in spans)
        try:
            if self._file < 0 or self._written >= self._file_bytes:
                self._open_next()
            self._append(lines)
        except OSError:
            return SpanExportResult.FAILURE
        return SpanExportResult.SUCCESS

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Has nothing to do: nothing is buffered here."""
        return True

    def shutdown(self) -> None:
        """Closes the file; one that has nothing in it is removed."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            if not self._written:
                self._path.unlink(missing_ok=True)

    def _append(self, lines: bytes) -> None:
        if self._torn:
            lines = b"\n" + lines
        written = os.write(self._file, lines)
        self._written += written
        self._torn = written < len(lines)

    def _open_next(self) -> None:
        self.shutdown()
        self._path = self._folder / f"{self._service}.{time.time_ns():020}.{os.getpid()}{SUFFIX}"
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._written = 0
        self._torn = False
        self._prune()

    def _prune(self) -> None:
        kept = self._file_bytes
        for path in sorted(self._folder.glob(f"{self._service}.*{SUFFIX}"), reverse=True):
            if path == self._path:
                continue
            try:
                kept += path.stat().st_size
                if kept > self._service_bytes:
                    path.unlink()
            except FileNotFoundError:
                continue


def _line(span: ReadableSpan, service: str) -> bytes:
    context, parent = span.context, span.parent
    told: dict[str, Any] = {
        "trace_id": format_trace_id(context.trace_id),
        "span_id": format_span_id(context.span_id),
        "parent_id": format_span_id(parent.span_id) if parent is not None else "",
        "service": service,
        "name": span.name,
        "kind": span.kind.name.lower(),
        "start": span.start_time,
        "end": span.end_time,
        "attributes": dict(span.attributes or {}),
        "links": [
            {"trace_id": format_trace_id(link.context.trace_id), "span_id": format_span_id(link.context.span_id)}
            for link in span.links
        ],
    }
    return json.dumps(told, separators=(",", ":")).encode() + b"\n"
