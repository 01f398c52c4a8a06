"""One gateway on one SQLite file: what it keeps of approvals and cases counts only while nobody else changes them."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import make_url


def hold_database(url: str) -> Callable[[], None]:
    """Takes a SQLite database for this process until it ends, however it ends; another database is shared.

    Args:
        url: URL of the database.

    Returns:
        What gives it back.

    Raises:
        SystemExit: If another gateway has it.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return lambda: None
    path = Path(f"{parsed.database}.gateway")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SystemExit(f"Another gateway uses {parsed.database}; several need PostgreSQL.") from None
    return lambda: os.close(descriptor)
