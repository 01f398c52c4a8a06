"""Whose a seal (电子签章) is: the court's name in the seal's certificate."""

from __future__ import annotations

from urllib.parse import quote, unquote

from cryptography import x509

PREFIX = "spiffe://xiezhi.jx/seal/court/"


def seal_name(court: str) -> str:
    """Returns the name of a court's seal, for example "spiffe://xiezhi.jx/seal/court/%E8%B5%A30102" for "赣0102"."""
    return PREFIX + quote(court, safe="")


def court_of(certificate: x509.Certificate) -> str:
    """Reads the code of the court from the certificate of its seal.

    Raises:
        ValueError: If the certificate does not name exactly one seal, in the form that `seal_name` writes.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension):
        raise ValueError("the certificate names no seal") from None
    found = names.get_values_for_type(x509.UniformResourceIdentifier)
    court = unquote(found[0].removeprefix(PREFIX)) if len(found) == 1 else ""
    if not court or seal_name(court) != found[0]:
        raise ValueError("the certificate does not name one seal")
    return court
