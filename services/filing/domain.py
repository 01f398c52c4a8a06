"""What courts hand in: under which key, in which case, about whom, and on which papers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum

from xiezhi.errors import Reason, error


class DocumentKind(IntEnum):
    """Kinds of documents that orders rest on, the values of `xiezhi.common.v1.DocumentKind`."""

    SEIZURE_RULING = 1
    ASSISTANCE_NOTICE = 2
    EXIT_RESTRICTION_DECISION = 3
    LIFTING_RULING = 4
    ENFORCEMENT_RULING = 5
    REFERRAL_LETTER = 6
    DISHONEST_LISTING_DECISION = 7
    OTHER = 8


@dataclass(frozen=True, slots=True)
class Author:
    """Who orders something: the court and the case, under which alone it can be changed.

    Attributes:
        court_code: Code of the court.
        case_number: Number of the case, in normal form.
    """

    court_code: str
    case_number: str


@dataclass(frozen=True, slots=True)
class Party:
    """A person or an organisation as a court names them (当事人).

    Attributes:
        name: Name as the court wrote it.
        number: Identity number in normal form.
        is_person: Whether it is a natural person.
    """

    name: str = field(repr=False)
    number: str = field(repr=False)
    is_person: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A document as the court lists it.

    Attributes:
        kind: What it is, a value of `xiezhi.common.v1.DocumentKind`.
        number: Its number.
        court_code: Court that issued it.
        sha256: SHA-256 of the file, 32 bytes.
    """

    kind: int
    number: str
    court_code: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was sent.

    Attributes:
        kind: What it must be.
        pdf: The file.
    """

    kind: DocumentKind
    pdf: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contact:
    """The handling judge, for those who meet whom or what the order is about.

    Attributes:
        name: Name.
        phone: Telephone.
    """

    name: str = field(repr=False)
    phone: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Under which key a court asks, and what.

    Attributes:
        court_code: The court.
        request_id: Its idempotency key, a UUID in lower case.
        method: Full name of the method.
        sha256: SHA-256 of the request's bytes.
    """

    court_code: str
    request_id: str
    method: str
    sha256: bytes


@dataclass(frozen=True, slots=True)
class Filing:
    """What every order of a court brings along.

    Attributes:
        key: Under which key it is asked.
        author: The court and the case.
        subject_key: Whom it is about, as the service keys people; empty where it is about nobody, or about several.
        handler: The handling judge.
        documents: The documents that the court lists.
        papers: The files, in an order that the method decides; there may be several of a kind.
    """

    key: RequestKey
    author: Author
    subject_key: str = field(repr=False)
    handler: Contact
    documents: tuple[Document, ...]
    papers: tuple[Paper, ...]


def find_document(filing: Filing, paper: Paper, sha256: bytes) -> Document:
    """Returns the entry of a file in the court's list.

    Args:
        filing: What the court hands in.
        paper: The file.
        sha256: SHA-256 of the file.

    Raises:
        InvalidArgument: DOCUMENT_NOT_LISTED.
    """
    court = filing.author.court_code
    for document in filing.documents:
        if (document.kind, document.court_code, document.sha256) == (paper.kind, court, sha256):
            return document
    raise error(
        Reason.DOCUMENT_NOT_LISTED,
        f"context.documents lists no {paper.kind.name} of this court with the SHA-256 of the file that was sent.",
    )
