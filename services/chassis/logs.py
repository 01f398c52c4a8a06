"""Logs: one JSON object a line on standard error, of fields that are on a list.

What libraries log passes through here too: who logged it, where and of what type the exception was, never its words,
because a database's or a protobuf's error quotes the values it stumbled over.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, TextIO

import structlog

from services.chassis.shown import LOG_FIELDS, shown
from services.chassis.spans import current_span

OWN = ("services", "gateway", "xiezhi")
"""Loggers whose words are our own, written as templates without values."""
LEVELS: Mapping[str, int] = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
}
MOST_FRAMES = 40
MOST_CAUSES = 8

Event = MutableMapping[str, Any]


class Logs:
    """The log of one process.

    Args:
        service: Name of the process.
        level: Least level that is written: debug, info, warning or error.
        stream: Where lines go; None for standard error.
    """

    def __init__(self, *, service: str, level: str = "info", stream: TextIO | None = None) -> None:
        self._level = LEVELS[level]
        self._logger: structlog.typing.FilteringBoundLogger = structlog.wrap_logger(
            _Lines(stream or sys.stderr),
            processors=[
                _add_span,
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                _only_listed,
                structlog.processors.JSONRenderer(),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(self._level),
            cache_logger_on_first_use=True,
            service=service,
        )
        self._handler: _Bridge | None = None
        self._levels: dict[str, int] = {}

    def write(self, event: str, /, *, level: str = "info", **fields: object) -> None:
        """Writes a line.

        Args:
            event: What happened: lower case words joined by dots.
            level: debug, info, warning or error.
            **fields: Fields of `services.chassis.shown.LOG_FIELDS`; a value without the form of its field is hidden.

        Raises:
            ValueError: If a field is not on that list.
        """
        self._logger.log(LEVELS[level], event, **fields)

    def failure(self, event: str, failure: BaseException, **fields: object) -> None:
        """Writes a line about an exception: its type, its causes and where it came from, never its words.

        Args:
            event: What happened.
            failure: The exception.
            **fields: As for `write`.
        """
        self.write(event, level="error", **describe_failure(failure), **fields)

    def capture(self) -> None:
        """Takes over what libraries log and what Python warns of."""
        root = logging.getLogger()
        self._handler = _Bridge(self)
        root.addHandler(self._handler)
        for name in OWN:
            logger = logging.getLogger(name)
            self._levels[name] = logger.level
            logger.setLevel(self._level)
        logging.captureWarnings(capture=True)

    def release(self) -> None:
        """Ends what `capture` began."""
        if self._handler is None:
            return
        logging.getLogger().removeHandler(self._handler)
        self._handler = None
        for name, level in self._levels.items():
            logging.getLogger(name).setLevel(level)
        logging.captureWarnings(capture=False)


def describe_failure(failure: BaseException) -> dict[str, tuple[str, ...]]:
    """Returns types and code locations of an exception and of what caused it.

    Args:
        failure: The exception.

    Returns:
        "exception": its type and those of its causes, outermost first. "frames": where it was raised, innermost
        last, as "module:function:line"; then the same of its causes.
    """
    types: list[str] = []
    frames: list[str] = []
    waiting: list[BaseException] = [failure]
    seen: set[int] = set()
    while waiting and len(types) < MOST_CAUSES:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        types.append(f"{type(one).__module__}.{type(one).__qualname__}")
        frames += _locations(one.__traceback__)
        if isinstance(one, BaseExceptionGroup):
            waiting += one.exceptions
        cause = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        waiting += [cause] if cause is not None else []
    return {"exception": tuple(types), "frames": tuple(frames)}


@contextmanager
def crash_logged(service: str, *, stream: TextIO | None = None) -> Iterator[None]:
    """Ends the process with a log line where an exception would end it with a traceback and all its words.

    Args:
        service: Name of the process.
        stream: Where the line goes; None for standard error.

    Raises:
        SystemExit: With code 1, instead of any exception of the block.
    """
    logs = Logs(service=service, stream=stream)
    previous = threading.excepthook

    def in_thread(told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None and not isinstance(told.exc_value, SystemExit):
            logs.failure("thread.crashed", told.exc_value)

    threading.excepthook = in_thread
    try:
        yield
    except Exception as failure:  # noqa: BLE001 - whatever it is, its words stay here
        logs.failure("process.crashed", failure)
        raise SystemExit(1) from None
    finally:
        threading.excepthook = previous


class _Lines:
    """Writes whole lines; a reader that went away must not stop what is logged about."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = threading.Lock()

    def msg(self, line: str) -> None:
        try:
            with self._lock:
                self._stream.write(f"{line}\n")
                self._stream.flush()
        except (OSError, ValueError):
            return

    log = debug = info = warning = warn = error = critical = exception = fatal = failure = msg


class _Bridge(logging.Handler):
    """Takes records of the standard library's logging."""

    def __init__(self, logs: Logs) -> None:
        super().__init__()
        self._logs = logs

    def emit(self, record: logging.LogRecord) -> None:
        fields: dict[str, object] = {
            "logger": record.name,
            "location": f"{record.module}:{record.funcName}:{record.lineno}",
        }
        if record.name.partition(".")[0] in OWN and isinstance(record.msg, str):
            fields["message"] = record.msg
        if record.exc_info and record.exc_info[1] is not None:
            fields |= describe_failure(record.exc_info[1])
        self._logs.write("library.logged", level=_level_name(record.levelno), **fields)


def _level_name(number: int) -> str:
    return max((level, name) for name, level in LEVELS.items() if level <= max(number, logging.DEBUG))[1]


def _locations(traceback: TracebackType | None) -> list[str]:
    found: list[str] = []
    while traceback is not None:
        frame = traceback.tb_frame
        found.append(f"{frame.f_globals.get('__name__', '')}:{frame.f_code.co_qualname}:{traceback.tb_lineno}")
        traceback = traceback.tb_next
    return found[-MOST_FRAMES:]


def _add_span(_logger: object, _method: str, event: Event) -> Event:
    span = current_span()
    if span is not None:
        event.setdefault("trace_id", span.trace_id)
    return event


def _only_listed(_logger: object, _method: str, event: Event) -> Event:
    return {key: shown(LOG_FIELDS, key, value) for key, value in event.items()}
