"""Tests of the logs: listed fields only, and no words of anybody else."""

from __future__ import annotations

import io
import json
import logging
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from services.chassis.logs import Logs, crash_logged, describe_failure
from services.chassis.shown import LOG_FIELDS

NAME, NUMBER, PHONE = "张伟", "36990119900307123X", "13900001234"
SECRET = f"{NAME} {NUMBER} {PHONE}"


class Written:
    """A log and what it wrote."""

    def __init__(self, level: str = "info") -> None:
        self.stream = io.StringIO()
        self.logs = Logs(service="identity", level=level, stream=self.stream)

    @property
    def text(self) -> str:
        return self.stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@pytest.fixture
def written() -> Iterator[Written]:
    log = Written()
    log.logs.capture()
    yield log
    log.logs.release()


def _assert_nothing_personal(text: str) -> None:
    for value in (NAME, NUMBER, PHONE, NAME.encode("unicode_escape").decode()):
        assert value not in text


def test_a_line_is_one_object_of_listed_fields(written: Written) -> None:
    written.logs.write("call.refused", method="/a.B/C", reason="TOKEN_MISSING", seconds=0.25, trace_id="ab" * 16)
    (line,) = written.lines
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "call.refused",
        "level": "info",
        "service": "identity",
        "method": "/a.B/C",
        "reason": "TOKEN_MISSING",
        "seconds": 0.25,
        "trace_id": "ab" * 16,
    }


@pytest.mark.parametrize("field", ["name", "id_number", "request", "error", "sql"])
def test_a_field_that_is_not_listed_is_a_fault_of_the_program(written: Written, field: str) -> None:
    with pytest.raises(ValueError, match="not on the list"):
        written.logs.write("call.refused", **{field: "x"})
    assert written.text == ""


@pytest.mark.parametrize("field", sorted(set(LOG_FIELDS) - {"level", "timestamp", "event"}))
@pytest.mark.parametrize("value", [NAME, NUMBER, PHONE, SECRET, SECRET.encode(), [SECRET], {"a": SECRET}, True])
def test_no_field_shows_a_personal_value(written: Written, field: str, value: object) -> None:
    written.logs.write("process.serving", **{field: value})
    _assert_nothing_personal(written.text)
    assert written.lines[0][field] in ("***", ["***"])


def test_an_event_is_a_word_of_our_own(written: Written) -> None:
    written.logs.write(SECRET)
    assert written.lines[0]["event"] == "***"


def test_lines_below_the_level_are_not_written() -> None:
    log = Written("warning")
    log.logs.write("process.serving")
    log.logs.write("evidence.lost", level="error")
    assert [line["event"] for line in log.lines] == ["evidence.lost"]


@pytest.mark.parametrize("name", ["sqlalchemy.engine", "grpc._cython.cygrpc", "asyncio", "servicesque"])
def test_libraries_are_heard_and_not_quoted(written: Written, name: str) -> None:
    try:
        int(SECRET)
    except ValueError:
        logging.getLogger(name).exception("failed on %s", SECRET, extra={"person": SECRET})
    logging.getLogger(name).error(SECRET)
    _assert_nothing_personal(written.text)
    first, second = written.lines
    assert first["event"] == second["event"] == "library.logged"
    assert first["logger"] == name
    assert first["level"] == "error"
    assert first["exception"] == ["builtins.ValueError"]
    assert first["location"].startswith("test_logs:test_libraries_are_heard_and_not_quoted:")
    assert "message" not in first


def test_our_own_loggers_are_quoted_without_their_values(written: Written) -> None:
    logging.getLogger("services.chassis.db.writer").warning("commit of %d writes failed for %s", 3, SECRET)
    logging.getLogger("gateway.app").info("started")
    first, second = written.lines
    assert first["message"] == "commit of %d writes failed for %s"
    assert second["message"] == "started"
    _assert_nothing_personal(written.text)


def test_warnings_are_not_quoted_either(written: Written) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn(SECRET, UserWarning, stacklevel=1)
    assert written.lines[0]["logger"] == "py.warnings"
    _assert_nothing_personal(written.text)


def test_what_was_taken_over_is_given_back() -> None:
    root, own = logging.getLogger(), logging.getLogger("services")
    before = (list(root.handlers), own.level)
    log = Written()
    log.logs.capture()
    assert len(root.handlers) == len(before[0]) + 1
    log.logs.release()
    log.logs.release()
    assert (list(root.handlers), own.level) == before


def test_a_failure_is_told_by_types_and_places() -> None:
    def deep() -> None:
        raise ExceptionGroup(SECRET, [KeyError(SECRET), OSError(2, SECRET)])

    try:
        deep()
    except ExceptionGroup as failure:
        told = describe_failure(failure)
    assert told["exception"] == ("builtins.ExceptionGroup", "builtins.KeyError", "builtins.FileNotFoundError")
    assert told["frames"][-1].startswith(f"{__name__}:test_a_failure_is_told_by_types_and_places.<locals>.deep:")
    _assert_nothing_personal(str(told))


def test_an_endless_chain_of_causes_is_cut() -> None:
    first, second = ValueError(SECRET), KeyError(SECRET)
    first.__cause__, second.__cause__ = second, first
    assert describe_failure(first)["exception"] == ("builtins.ValueError", "builtins.KeyError")


def test_a_crash_ends_the_process_without_its_words() -> None:
    stream = io.StringIO()
    with pytest.raises(SystemExit) as ended, crash_logged("identity", stream=stream):
        raise RuntimeError(SECRET)
    assert ended.value.code == 1
    assert ended.value.__suppress_context__
    assert json.loads(stream.getvalue())["event"] == "process.crashed"
    _assert_nothing_personal(stream.getvalue())


def test_a_crash_of_a_thread_is_logged_without_its_words() -> None:
    stream = io.StringIO()

    def fall() -> None:
        raise RuntimeError(SECRET)

    with crash_logged("identity", stream=stream):
        thread = threading.Thread(target=fall)
        thread.start()
        thread.join()
    assert json.loads(stream.getvalue())["exception"] == ["builtins.RuntimeError"]
    _assert_nothing_personal(stream.getvalue())


def test_an_order_to_stop_passes() -> None:
    stream = io.StringIO()
    with pytest.raises(SystemExit, match="Cannot listen"), crash_logged("identity", stream=stream):
        raise SystemExit("Cannot listen")
    assert stream.getvalue() == ""


def test_a_reader_that_went_away_does_not_stop_the_process() -> None:
    log = Written()
    log.stream.close()
    log.logs.write("process.serving")
