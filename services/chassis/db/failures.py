"""What databases and their drivers report, told as the refusals that callers understand.

Nothing of a statement or a value leaves this module: PostgreSQL quotes values in the texts of its errors.
"""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from enum import StrEnum
from typing import cast

import psycopg
from sqlalchemy import Engine, event, exc
from sqlalchemy.engine import ExceptionContext

from xiezhi.errors import Reason, XiezhiError, error

RETRY_AFTER = timedelta(seconds=1)


class Trouble(StrEnum):
    """Why a database cannot be used now; the value completes the sentence that the caller is told."""

    LOCKED = "it is locked by another writer"
    FULL = "its disk is full"
    GONE = "its file is not where it was"
    LOST = "the connection to it is lost"
    SLOW = "it took too long"
    CONFLICT = "another writer was faster"
    READ_ONLY = "it takes no writes"
    DAMAGED = "its storage fails"
    OVERLOADED = "too much work waits for it"
    BROKEN = "another write broke the transaction that both were in"


class Vanished(Exception):
    """The database's file is gone, or another file lies in its place."""


_SQLITE = {
    sqlite3.SQLITE_BUSY: Trouble.LOCKED,
    sqlite3.SQLITE_LOCKED: Trouble.LOCKED,
    sqlite3.SQLITE_PROTOCOL: Trouble.LOCKED,
    sqlite3.SQLITE_FULL: Trouble.FULL,
    sqlite3.SQLITE_CANTOPEN: Trouble.GONE,
    sqlite3.SQLITE_READONLY: Trouble.READ_ONLY,
    sqlite3.SQLITE_PERM: Trouble.READ_ONLY,
    sqlite3.SQLITE_INTERRUPT: Trouble.SLOW,
    sqlite3.SQLITE_NOMEM: Trouble.DAMAGED,
    sqlite3.SQLITE_IOERR: Trouble.DAMAGED,
    sqlite3.SQLITE_CORRUPT: Trouble.DAMAGED,
    sqlite3.SQLITE_NOTADB: Trouble.DAMAGED,
}
"""By primary result code, the low byte of the extended one (sqlite.org/rescode.html)."""

_POSTGRES = (
    ("53100", Trouble.FULL),
    ("53", Trouble.OVERLOADED),
    ("55P03", Trouble.LOCKED),
    ("40", Trouble.CONFLICT),
    ("57014", Trouble.SLOW),
    ("25P03", Trouble.SLOW),
    ("25006", Trouble.READ_ONLY),
    ("08", Trouble.LOST),
    ("57P", Trouble.LOST),
    ("58", Trouble.DAMAGED),
    ("XX001", Trouble.DAMAGED),
    ("XX002", Trouble.DAMAGED),
)
"""By SQLSTATE or its beginning, the first that fits (PostgreSQL manual, appendix A)."""


def classify(failure: BaseException) -> Trouble | None:
    """Tells why the database cannot be used.

    Args:
        failure: What a function, SQLAlchemy or a driver raised.

    Returns:
        The trouble; None if the failure is not the database's but the statement's or the caller's.
    """
    if isinstance(failure, Vanished):
        return Trouble.GONE
    if isinstance(failure, exc.TimeoutError | exc.DisconnectionError):
        return Trouble.LOST
    original = failure.orig if isinstance(failure, exc.DBAPIError) else failure
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    if isinstance(original, psycopg.Error):
        return _classify_postgres(original)
    if isinstance(original, OSError):
        return Trouble.DAMAGED
    return None


def _classify_postgres(failure: psycopg.Error) -> Trouble | None:
    state = failure.sqlstate
    if state is None:
        return Trouble.LOST if isinstance(failure, psycopg.OperationalError | psycopg.InterfaceError) else None
    return next((trouble for beginning, trouble in _POSTGRES if state.startswith(beginning)), None)


def unavailable(trouble: Trouble) -> XiezhiError:
    """Makes the refusal that tells a caller of a trouble; a new one for each caller."""
    return error(Reason.STORE_UNAVAILABLE, f"The database cannot be used: {trouble.value}.", retry_after=RETRY_AFTER)


def closed() -> XiezhiError:
    """Makes the refusal of work that comes after the database was closed."""
    return error(Reason.SHUTTING_DOWN, "The database was closed because the process stops.", retry_after=RETRY_AFTER)


def translate(failure: BaseException) -> BaseException:
    """Replaces a database's trouble by a refusal and leaves every other failure as it is."""
    trouble = None if isinstance(failure, XiezhiError) else classify(failure)
    return failure if trouble is None else unavailable(trouble)


def repeat(failure: BaseException) -> BaseException:
    """Makes the like of a failure for one of several who wait for the same: an exception is raised to one caller."""
    if isinstance(failure, XiezhiError):
        return error(failure.reason, failure.message, retry_after=failure.retry_after)
    made = RuntimeError("a read that others waited for too has failed")
    made.__cause__ = failure
    return made


def hide_values(engine: Engine) -> None:
    """Has an engine raise errors without the values that a driver quotes in their texts.

    The type, the SQLSTATE and the constraint's name stay, so stores can still tell one violation from another.
    """
    event.listen(engine, "handle_error", _hide)


def _hide(context: ExceptionContext) -> None:
    original = context.original_exception
    if not isinstance(original, psycopg.Error):
        return
    text = f"SQLSTATE {original.sqlstate}"
    if original.diag.constraint_name:
        text += f", constraint {original.diag.constraint_name}"
    original.args = (text,)
    wrapped = cast("exc.DBAPIError | None", context.sqlalchemy_exception)
    if wrapped is not None:
        wrapped.args = (f"({type(original).__module__}.{type(original).__name__}) {text}",)
