"""Parsers of foreign documents: whatever they stumble over, the document is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from xiezhi.errors import XiezhiError


@contextmanager
def refusing(refusal: XiezhiError) -> Iterator[None]:
    """Refuses the document when anything but a refusal is raised within the block.

    Args:
        refusal: What is said then. The parser's own words are not: they quote the document.
    """
    try:
        yield
    except XiezhiError:
        raise
    except Exception:  # noqa: BLE001 - a parser may raise anything on a document made to confuse it
        raise refusal from None
