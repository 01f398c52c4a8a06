"""The ways to a subject: digests of numbers, under which alone the database knows them."""

from __future__ import annotations

from services.chassis.sealing import BlindIndex, Keyring
from services.exit_restriction.registry.domain import Named, Subject, plain_name

NUMBER_INDEX, DOCUMENT_INDEX, NAMED_INDEX = "exit.number", "exit.document", "exit.named"
"""Labels of the indexes of identity numbers, of numbers of documents, and of those whom only courts named."""

_KEY_BITS = 62


class Ways:
    """Makes digests.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._numbers = BlindIndex(keyring, NUMBER_INDEX)
        self._documents = BlindIndex(keyring, DOCUMENT_INDEX)
        self._named = BlindIndex(keyring, NAMED_INDEX)

    def of_subject(self, subject: Subject) -> tuple[bytes, ...]:
        """Returns the digests under which a subject is kept."""
        numbers = (self._numbers.of(number) for number in subject.numbers)
        documents = (self._documents.of(number) for number in subject.document_numbers)
        return tuple(dict.fromkeys((*numbers, *documents)))

    def former_of_subject(self, subject: Subject) -> tuple[bytes, ...]:
        """Returns the digests under which a subject may have been kept, under any key of the indexes."""
        return (
            *(digest for number in subject.numbers for digest in self.of_number(number)),
            *(digest for number in subject.document_numbers for digest in self.of_document(number)),
        )

    def of_number(self, number: str) -> tuple[bytes, ...]:
        """Returns the digests of an identity number under every key, the current one first."""
        return self._numbers.all_of(number)

    def of_document(self, number: str) -> tuple[bytes, ...]:
        """Returns the digests of a document's number under every key, the current one first."""
        return self._documents.all_of(number)

    def key_of(self, named: Named) -> int:
        """Returns the key of somebody whom only a court named: negative, the same for the same name and numbers."""
        kind = NUMBER_INDEX if named.numbers else DOCUMENT_INDEX
        told = "|".join((kind, plain_name(named.name), *sorted(named.numbers or named.document_numbers)))
        return -1 - (int.from_bytes(self._named.of(told)) >> (256 - _KEY_BITS))
