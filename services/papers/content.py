"""The text of a PDF, within bounds, and the refusal of what a document on paper could not do."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from io import BytesIO
from itertools import count

from pypdf import Configuration, PageObject, PdfReader, apply_configuration
from pypdf.errors import LimitReachedError
from pypdf.generic import IndirectObject

from services.papers.bounds import MAX_OBJECTS
from services.papers.parsing import refusing
from xiezhi.errors import Reason, XiezhiError, error

MAX_PAGES = 50
MAX_OPERATIONS = 100_000
"""Drawing operations on all pages, some 40 µs each; a page full of text has about two thousand."""
_MAX_STREAM = 4 * 1024 * 1024
"""Bytes that one stream may decompress to."""

_LIMITS = Configuration(
    maximum_declared_stream_length=_MAX_STREAM,
    array_based_stream_maximum_output_length=_MAX_STREAM,
    lzw_maximum_output_length=_MAX_STREAM,
    run_length_maximum_output_length=_MAX_STREAM,
    zlib_maximum_output_length=_MAX_STREAM,
    zlib_maximum_recovery_input_length=0,
    brotli_maximum_output_length=_MAX_STREAM,
    stream_filters_maximum_length=3,
    stream_decoding_work_maximum_length=3 * _MAX_STREAM,
    stream_parsing_work_maximum_count=100_000,
    page_tree_maximum_entries=4 * MAX_PAGES,
    page_tree_maximum_depth=20,
    page_tree_maximum_page_entries=40 * MAX_PAGES,
    xform_maximum_invocations_per_extraction=20,
    jbig2dec_binary=None,
    disable_legacy_handling=True,
)
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA", "/EmbeddedFiles", "/EF", "/RichMediaContent"})
_ACTIONS = frozenset(
    {
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    }
)
_GAPS = re.compile(r"\s+")
_RUN_TOGETHER = re.compile(r"(?<![A-Za-z0-9]) | (?![A-Za-z0-9])")


def read_text(pdf: bytes) -> str:
    """Reads the text of all pages.

    Args:
        pdf: The document; somebody trusted vouches for it, by mistake it may be anything all the same.

    Returns:
        The text as `normalise` leaves it, never empty.

    Raises:
        InvalidArgument: DOCUMENT_TOO_LARGE, DOCUMENT_ACTIVE_CONTENT or DOCUMENT_UNREADABLE.
    """
    with refusing(_unreadable()), apply_configuration(_LIMITS):
        try:
            reader = PdfReader(BytesIO(pdf), strict=True)
            _refuse_active_content(reader)
            text = normalise("\n".join(_extract(_pages(reader))))
        except LimitReachedError:
            raise _too_large() from None
    if not text:
        raise _unreadable()
    return text


def normalise(text: str) -> str:
    """Returns text without what layout brings into it: forms of characters, invisible ones, and white space.

    One space stays between two letters or digits of ASCII, which would run together otherwise: a plate and the number
    in the next column of a table are two.
    """
    stable = _strip(text)
    # An accent that has lost what stood between it and its letter makes another letter of it, next to which a space
    # may have no place any more.
    while (stripped := _strip(stable)) != stable:
        stable = stripped
    return stable


def _strip(text: str) -> str:
    composed = unicodedata.normalize("NFKC", text)
    # White space is not printable but for one kind, and an invisible character may stand between two spaces.
    visible = "".join(one for one in composed if one.isprintable() or one.isspace())
    return unicodedata.normalize("NFKC", _RUN_TOGETHER.sub("", _GAPS.sub(" ", visible)))


def _pages(reader: PdfReader) -> Sequence[PageObject]:
    if len(reader.pages) > MAX_PAGES:
        raise _too_large()
    return reader.pages


def _extract(pages: Sequence[PageObject]) -> Iterator[str]:
    operations = count()

    def bound(*_: object) -> None:
        if next(operations) >= MAX_OPERATIONS:
            raise _too_large()

    for page in pages:
        yield page.extract_text(visitor_operand_before=bound)


def _refuse_active_content(reader: PdfReader) -> None:
    seen: set[int] = set()
    waiting: list[object] = [reader.trailer]
    left = MAX_OBJECTS
    while waiting:
        found = waiting.pop()
        if isinstance(found, IndirectObject):
            if found.idnum in seen:
                continue
            seen.add(found.idnum)
            found = found.get_object()
        if isinstance(found, dict):
            if not _ACTIVE_KEYS.isdisjoint(found) or ("/S" in found and found["/S"] in _ACTIONS):
                raise error(
                    Reason.DOCUMENT_ACTIVE_CONTENT,
                    "The document has scripts, files or actions in it; make it without them and seal it anew.",
                )
            waiting.extend(found.values())
            left -= len(found)
        elif isinstance(found, list):
            waiting.extend(found)
            left -= len(found)
        if left < 0:
            raise _too_large()


def _too_large() -> XiezhiError:
    return error(
        Reason.DOCUMENT_TOO_LARGE,
        f"The document has more than {MAX_PAGES} pages, or too much on them; send this ruling or notice alone.",
    )


def _unreadable() -> XiezhiError:
    return error(Reason.DOCUMENT_UNREADABLE, "The document has no text that can be read; send it as text, not a scan.")
