"""A sealed document: verified as a whole, and asked what it mentions."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime

from services.papers.bounds import MAX_BYTES, MAX_OBJECTS, is_within_bounds
from services.papers.content import normalise, read_text
from services.papers.trust import SealTrust
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.seal import is_unit

_DOTS = "·•‧"
"""What is written within plates ("赣A·12345") and foreign names, in more ways than one."""


@dataclass(frozen=True, slots=True)
class SealedPaper:
    """A document under the seal of a court or police unit, all of whose seals hold.

    Attributes:
        sha256: SHA-256 of the document, 32 bytes.
        signer: Code of the court or police unit, from the certificate of its seal.
        sealed_at: When that organisation sealed it, by the seal's own word, UTC.
        fingerprint: SHA-256 of that seal's certificate, hexadecimal.
        text: Text of all pages in normal form (NFKC) without white space, except for one space between two letters or
            digits of ASCII. Personal: never to be logged.
    """

    sha256: bytes
    signer: str
    sealed_at: datetime
    fingerprint: str
    text: str

    def __repr__(self) -> str:
        return f"SealedPaper(sha256={self.sha256.hex()}, signer={self.signer!r})"


def verify_sealed(pdf: bytes, *, authority: SealTrust, organisation: str, now: datetime) -> SealedPaper:
    """Verifies a document under seal.

    It computes for some 25 ms, for half a second at first, and for seconds on a document made to keep it busy: call it
    in a thread, and never on that of an event loop.

    Args:
        pdf: The document.
        authority: Whose seals count.
        organisation: Whose seal must be on it: code of the court that issued it, for example "赣0102", or of the police
            unit that gives it, 12 digits (GA/T 380), for example "360100000000".
        now: The present instant, UTC.

    Raises:
        InvalidArgument: DOCUMENT_NOT_PDF, DOCUMENT_TOO_LARGE, DOCUMENT_UNREADABLE, DOCUMENT_ACTIVE_CONTENT,
            DOCUMENT_UNSEALED, DOCUMENT_ALTERED, SEAL_UNTRUSTED, SEAL_EXPIRED, SEAL_REVOKED, SEAL_OF_ANOTHER_COURT or
            SEAL_OF_ANOTHER_UNIT.
        Unavailable: SEAL_CHECK_UNAVAILABLE.

    Source:
        Notice 二.1, 三.
    """
    # What reads signatures is a fifth of all that a process loads: it comes with the first document, in this thread.
    from services.papers.seals import verify_seals

    if not is_within_bounds(pdf):
        raise error(
            Reason.DOCUMENT_TOO_LARGE,
            f"The document has more than {MAX_BYTES} bytes or {MAX_OBJECTS} objects; send this ruling or notice alone.",
        )
    seals = verify_seals(pdf, authority=authority, now=now)
    own = next((seal for seal in seals if seal.organisation == organisation), None)
    if own is None:
        raise _of_another(organisation)
    return SealedPaper(
        sha256=hashlib.sha256(pdf).digest(),
        signer=own.organisation,
        sealed_at=own.sealed_at,
        fingerprint=own.fingerprint,
        text=read_text(pdf),
    )


def mentions(paper: SealedPaper, text: str) -> bool:
    """Whether a document mentions a plate, a number or a name as a whole, not as a part of a longer one.

    Where the text begins or ends with a letter or digit of ASCII, none may stand next to it: "赣A12345" is not
    mentioned by "赣A123456". White space and middle dots within it make no difference.

    Args:
        paper: The document.
        text: What is sought; nothing mentions an empty text.
    """
    sought = _without(_DOTS + " ", normalise(text))
    if not sought:
        return False
    plain = without_dots(paper.text)
    # A ruling may list thousands of vehicles, and a pattern takes longer to compile than most texts to be found.
    if sought not in _without(" ", plain):
        return False
    return _stands_alone(plain, sought) or _stands_apart(plain, sought)


def without_dots(text: str) -> str:
    """Returns the text of a document without middle dots, as what is sought in it is compared."""
    return _without(_DOTS, text)


def _of_another(organisation: str) -> XiezhiError:
    if is_unit(organisation):
        return error(
            Reason.SEAL_OF_ANOTHER_UNIT,
            "No seal on the document is that of the unit that gives it; have that unit seal it.",
        )
    return error(
        Reason.SEAL_OF_ANOTHER_COURT,
        "No seal on the document is that of the court that issued it; have that court seal it.",
    )


def _without(characters: str, text: str) -> str:
    for character in characters:
        text = text.replace(character, "")
    return text


def _stands_alone(text: str, sought: str) -> bool:
    """Whether a text is somewhere in another one, written without spaces and not as a part of a longer token."""
    start = text.find(sought)
    while start >= 0:
        if not (_joins(text, start) or _joins(text, start + len(sought))):
            return True
        start = text.find(sought, start + 1)
    return False


def _joins(text: str, place: int) -> bool:
    """Whether the characters before and after a place are of one token."""
    return 0 < place < len(text) and _is_ascii_alphanumeric(text[place - 1]) and _is_ascii_alphanumeric(text[place])


def _stands_apart(text: str, sought: str) -> bool:
    """Whether a text is somewhere in another one as a whole, with spaces between its characters."""
    before = "(?<![A-Za-z0-9])" if _is_ascii_alphanumeric(sought[0]) else ""
    after = "(?![A-Za-z0-9])" if _is_ascii_alphanumeric(sought[-1]) else ""
    spaced = " ?".join(map(re.escape, sought))
    return re.search(f"{before}{spaced}{after}", text) is not None


def _is_ascii_alphanumeric(character: str) -> bool:
    return character.isascii() and character.isalnum()
